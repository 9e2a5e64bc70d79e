"""A live microphone on a telephone: frames of any length and rhythm become one frame every 20 ms."""

from ivr.carrier import audio
from ivr.carrier.telephone import Telephone

CUSHION_FRAMES = 3
"""Gathered after a gap, so that the network's unevenness does not tear the voice: 60 ms."""
MOST_FRAMES = 15
"""Waiting frames beyond which new ones are dropped: 300 ms of delay at most."""
_FRAME = audio.FRAME_BYTES // 2


class MicrophoneFeed:
    """Gives a telephone what a microphone takes; closed while the telephone speaks a typed text."""

    def __init__(self, telephone: Telephone) -> None:
        self._telephone = telephone
        self._rest = b""
        self._closed = 0

    def close(self) -> None:
        """Take nothing until `open` has been called as often."""
        self._closed += 1

    def open(self) -> None:
        """Take audio again."""
        self._closed -= 1

    def take(self, ulaw: bytes) -> None:
        """mu-law of any length; what is no whole frame waits for the next."""
        line = self._telephone.call.line if self._telephone.call else None
        if line is None or self._closed:
            self._rest = b""
            return
        data = self._rest + ulaw
        whole = len(data) // _FRAME * _FRAME
        self._rest = data[whole:]
        for begin in range(0, whole, _FRAME):
            waiting = line.unsent_frames
            if waiting == 0:
                self._telephone.microphone(bytes(audio.FRAME_BYTES * (CUSHION_FRAMES - 1)))
            if waiting < MOST_FRAMES:
                self._telephone.microphone(audio.from_ulaw(data[begin : begin + _FRAME]))
