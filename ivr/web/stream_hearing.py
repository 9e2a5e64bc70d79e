"""One call's hearing: what the listener tells becomes steps of the call, and each step the next document."""

import time
from collections.abc import Sequence
from typing import Protocol

import structlog

from ivr.domain.hearing import Grammar, Hypothesis
from ivr.domain.turn import Next, Turn
from ivr.speech.echo import OwnVoice
from ivr.speech.endpointing import ALTERNATIVES
from ivr.speech.events import FalseStart, Heard, HearingFailed, ListenEvent, Rejected, SpeechStarted, SpeechSure
from ivr.speech.listener import Listener
from ivr.speech.recognizers import Recognizers
from ivr.speech.turn_taker import Listening
from ivr.web.false_stops import FalseStops, is_sure
from ivr.web.hearing_pools import HearingPools
from ivr.web.services import Services
from ivr.web.stream_calls import OpenStreams
from ivr.web.stream_redirects import Answering
from ivr.web.voice_log import readings_for_log, tells_of_card

log = structlog.get_logger(__name__)


class Conversation(Protocol):
    """Whose words these are: service.calls.CallService, or service.leg_hearing.LegHearing."""

    def hearing(self, sid: str) -> tuple[Turn, Grammar] | None: ...
    def is_complete(self, turn: Turn, text: str) -> bool: ...
    def is_enough(self, turn: Turn, text: str) -> bool: ...
    def speaking(self, sid: str, is_speaking: bool) -> None: ...
    def speech(
        self, sid: str, turn: int, readings: Sequence[Hypothesis], *, engine: str, audio_seconds: float, level: float
    ) -> Turn: ...


class CallHearing:
    """Hears one live call. `feed` and `close` belong to the socket's thread; everything else happens in workers."""

    def __init__(
        self,
        services: Services,
        streams: OpenStreams,
        pools: HearingPools,
        answering: Answering,
        *,
        recognizer: Recognizers,
        sid: str,
        own: OwnVoice | None = None,
    ) -> None:
        """`own`: what we say into the same stream."""
        self._services = services
        is_leg = bool(services.leg_hearing.leg_id(sid))
        self._calls: Conversation = services.leg_hearing if is_leg else services.calls
        self._streams = streams
        self._pools = pools
        self._answering = answering
        self._recognizer = recognizer
        self._sid = sid
        self._turn: Turn | None = None
        """The turn that the present utterance answers."""
        self._listener = Listener(self._ask, self._tell, recognizer, pools.calls, own)
        self._stops = FalseStops()

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
                self._stops.begin()
                self._calls.speaking(self._sid, True)
            case SpeechSure() if self._turn is not None:
                self._sure(event, self._turn)
            case Heard():
                self._over(event, event.hypotheses)
            case Rejected():
                self._over(event, ())
            case FalseStart():
                self._stops.end()
                self._stay()
            case HearingFailed():
                self._failed(event)

    def _sure(self, event: SpeechSure, turn: Turn) -> None:
        is_playing = self._answering.speaks(turn)
        self._stops.sure(event.level, is_playing=is_playing, stop=lambda: self._answering.interrupt(turn))

    def _over(self, event: Heard | Rejected, readings: tuple[Hypothesis, ...]) -> None:
        # Talk beside the telephone is no answer to music.
        beside = not readings and self._turn is not None and self._turn.next is Next.HOLD
        is_nothing = beside or self._stops.is_nothing(readings, self._prompt)
        self._stops.end(is_understood=is_sure(readings) and not is_nothing, level=event.level)
        if is_nothing:
            self._stay()
        else:
            self._step(event, readings)

    def _prompt(self) -> str:
        turn, text = self._turn, self._services.speaker.text
        return " ".join(text(say.locale or turn.locale, say) for say in turn.say) if turn is not None else ""

    def _step(self, event: Heard | Rejected, readings: tuple[Hypothesis, ...]) -> None:
        """The words go into the call; if it moved on, the next turn is played or fetched."""
        found_at, asked = time.monotonic(), self._turn
        number = asked.number if asked is not None else 0
        is_late = self._streams.is_served(self._sid, number + 1)
        sound = {"audio_seconds": event.audio_seconds, "level": event.level}
        turn = self._calls.speech(self._sid, number, readings, engine=event.engine, **sound)
        moved = turn.number != number and not is_late
        if moved:
            self._streams.heard(self._sid, found_at)
            self._answering.go_on(turn)
        else:
            self._stay()
        self._services.metrics.utterances.labels(event.engine).inc()
        self._log(event, () if tells_of_card(turn) else readings, moved=moved)

    def _stay(self) -> None:
        self._calls.speaking(self._sid, False)
        self._answering.stay(self._turn)

    def _failed(self, event: HearingFailed) -> None:
        """The listener has logged it. This must not raise: it is the listener's own way out."""
        self._services.metrics.stream_faults.labels("hearing_failed").inc()
        self._stops.end()
        self._pools.requests.submit(self._stay)

    def _log(self, event: Heard | Rejected, readings: tuple[Hypothesis, ...], *, moved: bool) -> None:
        turn = self._turn
        log.info(
            "heard",
            call=self._sid,
            turn=turn.number if turn else 0,
            engine=event.engine,
            readings=readings_for_log(turn, readings),
            audio_seconds=round(event.audio_seconds, 2),
            decode_seconds=round(event.decode_seconds, 3) if isinstance(event, Heard) else None,
            moved=moved,
        )
