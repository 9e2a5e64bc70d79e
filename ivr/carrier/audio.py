"""Telephone audio: 8 kHz, 16-bit PCM inside the carrier, mu-law on the wire, frames of 20 ms."""

import audioop
import math
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import soundfile

SAMPLE_RATE = 8000
FRAME_BYTES = 320
"""One 20 ms frame: 160 samples of two bytes."""
SILENCE = bytes(FRAME_BYTES)
SILENCE_ULAW = b"\xff" * (FRAME_BYTES // 2)
_SPEECH_DBFS = -20.0
_AUDIBLE = 328  # one hundredth of full scale: below it a synthetic or recorded voice has ended
_KEYS = {
    key: (low, high)
    for low, row in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"), strict=True)
    for high, key in zip((1209, 1336, 1477, 1633), row, strict=True)
}


def to_ulaw(pcm: bytes) -> bytes:
    """16-bit PCM as mu-law."""
    return SILENCE_ULAW if pcm is SILENCE else audioop.lin2ulaw(pcm, 2)


def from_ulaw(ulaw: bytes) -> bytes:
    """mu-law as 16-bit PCM."""
    return audioop.ulaw2lin(ulaw, 2)


def frames(pcm: bytes) -> Iterator[bytes]:
    """The audio in whole frames, the last one filled up with silence."""
    for begin in range(0, len(pcm), FRAME_BYTES):
        frame = pcm[begin : begin + FRAME_BYTES].ljust(FRAME_BYTES, b"\x00")
        yield SILENCE if frame == SILENCE else frame


def mix(parts: Sequence[bytes]) -> bytes:
    """Frames heard at once, clipped as a telephone line clips."""
    loud = [part for part in parts if part is not SILENCE]
    if not loud:
        return SILENCE
    total = loud[0]
    for part in loud[1:]:
        total = audioop.add(total, part, 2)
    return total


def silence(seconds: float) -> bytes:
    """Silent PCM of this length."""
    return bytes(2 * int(seconds * SAMPLE_RATE))


def seconds_of(pcm: bytes) -> float:
    """How long the PCM lasts."""
    return len(pcm) / 2 / SAMPLE_RATE


def speech_end_bytes(pcm: bytes) -> int:
    """Where the last audible sample ends, in bytes; the whole length when nothing is audible."""
    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, dtype="<i2").astype(np.int32)) > _AUDIBLE)
    return int(loud[-1] + 1) * 2 if len(loud) else len(pcm)


def read_wav(source: Path | bytes) -> bytes:
    """A sound file (WAV, mu-law too) as 8 kHz mono PCM. Raises ValueError for anything else."""
    try:
        samples, rate = soundfile.read(
            BytesIO(source) if isinstance(source, bytes) else source, dtype="int16", always_2d=True
        )
    except soundfile.LibsndfileError as error:
        raise ValueError(f"no sound that can be played: {error}") from error
    pcm = samples.mean(axis=1).astype("<i2").tobytes()
    return pcm if rate == SAMPLE_RATE else audioop.ratecv(pcm, 2, 1, rate, SAMPLE_RATE, None)[0]


def key_tone(key: str, seconds: float) -> bytes:
    """The two tones of a key."""
    at = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    low, high = _KEYS[key]
    tone = 0.2 * (np.sin(2 * np.pi * low * at) + np.sin(2 * np.pi * high * at))
    return (tone * 32767).astype("<i2").tobytes()


def tone(frequency: float, seconds: float) -> bytes:
    """A plain tone, as the beep before a recording."""
    at = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.3 * 32767 * np.sin(2 * np.pi * frequency * at)).astype("<i2").tobytes()


def line_noise(snr_db: float, seed: int) -> list[bytes]:
    """Five seconds of steady white noise in frames, `snr_db` below speech at -20 dBFS."""
    level = 32767 * 10 ** ((_SPEECH_DBFS - snr_db) / 20)
    samples = np.random.default_rng(seed).standard_normal(5 * SAMPLE_RATE) * level
    return list(frames(np.clip(samples, -32768, 32767).astype("<i2").tobytes()))


def with_noise(pcm: bytes, snr_db: float, *, seed: int) -> bytes:
    """Speech with white noise `snr_db` below its own level."""
    clean = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    loud = clean[np.abs(clean) > _AUDIBLE]
    level = math.sqrt(float(np.mean(loud**2))) if len(loud) else 3277.0
    noise = np.random.default_rng(seed).standard_normal(len(clean)) * level * 10 ** (-snr_db / 20)
    return np.clip(clean + noise, -32768, 32767).astype("<i2").tobytes()
