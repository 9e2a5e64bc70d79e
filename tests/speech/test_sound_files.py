"""Recordings of every kind become prompts for the telephone, or say what is wrong with them."""

import stat
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.errors import AudioError
from ivr.speech import sound_files


def a_tone(rate: int, seconds: float = 1.0, *, level: float = 0.1, hertz: float = 440.0) -> np.ndarray:
    return level * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)


@pytest.mark.parametrize(
    ("name", "subtype", "rate"),
    [
        ("a.wav", "PCM_16", 44100),
        ("a.wav", "PCM_24", 48000),
        ("a.wav", "ULAW", 8000),
        ("a.flac", None, 22050),
        ("a.ogg", None, 16000),
        ("a.mp3", None, 44100),
    ],
)
def test_each_format_becomes_a_mulaw_prompt_of_the_same_length(
    tmp_path: Path, name: str, subtype: str | None, rate: int
) -> None:
    soundfile.write(tmp_path / name, a_tone(rate, 1.5), rate, subtype=subtype)
    sound_files.write_mulaw(sound_files.as_prompt(tmp_path / name), tmp_path / "built" / "menu.wav")
    made = soundfile.info(tmp_path / "built" / "menu.wav")
    assert (made.samplerate, made.channels, made.subtype) == (8000, 1, "ULAW")
    assert made.duration == pytest.approx(1.5, abs=0.1)
    assert [path.name for path in (tmp_path / "built").iterdir()] == ["menu.wav"]


@pytest.mark.parametrize("level", [0.02, 0.1, 0.9])
def test_soft_and_loud_recordings_come_out_equally_loud(tmp_path: Path, level: float) -> None:
    soundfile.write(tmp_path / "a.wav", a_tone(16000, level=level), 16000)
    assert sound_files.as_prompt(tmp_path / "a.wav").dBFS == pytest.approx(sound_files.LOUDNESS_DBFS, abs=1.0)


def test_a_recording_with_high_peaks_is_not_clipped(tmp_path: Path) -> None:
    clicks = a_tone(8000, level=0.01)
    clicks[::1000] = 0.5
    soundfile.write(tmp_path / "a.wav", clicks, 8000)
    assert sound_files.as_prompt(tmp_path / "a.wav").max_dBFS <= sound_files.HIGHEST_PEAK_DBFS + 0.1


def test_both_channels_are_heard(tmp_path: Path) -> None:
    left_only = np.stack([a_tone(8000), np.zeros(8000)], axis=1)
    soundfile.write(tmp_path / "a.wav", left_only, 8000)
    assert sound_files.as_prompt(tmp_path / "a.wav").dBFS == pytest.approx(sound_files.LOUDNESS_DBFS, abs=1.0)


def test_silence_at_both_ends_is_cut(tmp_path: Path) -> None:
    quiet = np.zeros(16000)
    soundfile.write(tmp_path / "a.wav", np.concatenate([quiet, a_tone(8000), quiet]), 8000)
    assert sound_files.as_prompt(tmp_path / "a.wav").duration_seconds == pytest.approx(1.0, abs=0.2)


def test_what_a_telephone_cannot_carry_does_not_fold_down_into_the_speech(tmp_path: Path) -> None:
    hiss, voice = a_tone(16000, hertz=6000.0, level=0.3), a_tone(16000, hertz=400.0, level=0.1)
    soundfile.write(tmp_path / "a.wav", hiss + voice, 16000)
    samples = np.array(sound_files.as_prompt(tmp_path / "a.wav").get_array_of_samples(), float)
    spectrum = np.abs(np.fft.rfft(samples))
    folded = spectrum[int(2000 * len(samples) / 8000)]  # 8,000 - 6,000 Hz
    assert folded < spectrum.max() / 300


@pytest.mark.parametrize("content", [b"", b"RIFF", b"ID3\x04 nothing more", b"\0" * 5000, b"<html>404</html>"])
@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.flac", "a.txt"])
def test_what_is_no_sound_is_refused_with_a_way_on(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AudioError, match=r"a\.\w+ .*(record it again|install ffmpeg|convert it to WAV)"):
        sound_files.as_prompt(tmp_path / name)


def test_a_file_without_a_sample_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 8000)
    with pytest.raises(AudioError, match="record it again"):
        sound_files.as_prompt(tmp_path / "a.wav")


def test_a_silent_recording_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(8000), 8000)
    with pytest.raises(AudioError, match="silent"):
        sound_files.as_prompt(tmp_path / "a.wav")


def test_two_hours_are_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with soundfile.SoundFile(tmp_path / "a.wav", "w", 8000, 1, subtype="ULAW") as file:
        for _ in range(120):
            file.write(np.zeros(60 * 8000, np.int16))
    monkeypatch.setattr(soundfile.SoundFile, "read", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(AudioError, match="lasts 120 minutes, a prompt at most 5"):
        sound_files.as_prompt(tmp_path / "a.wav")


def test_other_formats_name_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + b"\0" * 500)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AudioError, match="other formats need ffmpeg: install ffmpeg"):
        sound_files.as_prompt(tmp_path / "a.m4a")


def a_programme(path: Path, script: str) -> None:
    path.write_text(f"#!{sys.executable}\n{script}")
    path.chmod(stat.S_IRWXU)


@pytest.mark.parametrize("script", ["import sys; sys.exit(1)", "print('no sound')", "import time; time.sleep(60)"])
def test_a_damaged_file_is_told_from_a_missing_ffmpeg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    a_programme(tmp_path / "ffmpeg", script)
    (tmp_path / "a.m4a").write_bytes(b"\0\0\0\x20ftypM4A ")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sound_files, "FFMPEG_SECONDS", 2.0)
    with pytest.raises(AudioError, match="damaged"):
        sound_files.as_prompt(tmp_path / "a.m4a")


def test_what_ffmpeg_makes_of_another_format_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soundfile.write(tmp_path / "made.wav", a_tone(16000), 16000)
    made = repr(str(tmp_path / "made.wav"))
    a_programme(tmp_path / "ffmpeg", f"import sys; sys.stdout.buffer.write(open({made}, 'rb').read())")
    (tmp_path / "a.m4a").write_bytes(b"\0\0\0\x20ftypM4A ")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sound_files.as_prompt(tmp_path / "a.m4a").duration_seconds == pytest.approx(1.0, abs=0.1)


def test_a_prompt_that_cannot_be_written_leaves_nothing_half_done(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", a_tone(8000), 8000)
    (tmp_path / "built").write_text("a file where a folder should be")
    with pytest.raises(AudioError, match="make the folder writable"):
        sound_files.write_mulaw(sound_files.as_prompt(tmp_path / "a.wav"), tmp_path / "built" / "menu.wav")


def as_file(samples: np.ndarray, rate: int, subtype: str = "PCM_16") -> bytes:
    file = BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype=subtype)
    return file.getvalue()


@pytest.mark.parametrize(("rate", "subtype"), [(8000, "PCM_16"), (8000, "ULAW"), (16000, "PCM_16"), (44100, "PCM_24")])
def test_recorded_answer_is_heard_at_the_telephones_rate(rate: int, subtype: str) -> None:
    samples = sound_files.recorded(as_file(a_tone(rate, 1.5), rate, subtype), most_seconds=30)
    assert len(samples) == pytest.approx(12_000, abs=80)
    loudest = np.argmax(np.abs(np.fft.rfft(samples[:8000].astype(float))))
    assert loudest == pytest.approx(440, abs=2), "neither slower nor faster than it was said"


WHOLE = as_file(a_tone(8000, 2.0), 8000)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no sound file"),
        (b"RIFF", "breaks off|no sound file"),
        (b"<html>gone</html>", "no sound file"),
        (WHOLE[:9000], "breaks off"),
        (as_file(a_tone(8000, 0.0), 8000), "holds no sound"),
        (as_file(a_tone(4000), 4000), "4000 Hz"),
        (as_file(a_tone(96000), 96000), "96000 Hz"),
        (as_file(np.zeros(8000 * 31), 8000), "lasts 31 s"),
    ],
)
def test_recorded_answer_that_is_none_is_refused_and_says_why(data: bytes, why: str) -> None:
    with pytest.raises(AudioError, match=why):
        sound_files.recorded(data, most_seconds=30)


def test_recorded_answer_of_unknown_length_is_read_to_its_end() -> None:
    samples = sound_files.recorded(WHOLE[:4] + b"\xff\xff\xff\xff" + WHOLE[8:], most_seconds=30)
    assert len(samples) == 16_000
