"""vosk-server behind the Recognizer port: recognition on other machines, over alphacep's WebSocket protocol.

A text frame with the configuration, binary frames of sound, each answered by one text frame, then `{"eof" : 1}`
(spelled so: the server compares texts), which is answered by the final result.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any, Final

import structlog
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from ivr.domain.hearing import Grammar, Hypothesis
from ivr.errors import EngineUnavailable
from ivr.speech.audio import Upsampler, WholeSamples, pcm_samples
from ivr.speech.vosk_decoders import UNKNOWN, hypotheses
from ivr.speech.vosk_engine import PHRASES_PER_UNKNOWN

RATE: Final = 16000
"""What most models were trained on; those for telephones take it down themselves."""
CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 3.0
"""A caller does not wait longer for a word: the utterance is given up, and the keypad goes on."""
CLOSE_SECONDS: Final = 0.2
REST_SECONDS: Final = 15.0
"""So long a server that failed is not asked again: another engine or the keypad serves its locales meanwhile."""
SILENCE_BYTES: Final = 3200
"""0.2 s at 8,000 Hz."""
END: Final = '{"eof" : 1}'

log = structlog.get_logger(__name__)


class VoskServerRecognizer:
    """Recognizer for the locales that have an address; threads may share it."""

    engine = "vosk-server"

    def __init__(self, addresses: Mapping[str, str], clock: Callable[[], float] = time.monotonic) -> None:
        self._addresses = dict(addresses)
        self._clock = clock
        self._resting_until: dict[str, float] = {}
        self._guard = threading.Lock()

    @property
    def locales(self) -> tuple[str, ...]:
        """The locales with an address."""
        return tuple(self._addresses)

    def hears(self, locale: str) -> bool:
        """Whether the locale has a server that has not just failed."""
        address = self._addresses.get(locale)
        with self._guard:
            return address is not None and self._resting_until.get(address, 0.0) <= self._clock()

    def open(self, grammar: Grammar, *, alternatives: int = 1) -> "RemoteUtterance":
        """A new utterance; connects at the first sound. Raises EngineUnavailable."""
        if grammar.locale not in self._addresses:
            raise EngineUnavailable(f"no vosk-server is set for {grammar.locale}: use the keypad")
        if not grammar.is_open and not any(phrase.strip() for phrase in grammar.phrases):
            raise EngineUnavailable(f"grammar {grammar.name} is empty")  # an empty list would mean: any words at all
        return RemoteUtterance(self, self._addresses[grammar.locale], _configuration(grammar, max(1, alternatives)))

    def unknown_words(self, locale: str, words: Iterable[str]) -> set[str]:
        """Nothing: a server does not tell which words its model has."""
        return set()

    def try_out(self, locale: str) -> None:
        """Have the locale's server hear a moment of silence. Raises EngineUnavailable."""
        utterance = self.open(Grammar(locale, "trial", (UNKNOWN,)))
        utterance.feed(bytes(SILENCE_BYTES))
        utterance.finish()

    def failed(self, address: str, error: Exception) -> EngineUnavailable:
        """Let the server rest; the error to raise."""
        with self._guard:
            self._resting_until[address] = self._clock() + REST_SECONDS
        log.error("vosk_server_failed", address=address, reason=repr(error), rests_seconds=REST_SECONDS)
        return EngineUnavailable(f"the vosk-server at {address} does not answer ({error}): is it running?")


class RemoteUtterance:
    """One utterance; a connection of its own. A look at the text so far ends it, and more sound opens another."""

    def __init__(self, owner: VoskServerRecognizer, address: str, configuration: str) -> None:
        self._owner, self._address, self._configuration = owner, address, configuration
        self._whole, self._upsampler = WholeSamples(), Upsampler()
        self._sent = bytearray()
        self._link: _Link | None = None
        self._result: tuple[Hypothesis, ...] | None = ()
        """None: sound was sent that is not answered yet."""
        self._finished = False

    def feed(self, pcm: bytes) -> None:
        """Take PCM of any length; an odd byte waits for the next piece. Raises EngineUnavailable."""
        if not self._finished and (samples := self._whole.take(pcm)):
            self._send(self._upsampler.feed(pcm_samples(samples)).tobytes())

    def partial(self) -> str:
        """The whole text so far. Raises EngineUnavailable."""
        best = self._answer()
        return best[0].text if best else ""

    def finish(self) -> tuple[Hypothesis, ...]:
        """End the utterance; a second call returns the same. Raises EngineUnavailable."""
        if not self._finished:
            self._finished = True
            if self._result is None:
                self._send(self._upsampler.flush().tobytes())
        return self._answer()

    def _send(self, wide: bytes) -> None:
        if not wide:
            return
        self._sent += wide
        try:
            if self._link is None:
                self._link = _Link(self._address, self._configuration)
                wide = bytes(self._sent)
            self._link.send(wide)
        except (OSError, WebSocketException, ValueError) as error:
            raise self._lost(error) from error
        self._result = None

    def _answer(self) -> tuple[Hypothesis, ...]:
        if self._result is None and self._link is not None:
            try:
                self._result = self._link.end()
            except (OSError, WebSocketException, ValueError) as error:
                raise self._lost(error) from error
            self._link = None
        return self._result or ()

    def _lost(self, error: Exception) -> EngineUnavailable:
        if self._link is not None:
            self._link.close()
        self._link, self._result = None, ()
        return self._owner.failed(self._address, error)


class _Link:
    """One connection, from its configuration to its final result. Raises OSError, WebSocketException, ValueError."""

    def __init__(self, address: str, configuration: str) -> None:
        self._open = ExitStack()
        self._socket: ClientConnection = self._open.enter_context(
            connect(address, open_timeout=CONNECT_SECONDS, close_timeout=CLOSE_SECONDS)
        )
        self._socket.send(configuration)
        self._unanswered = 0
        self._found: list[tuple[Hypothesis, ...]] = []

    def send(self, wide: bytes) -> None:
        """Send sound, and take in what has been answered so far."""
        self._socket.send(wide)
        self._unanswered += 1
        while self._unanswered:
            try:
                self._take(self._socket.recv(timeout=0))
            except TimeoutError:
                return

    def end(self) -> tuple[Hypothesis, ...]:
        """The readings of all that was sent; the connection is over."""
        self._socket.send(END)
        self._unanswered += 1
        while self._unanswered:
            self._take(self._socket.recv(timeout=ANSWER_SECONDS))
        self.close()
        return _joined(self._found)

    def close(self) -> None:
        """Let the connection go."""
        self._open.close()

    def _take(self, answer: str | bytes) -> None:
        """A final result stands for the sound since the last one: the server ends sentences by itself, too."""
        self._unanswered -= 1
        told = json.loads(answer)
        try:
            if "partial" not in told:
                self._found.append(hypotheses(told))
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"no answer of a vosk-server: {answer[:80]!r}") from error


def _joined(found: list[tuple[Hypothesis, ...]]) -> tuple[Hypothesis, ...]:
    """One utterance of the pieces that the server cut it into: the best of each, with the last one's alternatives."""
    pieces = [readings for readings in found if readings]
    if len(pieces) < 2:
        return pieces[0] if pieces else ()
    before = " ".join(readings[0].text for readings in pieces[:-1])
    return tuple(Hypothesis(f"{before} {reading.text}", reading.score) for reading in pieces[-1])


def _configuration(grammar: Grammar, alternatives: int) -> str:
    phrases = [phrase.lower() for phrase in grammar.phrases if phrase.strip()]
    phrases += [UNKNOWN] * max(1, len(phrases) // PHRASES_PER_UNKNOWN)
    limits = {} if grammar.is_open else {"phrase_list": phrases}
    wanted: dict[str, Any] = {"sample_rate": RATE, **limits, "words": 1}
    if alternatives > 1:
        wanted = {**wanted, "words": 0, "max_alternatives": alternatives}
    return json.dumps({"config": wanted}, ensure_ascii=False)
