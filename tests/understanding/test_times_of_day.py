"""Every time of day in the words of each language, spelled here by hand: heard as that time and no other."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.intents import Builtin, Expects
from ivr.domain.moments import When
from ivr.understanding import GrammarUnderstanding

MOMENT = Expects(builtins=(Builtin.MOMENT,))
ENGLISH = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
ENGLISH_ONES = ENGLISH.split()
ENGLISH_TENS = {2: "twenty", 3: "thirty", 4: "forty", 5: "fifty"}
GERMAN = (
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn"
)
GERMAN_ONES = GERMAN.split()
GERMAN_TENS = {2: "zwanzig", 3: "dreißig", 4: "vierzig", 5: "fünfzig"}
FRENCH = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf"
)
FRENCH_ONES = FRENCH.split()
FRENCH_TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante"}


def english(number: int) -> str:
    if number < 20:
        return ENGLISH_ONES[number]
    return f"{ENGLISH_TENS[number // 10]} {ENGLISH_ONES[number % 10] if number % 10 else ''}".strip()


def german(number: int) -> str:
    if number < 20:
        return GERMAN_ONES[number]
    one = {0: "", 1: "einund"}.get(number % 10, f"{GERMAN_ONES[number % 10]}und")
    return one + GERMAN_TENS[number // 10]


def french(number: int, *, feminine: bool = False) -> str:
    if number < 20:
        words = FRENCH_ONES[number]
    else:
        joint = " et " if number % 10 == 1 else "-"
        words = FRENCH_TENS[number // 10] + (f"{joint}{FRENCH_ONES[number % 10]}" if number % 10 else "")
    return words[:-2] + "une" if feminine and words.endswith("un") else words


def clock(hour: int) -> int:
    """The hour on a dial, 1 to 12."""
    return (hour - 1) % 12 + 1


def said_in_german(hour: int, minute: int) -> Iterator[str]:
    whole = "ein" if hour == 1 else german(hour)
    yield f"{whole} Uhr {german(minute)}" if minute else f"um {whole} Uhr"
    yield f"um {hour}:{minute:02} Uhr"
    yield f"{hour} Uhr {minute}" if minute else f"{hour} Uhr"
    this, following = german(clock(hour)), german(clock(hour + 1))
    yield from {
        0: [f"um {this}"],
        5: [f"fünf nach {this}", f"fünf Minuten nach {this}"],
        10: [f"zehn nach {this}"],
        15: [f"Viertel nach {this}", f"viertel {following}"],
        20: [f"zwanzig nach {this}", f"zehn vor halb {following}"],
        25: [f"fünf vor halb {following}"],
        30: [f"halb {following}", f"gegen halb {following}"],
        35: [f"fünf nach halb {following}"],
        40: [f"zwanzig vor {following}", f"zehn nach halb {following}"],
        45: [f"Viertel vor {following}", f"dreiviertel {following}"],
        50: [f"zehn vor {following}"],
        55: [f"fünf vor {following}", f"fünf Minuten vor {following}"],
    }.get(minute, [])


def said_in_french(hour: int, minute: int) -> Iterator[str]:
    def hours(number: int) -> str:
        return f"{french(number, feminine=True)} heure{'s' if number > 1 else ''}"

    yield f"{hours(hour)} {french(minute)}" if minute else f"à {hours(hour)}"
    yield f"à {hour}h{minute:02}"
    yield f"vers {hour}:{minute:02}"
    this, following = (hours(clock(at)) if at % 24 else "minuit" for at in (hour, hour + 1))
    if hour == 12:
        this = "midi"
    if hour == 11:
        following = "midi"
    yield from {
        0: [this],
        15: [f"{this} et quart"],
        30: [f"{this} et demie"],
        35: [f"{following} moins vingt-cinq"],
        40: [f"{following} moins vingt"],
        45: [f"{following} moins le quart"],
        50: [f"{following} moins dix"],
        55: [f"{following} moins cinq"],
    }.get(minute, [])


def said_in_english(hour: int, minute: int) -> Iterator[str]:
    half = "a.m." if hour < 12 else "p.m."
    yield f"{clock(hour)}:{minute:02} {half}"
    small = f"oh {english(minute)}" if 0 < minute < 10 else english(minute) if minute else ""
    yield f"{english(clock(hour))} {small} {half}"
    this, following = english(clock(hour)), english(clock(hour + 1))
    yield from {
        0: [f"{this} o'clock"],
        5: [f"five past {this}"],
        10: [f"ten past {this}"],
        15: [f"quarter past {this}", f"a quarter past {this}"],
        20: [f"twenty past {this}"],
        30: [f"half past {this}"],
        40: [f"twenty to {following}"],
        45: [f"quarter to {following}"],
        50: [f"ten to {following}"],
        55: [f"five to {following}"],
    }.get(minute, [])


def said_in_british(hour: int, minute: int) -> Iterator[str]:
    yield from said_in_english(hour, minute)
    this, following = english(clock(hour)), english(clock(hour + 1))
    if minute == 30:
        yield f"half {this}"
    if minute == 25:
        yield f"twenty five past {this}"
    if minute == 35:
        yield f"twenty five to {following}"
    if hour > 12:
        yield f"{english(hour)} {english(minute)}" if minute > 9 else f"{hour}:{minute:02}"


SAID = {"de-DE": said_in_german, "fr-FR": said_in_french, "en-GB": said_in_british, "en-US": said_in_english}


def times(when: When) -> set[tuple[int, int]]:
    """The times of day that it can mean, as (hour, minute)."""
    assert when.hour is not None
    assert when.minute is not None
    if when.half in ("am", "pm"):
        return {(when.hour % 12 + (12 if when.half == "pm" else 0), when.minute)}
    hours = [when.hour] if when.half == "24" else [when.hour % 12, when.hour % 12 + 12]
    return {(hour, when.minute) for hour in hours}


def check(understanding: GrammarUnderstanding, locale: str, hour: int, minute: int) -> None:
    for text in SAID[locale](hour, minute):
        (intent,) = understanding.parse(locale, MOMENT, (text,)).intents
        when = intent.slots["when"]
        assert isinstance(when, When), text
        assert not when.conflict, text
        assert (hour, minute) in times(when), f"{text} is taken for {when}"


@pytest.mark.parametrize("locale", SAID)
@pytest.mark.parametrize("hour", range(24))
def test_every_quarter_of_an_hour_is_heard_as_said(understanding: GrammarUnderstanding, locale: str, hour: int) -> None:
    for minute in (0, 15, 30, 45):
        check(understanding, locale, hour, minute)


@pytest.mark.parametrize("locale", SAID)
@settings(deadline=None, max_examples=60)
@given(hour=st.integers(0, 23), minute=st.integers(0, 59))
def test_any_time_of_day_is_heard_as_said(
    understanding: GrammarUnderstanding, locale: str, hour: int, minute: int
) -> None:
    check(understanding, locale, hour, minute)
