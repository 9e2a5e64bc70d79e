"""Signatures against Twilio's published vector and its own validator."""

import pytest
from twilio.request_validator import RequestValidator

from ivr.carrier.signing import sign, signed_url


def test_published_vector_is_reproduced():
    params = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    signature = sign("12345", "https://example.com/myapp.php?foo=1&bar=2", params.items())
    assert signature == "L/OH5YylLD5NRKLltdqwSvS0BnU="


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        ("https://host:8443/voice", "https://host/voice"),
        ("http://host:8080/voice?a=%2F", "http://host:8080/voice?a=%2F"),
        ("https://user:secret@host/voice#rc=2", "https://host/voice"),
        ("wss://host:8443/media", "wss://host/media"),
    ],
)
def test_address_is_signed_without_user_fragment_and_secure_port(url, signed):
    assert signed_url(url) == signed


def test_repeated_values_are_signed_once():
    class Form(dict):
        def getlist(self, name):
            return ["2", "1", "1"]

    signature = sign("secret", "https://host/x", [("A", "2"), ("A", "1"), ("A", "1")])
    assert RequestValidator("secret").validate("https://host/x", Form(A="2"), signature)
