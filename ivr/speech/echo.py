"""Our own prompt that comes back over a hands-free telephone or a badly balanced line: it is no speech of the caller.

On a two-way stream we know what we sent and when. What is heard is compared by how loud each of a few bands is in the
last 400 ms, with what we sent up to 700 ms before: a codec and a room change the waveform, and make all of it quieter,
but the bands rise and fall together. A caller who talks over it makes bands rise that did not rise in ours.
On a one-way stream the carrier speaks, and to be sent its track, too, would double what a call costs; there
`ivr.web.false_stops` sees to it that no prompt is lost.
"""

import threading
from collections import deque
from typing import Final

import numpy as np
import numpy.typing as npt

from ivr.speech.audio import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE, Samples, mulaw_samples

LATEST_MS: Final = 700
"""An echo comes back so long after we sent it, at most: the network's way there and back, twice buffered."""
LIKENESS: Final = 0.72
"""Correlation at any lag from which on it is ours. Measured with a spoken prompt: of its echoes, 6 to 15 dB quieter
and with 60 ms of a room, none stopped it; of a caller who speaks beside the prompt 2.4 % of the frames were taken for
an echo; over an echo a caller stops the prompt after 0.25 to 0.32 s (median; 0.22 s without one), nine of ten after
0.61 s at the most. An echo only 3 dB quieter than what we sent, or of a large, empty room, still stops it.
"""
SHORT_LIKENESS: Final = 0.85
"""The same where little has sounded yet: two beginnings are like each other."""
SAME_LAG_LIKENESS: Final = 0.62
"""The same at the lag at which echoes came before in this call: a line has one lag, chance has many."""
_AGREED: Final = 3
_LOUDER: Final = 0.2
"""Bels by which an echo may be louder than what we sent, where a room adds it up."""
_NEAR: Final = 3
"""Slots: 30 ms."""
_SHORT: Final = 8
"""Frames: 160 ms."""
_SOUNDS: Final = 1.5
"""Bels below the loudest in which a frame sounds."""
_WINDOW: Final = 20
"""Frames that are compared."""
_SLOT_MS: Final = 10
_SLOT: Final = SAMPLE_RATE * _SLOT_MS // 1000
_LAGS: Final = LATEST_MS // _SLOT_MS + 1
_SLOTS: Final = (_WINDOW - 1) * FRAME_MS // _SLOT_MS + _LAGS
_BAND_EDGES: Final = np.array([6, 10, 14, 19, 25, 32, 42, 54])
"""Bins of 50 Hz: seven bands from 300 to 2,700 Hz."""
_TOP: Final = 68
_QUIET: Final = 1e4
_DEPTH: Final = 3.0
"""Bels below the loudest at which a band counts as silent: the line's own noise is about there."""
_HANN: Final = np.hanning(FRAME_SAMPLES).astype(np.float32)
_AT: Final = np.arange(_LAGS)[:, None] + np.arange(_WINDOW) * (FRAME_MS // _SLOT_MS)

Bands = npt.NDArray[np.float32]


class OwnVoice:
    """What we say in one call, and whether what is heard is that. Threads may share it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._sent: deque[tuple[int, Bands]] = deque()
        """The slot at which it begins, and its bands."""
        self._ends_ms = 0
        self._recent = np.zeros((_WINDOW, FRAME_SAMPLES), np.float32)
        self._lag = _Lag()

    def say(self, shape: Bands, now_ms: int) -> None:
        """Sound of this shape goes out at this time of the stream; it is played after what went before it."""
        with self._guard:
            begins_ms = max(now_ms, self._ends_ms)
            self._ends_ms = begins_ms + len(shape) * _SLOT_MS
            self._sent.append((begins_ms // _SLOT_MS, shape))

    def stop(self, now_ms: int) -> None:
        """What was not played by now never will be."""
        with self._guard:
            slot = now_ms // _SLOT_MS
            self._sent = deque((begin, bands[: slot - begin]) for begin, bands in self._sent if begin < slot)
            self._ends_ms = min(self._ends_ms, now_ms)

    def is_heard(self, frames: Samples, end_ms: int, *, voiced: bool) -> bool:
        """Whether these frames, which end here, are ours; call it for all, in their order, voiced or not."""
        self._recent = np.concatenate([self._recent, frames])[-_WINDOW:]
        if not voiced or end_ms > self._ends_ms + LATEST_MS:
            return False
        ours = self._before(end_ms)
        return ours is not None and self._lag.fits(_bands(self._recent), ours)

    def _before(self, end_ms: int) -> Bands | None:
        """What went out in the time from which an echo may come now; None: nothing."""
        last = (end_ms - FRAME_MS) // _SLOT_MS + 1
        first = last - _SLOTS
        ours = np.full((_SLOTS, len(_BAND_EDGES)), np.log10(_QUIET), np.float32)
        is_any = False
        with self._guard:
            while self._sent and self._sent[0][0] + len(self._sent[0][1]) < first:
                self._sent.popleft()
            for begin, bands in self._sent:
                if begin >= last:
                    break
                part = bands[max(0, first - begin) : last - begin]
                at = max(0, begin - first)
                ours[at : at + len(part)] = part
                is_any = True
        return ours if is_any else None


def shape_of(mulaw: bytes) -> Bands:
    """What `OwnVoice.say` is told of a sound, of any length: 0.15 ms of work for each second of it."""
    samples = np.append(mulaw_samples(mulaw), np.zeros(FRAME_SAMPLES - _SLOT, np.int16))
    if len(samples) < FRAME_SAMPLES:
        return np.zeros((0, len(_BAND_EDGES)), np.float32)
    return _bands(np.lib.stride_tricks.sliding_window_view(samples, FRAME_SAMPLES)[::_SLOT])


def _bands(frames: npt.NDArray[np.int16] | Bands) -> Bands:
    """Of each row of a frame: how loud each band is, in bels."""
    bins = np.fft.rfft(frames * _HANN)[:, :_TOP]
    power = np.square(bins.real) + np.square(bins.imag)
    return np.log10(np.add.reduceat(power, _BAND_EDGES, axis=1) + _QUIET).astype(np.float32)


def _lifted(bands: Bands) -> Bands:
    lifted: Bands = np.maximum(bands, bands.max() - _DEPTH)
    return lifted


class _Lag:
    """The lag at which this call's line gives our voice back."""

    def __init__(self) -> None:
        self._at, self._agreed = 0, 0

    def fits(self, heard: Bands, ours: Bands) -> bool:
        """Whether what is heard is ours at some lag."""
        likeness = _likeness(heard, ours)
        loudest = heard.max(axis=1)
        is_short = int((loudest > loudest.max() - _SOUNDS).sum()) < _SHORT
        best = int(likeness.argmax())
        if likeness[best] >= (SHORT_LIKENESS if is_short else LIKENESS):
            self._agreed = self._agreed + 1 if abs(best - self._at) <= _NEAR else 0
            self._at = best
            return True
        near = likeness[max(0, self._at - _NEAR) : self._at + _NEAR + 1]
        return self._agreed >= _AGREED and float(near.max()) >= SAME_LAG_LIKENESS


def _likeness(heard: Bands, ours: Bands) -> Bands:
    """The correlation with ours at each lag; none where ours was much the quieter: an echo is not louder."""
    shifted, lifted = _lifted(ours)[_AT], _lifted(heard)
    varied = lifted - lifted.mean(axis=0)
    rows = shifted.reshape(_LAGS, -1)
    variance = np.square(rows).sum(axis=1) - np.square(shifted.sum(axis=1)).sum(axis=1) / _WINDOW
    norms = np.sqrt(np.maximum(variance, 0.0) * np.square(varied).sum())
    likeness = rows @ varied.ravel() / (norms + 1e-3)
    return np.where(shifted.max(axis=(1, 2)) + _LOUDER >= heard.max(), likeness, 0.0).astype(np.float32)
