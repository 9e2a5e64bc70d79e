"""Telephone audio: mu-law and 16-bit PCM at 8,000 Hz, and the step up to the 16,000 Hz of wideband models."""

from typing import Final

import numpy as np
import numpy.typing as npt

from ivr.errors import AudioError

SAMPLE_RATE: Final = 8000
FRAME_MS: Final = 20
FRAME_SAMPLES: Final = SAMPLE_RATE * FRAME_MS // 1000
SILENCE_BYTE: Final = 0xFF
"""Mu-law zero (G.711)."""

Samples = npt.NDArray[np.int16]
_BIAS: Final = 0x84
_CLIP: Final = 32635


def _expansion() -> Samples:
    """G.711 mu-law to linear: 256 values."""
    code = ~np.arange(256, dtype=np.uint8)
    magnitude = ((((code & 0x0F).astype(np.int32) << 3) + _BIAS) << ((code >> 4) & 7)) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _compression() -> npt.NDArray[np.uint8]:
    """Linear to G.711 mu-law, indexed by the sample seen as uint16: 65,536 values."""
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(sample), _CLIP) + _BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    code = (exponent << 4) | mantissa | np.where(sample < 0, 0x80, 0)
    return np.asarray(~code, np.uint8)


_TO_PCM: Final = _expansion()
_TO_MULAW: Final = _compression()


def mulaw_samples(payload: bytes) -> Samples:
    """Mu-law bytes as samples; any length."""
    return _TO_PCM.take(np.frombuffer(payload, np.uint8))


def decode_mulaw(payload: bytes) -> bytes:
    """Mu-law bytes as 16-bit little-endian PCM; any length."""
    return mulaw_samples(payload).astype("<i2").tobytes()


def encode_mulaw(pcm: bytes) -> bytes:
    """16-bit little-endian PCM as mu-law. Raises AudioError on an odd number of bytes."""
    return _TO_MULAW[pcm_samples(pcm).view(np.uint16)].tobytes()


def whole_frames(mulaw: bytes) -> bytes:
    """Filled up with silence to a whole number of frames."""
    return mulaw + bytes([SILENCE_BYTE]) * (-len(mulaw) % FRAME_SAMPLES)


def pcm_samples(pcm: bytes) -> Samples:
    """16-bit little-endian PCM as samples. Raises AudioError on an odd number of bytes."""
    if len(pcm) % 2:
        raise AudioError(f"16-bit audio has an even number of bytes; these are {len(pcm)}: send whole samples")
    return np.frombuffer(pcm, "<i2").astype(np.int16, copy=False)


class WholeSamples:
    """Joins byte pieces of any length into whole 16-bit samples; an odd byte waits for the next piece."""

    def __init__(self) -> None:
        self._rest = b""

    def take(self, pcm: bytes) -> bytes:
        """The whole samples so far."""
        joined = self._rest + bytes(pcm)
        whole = len(joined) & ~1
        self._rest = joined[whole:]
        return joined[:whole]


class Upsampler:
    """8,000 to 16,000 Hz for one stream: the same samples come out however the input is cut.

    A windowed-sinc half-band filter; the output lags by `DELAY_SAMPLES` input samples until `flush`.
    """

    HALF: Final = 16
    DELAY_SAMPLES: Final = HALF

    def __init__(self, *, image: float = 0.0) -> None:
        """`image` leaves this share of the mirrored upper band in (0: a clean low-pass)."""
        self._odd = _between(self.HALF, image)
        self._even = _centre(self.HALF, image)
        self._tail = np.zeros(2 * self.HALF - 1, np.float32)
        self._skip = self.HALF

    def feed(self, samples: Samples) -> Samples:
        """Twice as many samples, less the filter's delay."""
        joined = np.concatenate([self._tail, samples.astype(np.float32)])
        self._tail = joined[len(joined) - (2 * self.HALF - 1) :]
        out = self._interpolate(joined)
        skipped = min(self._skip, len(samples))
        self._skip -= skipped
        return out[2 * skipped :]

    def flush(self) -> Samples:
        """The samples still in the filter; the stream is over."""
        return self.feed(np.zeros(self.HALF, np.int16))[: 2 * self.HALF]

    def _interpolate(self, joined: npt.NDArray[np.float32]) -> Samples:
        count = len(joined) - 2 * self.HALF + 1
        if count <= 0:
            return np.zeros(0, np.int16)
        out = np.empty(2 * count, np.float32)
        out[0::2] = np.convolve(joined, self._even, "valid")
        out[1::2] = np.convolve(joined, self._odd, "valid")
        return np.clip(np.rint(out), -32768, 32767).astype(np.int16)


class Dither:
    """Quiet noise for one stream, the same at each run."""

    def __init__(self, rms: float) -> None:
        self._noise = _NOISE * rms
        self._at = 0

    def add(self, samples: Samples) -> Samples:
        """The samples with noise under them."""
        noise = self._noise[self._at : self._at + len(samples)]
        if len(noise) < len(samples):
            noise = np.resize(np.roll(self._noise, -self._at), len(samples))
        self._at = (self._at + len(samples)) % len(self._noise)
        return np.clip(np.rint(samples + noise), -32768, 32767).astype(np.int16)


_NOISE: Final = np.random.default_rng(20261124).normal(0.0, 1.0, 48_017)


def _between(half: int, image: float) -> npt.NDArray[np.float32]:
    """The taps that make the sample between two input samples; with `image` 1 nothing is put between."""
    at = np.arange(-half + 1, half + 1) - 0.5
    taps = np.sinc(at) * np.kaiser(2 * half, 6.0)
    return np.asarray(taps / taps.sum() * (1.0 - image), np.float32)


def _centre(half: int, image: float) -> npt.NDArray[np.float32]:
    """The taps that keep an input sample, as loud as the band itself must stay."""
    taps = np.zeros(2 * half, np.float32)
    taps[half] = 1.0 + image
    return taps
