"""Turns as sound: recordings where there are any, else our own voice; mu-law for a two-way stream."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from ivr.domain.turn import Next, Turn
from ivr.errors import SettingsError, VoiceUnavailable
from ivr.phone.twiml_say import Spoken
from ivr.service.ports import TextToSpeech
from ivr.web.voice_documents import Documents

BYTES_A_SECOND: Final = 8000
LONGEST_FILE_SECONDS: Final = 300.0
_SILENCE: Final = b"\xff"


class TurnSounds:
    """Makes what a turn says; a sentence at a time, so that the first is heard while the next is made."""

    def __init__(self, documents: Documents, voice: TextToSpeech, audio_dir: Path | None) -> None:
        self._documents = documents
        self._voice = voice
        self._audio_dir = audio_dir

    @property
    def has_music(self) -> bool:
        """Whether there is something to wait with."""
        return bool(self._documents.music_path)

    def of_turn(self, turn: Turn) -> Iterator[bytes]:
        """Sentences, then music if it waits on the line. Raises VoiceUnavailable, AudioError or ContentError."""
        for position, spoken in enumerate(self._documents.texts(turn)):
            if position and turn.pause_seconds:
                yield _SILENCE * BYTES_A_SECOND * turn.pause_seconds
            yield self._sound(spoken, slow=turn.slow)
        if turn.next is Next.HOLD and self.has_music:
            yield self._file(self._documents.music_path)

    def _sound(self, spoken: Spoken, *, slow: bool) -> bytes:
        if spoken.is_played(slow=slow):
            return self._file(spoken.sound_path)
        return self._voice.speak(spoken.text, spoken.locale, slow=slow)

    def _file(self, path: str) -> bytes:
        if self._audio_dir is None:
            raise VoiceUnavailable(f"{path} is named, but there is no folder of sounds")
        return _mulaw_of(self._audio_dir / path.removeprefix("/audio/"))


@lru_cache(maxsize=256)
def _mulaw_of(path: Path) -> bytes:
    # Imported here: NumPy and the sound libraries are read after the server has begun to take calls.
    from ivr.speech.audio import encode_mulaw, whole_frames
    from ivr.speech.sound_files import recorded

    samples = recorded(path.read_bytes(), most_seconds=LONGEST_FILE_SECONDS)
    return whole_frames(encode_mulaw(samples.astype("<i2").tobytes()))


def check_voice(voice: TextToSpeech | None, locales: Sequence[str]) -> TextToSpeech:
    """The voice, if it speaks every language that is served. Raises SettingsError, which says what to do.

    Recordings alone never do: times, numbers and names are said in most calls.
    """
    silent = [locale for locale in locales if voice is None or not voice.speaks(locale)]
    if voice is None or silent:
        raise SettingsError(
            f"IVR_HEARING=duplex: no voice here speaks {', '.join(silent)}; install the extra (pip install "
            "'ringback[duplex]'), leave them out of IVR_LOCALES, or set IVR_HEARING=stream, where the carrier speaks"
        )
    return voice
