"""Recorded prompts: audio/<locale>/<prompt key>.wav is played where the carrier's voice would speak."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ivr.content.speaker import PLACE
from ivr.domain.turn import Say

SAME_IN_EVERY_CALL: Final = frozenset({"company"})
"""A place that never changes may be part of a recording ("Hello, this is …")."""
_BYTES_A_SECOND: Final = 8000.0
"""mu-law at 8,000 Hz, as `python -m ivr audio build` writes it."""
_HEADER: Final = struct.Struct("<4sI4s")


@dataclass(frozen=True)
class Recording:
    """One recorded prompt."""

    path: str
    """Where the carrier fetches it, relative to our address."""
    seconds: float


def can_be_recorded(template: str) -> bool:
    """Whether a prompt says the same in every call."""
    return set(PLACE.findall(template)) <= SAME_IN_EVERY_CALL


class Recordings:
    """The recordings that are there when the server starts."""

    def __init__(self, folder: Path | None) -> None:
        found = sorted(folder.glob("*/*.wav")) if folder is not None else []
        self._known = {
            (path.parent.name, path.stem): Recording(f"/audio/{path.parent.name}/{path.name}", _seconds(path))
            for path in found
            if _is_wav(path)
        }

    def of(self, locale: str, say: Say) -> Recording | None:
        """The recording of a prompt that says the same in every call."""
        if set(say.args) <= SAME_IN_EVERY_CALL:
            return self._known.get((say.locale or locale, say.key))
        return None


def _is_wav(path: Path) -> bool:
    """Whether it is whole: a half-copied file would break off on the line, so the voice speaks instead."""
    with path.open("rb") as file:
        head = file.read(_HEADER.size)
    if len(head) < _HEADER.size:
        return False
    riff, rest, wave = _HEADER.unpack(head)
    return bool(riff == b"RIFF" and wave == b"WAVE" and path.stat().st_size >= rest + 8)


def _seconds(path: Path) -> float:
    return path.stat().st_size / _BYTES_A_SECOND
