"""Sound files as people have them, brought to what a telephone carries: 8,000 Hz, one channel, evened loudness.

WAV, FLAC, OGG and MP3 are read by libsndfile, a WAV that it refuses by pydub, the rest by ffmpeg where that is found.
"""

import shutil
import struct
import subprocess
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile
import soxr

from ivr.errors import AudioError
from ivr.speech.audio import SAMPLE_RATE, Samples

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns at import that ffmpeg is missing; we say so when a file needs it
    from pydub import AudioSegment
    from pydub.exceptions import CouldntDecodeError
    from pydub.silence import detect_leading_silence

FFMPEG: Final = "ffmpeg"
FFMPEG_SECONDS: Final = 60.0
"""After so long it is given up: a damaged file can hold it for ever."""
LOUDNESS_DBFS: Final = -20.0
"""6 dB above the nominal level of telephone speech (-26 dBov, ITU-T G.100.1): announcements compete with the street."""
HIGHEST_PEAK_DBFS: Final = -1.0
_SILENT_DBFS: Final = -50.0
_KEPT_SILENCE_MS: Final = 60
"""Before and after the sound: without any, a first consonant is clipped by some carriers."""
LONGEST_SECONDS: Final = 300.0
"""A longer file is no prompt; it is refused unread."""
_WAV_HEAD: Final = struct.Struct("<4sI")
_SIZE_UNKNOWN: Final = (0, 0xFFFFFFFF)
"""Written by who did not know the length beforehand."""
_HIGHEST_RATE: Final = 48_000


def as_prompt(path: Path) -> AudioSegment:
    """The file as a prompt: 8,000 Hz, mono, silence cut at both ends, loudness evened. Raises AudioError."""
    sound = decoded(path)
    if sound.max_dBFS < _SILENT_DBFS:
        raise AudioError(f"{path.name} is silent: record it again")
    return _evened(_trimmed(_at_telephone_rate(sound)))


def write_mulaw(sound: AudioSegment, path: Path) -> None:
    """Write a WAV file of 8,000 Hz mu-law, whole or not at all. Raises AudioError."""
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        samples = np.frombuffer(sound.raw_data, np.int16)
        soundfile.write(part, samples, SAMPLE_RATE, format="WAV", subtype="ULAW")
        part.replace(path)
    except (OSError, soundfile.LibsndfileError) as error:
        raise AudioError(f"cannot write {path}: {error}; make the folder writable") from error


def decoded(path: Path) -> AudioSegment:
    """The file as it is, 16 bit. Raises AudioError, which says what can be read."""
    if not path.is_file() or not path.stat().st_size:
        raise AudioError(f"{path} is missing or empty: record it again")
    for read in (_by_libsndfile, _by_pydub, _by_ffmpeg):
        sound = read(path)
        if sound is not None:
            if not sound.frame_count():
                raise AudioError(f"{path.name} holds no sound: record it again")
            return sound
    if shutil.which(FFMPEG) is None:
        raise AudioError(
            f"{path.name} is no WAV, FLAC, OGG or MP3, and other formats need ffmpeg: "
            "install ffmpeg, or convert the file to WAV"
        )
    raise AudioError(f"{path.name} is damaged or no sound: convert it to WAV and try again")


def recorded(data: bytes, *, most_seconds: float) -> Samples:
    """What a carrier recorded, as samples of 8,000 Hz. Raises AudioError for what is no whole recording of that length.

    A file that breaks off is refused, not half heard: its end may have said the contrary.
    """
    head = _WAV_HEAD.unpack_from(data.ljust(_WAV_HEAD.size, b"\0"))
    if head[0] == b"RIFF" and head[1] not in _SIZE_UNKNOWN and head[1] + 8 > len(data):
        raise AudioError(f"the recording breaks off: {len(data)} of {head[1] + 8} bytes")
    try:
        with soundfile.SoundFile(BytesIO(data)) as file:
            if not SAMPLE_RATE <= file.samplerate <= _HIGHEST_RATE:
                raise AudioError(f"a recording at {file.samplerate} Hz is no telephone's: 8,000 Hz is")
            if not file.frames:
                raise AudioError("the recording holds no sound")
            if file.frames > most_seconds * file.samplerate:
                raise AudioError(f"the recording lasts {file.frames / file.samplerate:.0f} s, not {most_seconds:.0f}")
            sound = _segment(file.read(dtype="int16", always_2d=True), file.samplerate)
    except (soundfile.LibsndfileError, ValueError, RuntimeError) as error:
        raise AudioError(f"the recording is no sound file ({type(error).__name__})") from error
    return np.frombuffer(_at_telephone_rate(sound).raw_data, np.int16)


def _by_pydub(path: Path) -> AudioSegment | None:
    """Odd WAV files that libsndfile refuses."""
    if path.suffix.lower() != ".wav":
        return None
    try:
        with path.open("rb") as file:
            return AudioSegment(data=file).set_sample_width(2)  # `from_wav` would go on to ffmpeg by itself
    except (CouldntDecodeError, OSError, EOFError, ValueError, IndexError):
        return None


def _by_libsndfile(path: Path) -> AudioSegment | None:
    try:
        with soundfile.SoundFile(path) as file:
            _refuse_long(path, file.frames / file.samplerate)
            samples = file.read(dtype="int16", always_2d=True)
            return _segment(samples, file.samplerate)
    except soundfile.LibsndfileError:
        return None


def _by_ffmpeg(path: Path) -> AudioSegment | None:
    """By hand, not by pydub: it reads ffprobe's answer unchecked and leaves files open when that fails."""
    if (ffmpeg := shutil.which(FFMPEG)) is None:
        return None
    command = [
        ffmpeg,
        "-v",
        "error",
        "-nostdin",
        "-i",
        str(path),
        "-t",
        str(LONGEST_SECONDS + 1),
        "-f",
        "wav",
        "pipe:1",
    ]
    try:
        done = subprocess.run(command, capture_output=True, timeout=FFMPEG_SECONDS, check=True)
        samples, rate = soundfile.read(BytesIO(done.stdout), dtype="int16", always_2d=True)
    except (OSError, subprocess.SubprocessError, soundfile.LibsndfileError):
        return None
    _refuse_long(path, len(samples) / rate)
    return _segment(samples, rate)


def _refuse_long(path: Path, seconds: float) -> None:
    if seconds > LONGEST_SECONDS:
        raise AudioError(f"{path.name} lasts {seconds / 60:.0f} minutes, a prompt at most {LONGEST_SECONDS / 60:.0f}")


def _segment(samples: Any, rate: int) -> AudioSegment:
    return AudioSegment(data=samples.tobytes(), sample_width=2, frame_rate=rate, channels=samples.shape[1])


def _at_telephone_rate(sound: AudioSegment) -> AudioSegment:
    """By soxr: pydub's own way folds what lies above 4 kHz down into the speech."""
    samples = np.frombuffer(sound.raw_data, np.int16).reshape(-1, sound.channels)
    mono = samples.mean(axis=1, dtype=np.float32) / 32768
    narrow = soxr.resample(mono, sound.frame_rate, SAMPLE_RATE)
    whole = np.clip(np.rint(narrow * 32768), -32768, 32767).astype(np.int16)
    return _segment(whole.reshape(-1, 1), SAMPLE_RATE)


def _trimmed(sound: AudioSegment) -> AudioSegment:
    before = max(0, detect_leading_silence(sound, _SILENT_DBFS) - _KEPT_SILENCE_MS)
    after = max(0, detect_leading_silence(sound.reverse(), _SILENT_DBFS) - _KEPT_SILENCE_MS)
    return sound[before : len(sound) - after]


def _evened(sound: AudioSegment) -> AudioSegment:
    """To the same loudness, as far as the peaks allow."""
    return sound.apply_gain(min(LOUDNESS_DBFS - sound.dBFS, HIGHEST_PEAK_DBFS - sound.max_dBFS))
