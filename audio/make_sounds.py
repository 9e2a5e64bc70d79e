"""Makes the sounds of this folder from sine waves: run `python audio/make_sounds.py` after a change here."""

import wave
from pathlib import Path

import numpy as np

RATE = 8000
BEAT_SECONDS = 0.5
CHIME_SECONDS = 0.6
FADE_SECONDS = 0.25
MUSIC_PEAK = 0.25
CHORDS = (
    (261.63, 329.63, 392.0, 493.88),
    (220.0, 261.63, 329.63, 392.0),
    (174.61, 261.63, 349.23, 440.0),
    (196.0, 246.94, 293.66, 440.0),
)
"""C major 7, A minor 7, F major 9 and G 9, as arpeggios."""


def note(hertz: float, seconds: float) -> np.ndarray:
    """A soft bell: a fundamental and two fading overtones."""
    t = np.arange(int(RATE * seconds)) / RATE
    tone = sum(np.sin(2 * np.pi * hertz * k * t) * np.exp(-t * (2 + k)) / k**1.5 for k in (1, 2, 3))
    return tone * np.minimum(1, t * 80)


def hold_music() -> np.ndarray:
    """Sixteen seconds that loop without a click."""
    beats = [(i * BEAT_SECONDS, chord[p]) for c, chord in enumerate(CHORDS) for i, p in arpeggio(c)]
    sound = np.zeros(int(RATE * BEAT_SECONDS * 8 * len(CHORDS)))
    for start, hertz in beats:
        bell = note(hertz, 2.0)
        where = (int(start * RATE) + np.arange(bell.size)) % sound.size
        np.add.at(sound, where, bell)
    return sound


def chime() -> np.ndarray:
    """Two rising bells of the music's first chord, over in six tenths of a second."""
    sound = np.zeros(int(RATE * CHIME_SECONDS))
    for start, hertz in ((0.0, CHORDS[0][1] * 2), (0.14, CHORDS[0][2] * 2)):
        bell = note(hertz, CHIME_SECONDS - start)
        sound[-bell.size :] += bell
    return sound * np.minimum(1, np.arange(sound.size)[::-1] / (RATE * FADE_SECONDS))


def arpeggio(bar: int) -> list[tuple[int, int]]:
    """Beat and note of each stroke in a bar of eight."""
    return [(bar * 8 + i, p) for i, p in enumerate((0, 1, 2, 3, 2, 3, 1, 2))]


def loudness(sound: np.ndarray) -> float:
    """RMS of the louder half, by steps of 20 ms, as prompts are evened by."""
    power = np.sort((sound[: sound.size // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1))
    return float(np.sqrt(power[power.size // 2 :].mean()))


def write(name: str, sound: np.ndarray, peak: float) -> None:
    """Write 16-bit mono at 8 kHz."""
    samples = (sound / np.abs(sound).max() * peak * 32767).astype("<i2")
    with wave.open(str(Path(__file__).parent / name), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


if __name__ == "__main__":
    music, signal = hold_music(), chime()
    music_level = loudness(music / np.abs(music).max() * MUSIC_PEAK)
    write("hold.wav", music, MUSIC_PEAK)
    write("chime.wav", signal, music_level / loudness(signal / np.abs(signal).max()))  # as loud as what it ends
