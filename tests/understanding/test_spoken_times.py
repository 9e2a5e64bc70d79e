"""Times as people say them, written down here independently of the grammars: each comes back as that time."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.intents import Builtin, Expects
from ivr.domain.moments import When
from ivr.understanding import GrammarUnderstanding

MOMENT = Expects(builtins=(Builtin.MOMENT, Builtin.BOOLEAN))
Say = Callable[[int, int], str]

SPANISH_WORDS = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve"
)
SPANISH = SPANISH_WORDS.split()
SPANISH_TENS = ("", "", "", "treinta", "cuarenta", "cincuenta")


def composed(number: int, units: Sequence[str], tens: Sequence[str], joint: str) -> str:
    """A number below 60 from the words of its parts."""
    if number < len(units):
        return units[number]
    ten, unit = divmod(number, 10)
    return f"{tens[ten]} {joint} {units[unit]}" if unit else tens[ten]


def spanish(number: int) -> str:
    return composed(number, SPANISH, SPANISH_TENS, "y")


def spanish_hour(hour: int) -> str:
    """An hour is feminine: la una, las veintiuna."""
    article = "la" if hour == 1 else "las"
    words = spanish(hour)
    return f"a {article} {words[:-1] + 'a' if words.endswith('uno') else words}"


def spanish_24(hour: int, minute: int) -> str:
    return f"{spanish_hour(hour)} y {spanish(minute)}" if minute else f"{spanish_hour(hour)} horas"


def spanish_12(hour: int, minute: int) -> str:
    past = {0: "", 15: " y cuarto", 30: " y media"}.get(minute, f" y {spanish(minute)}")
    if hour == 12:
        return f"{spanish_hour(12)}{past} del mediodía"
    part = "de la mañana" if hour < 12 else "de la tarde" if hour < 20 else "de la noche"
    return f"{spanish_hour((hour - 1) % 12 + 1)}{past} {part}"


def spanish_to(hour: int, minute: int) -> str:
    """Counted towards the next hour: las cuatro menos cuarto."""
    missing = {15: "cuarto"}.get(60 - minute, spanish(60 - minute))
    part = "de la mañana" if hour < 12 else "de la tarde"
    return f"{spanish_hour((hour % 12) + 1)} menos {missing} {part}"


PORTUGUESE_WORDS = (
    "zero um dois três quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete "
    "dezoito dezenove"
)
PORTUGUESE = PORTUGUESE_WORDS.split()
PORTUGUESE_TENS = ("", "", "vinte", "trinta", "quarenta", "cinquenta")


def portuguese(number: int) -> str:
    return composed(number, PORTUGUESE, PORTUGUESE_TENS, "e")


def portuguese_hour(hour: int) -> str:
    """An hour is feminine: à uma, às duas, às vinte e uma."""
    *front, last = portuguese(hour).split()
    return " ".join((*front, {"um": "uma", "dois": "duas"}.get(last, last)))


def portuguese_24(hour: int, minute: int) -> str:
    return f"às {portuguese_hour(hour)} {f'e {portuguese(minute)}' if minute else 'horas'}"


def portuguese_12(hour: int, minute: int) -> str:
    past = {0: "", 30: " e meia"}.get(minute, f" e {portuguese(minute)}")
    if hour == 12:
        return f"ao meio-dia{past}"
    part = "da manhã" if hour < 12 else "da tarde" if hour < 18 else "da noite"
    short = (hour - 1) % 12 + 1
    return f"{'à' if short == 1 else 'às'} {portuguese_hour(short)}{past} {part}"


def portuguese_to(hour: int, minute: int) -> str:
    """Counted towards the next hour: quinze para as quatro."""
    short = hour % 12 + 1
    part = "da manhã" if hour < 12 else "da tarde"
    return f"{portuguese(60 - minute)} {'pra' if short == 1 else 'pras'} {portuguese_hour(short)} {part}"


TO_24: dict[str, Say] = {"es-ES": spanish_24, "es-US": spanish_24, "pt-BR": portuguese_24}
TO_12: dict[str, Say] = {"es-ES": spanish_12, "es-US": spanish_12, "pt-BR": portuguese_12}
TOWARDS: dict[str, Say] = {"es-ES": spanish_to, "es-US": spanish_to, "pt-BR": portuguese_to}


def clock(understanding: GrammarUnderstanding, locale: str, text: str) -> tuple[int, int]:
    """Hour and minute of the day."""
    intents = understanding.parse(locale, MOMENT, (text,)).intents
    assert [intent.name for intent in intents] == ["moment"], text
    when: Any = intents[0].slots["when"]
    assert isinstance(when, When)
    assert not when.conflict, text
    if when.half == "24":
        return when.hour, when.minute
    assert when.half in ("am", "pm"), text
    return when.hour % 12 + (12 if when.half == "pm" else 0), when.minute


@pytest.mark.parametrize("locale", TO_24)
@settings(deadline=None, max_examples=20)
@given(hour=st.integers(13, 23), minute=st.integers(0, 59))
def test_time_said_by_the_clock_of_24_hours_is_that_time(
    understanding: GrammarUnderstanding, locale: str, hour: int, minute: int
) -> None:
    assert clock(understanding, locale, TO_24[locale](hour, minute)) == (hour, minute)


@pytest.mark.parametrize("locale", TO_24)
@settings(deadline=None, max_examples=20)
@given(hour=st.integers(13, 23), minute=st.integers(0, 59), sign=st.sampled_from(":h"))
def test_time_written_in_numerals_is_that_time(
    understanding: GrammarUnderstanding, locale: str, hour: int, minute: int, sign: str
) -> None:
    assert clock(understanding, locale, f"{hour}{sign}{minute:02}") == (hour, minute)


@pytest.mark.parametrize("locale", TO_12)
@settings(deadline=None, max_examples=20)
@given(hour=st.integers(7, 22), minute=st.integers(0, 59))
def test_time_said_with_its_part_of_the_day_is_that_time(
    understanding: GrammarUnderstanding, locale: str, hour: int, minute: int
) -> None:
    assert clock(understanding, locale, TO_12[locale](hour, minute)) == (hour, minute)


@pytest.mark.parametrize("locale", TOWARDS)
@pytest.mark.parametrize("minute", [35, 40, 45, 50, 55])
@pytest.mark.parametrize("hour", [7, 8, 9, 10, 13, 15, 16])
def test_time_said_towards_the_next_hour_is_that_time(
    understanding: GrammarUnderstanding, locale: str, hour: int, minute: int
) -> None:
    assert clock(understanding, locale, TOWARDS[locale](hour, minute)) == (hour, minute)
