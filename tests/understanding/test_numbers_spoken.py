"""Numbers said and written in every complete locale, against words and figures made by other libraries.

Left out: Hindi words by num2words (it has none; CLDR's are taken, whose first hundred words are also ours, so there
only the composition is tried); Arabic thousands that end in 01 or 02 after hundreds (num2words writes "nine hundred and
a thousand thousand" for 901,000); Japanese numbers in kana (recognisers write them in kanji or digits).
"""

import pytest
from babel import Locale
from babel.numbers import format_decimal
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from unicode_rbnf import RbnfEngine

from ivr.domain.intents import Builtin, Expects
from ivr.understanding import GrammarUnderstanding
from tests.effort import EFFORT
from tests.understanding.quantities import LOCALES, NUM2WORDS, slots_of, spelled

HOW_MANY = Expects(builtins=(Builtin.NUMBER,))
DIGITS = {"ar": "arab", "hi-IN": "deva"}
"""Scripts with digits of their own."""
NUMBERS = st.one_of(st.integers(0, 130), st.integers(0, 9_999), st.integers(0, 999_999), st.integers(0, 999_999_999))


def number(understanding: GrammarUnderstanding, locale: str, text: str) -> object:
    return (slots_of(understanding, locale, HOW_MANY, text) or {}).get("value")


@pytest.mark.parametrize("locale", NUM2WORDS)
@settings(max_examples=25 * EFFORT, deadline=None)
@given(data=st.data())
def test_number_in_words_comes_back_as_the_same_number(
    understanding: GrammarUnderstanding, locale: str, data: st.DataObject
) -> None:
    wanted = data.draw(NUMBERS)
    assume(locale != "ar" or not (wanted // 1000 > 100 and wanted // 1000 % 100 in (1, 2)))
    assert number(understanding, locale, spelled(locale, wanted)) == wanted


@settings(max_examples=25 * EFFORT, deadline=None)
@given(wanted=NUMBERS)
def test_hindi_number_in_words_comes_back_as_the_same_number(understanding: GrammarUnderstanding, wanted: int) -> None:
    assert number(understanding, "hi-IN", RbnfEngine.for_language("hi").format_number(wanted).text) == wanted


@pytest.mark.parametrize("locale", LOCALES)
@settings(max_examples=15 * EFFORT, deadline=None)
@given(wanted=NUMBERS)
def test_number_in_figures_comes_back_as_the_same_number(
    understanding: GrammarUnderstanding, locale: str, wanted: int
) -> None:
    place = Locale.parse(locale, sep="-")
    for system in ("latn", DIGITS.get(locale, "latn")):
        written = format_decimal(wanted, locale=place, numbering_system=system)
        assert number(understanding, locale, written) == wanted
    assert number(understanding, locale, str(wanted)) == wanted


@pytest.mark.parametrize("locale", NUM2WORDS)
@settings(max_examples=10 * EFFORT, deadline=None)
@given(one=st.integers(1, 999), other=st.integers(1, 999))
def test_what_is_understood_of_two_numbers_is_never_one_of_them(
    understanding: GrammarUnderstanding, locale: str, one: int, other: int
) -> None:
    assume(one != other)
    assume(one != 1 or not 100 <= other <= 199)  # a one before a hundred counts it: "un cent", "일 백"
    said = number(understanding, locale, f"{spelled(locale, one)} {spelled(locale, other)}")
    assert said not in (one, other)


@pytest.mark.parametrize(
    ("locale", "text", "wanted"),
    [
        ("en-US", "one hundred and twenty three", 123),
        ("en-US", "it's twelve hundred please", 1200),
        ("en-US", "a dozen", 12),
        ("en-US", "2 thousand 5 hundred", 2500),
        ("en-GB", "a hundred and one", 101),
        ("ko-KR", "만 이천", 12000),
        ("ko-KR", "1만 2천", 12000),
        ("ko-KR", "스물한 개요", 21),
        ("ja-JP", "1万2千円", None),
        ("ja-JP", "三つお願いします", 3),
        ("hi-IN", "दो लाख पचास हज़ार", 250_000),
        ("de-DE", "zwei hundert drei und zwanzig", 223),
        ("de-DE", "fünfzehnhundert", 1500),
        ("fr-FR", "mille neuf cent nonante-deux", 1992),
        ("fr-FR", "1 250", 1250),
        ("es-US", "1,250", 1250),
        ("es-ES", "1.250", 1250),
        ("pt-BR", "mil e duzentas", 1200),
        ("ar", "خمسة آلاف", 5000),
        ("en-US", "agent", None),
    ],
)
def test_number_is_understood_as_people_say_it(
    understanding: GrammarUnderstanding, locale: str, text: str, wanted: int | None
) -> None:
    assert number(understanding, locale, text) == wanted


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en-US", "twelve fifty"),
        ("en-US", "nineteen ninety nine"),
        ("en-US", "five or six"),
        ("en-US", "minus five"),
        ("en-US", "-5"),
        ("en-US", "two and a half"),
        ("en-US", "3.5"),
        ("en-US", "1.250"),
        ("en-US", "50%"),
        ("en-US", "1/2"),
        ("en-US", "½"),
        ("en-US", "two billion"),
        ("en-US", "2000000000"),
        ("de-DE", "1,250"),
        ("es-ES", "1,250"),
        ("ko-KR", "12 50"),
        ("hi-IN", "डेढ़ सौ"),
        ("ar", "ثلاثة ونصف"),
        ("ar", "ألفا"),
    ],
)
def test_what_is_no_whole_number_or_may_be_two_is_not_guessed(
    understanding: GrammarUnderstanding, locale: str, text: str
) -> None:
    assert understanding.parse(locale, HOW_MANY, (text,)).intents == ()


def test_number_whose_last_syllable_may_be_a_particle_keeps_both_readings(
    understanding: GrammarUnderstanding,
) -> None:
    assert slots_of(understanding, "ko-KR", HOW_MANY, "삼십이요") == {"value": 30, "alternatives": "32"}


@pytest.mark.parametrize(
    ("locale", "text", "complete"),
    [
        ("en-US", "two hundred", False),
        ("en-US", "twenty", False),
        ("en-US", "five", False),
        ("en-US", "two thousand three hundred forty five", True),
        ("ko-KR", "이천", False),
        ("ko-KR", "스물한 개요", True),
        ("de-DE", "zweitausenddreiundvierzig", True),
        ("ja-JP", "二千", False),
    ],
)
def test_number_that_may_go_on_is_not_complete(
    understanding: GrammarUnderstanding, locale: str, text: str, complete: bool
) -> None:
    assert understanding.is_complete(locale, HOW_MANY, text) is complete


@pytest.mark.parametrize("locale", ["en-US", "en-GB", "es-ES", "fr-FR", "pt-BR"])
@settings(max_examples=10 * EFFORT, deadline=None)
@given(wanted=st.integers(0, 9_999_999))
def test_recogniser_hears_every_word_of_a_number(understanding: GrammarUnderstanding, locale: str, wanted: int) -> None:
    heard = {word for phrase in understanding.grammar(locale, HOW_MANY).phrases for word in phrase.split()}
    assert set(spelled(locale, wanted).replace("-", " ").replace(",", " ").split()) <= heard


@pytest.mark.parametrize("locale", LOCALES)
def test_phrases_of_numbers_are_few_and_mean_numbers(understanding: GrammarUnderstanding, locale: str) -> None:
    grammar = understanding.grammar(locale, HOW_MANY)
    assert len(grammar.phrases) < 2500
    assert "<number>" in grammar.jsgf
    some = grammar.phrases[-300::10]
    assert any(understanding.parse(locale, HOW_MANY, (phrase,)).first for phrase in some)
