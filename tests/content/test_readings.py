"""Japanese prompts in kana, for the one voice that reads nothing else: led back from the written sentence."""

import importlib.util
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.content import Content, load
from ivr.content.readings import Readings, unread
from ivr.content.speaker import OPTIONAL, PLACE, PromptSpeaker
from ivr.domain.turn import At, Day, Phrase, Say, SayArg, Span, Spelled
from ivr.errors import ContentError
from tests.shipped import GRAMMARS

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
KANJI = re.compile(r"[\u3400-\u9fff]")
PIECES = re.compile(r"\{\w+\}|[\u3041-\u3096\u30a1-\u30fc]+|[\u3400-\u9fff々]+|[A-Za-z]+|\d+|.")
SILENT = re.compile(r"[\s、。:]")
DIGITS = dict(
    zip("0123456789", ["ゼロ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう"], strict=True)
)


@pytest.fixture(scope="module")
def readings(content: Content) -> Readings:
    return Readings(content)


@pytest.fixture
def japanese(tmp_path: Path) -> Path:
    """A folder with Japanese alone."""
    shutil.copytree(GRAMMARS / "ja-JP", tmp_path / "ja-JP")
    return tmp_path


@pytest.mark.parametrize("whole", [True, False])
def test_each_prompt_is_led_back_to_its_own_reading(content: Content, readings: Readings, whole: bool) -> None:
    """`whole`: with the [optional] parts, else without."""
    japanese, wrong = content.locales["ja-JP"], {}
    for key, reading in japanese.readings.items():
        written, read = (
            PLACE.sub("A", OPTIONAL.sub(r"\1" if whole else "", text)) for text in (japanese.prompts[key], reading)
        )
        if readings.of("ja-JP", written) != read:
            wrong[key] = readings.of("ja-JP", written)
    assert wrong == {}


def test_no_prompt_lacks_its_reading(content: Content) -> None:
    assert unread(content.locales["ja-JP"]) == []


def test_no_reading_is_older_than_its_prompt(content: Content) -> None:
    """What a prompt writes in kana, digits and places stands in its reading, too, in that order."""
    japanese = content.locales["ja-JP"]
    assert [
        key
        for key, reading in japanese.readings.items()
        if not re.fullmatch(_readable_as(japanese.prompts[key]), SILENT.sub("", reading))
    ] == []


def test_reading_that_misses_a_sentence_is_noticed(content: Content) -> None:
    written = _readable_as(content.locales["ja-JP"].prompts["membership_held"])
    assert re.fullmatch(written, "かいやくは{until}にゆうこうになりますそれまではおでんわでとりけせます")
    assert not re.fullmatch(written, "かいやくは{until}にゆうこうになります")


def _readable_as(written: str) -> str:
    return "".join(map(_piece_readable_as, PIECES.findall(SILENT.sub("", written))))


def _piece_readable_as(piece: str) -> str:
    if piece in DIGITS:
        return DIGITS[piece]
    if KANJI.match(piece) or (piece.isascii() and piece.isalnum()):
        return "[ぁ-ゖァ-ー]+"
    return re.escape(piece)


@pytest.mark.parametrize(
    ("key", "args", "read"),
    [
        (
            "confirm_moment",
            {"when": At(datetime(2026, 11, 27, 6, 30, tzinfo=UTC), "Asia/Tokyo", NOW)},
            "あした、きんようび、ごご さんじさんじゅっぷんに おでんわ いたします。",
        ),
        (
            "no_order_on_day",
            {"day": Day("2026-11-03")},
            "にせんにじゅうろくねん じゅういちがつみっかかようびに ごちゅうもん",
        ),
        ("hold_ahead", {"count": 2}, "おまちの かたは にめい です。"),
        ("hold_kept", {"code": Spelled("103456"), "wait": Span(300, 600)}, "コード いち ゼロ さん, よん ご ろくを"),
        ("confirm_intent", {"what": Phrase("intent_return_refund")}, "へんぴんと へんきんで よろしい でしょうか。"),
        ("offer_callback", {"wait": Span(300, 600)}, "まちじかんは ごふんからじゅっぷんです。"),
        (
            "whisper_guest",
            {"agent": "Ada", "case": "1 2", "reason": "返品と返金"},
            "いらい です。へんぴんと へんきん。",
        ),
    ],
)
def test_what_stands_in_places_is_read_too(
    content: Content, readings: Readings, key: str, args: Mapping[str, SayArg], read: str
) -> None:
    said = readings.of("ja-JP", PromptSpeaker(content).text("ja-JP", Say(key, args)))
    assert read in said
    assert not KANJI.search(said)


def test_numbers_are_read_only_where_they_are_whole(readings: Readings) -> None:
    assert readings.of("ja-JP", "21時、1,200円") == "にじゅういちじ、1,200円"


def test_other_locales_and_unknown_sentences_are_spoken_as_written(readings: Readings) -> None:
    assert readings.of("ko-KR", "배송 조회") == "배송 조회"
    assert readings.of("ja-JP", "荷物") == "荷物"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('menu: "ご用件を"', "kana"),
        ('moment: "いつ"', "must have the places"),
        ('nothing_such: "なし"', "there is no prompt nothing_such"),
    ],
)
def test_wrong_reading_is_named_with_file_and_line(japanese: Path, line: str, complaint: str) -> None:
    (japanese / "ja-JP" / "readings.yaml").write_text(f"# above\n{line}\n", "utf-8")
    with pytest.raises(ContentError, match=rf"readings\.yaml:2: .*{complaint}"):
        load(japanese)


def test_prompts_without_a_reading_are_known_and_spoken_as_written(content: Content) -> None:
    japanese = content.locales["ja-JP"]
    short = replace(japanese, readings={k: v for k, v in japanese.readings.items() if k != "rate_thanks"})
    assert set(unread(short)) - set(unread(japanese)) == {"rate_thanks"}
    assert unread(content.locales["en-US"]) == []
    assert Readings(Content({"ja-JP": short})).of("ja-JP", "承りました。") == "承りました。"


@pytest.mark.skipif(importlib.util.find_spec("espeakng_loader") is None, reason="espeakng-loader is not installed")
def test_espeak_is_given_kana_by_both_of_our_voices(
    content: Content, readings: Readings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ivr import espeak
    from ivr.cli.demo.voice import reading_aloud
    from ivr.speech.espeak_voice import EspeakVoice

    heard: list[str] = []
    speak = espeak.speak

    def listen(text: str, locale: str, *, voice: str | None = None, rate: int = 160) -> bytes:
        heard.append(text)
        return speak(text, locale, voice=voice, rate=rate)

    monkeypatch.setattr(espeak, "speak", listen)
    written = PromptSpeaker(content).text("ja-JP", Say("order_not_found"))
    spoken = EspeakVoice(readings.of).speak(written, "ja-JP")
    reading_aloud(lambda: content)(written, "ja-JP")
    assert heard == ["その ばんごうの ごちゅうもんは みつかりません でした。"] * 2
    assert len(spoken) < 0.6 * len(EspeakVoice().speak(written, "ja-JP"))  # "chinese letter" for every kanji
