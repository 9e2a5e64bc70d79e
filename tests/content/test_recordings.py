"""Which prompts are played instead of spoken."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.content.recordings import Recording, Recordings, can_be_recorded
from ivr.domain.turn import Say, Spelled


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("en-US/menu.wav", "en-US/greeting.wav", "ko-KR/menu.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        soundfile.write(tmp_path / name, np.zeros(16000), 8000, subtype="ULAW")
    soundfile.write(tmp_path / "hold.wav", np.zeros(80), 8000)
    return tmp_path


def test_a_recorded_prompt_is_found_in_its_language_with_its_length(folder: Path) -> None:
    found = Recordings(folder).of("ko-KR", Say("menu"))
    assert found is not None
    assert found.path == "/audio/ko-KR/menu.wav"
    assert found.seconds == pytest.approx(2.0, abs=0.05)


def test_another_language_within_a_call_is_played_in_that_language(folder: Path) -> None:
    found = Recordings(folder).of("en-US", Say("menu", locale="ko-KR"))
    assert found == Recordings(folder).of("ko-KR", Say("menu"))


def test_a_prompt_without_a_recording_is_spoken(folder: Path) -> None:
    assert Recordings(folder).of("en-US", Say("goodbye")) is None
    assert Recordings(folder).of("de-DE", Say("menu")) is None
    assert Recordings(None).of("en-US", Say("menu")) is None


def test_what_differs_in_each_call_is_spoken_even_where_a_file_lies(folder: Path) -> None:
    assert Recordings(folder).of("en-US", Say("menu", {"digits": Spelled("123")})) is None
    assert isinstance(Recordings(folder).of("en-US", Say("greeting", {"company": "Ringback"})), Recording)
    assert not can_be_recorded("Is it {digits}?")
    assert can_be_recorded("Hello, this is {company}.")


@pytest.mark.parametrize("left", [0, 3, 11, 4000])
def test_a_file_that_was_copied_half_is_not_played(folder: Path, left: int) -> None:
    path = folder / "en-US" / "menu.wav"
    path.write_bytes(path.read_bytes()[:left])
    assert Recordings(folder).of("en-US", Say("menu")) is None
