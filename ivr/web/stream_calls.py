"""Which calls this process hears, and what each was last told: where webhooks and media sockets meet."""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, Protocol

from ivr.domain.turn import Turn
from ivr.phone.twiml import StreamStart
from ivr.web.metrics import Metrics
from ivr.web.stream_tokens import StreamTokens

REMEMBERED: Final = 2000
"""Calls; the oldest are forgotten, which costs no more than a needless listening document."""


class Ear(Protocol):
    """An open media stream."""

    def expect(self, turn: Turn) -> None:
        """A document of this turn goes out: get ready to hear its answer. From any thread; returns at once."""


@dataclass
class _Known:
    """What this process knows of one call."""

    turn_number: int = 0
    prompt_until: float | None = None
    """`time.monotonic()`; None: another process served the document."""
    heard_at: float | None = None
    """When the end of a turn was found whose answer is not served yet."""
    ear: Ear | None = None
    given_up: bool = False
    """Two-way streams can't be had in this call: documents serve it."""
    broken: bool = False
    """The stream was lost while the call went on: the next document opens another."""


class OpenStreams:
    """The open streams of this process by CallSid. Threads may share it."""

    def __init__(self, *, tokens: StreamTokens, metrics: Metrics, media_url: str, status_url: str) -> None:
        self._tokens = tokens
        self._metrics = metrics
        self._media_url = media_url
        self._status_url = status_url
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def start_for(self, sid: str, *, first: bool) -> StreamStart | None:
        """What opens the call's stream in its first document, or in the next one after the stream broke."""
        with self._lock:
            known = self._of(sid)
            if known.ear is not None or not (first or known.broken):
                return None
            known.broken = False
        return self._stream_for(sid)

    def connect_for(self, sid: str) -> StreamStart | None:
        """What hands the call to a two-way stream; a former one, whose end we may not know of yet, gives way."""
        with self._lock:
            if self._of(sid).given_up:
                return None
        return self._stream_for(sid)

    def give_up(self, sid: str) -> None:
        """No more two-way streams in this call."""
        with self._lock:
            self._of(sid).given_up = True

    def _stream_for(self, sid: str) -> StreamStart:
        token = self._tokens.issue(sid)
        # Names are unique within a call, and a second stream may follow a broken one.
        return StreamStart(self._media_url, f"caller-{token[:8]}", self._status_url, token)

    def take_token(self, sid: str, token: str) -> bool:
        """Whether a socket may hear this call: true once for each token issued."""
        return self._tokens.take(sid, token)

    def served(self, sid: str, turn: Turn, prompt_seconds: float) -> None:
        """A document of this turn goes out; its prompt takes about this long."""
        now = time.monotonic()
        with self._lock:
            known = self._of(sid)
            known.turn_number, known.prompt_until = turn.number, now + prompt_seconds
            heard_at, known.heard_at = known.heard_at, None
            ear = known.ear
        if heard_at is not None:
            self._metrics.turn_seconds.observe(now - heard_at)
        if ear is not None:
            ear.expect(turn)

    def heard(self, sid: str, at: float) -> None:
        """The end of a turn was found at this `time.monotonic()`."""
        with self._lock:
            self._of(sid).heard_at = at

    def is_served(self, sid: str, turn_number: int) -> bool:
        """Whether this process has served a document of this turn or a later one."""
        with self._lock:
            return self._of(sid).turn_number >= turn_number

    def may_be_speaking(self, sid: str) -> bool:
        """Whether our prompt may still be playing."""
        with self._lock:
            until = self._of(sid).prompt_until
        return until is None or time.monotonic() < until

    def opened(self, sid: str, ear: Ear, *, instead: bool = False) -> bool:
        """Take a stream; False if the call has one already, unless this one comes `instead`."""
        with self._lock:
            known = self._of(sid)
            if known.ear is not None and not instead:
                return False
            known.ear, known.broken = ear, False
        self._metrics.streams.inc()
        return True

    def closed(self, sid: str, ear: Ear, *, broken: bool) -> None:
        """A stream is over; `broken`: without the carrier saying so."""
        with self._lock:
            known = self._known.get(sid)
            if known is not None and known.ear is ear:
                known.ear, known.broken = None, broken
        self._metrics.streams.dec()

    def failed(self, sid: str) -> None:
        """The carrier could not open or keep the stream."""
        with self._lock:
            self._of(sid).broken = True

    def is_open(self, sid: str) -> bool:
        """Whether this process hears the call."""
        with self._lock:
            return self._of(sid).ear is not None

    def ended(self, sid: str) -> None:
        """The call is over."""
        with self._lock:
            self._known.pop(sid, None)

    def _of(self, sid: str) -> _Known:
        known = self._known.setdefault(sid, _Known())
        self._known.move_to_end(sid)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known
