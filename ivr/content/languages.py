"""What languages are called in each other: from each locale's own locale.yaml, else from CLDR."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from hassil.expression import Alternative, TextChunk

from ivr.content.folders import ABOUT, NAMES, Folders, language_of
from ivr.content.model import ListValue
from ivr.content.yaml_files import Located

ASKED: Final = "asked"
LANGUAGE, OTHER_LANGUAGE = "language", "other_language"
"""Lists that every grammar is given: all languages served, and all but its own."""
MOST_LISTENED: Final = 8
"""Recognisers listen for the names of so many other languages; more are understood. Fewer words, fewer errors."""


def language_lists(folders: Folders, locale: str, served: Sequence[str]) -> dict[str, tuple[ListValue, ...]]:
    """The languages served, as callers who speak `locale` name them. Raises ContentError."""
    order = (locale, *(name for name in served if name != locale))
    taken: set[str] = set()
    values: list[ListValue] = []
    for place, other in enumerate(order):
        said = [text for text in names_of(folders, other, locale) if text.casefold() not in taken]
        written = [text for text in _own_names(folders, other) if text.casefold() not in taken]
        taken |= {text.casefold() for text in (*said, *written)}
        if said or written:
            values.append(_value(other, said, written, listened=place <= MOST_LISTENED))
    others = tuple(value for value in values if value.out != locale)
    return {LANGUAGE: tuple(values), OTHER_LANGUAGE: others or tuple(values)}


def names_of(folders: Folders, locale: str, speaker: str) -> list[Located]:
    """What callers in the locale `speaker` call the language of `locale`; empty if nobody knows."""
    about = folders.about(locale)
    names = about.get(NAMES) or {}
    given = names.get(speaker) or names.get(language_of(speaker))
    if given is not None:
        return list(_texts(given))
    name = _needed_name(about, locale)
    known = _cldr(speaker).get(language_of(locale))
    return [Located(known, name.file, name.line)] if known else []


def _own_names(folders: Folders, locale: str) -> list[Located]:
    """As a carrier's recogniser writes it when the language itself is spoken: its name, and `asked:` ("en español")."""
    about = folders.about(locale)
    return [_needed_name(about, locale), *names_of(folders, locale, locale), *_texts(about.get(ASKED) or ())]


def _value(locale: str, said: Sequence[Located], written: Sequence[Located], *, listened: bool) -> ListValue:
    first = (*said, *written)[0]
    chunks = [TextChunk(text=text.casefold()) for text in said] if listened else []
    others = dict.fromkeys(str(text) for text in (*written, *said))
    return ListValue(Alternative(items=list(chunks)), locale, first.file, first.line, tuple(others))


def _needed_name(about: Any, locale: str) -> Located:
    name = about.get("name", locale)
    return name if isinstance(name, Located) else Located(str(name), f"{locale}/{ABOUT}", 1)


def _texts(given: Any) -> Iterator[Located]:
    texts: Iterable[Any] = given if isinstance(given, list) else [given]
    return (text for text in texts if isinstance(text, Located))


def _cldr(locale: str) -> Any:
    try:
        return Locale.parse(language_of(locale)).languages
    except (UnknownLocaleError, ValueError):
        return {}
