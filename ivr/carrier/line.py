"""The voice path between the carrier and one telephone, 20 ms at a time."""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from ivr.carrier.audio import SILENCE, mix

Feed = Callable[[], bytes]


class FrameListener(Protocol):
    """Something that takes both directions of a line, one frame each, every 20 ms."""

    def on_frame(self, inbound: bytes, outbound: bytes) -> None: ...


class Playback:
    """Frames being played to the telephone; `done` resolves when the last one was."""

    def __init__(self, sound: Iterable[bytes]) -> None:
        self._frames = iter(sound)
        self._next = next(self._frames, None)
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def next_frame(self) -> bytes | None:
        """The frame of this tick; None when everything was played before."""
        frame, self._next = self._next, next(self._frames, None)
        if self._next is None and not self.done.done():
            self.done.set_result(None)
        return frame


class Line:
    """One leg's audio; ticked by the exchange."""

    def __init__(self, noise: list[bytes] | None = None) -> None:
        self.inbound = SILENCE
        """This tick's frame from the telephone."""
        self.feed: Feed | None = None
        """Who is on the other end: a bridge, a conference, a bidirectional stream."""
        self.listeners: list[FrameListener] = []
        self.quiet_frames = 0
        """Ticks since something was last played or spoken to the telephone."""
        self._mouth: deque[tuple[bytes, Callable[[], None] | None]] = deque()
        self._playbacks: list[Playback] = []
        self._noise = itertools.cycle(noise) if noise else None

    @property
    def playing(self) -> bool:
        """Whether a Say or Play is going on."""
        return bool(self._playbacks)

    @property
    def unsent_frames(self) -> int:
        """Frames from the telephone that still wait for their tick."""
        return len(self._mouth)

    async def play(self, sound: Iterable[bytes]) -> None:
        """Play to the telephone, over whatever else is heard; cancelling stops it."""
        playback = Playback(sound)
        self._playbacks.append(playback)
        self.quiet_frames = 0
        try:
            await playback.done
        finally:
            self._playbacks.remove(playback)

    async def speak_into(self, sound: list[bytes], speech_frames: int) -> float:
        """Send the telephone's audio; the monotonic moment its last speech frame (1-based) went out."""
        if not sound:
            return time.monotonic()
        ended: list[float] = []
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        last = max(1, min(speech_frames, len(sound)))
        for index, frame in enumerate(sound, 1):
            note = (lambda: ended.append(time.monotonic())) if index == last else None
            self._mouth.append((frame, note))
        self._mouth.append((SILENCE, lambda: None if done.done() else done.set_result(None)))
        await done
        return ended[0]

    def microphone(self, frame: bytes) -> None:
        """Queue one frame of live audio from the telephone."""
        self._mouth.append((frame, None))

    def stop_speaking(self) -> None:
        """Forget what the telephone still wanted to send, letting its waiters go."""
        notes = [note for _, note in self._mouth if note]
        self._mouth.clear()
        for note in notes:
            note()

    def take(self) -> None:
        """First half of a tick: take the telephone's next frame."""
        frame, note = self._mouth.popleft() if self._mouth else (SILENCE, None)
        self.inbound = mix([frame, next(self._noise)]) if self._noise else frame
        if note:
            note()

    def give(self) -> None:
        """Second half of a tick: send the telephone its frame and let the listeners have both."""
        outbound = self._outbound()
        for listener in list(self.listeners):
            listener.on_frame(self.inbound, outbound)

    def _outbound(self) -> bytes:
        for playback in reversed(self._playbacks):
            frame = playback.next_frame()
            if frame is not None:
                self.quiet_frames = 0
                return frame
        heard = self.feed() if self.feed else SILENCE
        self.quiet_frames = self.quiet_frames + 1 if heard is SILENCE else 0
        return heard
