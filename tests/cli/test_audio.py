"""Recorded prompts from the command line to the caller's ear."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from ivr.settings import Settings


@pytest.fixture
def sounds(tmp_path: Path, environment: pytest.MonkeyPatch) -> Path:
    """The sounds of an adopter who keeps a folder of their own."""
    shutil.copytree(Settings.from_env({}).grammars_dir / "en-US", tmp_path / "mine" / "grammars" / "en-US")
    (tmp_path / "mine" / "audio" / "recordings" / "en-US").mkdir(parents=True)
    environment.setenv("IVR_CONTENT", str(tmp_path / "mine"))
    environment.setenv("IVR_LOCALES", "en-US")
    return tmp_path / "mine" / "audio"


def record(sounds: Path, name: str, seconds: float = 1.0) -> None:
    tone = 0.2 * np.sin(np.arange(int(22050 * seconds)) / 10)
    soundfile.write(sounds / "recordings" / "en-US" / name, tone, 22050)


def test_recordings_become_prompts_and_each_is_told(ivr: Any, sounds: Path) -> None:
    record(sounds, "menu.flac", 2.0)
    ran = ivr("audio", "build")
    assert ran.status == 0
    assert "✔ en-US/menu.flac: 2.0 s" in ran.out
    assert soundfile.info(sounds / "en-US" / "menu.wav").subtype == "ULAW"


def test_a_greeting_with_the_companys_name_may_be_recorded(ivr: Any, sounds: Path) -> None:
    record(sounds, "greeting.wav")
    assert ivr("audio", "build").status == 0


def test_one_bad_file_spoils_no_other(ivr: Any, sounds: Path) -> None:
    record(sounds, "menu.wav")
    record(sounds, "no_such_prompt.wav")
    record(sounds, "confirm_moment.wav")
    (sounds / "recordings" / "en-US" / "goodbye.wav").write_bytes(b"nothing")
    ran = ivr("audio", "build")
    assert ran.status == 1
    assert "✔ en-US/menu.wav" in ran.out
    assert "✘ en-US/no_such_prompt.wav: en-US has no prompt no_such_prompt; `audio missing en-US`" in ran.out
    assert "✘ en-US/confirm_moment.wav: the prompt confirm_moment says when, which differs in each call" in ran.out
    assert "✘ en-US/goodbye.wav: goodbye.wav is damaged" in ran.out or "install ffmpeg" in ran.out
    assert [path.name for path in (sounds / "en-US").iterdir()] == ["menu.wav"]


def test_a_folder_of_no_locale_is_named(ivr: Any, sounds: Path) -> None:
    record(sounds, "menu.wav")
    (sounds / "recordings" / "en-US").rename(sounds / "recordings" / "english")
    assert "there is no locale english" in ivr("audio", "build").out


def test_nothing_to_build_says_where_recordings_go(ivr: Any, sounds: Path) -> None:
    ran = ivr("audio", "build")
    assert ran.status == 2
    assert "recordings/<locale>/<prompt key>.wav" in ran.err


def test_what_could_be_recorded_is_listed_until_it_is(ivr: Any, sounds: Path) -> None:
    assert "\nmenu " in ivr("audio", "missing", "en-US").out
    record(sounds, "menu.wav")
    ivr("audio", "build")
    listed = ivr("audio", "missing", "en-US").out
    assert "\nmenu " not in listed
    assert "confirm_moment" not in listed  # it says another moment each time
    assert ivr("audio", "missing", "xx-XX").status == 2
