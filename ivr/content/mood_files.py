"""Reads a locale's upset.yaml: expressions of being upset, and of danger. A locale without one hears neither."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ivr.content.yaml_files import Located
from ivr.errors import ContentError

FILE: Final = "upset.yaml"
SECTIONS: Final = ("upset", "danger", "heard")


@dataclass(frozen=True)
class MoodWords:
    """What callers say; whole words, in their order."""

    upset: tuple[str, ...] = ()
    danger: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    """Those of them that recognisers listen for: few."""


def read_moods(path: Path | None, read: Callable[[Path], Mapping[str, Any]]) -> MoodWords:
    """Raises ContentError."""
    if path is None:
        return MoodWords()
    content = read(path)
    odd = next((key for key in content if str(key) not in SECTIONS), None)
    if odd is not None:
        raise ContentError(f"{_place(odd, path)}: {FILE} has {', '.join(SECTIONS)}, and nothing else")
    told = {name: _phrases(content.get(name) or [], path) for name in SECTIONS}
    strange = next((phrase for phrase in told["heard"] if phrase not in {*told["upset"], *told["danger"]}), None)
    if strange is not None:
        raise ContentError(f"{_place(strange, path)}: {strange!r} is listened for, but neither upset nor danger")
    return MoodWords(**told)


def _phrases(values: Any, path: Path) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise ContentError(f"{path.name}:1: write lists of phrases")
    wrong = next((value for value in values if not isinstance(value, str) or not value.strip()), None)
    if wrong is not None:
        raise ContentError(f"{path.name}:1: {wrong!r} is no phrase; put it in quotes")
    return tuple(values)


def _place(text: object, path: Path) -> str:
    return text.place if isinstance(text, Located) else f"{path.name}:1"
