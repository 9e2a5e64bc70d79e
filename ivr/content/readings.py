"""How prompts are read by a voice that knows kana alone (espeak-ng): a locale's readings.yaml, readings_words.yaml.

A carrier's voice reads the prompts as they are written. The voice is handed written sentences, places filled, so a
sentence is led back to its prompt by the prompt's own pattern; then its reading is filled with the same words, read.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from ivr.content.folders import Folders
from ivr.content.model import Content, LocaleContent
from ivr.content.speaker import PLACE, WRITTEN, without_empty
from ivr.content.yaml_files import Located
from ivr.errors import ContentError

READINGS: Final = "readings.yaml"
WORDS: Final = "readings_words.yaml"
"""What stands in places: days, hours, numbers."""
_KANA: Final = re.compile(r"[\u3041-\u3096\u30a1-\u30fc\u3001\u3002\uff01\uff1f\s]*")
_CUTS: Final = re.compile(r"(\{\w+\}|[\[\]])")


def read_readings(
    folders: Folders, name: str, prompts: Mapping[str, Located]
) -> tuple[dict[str, Located], dict[str, Located]]:
    """Readings by prompt key, and of words; none where the locale has no such files. Raises ContentError."""
    readings, words = (folders.texts(name, file) if folders.file(name, file) else {} for file in (READINGS, WORDS))
    for key, reading in readings.items():
        if key not in prompts:
            raise ContentError(f"{reading.place}: there is no prompt {key}; remove its reading")
        if _shape(reading) != _shape(prompts[key]):
            raise ContentError(f"{reading.place}: the reading of {key} must have the places {_shape(prompts[key])}")
    for key, reading in (*readings.items(), *words.items()):
        if not _KANA.fullmatch(_CUTS.sub("", reading)):
            raise ContentError(f"{reading.place}: the reading of {key} may hold kana, 、。 and places, nothing else")
    return readings, words


def unread(locale: LocaleContent) -> list[str]:
    """Prompts that such a voice would have to speak as they are written; texts for screens are never spoken."""
    if not locale.readings:
        return []
    return [key for key in locale.prompts if key not in locale.readings and not key.endswith(WRITTEN)]


class Readings:
    """Written sentences as a voice reads them."""

    def __init__(self, content: Content) -> None:
        self._readers = {name: _Reader(locale) for name, locale in content.locales.items() if locale.readings}

    def of(self, locale: str, text: str) -> str:
        """The sentence in kana, as far as it is known; as written in other locales."""
        reader = self._readers.get(locale)
        return reader.read(text) if reader else text


class _Reader:
    def __init__(self, locale: LocaleContent) -> None:
        keys = sorted(locale.readings, key=lambda key: -len(_CUTS.sub("", locale.prompts[key])))
        told = (key for key in keys if PLACE.sub("", locale.prompts[key]))  # "{when}" would fit everything
        self._prompts = [(re.compile(_pattern(locale.prompts[key])), locale.readings[key]) for key in told]
        self._words = locale.reading_words
        longest_first = sorted(self._words, key=len, reverse=True)
        self._word = re.compile("|".join(map(_bounded, longest_first)) or r"(?!)")
        self.read = lru_cache(maxsize=256)(self._read)

    def _read(self, text: str) -> str:
        for pattern, reading in self._prompts:
            if match := pattern.fullmatch(text):
                return _filled(reading, {name: self._read(said) for name, said in match.groupdict().items() if said})
        return self._word.sub(lambda word: self._words[word[0]], text)


def _shape(text: str) -> list[str]:
    """Its places and brackets, by name: a reading may put them in another order."""
    return sorted(_CUTS.findall(text))


def _filled(reading: str, words: Mapping[str, str]) -> str:
    return PLACE.sub(lambda place: words[place[1]], without_empty(reading, words))


def _pattern(prompt: str) -> str:
    """What the prompt looks like once its places are filled."""
    known: set[str] = set()
    made = ""
    for piece in _CUTS.split(" ".join(prompt.split())):
        if PLACE.fullmatch(piece):
            made += f"(?P={piece[1:-1]})" if piece in known else f"(?P<{piece[1:-1]}>.+?)"
            known.add(piece)
        else:
            made += {"[": "(?:", "]": ")?"}.get(piece) or re.escape(piece)
    return made


def _bounded(word: str) -> str:
    """A number is read only where it is a whole one; a comma with no digit behind it is a pause."""
    before = r"(?<![\d.,])" if word[0].isdecimal() else ""
    after = r"(?!\d|[.,]\d)" if word[-1].isdecimal() else ""
    return f"{before}{re.escape(word)}{after}"
