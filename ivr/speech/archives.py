"""Unpacks a model's zip archive that may be hostile: only plain files, inside one folder, of bounded size."""

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from ivr.errors import ModelError

_LARGEST_BYTES: Final = 8 << 30
_MOST_FILES: Final = 1000
_LARGEST_RATIO: Final = 200
"""Vosk's archives shrink to about two thirds; a size bomb to a thousandth."""
_RATIO_FROM_BYTES: Final = 50 << 20


def unpack(archive: Path, into: Path) -> Path:
    """Unpack; the one folder that the archive holds. Raises ModelError for anything unexpected in it."""
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            _check(entries, archive)
            for entry in entries:
                _write(opened, entry, into)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelError(f"{archive.name} is a damaged archive ({error}): remove it and install again") from error
    except OSError as error:
        raise ModelError(f"cannot unpack {archive.name} into {into.parent}: {error.strerror or error}") from error
    return into / PurePosixPath(entries[0].filename).parts[0]


def is_plain_name(name: str) -> bool:
    """Whether this is one safe part of a path."""
    return bool(name) and not name.startswith(".") and all(sign.isalnum() or sign in "._-+" for sign in name)


def _check(entries: list[zipfile.ZipInfo], archive: Path) -> None:
    if not entries or len(entries) > _MOST_FILES:
        raise ModelError(f"{archive.name} holds {len(entries)} files: it is no Vosk model")
    for entry in entries:
        _check_entry(entry, archive)
    total = sum(entry.file_size for entry in entries)
    packed = max(1, archive.stat().st_size)
    if total > _LARGEST_BYTES or (total > _RATIO_FROM_BYTES and total > _LARGEST_RATIO * packed):
        raise ModelError(f"{archive.name} would unpack to {total >> 20} MB: it is no Vosk model")
    if len({PurePosixPath(entry.filename).parts[0] for entry in entries}) != 1:
        raise ModelError(f"{archive.name} holds more than one folder: it is no Vosk model")


def _check_entry(entry: zipfile.ZipInfo, archive: Path) -> None:
    path = PurePosixPath(entry.filename)
    inside = len(path.parts) > 1 and all(is_plain_name(part) for part in path.parts)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if not inside or "\\" in entry.filename or kind not in (0, stat.S_IFREG):
        raise ModelError(f"{archive.name} holds {entry.filename!r}, which is no plain file in a folder: not unpacked")


def _write(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, into: Path) -> None:
    """Copy one file; never more than the archive's own directory says."""
    target = into.joinpath(*PurePosixPath(entry.filename).parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(entry) as source, target.open("xb") as file:
        shutil.copyfileobj(source, file)
    if target.stat().st_size != entry.file_size:
        raise zipfile.BadZipFile(f"{entry.filename} has another size than listed")
