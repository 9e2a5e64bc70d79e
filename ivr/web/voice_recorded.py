"""Answers that the carrier recorded (IVR_HEARING=record): fetched, heard by our recogniser, stepped, deleted."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from ivr.domain.hearing import Grammar
from ivr.domain.turn import Next, Turn
from ivr.errors import CarrierUnclear, EngineUnavailable, IvrError, NotFound
from ivr.service.ports import CallRecordings
from ivr.speech.endpointing import ALTERNATIVES, LONGEST_RECORDING_SECONDS
from ivr.speech.recognizers import Recognizers
from ivr.web.services import Services
from ivr.web.voice_log import readings_for_log, tells_of_card

if TYPE_CHECKING:
    from ivr.speech.transcript import Transcript

log = structlog.get_logger(__name__)

MISSING_PAUSES: Final = (0.0, 0.3, 0.5)
"""Record's action is often requested before the file is there: so many looks in one webhook."""
MISSING_TRIES: Final = 4
"""And so many webhooks, a second apart: then it is taken for lost."""
UNCLEAR_TRIES: Final = 2
"""The same for a carrier that does not answer, which takes seconds each time."""
DELETERS: Final = 2


@dataclass(frozen=True)
class RecordedAnswer:
    """What a recording has led to."""

    turn: Turn
    was_said: bool
    """False: silence, a click, a cough."""
    heard: str
    """For the log."""


class RecordedAnswers:
    """Makes steps of recordings. A caller whose words are lost by our fault is told so and goes on by keys."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._calls = services.calls
        self._deleting = ThreadPoolExecutor(DELETERS, thread_name_prefix="recordings")
        if services.recordings is not None:
            self._deleting.submit(_read_libraries)

    def hear(self, sid: str, number: int, recording: str, *, tries: int) -> RecordedAnswer | None:
        """The answer to a turn; None: the file is not there yet, ask once more. Raises NotFound for an unknown call."""
        hearing = self._calls.hearing(sid)
        if hearing is None or hearing[0].number != number:
            self.forget(recording)
            return RecordedAnswer(self._calls.present(sid), True, "late_recording")
        turn, grammar = hearing
        try:
            heard = self._transcript(turn, grammar, recording)
        except (NotFound, CarrierUnclear) as error:
            if tries + 1 < (UNCLEAR_TRIES if isinstance(error, CarrierUnclear) else MISSING_TRIES):
                return None
            return self._lost(sid, turn, recording, error)
        except Exception as error:  # noqa: BLE001  whatever a file or an engine does, the call goes on
            return self._lost(sid, turn, recording, error)
        self._is_repeated(sid, recording)  # remembered: should it come twice, it is not lost
        self.forget(recording)
        return self._step(sid, turn, heard)

    def forget(self, recording: str) -> None:
        """Delete it at the carrier, in the background; what fails here is found by the sweep."""
        if recording:
            self._deleting.submit(self._delete, recording)

    def _transcript(self, turn: Turn, grammar: Grammar, recording: str) -> "Transcript":
        # Imported here: the engines, NumPy and the sound library are read after the server has begun to take calls.
        from ivr.speech.sound_files import recorded
        from ivr.speech.transcript import transcribe

        samples = recorded(self._sound(recording), most_seconds=LONGEST_RECORDING_SECONDS)
        return transcribe(samples, self._ears(), grammar, alternatives=ALTERNATIVES[turn.pace])

    def _step(self, sid: str, turn: Turn, heard: "Transcript") -> RecordedAnswer:
        words, seconds = readings_for_log(turn, heard.readings), round(heard.audio_seconds, 2)
        about = {"engine": heard.engine, "readings": words, "decode_seconds": round(heard.decode_seconds, 3)}
        if not heard.was_said:
            log.info("heard", call=sid, turn=turn.number, audio_seconds=seconds, **about)
            return RecordedAnswer(turn, False, "silence")
        self._services.metrics.utterances.labels(heard.engine).inc()
        after = self._calls.speech(sid, turn.number, heard.readings, engine=heard.engine, audio_seconds=seconds)
        if tells_of_card(after):
            words, about["readings"] = [], []
        log.info("heard", call=sid, turn=turn.number, audio_seconds=seconds, **about)
        if after.number == turn.number and turn.next is Next.LISTEN:
            # Digits that were not understood leave the turn to keys half way in; here the keys' time is over.
            after = self._calls.silence(sid, turn.number)
        return RecordedAnswer(after, True, str(words[:1]))

    def _ears(self) -> Recognizers:
        ears = self._services.recognizer
        if ears is None:
            raise EngineUnavailable("no speech engine is loaded in this process: the keypad serves")
        return ears

    def _sound(self, recording: str) -> bytes:
        """The file, perhaps only at the second look."""
        for pause_seconds in MISSING_PAUSES:
            time.sleep(pause_seconds)
            try:
                return self._recordings().sound(recording)
            except NotFound as error:
                missing = error
        raise missing

    def _recordings(self) -> CallRecordings:
        recordings = self._services.recordings
        if recordings is None:
            raise EngineUnavailable("this process does not fetch recordings: the keypad serves")
        return recordings

    def _lost(self, sid: str, turn: Turn, recording: str, error: Exception) -> RecordedAnswer:
        self.forget(recording)
        if self._is_repeated(sid, recording):  # the carrier sent it twice: the first was heard, then deleted
            return RecordedAnswer(self._calls.present(sid), True, "repeated_recording")
        code = error.code if isinstance(error, IvrError) else "internal"
        log.error("recording_lost", call=sid, turn=turn.number, code=code, error=str(error))
        self._services.metrics.recordings_lost.labels(code).inc()
        return RecordedAnswer(self._calls.unheard(sid, turn.number), True, "lost_recording")

    def _is_repeated(self, sid: str, recording: str) -> bool:
        with self._services.store.begin() as uow:
            is_new = uow.guards.is_new_webhook(sid, "recording", recording)
            uow.commit()
        return not is_new

    def _delete(self, recording: str) -> None:
        try:
            self._recordings().delete(recording)
        except IvrError as error:
            log.warning("recording_not_deleted", code=error.code, error=str(error))


def _read_libraries() -> None:
    """Beside the start, so that the first answer does not wait for them: the carrier gives a document 15 s."""
    import ivr.speech.sound_files
    import ivr.speech.transcript  # noqa: F401
