"""Dates and times of day as answers of their own, against babel's formats in every complete locale.

Left out: years (a callback needs none, and moments.yaml has none) and abbreviated months and weekdays, which nobody
says; a weekday with a day of the month (two ways to name a day: asked back, since they may contradict); Korean times
with babel's halves of the day (it writes AM and PM in Latin letters) and, in en-GB, the hour after midnight in figures:
the 24-hour form is tried there instead.
"""

from datetime import date, time, timedelta

import pytest
from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.intents import Builtin, Expects
from ivr.domain.moments import When
from ivr.understanding import GrammarUnderstanding
from tests.effort import EFFORT
from tests.understanding.quantities import LOCALES, slots_of

WHICH_DAY = Expects(builtins=(Builtin.DATE,))
WHAT_TIME = Expects(builtins=(Builtin.TIME,))
BOTH = Expects(builtins=(Builtin.DATE, Builtin.TIME))
DAYS = st.dates(date(2027, 1, 1), date(2028, 12, 31))


def when(understanding: GrammarUnderstanding, locale: str, expects: Expects, text: str) -> When | None:
    slots = slots_of(understanding, locale, expects, text)
    found = None if slots is None else slots["when"]
    assert found is None or isinstance(found, When)
    return found


@pytest.mark.parametrize("locale", LOCALES)
@settings(max_examples=15 * EFFORT, deadline=None)
@given(day=DAYS)
def test_day_of_a_month_comes_back(understanding: GrammarUnderstanding, locale: str, day: date) -> None:
    said = format_skeleton("MMMMd", day, locale=Locale.parse(locale, sep="-"))
    assert when(understanding, locale, WHICH_DAY, said) == When(month=day.month, day=day.day)


@pytest.mark.parametrize("locale", LOCALES)
def test_weekday_comes_back(understanding: GrammarUnderstanding, locale: str) -> None:
    for day in (date(2027, 1, 4) + timedelta(days=number) for number in range(7)):
        said = format_date(day, "EEEE", locale=Locale.parse(locale, sep="-"))
        assert when(understanding, locale, WHICH_DAY, said) == When(weekday=day.weekday())


@pytest.mark.parametrize("locale", LOCALES)
@settings(max_examples=15 * EFFORT, deadline=None)
@given(hour=st.integers(0, 23), minute=st.integers(0, 59))
def test_time_of_day_comes_back(understanding: GrammarUnderstanding, locale: str, hour: int, minute: int) -> None:
    clock = time(13 + hour % 11 if locale in ("ko-KR", "en-GB") else hour, minute)
    form = "HH:mm" if locale == "ko-KR" else "short"
    found = when(understanding, locale, WHAT_TIME, format_time(clock, form, locale=Locale.parse(locale, sep="-")))
    assert found is not None
    assert clock_of(found) == (clock.hour, clock.minute)


def clock_of(found: When) -> tuple[int, int | None]:
    assert found.hour is not None
    by_half = {"am": found.hour % 12, "pm": found.hour % 12 + 12}
    return by_half.get(found.half or "", found.hour), found.minute


@pytest.mark.parametrize(
    ("locale", "text", "wanted"),
    [
        ("en-US", "tomorrow", When(day_offset=1)),
        ("en-US", "next friday", When(weekday=4, next_week=True)),
        ("en-US", "no i said friday", When(weekday=4)),
        ("en-US", "the third of may please", When(month=5, day=3)),
        ("ko-KR", "모레요", When(day_offset=2)),
        ("de-DE", "am dritten Mai", When(month=5, day=3)),
        ("ja-JP", "五月三日です", When(month=5, day=3)),
    ],
)
def test_date_is_understood_as_people_say_it(
    understanding: GrammarUnderstanding, locale: str, text: str, wanted: When
) -> None:
    assert when(understanding, locale, WHICH_DAY, text) == wanted


@pytest.mark.parametrize(
    ("locale", "text", "wanted"),
    [
        ("en-US", "half past three", When(hour=3, minute=30)),
        ("en-US", "at three in the afternoon", When(hour=3, minute=0, half="pm")),
        ("en-US", "noon", When(hour=12, minute=0, half="24")),
        ("ko-KR", "오후 세시 반이요", When(hour=3, minute=30, half="pm")),
        ("fr-FR", "à quinze heures trente", When(hour=15, minute=30, half="24")),
    ],
)
def test_time_is_understood_as_people_say_it(
    understanding: GrammarUnderstanding, locale: str, text: str, wanted: When
) -> None:
    assert when(understanding, locale, WHAT_TIME, text) == wanted


@pytest.mark.parametrize(
    "text", ["tomorrow at three", "tomorrow morning", "in two hours", "now", "next week", "friday or saturday", "three"]
)
def test_what_is_more_or_other_than_a_day_is_no_date(understanding: GrammarUnderstanding, text: str) -> None:
    assert understanding.parse("en-US", WHICH_DAY, (text,)).intents == ()


@pytest.mark.parametrize("text", ["tomorrow at three", "in the morning", "in two hours", "now", "after six", "friday"])
def test_what_is_more_or_other_than_a_time_is_no_time(understanding: GrammarUnderstanding, text: str) -> None:
    assert understanding.parse("en-US", WHAT_TIME, (text,)).intents == ()


def test_turn_that_asks_for_either_gets_what_was_said(understanding: GrammarUnderstanding) -> None:
    assert (
        understanding.parse("en-US", BOTH, ("friday",)).first
        == understanding.parse("en-US", WHICH_DAY, ("friday",)).first
    )
    first = understanding.parse("en-US", BOTH, ("three p m",)).first
    assert first is not None
    assert first.name == "time"
    assert understanding.parse("en-US", BOTH, ("friday at three p m",)).intents == ()


@pytest.mark.parametrize(
    ("expects", "text", "complete"),
    [
        (WHICH_DAY, "the day after tomorrow", False),
        (WHICH_DAY, "the third of may", True),
        (WHAT_TIME, "three", False),
        (WHAT_TIME, "half past three p m", True),
    ],
)
def test_date_or_time_that_may_go_on_is_not_complete(
    understanding: GrammarUnderstanding, expects: Expects, text: str, complete: bool
) -> None:
    assert understanding.is_complete("en-US", expects, text) is complete


@pytest.mark.parametrize("locale", LOCALES)
def test_recogniser_listens_for_dates_and_times_but_not_for_every_one(
    understanding: GrammarUnderstanding, locale: str
) -> None:
    for expects in (WHICH_DAY, WHAT_TIME):
        grammar = understanding.grammar(locale, expects)
        assert 300 < len(grammar.phrases) < 5000
        assert f"<say_{expects.builtins[0]}>" in grammar.jsgf
