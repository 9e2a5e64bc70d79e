"""The words that we use in a language: enough to tell which one a text is in."""

import re
from functools import cache
from typing import Final

from ivr.content.model import Content

_PLACE: Final = re.compile(r"\{\w+\}")
_WORD: Final = re.compile(r"[^\W\d_]+")


class Vocabulary:
    """Callable: a locale's words, in lower case."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._of = cache(self._read)

    def __call__(self, locale: str) -> frozenset[str]:
        """Of all that is spoken and written."""
        return self._of(locale)

    def _read(self, locale: str) -> frozenset[str]:
        known = self._content.locales[locale]
        texts = (*known.prompts.values(), *known.messages.values())
        return frozenset(word for text in texts for word in _WORD.findall(_PLACE.sub(" ", text).casefold()))
