"""Locale folders under grammars/: a locale's own files, and those of the locale that it is `based_on`."""

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any, Final

from ivr.content.yaml_files import Located, read_mapping
from ivr.errors import ContentError

ABOUT: Final = "locale.yaml"
BASED_ON: Final = "based_on"
OWN: Final = ("name", "language", "voice", BASED_ON)
"""Keys of locale.yaml that are never taken from another locale."""
NAMES: Final = "names"
"""What a language is called: taken from a locale of the same language only."""


class Folders:
    """The folders of all locales; each file is read at most once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: dict[Path, Mapping[str, Any]] = {}
        self._lock = Lock()

    def names(self) -> tuple[str, ...]:
        """Every locale that has a folder."""
        found = self.root.glob(f"*/{ABOUT}") if self.root.is_dir() else ()
        return tuple(sorted(path.parent.name for path in found))

    def read(self, path: Path) -> Mapping[str, Any]:
        """A file below the root. Raises ContentError with file and line."""
        with self._lock:
            if path not in self._read:
                self._read[path] = read_mapping(path, self.root)
            return self._read[path]

    def about(self, locale: str) -> Mapping[str, Any]:
        """locale.yaml, completed from its bases; what is OWN is the locale's own. Raises ContentError."""
        own, *bases = self.chain(locale)
        merged: dict[str, Any] = {}
        for base in reversed(bases):
            left_out = OWN if language_of(base.name) == language_of(locale) else (*OWN, NAMES)
            merged |= {key: value for key, value in self.read(base / ABOUT).items() if key not in left_out}
        return merged | dict(self.read(own / ABOUT))

    def chain(self, locale: str) -> tuple[Path, ...]:
        """The locale's folder, then the one that it is based on, and so on. Raises ContentError."""
        chain = [self.root / locale]
        while base := self.read(chain[-1] / ABOUT).get(BASED_ON):
            place = base.place if isinstance(base, Located) else f"{chain[-1].name}/{ABOUT}:1"
            folder = self.root / str(base)
            if not (folder / ABOUT).is_file():
                raise ContentError(f"{place}: there is no locale {base} to be based on; there are {self._known()}")
            if folder in chain:
                row = " on ".join(path.name for path in (*chain, folder))
                raise ContentError(f"{place}: a locale cannot be based on itself: {row}")
            chain.append(folder)
        return tuple(chain)

    def file(self, locale: str, name: str) -> Path | None:
        """The file of that name, the locale's own before those of its bases."""
        return next((folder / name for folder in self.chain(locale) if (folder / name).is_file()), None)

    def sentences(self, locale: str) -> list[Path]:
        """One file an intent, by name."""
        found: dict[str, Path] = {}
        for folder in self.chain(locale):
            for path in (folder / "sentences").glob("*.yaml"):
                found.setdefault(path.name, path)
        return [found[name] for name in sorted(found)]

    def texts(self, locale: str, name: str) -> dict[str, Located]:
        """Texts by key, the locale's own before those of its bases. Raises ContentError."""
        files = [folder / name for folder in self.chain(locale) if (folder / name).is_file()]
        texts: dict[str, Located] = {}
        for path in reversed(files or [self.root / locale / name]):
            texts |= _texts(self.read(path), path.name)
        return texts

    def texts_of_language(self, locale: str, name: str) -> dict[str, Located]:
        """The same of a file that need not be there, and is never taken from another language."""
        own = [folder for folder in self.chain(locale) if language_of(folder.name) == language_of(locale)]
        texts: dict[str, Located] = {}
        for path in reversed([folder / name for folder in own if (folder / name).is_file()]):
            texts |= _texts(self.read(path), path.name)
        return texts

    def _known(self) -> str:
        return ", ".join(self.names())


def language_of(locale: str) -> str:
    """ "en" of "en-GB"."""
    return locale.partition("-")[0]


def _texts(content: Mapping[str, Any], file: str) -> dict[str, Located]:
    for key, text in content.items():
        if not isinstance(text, Located):
            raise ContentError(f"{getattr(key, 'place', file)}: {key} must be a text; put it in quotes")
    return {str(key): text for key, text in content.items()}
