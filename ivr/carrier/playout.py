"""What a bidirectional stream plays to the caller: queued audio, marks and clear (twilio.md section 8)."""

from collections import deque

from ivr.carrier.audio import SILENCE, from_ulaw

_FRAME = 160


class Playout:
    """mu-law audio in arrival order, played at real-time rate; marks come back when what was before them has played."""

    def __init__(self) -> None:
        self._audio = bytearray()
        self._received = 0
        self._played = 0
        self._marks: deque[tuple[int, str]] = deque()

    @property
    def playing(self) -> bool:
        """Whether audio is waiting to be heard."""
        return bool(self._audio)

    def add(self, ulaw: bytes) -> None:
        """Queue audio of any length."""
        self._audio += ulaw
        self._received += len(ulaw)

    def mark(self, name: str) -> None:
        """Remember a mark behind everything queued so far."""
        self._marks.append((self._received, name))

    def clear(self) -> list[str]:
        """Drop the queued audio; the marks that were still waiting, which are echoed now."""
        self._audio.clear()
        self._played = self._received
        return self.reached()

    def reached(self) -> list[str]:
        """The marks passed since last asked, in order."""
        names = []
        while self._marks and self._marks[0][0] <= self._played:
            names.append(self._marks.popleft()[1])
        return names

    def next_frame(self) -> bytes:
        """The next 20 ms as PCM."""
        if not self._audio:
            return SILENCE
        chunk = bytes(self._audio[:_FRAME])
        del self._audio[:_FRAME]
        self._played += len(chunk)
        return from_ulaw(chunk.ljust(_FRAME, b"\xff"))
