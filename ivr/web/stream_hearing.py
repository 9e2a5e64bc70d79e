"""One call's hearing: what the listener tells becomes steps of the call, and each step the next document."""

import time
from typing import Final

import structlog

from ivr.domain.hearing import Hypothesis, Pace
from ivr.domain.turn import Next, Turn
from ivr.errors import CallGone, CarrierRejected, CarrierUnclear
from ivr.speech.events import FalseStart, Heard, HearingFailed, ListenEvent, Rejected, SpeechStarted, SpeechSure
from ivr.speech.listener import Listener
from ivr.speech.recognizers import Recognizers
from ivr.speech.turn_taker import Listening
from ivr.web.hearing_pools import HearingPools
from ivr.web.services import Services
from ivr.web.stream_calls import OpenStreams
from ivr.web.voice_log import words_for_log

log = structlog.get_logger(__name__)

AGAIN_SECONDS: Final = 0.4
"""A redirect that failed is tried once more; after that the Gather's own end serves the turn."""
ALTERNATIVES: Final = {Pace.DIRECTED: 3, Pace.DIGITS: 5}
"""Readings asked of the recogniser: it can't count digits, so more of them are looked through (speech.md)."""
SHOWN_READINGS: Final = 3


class CallHearing:
    """Hears one live call. `feed` and `close` belong to the socket's thread; everything else happens in workers."""

    def __init__(
        self, services: Services, streams: OpenStreams, pools: HearingPools, *, recognizer: Recognizers, sid: str
    ) -> None:
        self._services = services
        self._calls = services.calls
        self._streams = streams
        self._pools = pools
        self._recognizer = recognizer
        self._sid = sid
        self._turn: Turn | None = None
        """The turn that the present utterance answers."""
        self._stopped_prompt_of = -1
        self._listener = Listener(self._ask, self._tell, recognizer, pools.calls)

    def feed(self, payload: bytes, timestamp_ms: int) -> None:
        """Take mu-law of any length; cheap."""
        self._listener.feed(payload, timestamp_ms)

    def expect(self, turn: Turn) -> None:
        """Have the turn's grammar compiled before the caller answers."""
        if turn.next in (Next.LISTEN, Next.HOLD):
            self._pools.calls.submit(self._prepare, turn)

    def close(self) -> None:
        """The stream is over."""
        self._listener.close()

    def _ask(self) -> Listening | None:
        """At each onset the row says what is listened for: keys may have moved the call on, in any process."""
        hearing = self._calls.hearing(self._sid)
        if hearing is None or not hearing[1].phrases or not self._recognizer.hears(hearing[0].locale):
            return None
        turn, grammar = hearing
        self._turn = turn
        return Listening(
            grammar=grammar,
            pace=turn.pace,
            alternatives=ALTERNATIVES[turn.pace],
            complete=lambda text: self._calls.is_complete(turn, text),
            token=turn.number,
            enough=lambda text: self._calls.is_enough(turn, text),
        )

    def _prepare(self, turn: Turn) -> None:
        if not self._recognizer.hears(turn.locale):
            return
        grammar = self._services.understanding.grammar(turn.locale, turn.expects)
        if grammar.phrases and self._pools.is_unprepared(grammar):
            self._recognizer.open(grammar, alternatives=ALTERNATIVES[turn.pace]).finish()

    def _tell(self, event: ListenEvent) -> None:
        match event:
            case SpeechStarted():
                self._calls.speaking(self._sid, True)
            case SpeechSure():
                self._stop_prompt()
            case Heard():
                self._step(event, event.hypotheses)
            case Rejected():
                self._rejected(event)
            case FalseStart():
                self._calls.speaking(self._sid, False)
            case HearingFailed():
                self._failed(event)

    def _stop_prompt(self) -> None:
        """Speech over a prompt stops it, once a turn; never while keys may be half way in."""
        turn = self._turn
        if turn is None or turn.next is not Next.LISTEN or turn.pace is Pace.DIGITS or turn.key_count > 1:
            return
        if turn.number == self._stopped_prompt_of or not self._streams.may_be_speaking(self._sid):
            return
        self._stopped_prompt_of = turn.number
        self._pools.requests.submit(self._redirect, turn.number, listening=True)

    def _rejected(self, event: Rejected) -> None:
        # Talk beside the telephone is no answer to music.
        if self._turn is not None and self._turn.next is Next.HOLD:
            self._calls.speaking(self._sid, False)
        else:
            self._step(event, ())

    def _step(self, event: Heard | Rejected, readings: tuple[Hypothesis, ...]) -> None:
        """The words go into the call; if it moved on, the carrier fetches the next document."""
        found_at, asked = time.monotonic(), self._turn
        number = asked.number if asked is not None else 0
        is_late = self._streams.is_served(self._sid, number + 1)
        turn = self._calls.speech(self._sid, number, readings, engine=event.engine, audio_seconds=event.audio_seconds)
        moved = turn.number != number and not is_late
        if moved:
            self._streams.heard(self._sid, found_at)
            self._pools.requests.submit(self._redirect, turn.number, listening=False)
        else:
            self._calls.speaking(self._sid, False)
        self._services.metrics.utterances.labels(event.engine).inc()
        self._log(event, readings, moved=moved)

    def _redirect(self, number: int, *, listening: bool) -> None:
        """Make the carrier fetch the turn's document. Runs in a thread of its own pool."""
        path = f"/voice/turn/{number}" + ("?listen=1" if listening else "")
        for pause_seconds in (0.0, AGAIN_SECONDS):
            time.sleep(pause_seconds)
            if self._streams.is_served(self._sid, number + 1):
                return  # keys or an agent moved the call on: to interrupt that would end a conversation
            try:
                self._services.phone.redirect(self._sid, path)
                return
            except CallGone:
                log.info("call_gone_meanwhile", call=self._sid, turn=number)
                return
            except (CarrierRejected, CarrierUnclear) as error:
                log.warning("redirect_failed", call=self._sid, turn=number, code=error.code, error=str(error))
                if listening or self._streams.is_served(self._sid, number):
                    return

    def _failed(self, event: HearingFailed) -> None:
        """The listener has logged it. This must not raise: it is the listener's own way out."""
        self._services.metrics.stream_faults.labels("hearing_failed").inc()
        self._pools.requests.submit(self._calls.speaking, self._sid, False)

    def _log(self, event: Heard | Rejected, readings: tuple[Hypothesis, ...], *, moved: bool) -> None:
        turn = self._turn
        spelled = turn is not None and turn.pace is Pace.DIGITS
        shown = [(_shown(r.text, spelled=spelled), round(r.score, 2)) for r in readings[:SHOWN_READINGS]]
        log.info(
            "heard",
            call=self._sid,
            turn=turn.number if turn else 0,
            engine=event.engine,
            readings=shown,
            audio_seconds=round(event.audio_seconds, 2),
            decode_seconds=round(event.decode_seconds, 3) if isinstance(event, Heard) else None,
            moved=moved,
        )


def _shown(text: str, *, spelled: bool) -> str:
    """Spoken digits may be a telephone number: only how many words there were is logged."""
    return f"({len(text.split())} words)" if spelled else words_for_log(text)
