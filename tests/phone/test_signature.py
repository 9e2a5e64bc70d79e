"""Whose orders we take: the traps of twilio.md section 5, one by one."""

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from ivr.errors import SettingsError
from ivr.phone.signature import SignatureCheck, is_call_sid

SID = "AC" + "1" * 32
TOKEN = "secret"
URL = "https://voice.example.com"


def check(tokens: tuple[str, ...] = (TOKEN,), **addresses: str) -> SignatureCheck:
    known = {"account_sid": SID, "public_url": URL, "stream_url": "wss://voice.example.com/media"} | addresses
    return SignatureCheck(tokens=tokens, **known)


def form(**extra: str) -> MultiDict[str, str]:
    return MultiDict({"AccountSid": SID, "CallSid": "CA" + "2" * 32} | extra)


def sign(url: str, params: MultiDict[str, str] | None = None, token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(url, params or {}))


def test_the_documented_vector_is_accepted() -> None:
    numbers = {"Caller": "+14158675310", "From": "+14158675310", "To": "+18005551212"}
    params = MultiDict({"CallSid": "CA1234567890ABCDE", "Digits": "1234"} | numbers)
    vector = RequestValidator("12345").compute_signature("https://example.com/myapp.php?foo=1&bar=2", params)
    assert vector == "L/OH5YylLD5NRKLltdqwSvS0BnU="
    ours = params.copy()
    ours["AccountSid"] = SID
    signed = sign("https://example.com/myapp.php?foo=1&bar=2", ours, "12345")
    known = check(("12345",), public_url="https://example.com")
    assert known.is_webhook("/myapp.php", "foo=1&bar=2", ours, signed)


def test_another_token_path_query_or_value_is_refused() -> None:
    signed = sign(f"{URL}/voice?x=1", form())
    assert check().is_webhook("/voice", "x=1", form(), signed)
    assert not check(("other",)).is_webhook("/voice", "x=1", form(), signed)
    assert not check().is_webhook("/voice/turn/1", "x=1", form(), signed)
    assert not check().is_webhook("/voice", "x=2", form(), signed)
    assert not check().is_webhook("/voice", "", form(), signed)
    assert not check().is_webhook("/voice", "x=1", form(Digits="1"), signed)


@pytest.mark.parametrize("signature", [None, "", "x", "é" * 28, "a" * 28])
def test_missing_or_strange_signatures_are_refused_not_raised(signature: str | None) -> None:
    assert not check().is_webhook("/voice", "", form(), signature)
    assert not check().is_upgrade(signature)


def test_query_counts_exactly_as_sent() -> None:
    raw = "name=%C3%A9&path=a%2Fb&plus=a+b"
    assert check().is_webhook("/voice", raw, form(), sign(f"{URL}/voice?{raw}", form()))


def test_repeated_parameters_are_folded_as_the_carrier_folds_them() -> None:
    twice = form()
    twice.setlist("A", ["2", "1", "1"])
    assert check().is_webhook("/voice", "", twice, sign(f"{URL}/voice", twice))


def test_both_tokens_are_taken_during_a_rotation() -> None:
    rotating = check(("new", "old"))
    for token in ("new", "old"):
        assert rotating.is_webhook("/voice", "", form(), sign(f"{URL}/voice", form(), token))


def test_anothers_account_is_refused_even_when_signed() -> None:
    params = form(AccountSid="AC" + "9" * 32)
    assert not check().is_webhook("/voice", "", params, sign(f"{URL}/voice", params))


def test_port_may_be_in_the_signed_address_or_not() -> None:
    known = check(public_url="https://voice.example.com:8443", stream_url="wss://voice.example.com:8443/media")
    for host in ("voice.example.com:8443", "voice.example.com"):
        assert known.is_webhook("/voice", "", form(), sign(f"https://{host}/voice", form()))
        assert known.is_upgrade(sign(f"wss://{host}/media"))


def test_default_port_may_be_spelled_out() -> None:
    assert check().is_upgrade(sign("wss://voice.example.com:443/media"))


@pytest.mark.parametrize("signed", ["wss://voice.example.com/media", "wss://voice.example.com/media/"])
def test_upgrade_is_signed_with_or_without_a_slash(signed: str) -> None:
    assert check().is_upgrade(sign(signed))


@pytest.mark.parametrize("signed", ["https://voice.example.com/media", "wss://other.example.com/media"])
def test_upgrade_signed_for_another_address_is_refused(signed: str) -> None:
    assert not check().is_upgrade(sign(signed))


@pytest.mark.parametrize("tokens", [(), ("",), ("good", " ")])
def test_start_without_a_token_is_refused(tokens: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError, match="TWILIO_AUTH_TOKEN"):
        check(tokens)


@pytest.mark.parametrize("url", ["voice.example.com", "ftp://x", "https://u:p@x", "https://x?y=1", "https://x#f"])
def test_public_address_that_cannot_be_signed_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="IVR_PUBLIC_URL"):
        check(public_url=url)


@pytest.mark.parametrize(
    ("value", "good"), [("CA" + "0a" * 16, True), ("CA" + "0A" * 16, False), ("CA1", False), (None, False), ("", False)]
)
def test_call_sids_are_spelled_as_the_carrier_does(value: str | None, good: bool) -> None:
    assert is_call_sid(value) is good
