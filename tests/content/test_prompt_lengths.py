"""Nobody can keep more than twelve seconds in mind: no prompt takes longer, but for those that name many keys."""

import re

from ivr.content import Content
from ivr.service.shop_words import spoken_seconds

LONGEST = 12.0
"""Seconds a prompt takes to say, at the most."""
NAME_MANY_KEYS = {"menu", "menu_keys", "menu_rephrase", "offer_callback_wait", "offer_callback", "ask_moment_keys"}
"""They can be interrupted at any time, and are: whoever calls again knows them."""
TOLD_TO_MACHINES = {"machine_message", "code_call"}
"""A message that is left behind, and a call whose first sentences say who calls and why."""
CANNOT_BE_UNDONE = {"delete_confirm"}
"""Whoever agrees to this has heard all that follows from it."""
LONGEST_OF_THESE = 30.0
SYLLABIC = {
    "ko-KR": ("3월 12일 목요일 오후 4시", "1만 2천 원"),
    "ja-JP": ("3月12日木曜日の午後4時", "3600円"),
    "zh-CN": ("3月12日星期四下午4点", "12.5美元"),
}
"""A moment and an amount where each sign is a syllable."""
ELSEWHERE = ("Thursday, March 12th, at four in the afternoon", "twelve dollars and fifty cents")
WORDS = {
    "wait": "four minutes",
    "digits": "1 2 3 4 5 6 7",
    "case": "1 2 3 4 5 6 7",
    "company": "Ringback",
}


def whole(text: str, locale: str) -> str:
    """With all its optional parts, and with places as long as they usually are."""
    when, amount = SYLLABIC.get(locale, ELSEWHERE)
    fills = {**WORDS, "amount": amount, **dict.fromkeys(("when", "until", "since"), when)}
    return re.sub(r"\{(\w+)\}", lambda place: fills.get(place[1], "coffee maker"), re.sub(r"[\[\]]", "", text))


def test_no_prompt_takes_longer_than_twelve_seconds_but_lists_of_keys(content: Content) -> None:
    lengths = {
        (locale, key): spoken_seconds(whole(str(text), locale), locale)
        for locale, one in content.locales.items()
        for key, text in one.prompts.items()
    }
    long = NAME_MANY_KEYS | TOLD_TO_MACHINES | CANNOT_BE_UNDONE
    assert {at: seconds for at, seconds in lengths.items() if seconds > LONGEST and at[1] not in long} == {}
    assert max(lengths.values()) <= LONGEST_OF_THESE
    assert {key for (_, key), seconds in lengths.items() if seconds > LONGEST} == long, "an exception is none any more"
