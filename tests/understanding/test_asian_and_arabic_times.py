"""Times all through the day, in the words and numerals of each language, are the times that were said."""

from collections.abc import Callable, Iterator
from datetime import time

import pytest
from babel.dates import format_time

from ivr.domain.intents import Builtin, Expects
from ivr.domain.moments import When
from ivr.understanding import GrammarUnderstanding

MOMENT = Expects(builtins=(Builtin.MOMENT, Builtin.BOOLEAN))
HALF_A_DAY = 12 * 60
MINUTES = (0, 1, 9, 10, 15, 20, 29, 30, 40, 45, 50, 55, 59)
NIGHT = range(6)
"""Hours that nobody asks to be called at, and that "night" names doubtfully."""
Spellings = Callable[[time], Iterator[str]]


def kanji(number: int) -> str:
    """十五, by hand: the grammar takes its numerals from CLDR."""
    tens, units = divmod(number, 10)
    return ("", "十", "二十", "三十", "四十", "五十")[tens] + "〇一二三四五六七八九"[units] * bool(units or not tens)


def japanese(at: time) -> Iterator[str]:
    half, hour = ("午前", "午後")[at.hour >= 12], at.hour % 12
    yield format_time(at, "aK時m分", locale="ja_JP")
    yield format_time(at, "H:mm", locale="ja_JP")
    yield format_time(at, "H時m分", locale="ja_JP")
    if hour:
        minute = f"{kanji(at.minute)}分" if at.minute else ""
        yield f"明日の{half}{kanji(hour)}時{minute}にお電話ください"
    if hour and at.minute == 30:
        yield f"{half} {kanji(hour)} 時 半 に"
    if hour != 11 and at.minute in (40, 45, 50, 55):
        yield f"{half}の{kanji(hour + 1)}時{kanji(60 - at.minute)}分前"


HINDI = ["एक", "दो", "तीन", "चार", "पाँच", "छः", "सात", "आठ", "नौ", "दस", "ग्यारह", "बारह"]
HINDI_MINUTES = {10: "दस", 15: "पंद्रह", 20: "बीस", 30: "तीस", 40: "चालीस", 45: "पैंतालीस", 50: "पचास", 55: "पचपन"}


def hindi(at: time) -> Iterator[str]:
    """Halves and quarters have words of their own: साढ़े, सवा, पौने, डेढ़, ढाई."""
    yield (
        format_time(at, "B h:mm 'बजे'", locale="hi_IN")
        if at.hour not in NIGHT
        else format_time(at, "H:mm", locale="en_US")
    )
    hour, following = HINDI[(at.hour - 1) % 12], HINDI[at.hour % 12]
    if at.minute == 0:
        yield f"{hour} बजे"
    if at.minute in HINDI_MINUTES:
        yield f"{hour} बजकर {HINDI_MINUTES[at.minute]} मिनट पर"
    if at.minute == 15:
        yield f"कल सवा {hour} बजे फोन कीजिए"
    if at.minute == 30:
        yield {1: "डेढ़ बजे", 2: "ढाई बजे"}.get(at.hour % 12, f"साढ़े {hour} बजे")
    if at.minute == 45:
        yield f"पौने {following} बजे"
    if at.minute == 50:
        yield f"{following} बजने में दस मिनट"


ARABIC = [
    "الواحدة",
    "الثانية",
    "الثالثة",
    "الرابعة",
    "الخامسة",
    "السادسة",
    "السابعة",
    "الثامنة",
    "التاسعة",
    "العاشرة",
    "الحادية_عشرة",
    "الثانية_عشرة",
]
ARABIC_PAST = {10: "وعشر دقائق", 15: "والربع", 20: "والثلث", 30: "والنصف", 40: "وأربعون دقيقة", 9: "وتسع دقائق"}
ARABIC_TO = {40: "إلا ثلثًا", 45: "إلا ربعًا", 50: "إلا عشر دقائق", 55: "إلا خمس دقائق"}


def arabic(at: time) -> Iterator[str]:
    """Hours are ordinals; halves, quarters and thirds are said, and the rest to the next hour."""
    hour, following = ARABIC[(at.hour - 1) % 12].replace("_", " "), ARABIC[at.hour % 12].replace("_", " ")
    half = "صباحًا" if at.hour < 12 else "مساءً"
    yield format_time(at, "H:mm", locale="en_US")
    if at.hour % 12:
        yield format_time(at, "h:mm a", locale="ar")
        yield f"غدًا الساعة {at.hour % 12}:{at.minute:02} {half}".translate({48 + n: 0x660 + n for n in range(10)})
    if at.minute in (0, *ARABIC_PAST) and at.hour % 12:
        yield f"الساعة {hour} {ARABIC_PAST.get(at.minute, '')} {half}"
    if at.minute in ARABIC_TO:
        yield f"الساعة {following} {ARABIC_TO[at.minute]}"


SPELLINGS: dict[str, Spellings] = {"ja-JP": japanese, "hi-IN": hindi, "ar": arabic}


def is_said(when: object, at: time) -> bool:
    """Without a half of the day, the time or its other half."""
    if not isinstance(when, When) or when.conflict or when.hour is None:
        return False
    hour = when.hour % 12 + 12 * (when.half == "pm") if when.half in ("am", "pm") else when.hour
    apart = hour * 60 + (when.minute or 0) - at.hour * 60 - at.minute
    return apart == 0 if when.half else apart % HALF_A_DAY == 0


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("locale", SPELLINGS)
def test_every_time_of_day_is_understood_as_it_was_said(
    understanding: GrammarUnderstanding, locale: str, hour: int
) -> None:
    wrong = []
    for minute in MINUTES:
        at = time(hour, minute)
        for text in SPELLINGS[locale](at):
            meaning = understanding.parse(locale, MOMENT, (text,))
            if len(meaning.intents) != 1 or not is_said(meaning.intents[0].slots.get("when"), at):
                wrong.append((text, meaning))
    assert wrong == []
