"""Telephone numbers said and written in every complete locale, against phonenumbers' formats and num2words' digits.

Left out: digits in words in Hindi (num2words has none); national formats in Arabic, whose locale names no country;
numbers that phonenumbers does not know, which are refused.
"""

import phonenumbers
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from ivr.content import Content
from ivr.domain.intents import Builtin, Expects
from ivr.understanding import GrammarUnderstanding
from ivr.understanding.numbers import PhoneNumbers
from tests.effort import EFFORT
from tests.understanding.quantities import LOCALES, NUM2WORDS, slots_of, spelled

WHICH_NUMBER = Expects(builtins=(Builtin.PHONE_NUMBER,))
FORMATS = (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL)


def country(locale: str) -> str:
    return locale.partition("-")[2] or "SA"


@st.composite
def numbers(draw: st.DrawFn, region: str) -> phonenumbers.PhoneNumber:
    """A valid number of a region: an example with other last digits."""
    kind = draw(st.sampled_from((PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)))
    example = phonenumbers.example_number_for_type(region, kind)
    digits = str(example.national_number)
    last = draw(st.text("0123456789", min_size=4, max_size=4))
    number = phonenumbers.parse(f"+{example.country_code}{digits[:-4]}{last}")
    assume(phonenumbers.is_valid_number(number))
    return number


def e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def understood(understanding: GrammarUnderstanding, locale: str, text: str) -> list[str]:
    """The number and its alternatives."""
    slots = slots_of(understanding, locale, WHICH_NUMBER, text) or {}
    return [str(slots[name]) for name in ("value", "alternatives") if name in slots]


@pytest.mark.parametrize("locale", LOCALES)
@settings(max_examples=15 * EFFORT, deadline=None)
@given(data=st.data())
def test_written_number_comes_back(understanding: GrammarUnderstanding, locale: str, data: st.DataObject) -> None:
    number = data.draw(numbers(country(locale)))
    for form in FORMATS if "-" in locale else FORMATS[:2]:
        written = phonenumbers.format_number(number, form)
        assert understood(understanding, locale, written)[:1] == [e164(number)]


@pytest.mark.parametrize("locale", NUM2WORDS)
@settings(max_examples=15 * EFFORT, deadline=None)
@given(data=st.data())
def test_number_said_digit_by_digit_comes_back(
    understanding: GrammarUnderstanding, locale: str, data: st.DataObject
) -> None:
    number = data.draw(numbers(country(locale)))
    form = PhoneNumberFormat.NATIONAL if "-" in locale else PhoneNumberFormat.INTERNATIONAL
    written = phonenumbers.format_number(number, form)
    plus = {"ar": "زائد "}.get(locale, "")
    said = plus + " ".join(spelled(locale, int(sign)) for sign in written if sign.isdigit())
    assert e164(number) in " ".join(understood(understanding, locale, said)).split()


@settings(max_examples=15 * EFFORT, deadline=None)
@given(number=numbers("FR"))
def test_french_number_said_in_pairs_comes_back(
    understanding: GrammarUnderstanding, number: phonenumbers.PhoneNumber
) -> None:
    pairs = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL).split()
    said = " ".join(("zéro " if pair[0] == "0" else "") + spelled("fr-FR", int(pair)) for pair in pairs)
    assert e164(number) in " ".join(understood(understanding, "fr-FR", said)).split()


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [
        ("en-US", "two oh two five five five oh one four three", "+12025550143"),
        ("en-US", "plus one two zero two triple five zero one four three", "+12025550143"),
        ("en-US", "my phone number is 202-555-0143", "+12025550143"),
        ("en-US", "plus forty four seven four double zero one two three four five six", "+447400123456"),
        ("en-GB", "oh seven four double oh one two three four five six", "+447400123456"),
        ("ko-KR", "공일공 이공공공 공공공공이에요", "+821020000000"),
        ("de-DE", "plus vier neun drei null eins zwei drei vier fünf sechs", "+4930123456"),
    ],
)
def test_number_is_understood_as_people_say_it(
    understanding: GrammarUnderstanding, locale: str, text: str, value: str
) -> None:
    assert value in " ".join(understood(understanding, locale, text)).split()


@pytest.mark.parametrize(
    "text",
    [
        "two oh two five five five oh one four three extension twelve",
        "202-555-0143 x12",
        "two oh two five five five",
        "five plus two oh two five five five oh one four three",
        "one two three",
        "plus",
        "",
    ],
)
def test_what_is_no_valid_number_is_refused(understanding: GrammarUnderstanding, text: str) -> None:
    assert understanding.parse("en-US", WHICH_NUMBER, (text,)).intents == ()


def test_number_of_our_own_country_is_understood_in_any_language(content: Content) -> None:
    british = GrammarUnderstanding(content, PhoneNumbers("GB"))
    assert understood(british, "en-US", "0121 234 5678") == ["+441212345678"]


def test_number_valid_in_two_countries_keeps_both(content: Content) -> None:
    """Without its country code it may be a number of the caller's country, or of ours."""
    french = GrammarUnderstanding(content, PhoneNumbers("FR"))
    assert understood(french, "de-DE", "0231 383004") == ["+49231383004", "+33231383004"]
    assert not french.is_complete("de-DE", WHICH_NUMBER, "0231 383004")


def test_without_numbering_plans_no_number_is_understood(content: Content) -> None:
    assert GrammarUnderstanding(content).parse("en-US", WHICH_NUMBER, ("202 555 0143",)).intents == ()


def test_number_is_complete_when_no_digit_can_follow(understanding: GrammarUnderstanding) -> None:
    digits = "two oh two five five five oh one four"
    assert not understanding.is_complete("en-US", WHICH_NUMBER, digits)
    assert understanding.is_complete("en-US", WHICH_NUMBER, f"{digits} three")
    assert not understanding.is_complete("de-DE", WHICH_NUMBER, "null drei null eins zwei drei vier fünf sechs")


def test_number_is_never_logged(understanding: GrammarUnderstanding, capsys: pytest.CaptureFixture[str]) -> None:
    understanding.parse("en-US", WHICH_NUMBER, ("202 555 0143", "202 555 0143 extension 5"))
    written = capsys.readouterr()
    assert "0143" not in written.out + written.err


@pytest.mark.parametrize("locale", LOCALES)
def test_recogniser_listens_for_digits_plus_and_what_doubles(
    understanding: GrammarUnderstanding, content: Content, locale: str
) -> None:
    grammar, words = understanding.grammar(locale, WHICH_NUMBER), content.locales[locale].digits
    heard = {word for phrase in grammar.phrases for word in phrase.split()}
    wanted = {*words.plus, *words.repeats, *(word for word in words.words if word not in words.rare)}
    assert {part for word in wanted for part in word.lower().replace("-", " ").split()} <= heard
    assert len(grammar.phrases) < 2000
    assert "<phone_number>" in grammar.jsgf
