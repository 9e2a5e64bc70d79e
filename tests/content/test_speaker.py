"""Prompts in words: moments, spans, money, digits, optional parts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.content import Content
from ivr.content.prompt_checks import REQUIRED_PROMPTS
from ivr.content.speaker import PromptSpeaker
from ivr.domain.drop_offs import DropOff
from ivr.domain.turn import At, Money, Phrase, Say, SayArg, Span, Spelled
from ivr.errors import ContentError

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""Tuesday, ten in the morning in New York; in Seoul already Wednesday, midnight."""
NEW_YORK, SEOUL = "America/New_York", "Asia/Seoul"


@pytest.fixture(scope="session")
def speaker(content: Content) -> PromptSpeaker:
    """The speaker of all locales."""
    return PromptSpeaker(content)


def when(speaker: PromptSpeaker, locale: str, zone: str, hours: float) -> str:
    return speaker.text(locale, Say("moment", {"when": At(NOW + timedelta(hours=hours), zone, NOW)}))


def span(speaker: PromptSpeaker, locale: str, low: int, high: int) -> str:
    return speaker.text(locale, Say("span", {"wait": Span(low, high)}))


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en-US", "I will call you tomorrow, Wednesday, between 3 PM and 5:30 PM."),
        ("ko-KR", "내일 수요일 오후 3시에서 오후 5시 30분 사이에 전화드리겠습니다."),
        ("es-US", "Le llamaremos mañana miércoles entre las 3:00 de la tarde y las 5:30 de la tarde."),
        ("de-DE", "Ich rufe Sie morgen, Mittwoch, zwischen 15 Uhr und 17 Uhr 30 an."),
        ("ja-JP", "明日、水曜日、午後3時から午後5時30分の間にお電話いたします。"),
    ],
)
def test_window_is_told_as_one(speaker: PromptSpeaker, locale: str, said: str) -> None:
    day = datetime(2026, 3, 11, tzinfo=UTC)
    when = At(day.replace(hour=15), "UTC", day - timedelta(hours=12), day.replace(hour=17, minute=30))
    assert speaker.text(locale, Say("confirm_moment", {"when": when})).startswith(said)


@pytest.mark.parametrize(
    ("hours", "english"),
    [
        (5.5, "today at 3:30 PM"),
        (5, "today at 3 PM"),
        (29.5, "tomorrow, Wednesday, at 3:30 PM"),
        (77.5, "Friday, November 27, at 3:30 PM"),
        (-24, "yesterday at 10 AM"),
        (14, "tomorrow, Wednesday, at 12 AM"),
    ],
)
def test_moment_in_english(speaker: PromptSpeaker, hours: float, english: str) -> None:
    assert when(speaker, "en-US", NEW_YORK, hours) == english


@pytest.mark.parametrize(
    ("hours", "korean"),
    [
        (15.5, "오늘 오후 3시 30분"),
        (39.5, "내일 목요일 오후 3시 30분"),
        (34, "내일 목요일 오전 10시"),
        (82, "11월 28일 토요일 오전 10시"),
        (-14, "어제 오전 10시"),
    ],
)
def test_moment_in_korean(speaker: PromptSpeaker, hours: float, korean: str) -> None:
    assert when(speaker, "ko-KR", SEOUL, hours) == korean


@pytest.mark.parametrize(
    ("hours", "spanish"),
    [
        (1.5, "hoy a las 5:30 de la tarde"),
        (21, "mañana miércoles a la 1 de la tarde"),
        (21.25, "mañana miércoles a la 1:15 de la tarde"),
        (89, "el sábado 28 de noviembre a las 9 de la mañana"),
        (20, "mañana miércoles a las 12 del mediodía"),
        (-23, "ayer a las 5 de la tarde"),
    ],
)
def test_moment_in_spanish(speaker: PromptSpeaker, hours: float, spanish: str) -> None:
    assert when(speaker, "es-ES", "Europe/Madrid", hours) == spanish


@pytest.mark.parametrize(
    ("low", "high", "english", "korean"),
    [
        (0, 30, "less than a minute", "일 분 미만"),
        (20, 60, "about a minute", "약 일 분"),
        (300, 300, "about 5 minutes", "약 5분"),
        (290, 610, "between 4 and 11 minutes", "4분에서 11분"),
        (0, 300, "up to 5 minutes", "최대 5분"),
        (3600, 3600, "about 60 minutes", "약 60분"),
        (3600, 10800, "between 1 and 3 hours", "1시간에서 3시간"),
        (7200 + 3600, 7200 + 3600, "about 3 hours", "약 3시간"),
        (600, 10800, "up to 3 hours", "최대 3시간"),
    ],
)
def test_span_in_whole_minutes_or_hours(speaker: PromptSpeaker, low: int, high: int, english: str, korean: str) -> None:
    assert span(speaker, "en-US", low, high) == english
    assert span(speaker, "ko-KR", low, high) == korean


@pytest.mark.parametrize(
    ("digits", "spoken"),
    [
        ("1234567", "1 2 3, 4 5 6 7"),
        ("11288403124471926", "1 1 2, 8 8 4, 0 3 1 2, 4 4 7, 1 9 2 6"),
        ("12025550143", "1, 2 0 2, 5 5 5, 0 1 4 3"),
        ("123456", "1 2 3, 4 5 6"),
        ("12", "1 2"),
        ("10000008", "1, 0 0 0, 0 0 0 8"),
    ],
)
def test_digits_are_read_one_by_one_in_groups(speaker: PromptSpeaker, digits: str, spoken: str) -> None:
    assert speaker.text("en-US", Say("confirm_callback_number", {"number": Spelled(digits)})).startswith(
        f"I have {spoken}."
    )


def test_code_in_a_text_message_stands_together(speaker: PromptSpeaker) -> None:
    text = speaker.text("en-US", Say("verification_text", {"company": "Ringback", "code": Spelled("123456")}))
    assert "123456" in text


def test_part_with_a_missing_place_is_left_out(speaker: PromptSpeaker) -> None:
    short = speaker.text("en-US", Say("whisper", {"case": Spelled("1234567"), "company": "x", "name": ""}))
    assert short == "Callback. Press 1 to take it, 2 pass, 3 later."
    full = {"name": "Ada", "item": "tea kettle", "reason": "it never came", "tries": 1}
    assert "Callback for Ada, tea kettle. it never came. Tries so far: 1." in speaker.text(
        "en-US", Say("whisper", full)
    )


def test_place_that_is_not_filled_is_an_error(speaker: PromptSpeaker) -> None:
    with pytest.raises(ContentError, match="goodbye of en-US needs company"):
        speaker.text("en-US", Say("goodbye"))


def test_unknown_prompt_is_an_error(speaker: PromptSpeaker) -> None:
    with pytest.raises(ContentError, match="no prompt sing"):
        speaker.text("en-US", Say("sing"))
    with pytest.raises(ContentError, match="xx-XX"):
        speaker.text("xx-XX", Say("goodbye"))


def test_prompt_inside_a_prompt_and_in_another_language(speaker: PromptSpeaker) -> None:
    said = Say("confirm_intent", {"what": Phrase("intent_cancel_order")})
    assert "canceling an order" in speaker.text("en-US", said)
    assert speaker.text("en-US", Say("language_menu", {"key": 2}, locale="ko-KR")).startswith("한국어는 2번")


def test_money_is_spoken_with_usual_spaces(speaker: PromptSpeaker) -> None:
    assert "$19.99" in speaker.text("en-US", Say("cancel_done", {"item": Money("19.99", "USD")}))
    assert "₩64,000" in speaker.text("ko-KR", Say("cancel_done", {"item": Money("64000", "KRW")}))


ARGS: dict[str, SayArg] = {"when": At(NOW, SEOUL, NOW), "until": At(NOW, SEOUL, NOW), "wait": Span(300, 600)}


@pytest.mark.parametrize("locale", ["en-US", "es-ES", "es-US", "ko-KR", "pt-BR"])
@pytest.mark.parametrize("key", REQUIRED_PROMPTS)
def test_every_prompt_can_be_spoken(speaker: PromptSpeaker, locale: str, key: str) -> None:
    args = {place: ARGS.get(place, Spelled("1234567")) for place in REQUIRED_PROMPTS[key]}
    text = speaker.text(locale, Say(key, args))
    assert text
    assert not set(text) & set("{}[]\u202f\u00a0\n")
    assert "  " not in text


@pytest.mark.parametrize(
    ("locale", "meters", "said"),
    [
        ("en-US", 400, "0.2 miles"),
        ("en-US", 90, "0.1 miles"),
        ("de-DE", 400, "400 Meter"),
        ("fr-FR", 1234, "1,2 kilomètre"),
        ("ko-KR", 3, "10미터"),
        ("ja-JP", 404, "400 メートル"),
    ],
)
def test_a_way_is_told_in_the_units_of_the_country(speaker: PromptSpeaker, locale: str, meters: int, said: str) -> None:
    place = DropOff("Corner Books", "12 Main Street", meters)
    text = speaker.text(locale, Say("drop_off_near", place.told()))
    assert all(part in text for part in ("Corner Books", "12 Main Street", said))


def test_until_when_a_place_is_open_is_left_out_where_nobody_told(speaker: PromptSpeaker) -> None:
    place = DropOff("Corner Books", "12 Main Street", 400, "18:00")
    assert speaker.text("en-US", Say("drop_off_text", place.told())).endswith("(0.2 miles), open until 6:00 PM")
    assert speaker.text("de-DE", Say("drop_off_text", replace(place, open_until="").told())).endswith("(400 Meter)")
