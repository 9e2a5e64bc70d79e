"""Text to speech by espeak-ng through ctypes, as 8 kHz telephone audio: the local carrier's voice, and ours (duplex).

espeak-ng is GPL, so its package stays in the extras `demo` and `duplex`, loaded only when something must be spoken.
"""

import ctypes
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 8000
"""Hz of everything `speak` returns."""

_ESPEAK_RATE = 22050
_SYNCHRONOUS, _DONT_EXIT, _UTF8 = 2, 0x8000, 1  # espeak_AUDIO_OUTPUT, espeakINITIALIZE_*, espeakCHARS_*
_PARAMETERS = {"rate": 1, "volume": 2, "pitch": 3, "range": 4}
_DEFAULTS = {"volume": 100, "pitch": 50, "range": 50}
_LONGEST_DATA_PATH = 140  # espeak-ng copies the path into 160 bytes and ignores a longer one without a word
_SPEECH_RMS = 0.1  # -20 dBFS, the usual level of speech on a telephone line
_PEAK = 0.89
_PAD_SECONDS = 0.02

_ALIASES = {
    "en": "en-us", "en-au": "en-gb", "en-ie": "en-gb", "en-in": "en-gb", "en-nz": "en-gb", "en-za": "en-gb",
    "en-ca": "en-us", "es-mx": "es-419", "es-us": "es-419", "es-ar": "es-419", "es-co": "es-419",
    "fr": "fr-fr", "fr-ca": "fr-fr", "zh": "cmn", "zh-cn": "cmn", "zh-tw": "cmn", "zh-hk": "yue",
    "no": "nb", "no-no": "nb", "fil": "id", "tl": "id",
}  # fmt: skip
_VARIANTS = ("f2", "m1", "f4", "adam", "f5", "Hugo", "klatt4", "benjamin")
_VARIANTS_OF = {"ko": ("f5", "adam", "sandro", "Hugo", "edward2", "f2", "Reed", "klatt6")}
# chosen by ear of PocketSphinx (English) and Vosk (Korean): the best of 60 variants at 8 kHz with noise at 15 dB


class VoiceError(RuntimeError):
    """Nothing can be spoken here; `.code` is stable, the text says what to do next."""

    code = "voice_unavailable"


class _Listed(ctypes.Structure):
    """espeak_VOICE of speak_lib.h."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class _Engine:
    """The one espeak-ng of this process; it is not thread safe, so every use holds the lock.

    The library keeps state from one text to the next (pitch flutter, phases, noise), so that what was spoken before
    changes the samples. It is therefore loaded afresh for every text (2 to 6 ms): equal texts, equal audio.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chunks: list[bytes] = []
        self._callback = _Callback(self._collect)  # kept: espeak-ng holds only the bare pointer
        self._library_path, self._data_path = _find_library()
        with self._fresh_library() as library:
            self.languages = _list_languages(library)

    def _collect(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
        if samples and count > 0:
            self._chunks.append(ctypes.string_at(samples, count * 2))
        return 0

    @contextmanager
    def _fresh_library(self) -> Iterator[ctypes.CDLL]:
        with self._lock:
            try:
                library = ctypes.CDLL(self._library_path)
            except OSError as broken:
                raise VoiceError(f"espeak-ng cannot be loaded on this machine: {broken}") from broken
            try:
                self._start(library)
                yield library
            finally:
                library.espeak_Terminate()
                _unload(library)

    def _start(self, library: ctypes.CDLL) -> None:
        if library.espeak_Initialize(_SYNCHRONOUS, 0, os.fsencode(self._data_path), _DONT_EXIT) != _ESPEAK_RATE:
            raise VoiceError(f"espeak-ng cannot read {self._data_path}: reinstall the package espeakng-loader")
        self._chunks = []
        library.espeak_SetSynthCallback(self._callback)

    def synthesize(self, text: str, *, name: str, parameters: dict[str, int]) -> NDArray[np.float64]:
        """The text as samples in -1..1 at 22,050 Hz. Raises VoiceError for an unknown voice."""
        _check_variant(self._data_path, name)
        data = text.replace("\x00", " ").encode() + b"\x00"
        with self._fresh_library() as library:
            if library.espeak_SetVoiceByName(name.encode()) != 0:
                raise VoiceError(f"espeak-ng has no voice {name!r}: name one of ivr.espeak.voices(locale)")
            for key, value in parameters.items():
                library.espeak_SetParameter(_PARAMETERS[key], value, 0)
            library.espeak_ng_SetRandSeed(ctypes.c_long(1))  # breath noise
            library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, _UTF8, None, None)
            joined = b"".join(self._chunks)
        return np.frombuffer(joined, dtype="<i2").astype(np.float64) / 32768.0


def _find_library() -> tuple[str, Path]:
    """The library file and the folder that holds espeak-ng-data."""
    try:
        import espeakng_loader
    except ImportError as missing:
        raise VoiceError(
            "the local carrier's voice needs the package espeakng-loader: pip install 'ringback[demo]'"
        ) from missing
    return espeakng_loader.get_library_path(), _short_path(Path(espeakng_loader.get_data_path())).parent


def _check_variant(data_path: Path, name: str) -> None:
    """espeak-ng takes an unknown variant without a word and speaks as usual, so look for its file."""
    variant = name.partition("+")[2]
    if variant and not (data_path / "espeak-ng-data" / "voices" / "!v" / variant).is_file():
        raise VoiceError(f"espeak-ng has no voice {name!r}: name one of ivr.espeak.voices(locale)")


def _unload(library: ctypes.CDLL) -> None:
    import _ctypes

    unload = getattr(_ctypes, "dlclose", None) or getattr(_ctypes, "FreeLibrary", None)
    if unload is not None:
        unload(library._handle)


def _list_languages(library: ctypes.CDLL) -> dict[str, str]:
    """Language tags in lower case, each with the name its voice is loaded by ("en-gb" is the file gmw/en)."""
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Listed))
    found: dict[str, str] = {}
    listed = library.espeak_ListVoices(None)
    for index in range(1000):
        if not listed[index]:
            break
        # languages: a priority byte, then a name, repeated; ctypes stops at the first name's end, the voice's own
        tag = (listed[index].contents.languages or b"\x00")[1:].decode("latin-1").lower()
        found.setdefault(tag, listed[index].contents.identifier.decode("latin-1").rsplit("/", 1)[-1])
    return found


def _short_path(data: Path) -> Path:
    """The data folder, or a link to it where the path is too long for espeak-ng."""
    if len(os.fsencode(data)) <= _LONGEST_DATA_PATH:
        return data
    link = Path(tempfile.mkdtemp(prefix="espeak-")) / data.name
    link.symlink_to(data, target_is_directory=True)
    return link


_starting = threading.Lock()
_started: list[_Engine] = []


def _engine() -> _Engine:
    """The engine, started by whoever speaks first (about 30 ms)."""
    with _starting:
        if not _started:
            _started.append(_Engine())
        return _started[0]


def available() -> bool:
    """Whether `speak` works here: the `demo` extra is installed and loads."""
    try:
        _engine()
    except VoiceError:
        return False
    return True


def voices(locale: str) -> tuple[str, ...]:
    """Synthetic voices for the locale that differ clearly and that recognisers hear well, the default first."""
    return _VARIANTS_OF.get(language(locale), _VARIANTS)


def language(locale: str) -> str:
    """espeak-ng's name for a BCP 47 locale: the locale itself, its alias or its language alone."""
    known, wanted = _engine().languages, locale.lower().replace("_", "-")
    for name in (wanted, _ALIASES.get(wanted), wanted.split("-")[0], _ALIASES.get(wanted.split("-")[0])):
        if name and name in known:
            return known[name]
    raise VoiceError(f"espeak-ng does not speak {locale!r}: use a locale such as en-US, ko-KR or es")


def speak(text: str, locale: str, *, voice: str | None = None, rate: int = 160) -> bytes:
    """Spoken text as 16-bit little-endian mono PCM at 8,000 Hz; equal arguments give equal bytes.

    `voice` is a variant such as "f2", or a whole espeak-ng voice name such as "en-gb-scotland+m3"; `rate` is in
    words a minute (80 to 450). Blank text gives no audio. Safe from any thread. Raises VoiceError.
    """
    if not text.strip():
        return b""
    return _spoken(text, _voice_name(locale, voice), max(80, min(450, rate)))


def voice_itself(text: str, locale: str, *, voice: str, rate: int) -> NDArray[np.float64]:
    """As `speak`, before any telephone: -1 to 1 at 22,050 Hz, as the voice made it."""
    return _made(text, _voice_name(locale, voice), rate)


def _voice_name(locale: str, voice: str | None) -> str:
    if voice and ("+" in voice or voice.lower() in _engine().languages):
        return voice
    return f"{language(locale)}+{voice or voices(locale)[0]}"


@lru_cache(maxsize=256)
def _spoken(text: str, name: str, rate: int) -> bytes:
    return _to_pcm(_level(_trim(_resample(_made(text, name, rate)))))


def _made(text: str, name: str, rate: int) -> NDArray[np.float64]:
    return _engine().synthesize(text, name=name, parameters={"rate": rate, **_DEFAULTS})


_TAPS, _UP, _DOWN = 128, 160, 441  # 8,000 / 22,050 = 160 / 441


@lru_cache(maxsize=1)
def _phases() -> NDArray[np.float64]:
    """One windowed-sinc filter for each of the 160 positions of an output sample between two input samples."""
    cutoff = 3650.0 * 2 / _ESPEAK_RATE
    at = np.arange(_TAPS)[None, :] - (_TAPS // 2 - 1) - np.arange(_UP)[:, None] / _UP
    window = np.i0(8.0 * np.sqrt(np.clip(1 - (at / (_TAPS / 2)) ** 2, 0, None))) / np.i0(8.0)
    kernel = cutoff * np.sinc(cutoff * at) * window
    return np.asarray(kernel / kernel.sum(axis=1, keepdims=True), dtype=np.float64)


def _resample(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """22,050 Hz to 8,000 Hz; everything above 4 kHz is gone (-70 dB) before it could fold back."""
    count = len(samples) * _UP // _DOWN
    padded = np.concatenate([np.zeros(_TAPS // 2 - 1), samples, np.zeros(_TAPS)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, _TAPS)
    result = np.empty(count)
    for begin in range(0, count, 8192):  # in blocks: a minute at once would take half a gigabyte
        at = np.arange(begin, min(begin + 8192, count)) * _DOWN
        result[begin : begin + len(at)] = np.einsum("ij,ij->i", windows[at // _UP], _phases()[at % _UP])
    return result


def _trim(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without the silence before and after, except 20 ms."""
    loud = np.flatnonzero(np.abs(samples) > 0.01 * np.max(np.abs(samples), initial=0.0))
    if not len(loud):
        return samples[:0]
    pad = int(_PAD_SECONDS * SAMPLE_RATE)
    return samples[max(0, loud[0] - pad) : loud[-1] + pad]


def _level(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """At -20 dBFS while speaking; peaks are kept below clipping."""
    active = samples[np.abs(samples) > 0.01 * np.max(np.abs(samples), initial=0.0)]
    if not len(active):
        return samples
    gain = _SPEECH_RMS / float(np.sqrt(np.mean(active**2)))
    return samples * min(gain, _PEAK / float(np.max(np.abs(samples))))


def _to_pcm(samples: NDArray[np.float64]) -> bytes:
    return np.clip(np.round(samples * 32768.0), -32768, 32767).astype("<i2").tobytes()


def add_noise(pcm: bytes, snr_db: float, seed: int) -> bytes:
    """The audio (16-bit, 8,000 Hz) on a noisy line: white noise and mains hum `snr_db` below the speech's level.

    The same seed gives the same noise.
    """
    clean = np.frombuffer(pcm, dtype="<i2").astype(np.float64) / 32768.0
    power = float(np.mean(clean[np.abs(clean) > 0.003] ** 2)) if np.any(np.abs(clean) > 0.003) else 1e-4
    noise = _line_noise(len(clean), np.random.default_rng(seed))
    return _to_pcm(clean + noise * np.sqrt(power / 10 ** (snr_db / 10)))


def _line_noise(count: int, random: np.random.Generator) -> NDArray[np.float64]:
    """White noise (80 % of the power) and hum at 50 or 60 Hz with its harmonics (20 %); mean power 1."""
    mains = float(random.choice((50.0, 60.0)))
    at = np.arange(count) / SAMPLE_RATE
    hum = sum(np.sin(2 * np.pi * mains * n * at + random.uniform(0, 2 * np.pi)) / n for n in range(1, 7))
    hum_power = sum(0.5 / n**2 for n in range(1, 7))
    return np.asarray(random.standard_normal(count) * 0.8**0.5 + hum * (0.2 / hum_power) ** 0.5)
