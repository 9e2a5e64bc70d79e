"""A telephone for tests and the demo: plain blocking calls from any thread but the carrier's own."""

import re
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from ivr.carrier import audio
from ivr.carrier.automaton import Automaton, OnRing
from ivr.carrier.calls import Call
from ivr.carrier.telephone import Heard, Telephone, TelephoneError, TelephoneState, TextMessage

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, Any]], Any]
PATIENCE_SECONDS = 60.0
NAP_SECONDS = 0.01
"""How often whoever waits looks again, and says that call time may hurry."""


class Handset:
    """One telephone. Every `timeout` is wall seconds; running out raises TimeoutError that says what was heard."""

    def __init__(self, telephone: Telephone, run: Run, hurry: Callable[[], None]) -> None:
        self.telephone = telephone
        self._run, self._hurry = run, hurry
        self._matched = self._tones = 0

    @property
    def number(self) -> str:
        """Its telephone number."""
        return self.telephone.number

    @property
    def state(self) -> TelephoneState:
        """idle, dialing, ringing or in-call."""
        return self.telephone.state

    @property
    def heard(self) -> list[Heard]:
        """Every prompt that started so far, oldest first."""
        return list(self.telephone.heard)

    @property
    def texts(self) -> list[TextMessage]:
        """Text messages received."""
        return list(self.telephone.texts)

    @property
    def calls(self) -> list[Call]:
        """All calls this telephone made or was rung for."""
        return list(self.telephone.calls)

    @property
    def call(self) -> Call | None:
        """The present call."""
        return self.telephone.call

    @property
    def last_speech_ended_at(self) -> float | None:
        """`time.monotonic()` when the last audible sample of the last utterance went out."""
        return self.telephone.last_speech_ended_at

    @property
    def on_ring(self) -> OnRing:
        """What it does when it rings; assign a word such as "answer" or "busy"."""
        return self.telephone.on_ring

    @on_ring.setter
    def on_ring(self, value: str) -> None:
        self.telephone.on_ring = OnRing(value)

    @property
    def automaton(self) -> Automaton:
        """What answers in a person's place, and the carrier's verdict about it; change it before it rings."""
        return self.telephone.automaton

    def dial(self, to: str, *, caller_id: str | None = None) -> Call:
        """Call a number of the account and return at once; `caller_id` such as "anonymous" hides the own number.

        Raises TelephoneError.
        """

        async def dial() -> Call:
            return self.telephone.dial(to, caller_id=caller_id)

        call: Call = self._run(dial())
        return call

    def ringing(self, timeout: float = PATIENCE_SECONDS) -> Call:
        """Wait until it rings; the call that rings."""
        self._wait(lambda: self.state is TelephoneState.RINGING, timeout, problem="did not ring")
        call = self.telephone.call
        if call is None:
            raise TelephoneError("the call was gone before it could be answered")
        return call

    def connected(self, timeout: float = PATIENCE_SECONDS) -> None:
        """Wait until the call is answered."""
        self._wait(lambda: self.state is TelephoneState.IN_CALL, timeout, problem="was not connected")

    def answer(self) -> None:
        """Pick up, and wait until the call is answered. Raises TelephoneError when nothing rings."""

        async def answer() -> Call | None:
            self.telephone.answer()
            return self.telephone.call

        call = self._run(answer())
        self._wait(lambda: call.answered, PATIENCE_SECONDS, problem="was not connected")  # it may be over by now

    def reject(self) -> None:
        """Decline. Raises TelephoneError when nothing rings."""

        async def reject() -> None:
            self.telephone.reject()

        self._run(reject())

    def press(self, keys: str) -> None:
        """Press keys; `w` waits half a second of call time, `W` a second."""
        self._run(self.telephone.press(keys))

    def say(
        self, text: str, *, voice: str | None = None, rate: int | None = None, noise_db: float | None = None
    ) -> float:
        """Speak and return when spoken, with the `time.monotonic()` of the last audible sample."""
        ended: float = self._run(self.telephone.say(text, voice=voice, rate=rate, noise_db=noise_db))
        return ended

    def play(
        self, sound: Path | str | bytes, *, transcript: str = "", speech_ends_seconds: float | None = None
    ) -> float:
        """Send a wav file or 8 kHz 16-bit PCM, as `say` does."""
        pcm = sound if isinstance(sound, bytes) else audio.read_wav(Path(sound))
        ended: float = self._run(
            self.telephone.play(pcm, transcript=transcript, speech_ends_seconds=speech_ends_seconds)
        )
        return ended

    def stay_silent(self, seconds: float) -> None:
        """Do nothing for this long in call time."""
        self._run(self.telephone.wait(seconds))

    def hang_up(self) -> None:
        """End the call; nothing when idle."""
        self._run(self.telephone.hang_up())

    def on_audio(self, listener: Callable[[bytes], None]) -> Callable[[], None]:
        """Give `listener` each 20 ms of PCM heard, on the carrier's thread; the answer ends that."""
        return self.telephone.on_audio(listener)

    def hears(self, pattern: str, timeout: float = PATIENCE_SECONDS, *, again: bool = False) -> Heard:
        """Wait until a prompt whose text matches (re.search, any case) has started.

        Looks only at what started after the last match, unless `again`.
        """
        wanted = re.compile(pattern, re.IGNORECASE | re.DOTALL)
        first = 0 if again else self._matched

        def found() -> int | None:
            prompts = self.telephone.heard
            return next((i for i in range(first, len(prompts)) if wanted.search(prompts[i].text)), None)

        index = self._wait(found, timeout, problem=f"did not hear {pattern!r}", falsy=None)
        assert index is not None
        self._matched = max(self._matched, index + 1)
        return self.telephone.heard[index]

    def hears_tone(self, timeout: float = PATIENCE_SECONDS) -> Heard:
        """Wait until a tone after the last prompt that was waited for has ended: what is said now is recorded."""
        first = max(self._tones, self._matched)

        def found() -> int | None:
            prompts = self.telephone.heard
            return next((i for i in range(first, len(prompts)) if _is_tone_over(prompts[i])), None)

        index = self._wait(found, timeout, problem="did not hear a tone", falsy=None)
        assert index is not None
        self._tones = index + 1
        return self.telephone.heard[index]

    def finished(self, heard: Heard, timeout: float = PATIENCE_SECONDS) -> Heard:
        """Wait until this prompt has ended or was cut short."""
        self._wait(lambda: heard.stopped_at is not None, timeout, problem=f"still hears {heard.text!r}")
        return heard

    def hung_up(self, timeout: float = PATIENCE_SECONDS) -> None:
        """Wait until the telephone is idle again."""
        self._wait(lambda: self.state is TelephoneState.IDLE, timeout, problem="is still in a call")

    def sends_text(self, to: str, body: str) -> None:
        """Send a text message to a number of the account."""

        async def send() -> None:
            self.telephone.send_text(to, body)

        self._run(send())

    def receives_text(self, pattern: str, timeout: float = PATIENCE_SECONDS) -> TextMessage:
        """Wait for a text message whose body matches."""

        def found() -> TextMessage | None:
            return next((t for t in self.telephone.texts if re.search(pattern, t.body)), None)

        message = self._wait(found, timeout, problem=f"got no text like {pattern!r}")
        assert message is not None
        return message

    def joined_with(self, other: "Handset", timeout: float = PATIENCE_SECONDS) -> None:
        """Wait until each of the two hears the other, over a bridge or in a conference."""

        def hears(listener: Handset, speaker: Handset) -> bool:
            call = listener.telephone.call
            return call is not None and speaker.telephone.call in self.telephone.speakers_for(call)

        deadline = time.monotonic() + timeout
        while not (hears(self, other) and hears(other, self)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.number} and {other.number} are not joined within {timeout:g} s")
            self._hurry()
            time.sleep(NAP_SECONDS)  # rooms change without either telephone noticing

    def wait_until_quiet(self, timeout: float = PATIENCE_SECONDS) -> None:
        """Wait until the prompt has finished and nothing new is on its way."""
        self._run(_within(self.telephone.wait_until_quiet(), timeout, problem=f"{self.number} hears no end"))

    def _wait(self, check: Callable[[], T], timeout: float, *, problem: str, falsy: object = False) -> T:
        deadline = time.monotonic() + timeout
        with self.telephone.changed:
            while (result := check()) is falsy or result is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"{self.number} {problem} within {timeout:g} s; {self._so_far()}")
                self._hurry()
                self.telephone.changed.wait(min(left, NAP_SECONDS))
        return result

    def _so_far(self) -> str:
        last = [heard.text for heard in self.telephone.heard[-5:]]
        return f"it is {self.state.value} and heard last: {last}"


def _is_tone_over(heard: Heard) -> bool:
    return heard.kind == "beep" and heard.stopped_at is not None


async def _within(work: Coroutine[Any, Any, None], timeout: float, *, problem: str) -> None:
    import asyncio

    try:
        await asyncio.wait_for(work, timeout)
    except TimeoutError as error:
        raise TimeoutError(f"{problem} within {timeout:g} s") from error
