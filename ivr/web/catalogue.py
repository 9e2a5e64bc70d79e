"""The words of the pages, by locale, from grammars/<locale>/pages.yaml."""

import string
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from werkzeug.datastructures import LanguageAccept

from ivr.content.folders import Folders
from ivr.errors import ContentError

FILE: Final = "pages.yaml"


class Catalogue:
    """Texts of pages by key; every locale has the keys and places of the first one."""

    def __init__(self, folder: Path, locales: tuple[str, ...]) -> None:
        """Raises ContentError naming the file and the missing or superfluous keys or places."""
        self.locales = locales
        folders = Folders(folder)
        self._texts = {locale: folders.texts(locale, FILE) for locale in locales}
        for locale in locales[1:]:
            _same_keys(folder / locale / FILE, self._texts[locale], self._texts[locales[0]])

    def text(self, locale: str, key: str, **places: object) -> str:
        """A text with its {places} filled. Raises ContentError for an unknown key."""
        found = self._texts[locale].get(key)
        if found is None:
            raise ContentError(f"{FILE} of {locale} has no text {key!r}; add it")
        return found.format(**places)

    def has(self, locale: str, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._texts[locale]

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


def _language(name: str) -> str:
    return name.replace("_", "-").partition("-")[0].lower()


def _same_keys(path: Path, texts: Mapping[str, str], model: Mapping[str, str]) -> None:
    missing, extra = sorted(model.keys() - texts.keys()), sorted(texts.keys() - model.keys())
    if missing or extra:
        raise ContentError(f"{path}: missing {missing}, superfluous {extra}")
    for key, text in texts.items():
        if _places(path, text) != _places(path, model[key]):
            raise ContentError(f"{path}: {key} must have the places {sorted(_places(path, model[key]))}")


def _places(path: Path, text: str) -> set[str]:
    try:
        return {place for _, place, _, _ in string.Formatter().parse(text) if place is not None}
    except ValueError as error:
        raise ContentError(f"{path}: {text!r}: {error}; write {{{{ for a brace") from error
