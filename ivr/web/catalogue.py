"""The words of the pages, by locale: grammars/<locale>/pages.yaml, and board.yaml for the supervisor's."""

import string
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from werkzeug.datastructures import LanguageAccept

from ivr.content.folders import Folders
from ivr.errors import ContentError

PAGES: Final = "pages.yaml"
BOARD: Final = "board.yaml"
OPTIONAL: Final = "word_"
"""Keys that translate a word of the data, such as a status; without one the word is shown as it is."""


class Catalogue:
    """Texts of pages by key; every locale has the keys and places of the first one."""

    def __init__(self, folders: Folders, locales: tuple[str, ...], file: str = PAGES) -> None:
        """Raises ContentError naming the file and the missing or superfluous keys or places."""
        self.locales = locales
        self._file = file
        self._texts = {locale: folders.texts(locale, file) for locale in locales}
        for locale in locales[1:]:
            _same_keys(folders.root / locale / file, self._texts[locale], self._texts[locales[0]])

    def text(self, locale: str, key: str, **places: object) -> str:
        """A text with its {places} filled. Raises ContentError for an unknown key."""
        found = self._texts[locale].get(key)
        if found is None:
            raise ContentError(f"{self._file} of {locale} has no text {key!r}; add it")
        return found.format(**places)

    def has(self, locale: str, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._texts[locale]

    def word(self, locale: str, value: object) -> str:
        """A word of the data, such as a status: translated, or plain when it has no translation."""
        plain = str(value).replace("_", " ").replace("-", " ")
        return self._texts[locale].get(OPTIONAL + plain.replace(" ", "_"), plain)

    def name(self, locale: str) -> str:
        """The language in its own words."""
        return self._texts[locale]["language_name"]

    def best(self, asked: str | None, accepted: LanguageAccept) -> str:
        """The locale asked for, else the first that the browser wants and we have in any country's form, else ours."""
        for wanted in (asked or "", *accepted.values()):
            found = next((name for name in self.locales if name.lower() == wanted.lower()), None)
            found = found or next((name for name in self.locales if _language(name) == _language(wanted)), None)
            if found:
                return found
        return self.locales[0]


def board_catalogue(folders: Folders, locales: tuple[str, ...]) -> Catalogue:
    """Texts of the board in those locales that have them. Raises ContentError, also when none has."""
    root = folders.root
    files = {folders.file(locale, BOARD): locale for locale in reversed(locales)}  # the same words are offered once
    having = tuple(locale for locale in locales if files.get(folders.file(locale, BOARD) or root) == locale)
    if not having:
        raise ContentError(f"{root}: no locale has {BOARD}; copy that of en-US to {root / locales[0] / BOARD}")
    return Catalogue(folders, having, BOARD)


def _language(name: str) -> str:
    return name.replace("_", "-").partition("-")[0].lower()


def _same_keys(path: Path, texts: Mapping[str, str], model: Mapping[str, str]) -> None:
    missing, extra = _needed(model) - texts.keys(), _needed(texts) - model.keys()
    if missing or extra:
        raise ContentError(f"{path}: missing {sorted(missing)}, superfluous {sorted(extra)}")
    for key, text in texts.items():
        if key in model and _places(path, text) != _places(path, model[key]):
            raise ContentError(f"{path}: {key} must have the places {sorted(_places(path, model[key]))}")


def _needed(texts: Mapping[str, str]) -> set[str]:
    return {key for key in texts if not key.startswith(OPTIONAL)}


def _places(path: Path, text: str) -> set[str]:
    try:
        return {place for _, place, _, _ in string.Formatter().parse(text) if place is not None}
    except ValueError as error:
        raise ContentError(f"{path}: {text!r}: {error}; write {{{{ for a brace") from error
