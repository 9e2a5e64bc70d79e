"""A telephone on the carrier's own thread: it rings, answers, speaks, presses keys and hears.

Its page and the synchronous `Handset` both drive this one; its methods run on the carrier's event loop.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from ivr.carrier import audio
from ivr.carrier.automaton import Automaton, OnRing
from ivr.carrier.calls import Call, SpeechEvent
from ivr.carrier.formats import utc_now

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange

HeardKind = Literal["say", "play", "music", "beep", "announcement"]
PAUSES = {"w": 0.5, "W": 1.0}


class TelephoneState(StrEnum):
    """What a telephone is doing."""

    IDLE = "idle"
    DIALING = "dialing"
    RINGING = "ringing"
    IN_CALL = "in-call"


@dataclass(eq=False)
class Heard:
    """One prompt as the telephone heard it; `*_at` are seconds of call time, `*_monotonic` are `time.monotonic()`."""

    text: str
    language: str = ""
    voice: str = ""
    kind: HeardKind = "say"
    call_sid: str = ""
    started_at: float = 0.0
    started_monotonic: float = 0.0
    stopped_at: float | None = None
    stopped_monotonic: float | None = None
    cut_short: bool = False


@dataclass(frozen=True)
class TextMessage:
    """A text message as it arrived."""

    from_: str
    to: str
    body: str
    sid: str
    at: datetime = field(default_factory=utc_now)


class TelephoneError(Exception):
    """The telephone cannot do that now."""


class Telephone:
    """One telephone number's telephone; at most one call at a time."""

    def __init__(self, exchange: "Exchange", number: str, *, locale: str, voice: str | None, rate: int) -> None:
        self.number = number
        self.locale, self.voice, self.rate = locale, voice, rate
        self.on_ring = OnRing.MANUAL
        self.noise_db: float | None = exchange.options.noise_db
        self.automaton = Automaton()
        self.state = TelephoneState.IDLE
        self.call: Call | None = None
        self.calls: list[Call] = []
        self.heard: list[Heard] = []
        self.texts: list[TextMessage] = []
        self.last_speech_ended_at: float | None = None
        self.changed = threading.Condition()
        self._decision: asyncio.Future[str] | None = None
        self._audio: list[Callable[[bytes], None]] = []
        self._exchange = exchange

    # What the page and the handset do with it

    def dial(self, to: str, *, caller_id: str | None = None) -> Call:
        """Call a number of the account; `caller_id` is shown instead of the own number, such as "anonymous".

        Raises TelephoneError when busy or when nobody serves that number.
        """
        if self.state is not TelephoneState.IDLE:
            raise TelephoneError(f"{self.number} is already in a call: hang up first")
        call = self._exchange.inbound_call(self, to, caller_id=caller_id)
        self._join(call, TelephoneState.DIALING)
        return call

    def answer(self) -> None:
        """Pick up the ringing call. Raises TelephoneError when nothing rings."""
        self._decide("answer")

    def reject(self) -> None:
        """Decline the ringing call. Raises TelephoneError when nothing rings."""
        self._decide("decline")

    def _decide(self, decision: str) -> None:
        if self._decision is None or self._decision.done():
            raise TelephoneError(f"{self.number} does not ring")
        self._decision.set_result(decision)

    async def hang_up(self) -> None:
        """End the call, or decline it while it rings; nothing when idle."""
        if self.state is TelephoneState.RINGING:
            self.reject()
        elif self.call is not None:
            await self._exchange.remote_hang_up(self.call)

    async def press(self, keys: str) -> None:
        """Press keys one after the other; `w` waits half a second, `W` a second."""
        for key in keys:
            if key in PAUSES:
                await self._exchange.clock.sleep(PAUSES[key])
                continue
            await self._press_one(key)

    async def _press_one(self, key: str) -> None:
        if key not in "0123456789*#ABCD":
            raise TelephoneError(f"a telephone has no key {key!r}")
        call, span = self._live_call(), self._exchange.options.key_seconds
        self._exchange.event("key", call, number=self.number, key="•" if call.keys_are_private else key)
        if self._exchange.options.dtmf_tones and call.line:
            tone = list(audio.frames(audio.key_tone(key, span)))
            await call.line.speak_into(tone, len(tone))
        self._exchange.key_pressed(call, key)
        await self._exchange.clock.sleep(2 * span)

    async def say(
        self, text: str, *, voice: str | None = None, rate: int | None = None, noise_db: float | None = None
    ) -> float:
        """Speak; returns the `time.monotonic()` at which the last audible sample went out, when all has been spoken."""
        pcm = await self._exchange.speak(text, self.locale, voice=voice or self.voice, rate=rate or self.rate)
        if noise_db is not None:
            pcm = audio.with_noise(pcm, noise_db, seed=len(text))
        return await self.play(pcm, transcript=text)

    async def play(self, pcm: bytes, *, transcript: str = "", speech_ends_seconds: float | None = None) -> float:
        """Send 8 kHz 16-bit audio; `speech_ends_seconds` marks its last speech sample when that is known better."""
        call = self._live_call()
        assert call.line is not None
        end = audio.speech_end_bytes(pcm) if speech_ends_seconds is None else int(speech_ends_seconds * 16000)
        self._exchange.event("said", call, number=self.number, text=transcript)
        self._tell_recogniser(call, SpeechEvent(None))
        ended = await call.line.speak_into(list(audio.frames(pcm)), -(-end // audio.FRAME_BYTES))
        self.last_speech_ended_at = ended
        self._tell_recogniser(call, SpeechEvent(transcript))
        self._notify()
        return ended

    def microphone(self, pcm: bytes) -> None:
        """Send live audio, 8 kHz 16-bit; dropped when there is no call."""
        if self.call and self.call.line:
            for frame in audio.frames(pcm):
                self.call.line.microphone(frame)

    def stop_speaking(self) -> None:
        """Fall silent in the middle of a word."""
        if self.call and self.call.line:
            self.call.line.stop_speaking()

    def on_audio(self, listener: Callable[[bytes], None]) -> Callable[[], None]:
        """Give `listener` every 20 ms (320 bytes of PCM) that this telephone hears; the answer ends that."""
        self._audio.append(listener)
        return lambda: self._audio.remove(listener) if listener in self._audio else None

    async def wait(self, seconds: float) -> None:
        """Do nothing for this long in call time."""
        await self._exchange.clock.sleep(seconds)

    def send_text(self, to: str, body: str) -> None:
        """Send a text message to a number of the account."""
        self._exchange.texting.incoming(self, to, body)

    # What the exchange does with it

    def on_frame(self, inbound: bytes, outbound: bytes) -> None:
        """Let the listeners hear one frame."""
        for listener in list(self._audio):
            listener(outbound)

    def ring(self, call: Call) -> "asyncio.Future[str] | None":
        """Start ringing; resolves to answer, decline or who answers in a person's place. `None` means busy."""
        if self.state is not TelephoneState.IDLE or self.on_ring is OnRing.BUSY:
            return None
        self._decision = asyncio.get_running_loop().create_future()
        self._join(call, TelephoneState.RINGING)
        if self.on_ring not in (OnRing.MANUAL, OnRing.NO_ANSWER):
            self._exchange.background(self._decide_alone(self._decision, self.on_ring))
        return self._decision

    async def _decide_alone(self, decision: "asyncio.Future[str]", kind: OnRing) -> None:
        await self._exchange.clock.sleep(self._exchange.options.auto_answer_seconds)
        if not decision.done():
            decision.set_result(kind.value)

    def _join(self, call: Call, state: TelephoneState) -> None:
        call.telephone = self
        self.call = call
        self.calls.append(call)
        self._become(state)

    def connected(self) -> None:
        """The call was answered."""
        self._become(TelephoneState.IN_CALL)

    def released(self, call: Call) -> None:
        """The call ended."""
        if call.line:
            call.line.stop_speaking()
        if self.call is call:
            self.call, self._decision = None, None
            self._become(TelephoneState.IDLE)

    def start_hearing(self, heard: Heard) -> None:
        """A prompt starts."""
        heard.started_at, heard.started_monotonic = self._exchange.clock.now(), time.monotonic()
        self.heard.append(heard)
        self._notify()
        self._exchange.event(
            "heard", self.call, number=self.number, text=heard.text, language=heard.language, what=heard.kind
        )

    def stop_hearing(self, heard: Heard, cut_short: bool) -> None:
        """A prompt ended or was stopped."""
        heard.stopped_at, heard.stopped_monotonic = self._exchange.clock.now(), time.monotonic()
        heard.cut_short = cut_short
        self._notify()
        self._exchange.event("heard.end", self.call, number=self.number, text=heard.text, cut_short=cut_short)

    def receive(self, message: TextMessage) -> None:
        """A text message arrives."""
        self.texts.append(message)
        self._notify()
        self._exchange.event("text", None, number=self.number, body=message.body, sender=message.from_)

    def speakers_for(self, call: Call) -> list[Call]:
        """The calls whose telephones are heard on this one."""
        return self._exchange.speakers_for(call)

    async def wait_until_quiet(self) -> None:
        """Return when nothing has been heard, and no document was on its way, for a fifth of a second of call time."""
        while self.call is not None and not self._quiet(self.call):
            await self._exchange.clock.sleep(0.04)

    @staticmethod
    def _quiet(call: Call) -> bool:
        return call.line is not None and call.answered and not call.fetching and call.line.quiet_frames >= 10

    def _live_call(self) -> Call:
        if self.call is None or not self.call.live:
            raise TelephoneError(f"{self.number} is in no call")
        return self.call

    @staticmethod
    def _tell_recogniser(call: Call, event: SpeechEvent) -> None:
        if call.on_speech:
            call.on_speech(event)

    def _become(self, state: TelephoneState) -> None:
        self.state = state
        self._exchange.event("telephone", self.call, number=self.number, state=state.value)
        self._notify()

    def _notify(self) -> None:
        with self.changed:
            self.changed.notify_all()
