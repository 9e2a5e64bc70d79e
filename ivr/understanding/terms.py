"""Texts to the terms by which help articles are searched: stems where a language has them, else pairs of signs.

Both databases are given the same terms, so that a question finds the same articles on either.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from ivr.domain.knowledge import WORDLESS

STEMMED: Final = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "pt": "portuguese", "it": "italian",
    "nl": "dutch", "sv": "swedish", "ca": "catalan", "hi": "hindi", "ar": "arabic", "tr": "turkish",
}  # fmt: skip
"""Languages with a stemmer, by its name."""
PREFIXED: Final = {"hi": 4, "ar": 4}
"""Languages whose stemmers leave much: the stem's first letters count as well."""


def terms(locale: str, text: str) -> frozenset[str]:
    """The terms of a text, without order."""
    return frozenset(_terms(locale.partition("-")[0], text))


def _terms(language: str, text: str) -> Iterator[str]:
    for word in _words(text):
        if unicodedata.name(word[0], "").startswith(WORDLESS):  # trigrams are too long for words of two signs
            yield from (word[i : i + 2] for i in range(max(len(word) - 1, 1)))
        else:
            stem = _stem(language, word)
            yield stem
            if language in PREFIXED and len(stem) > PREFIXED[language]:
                yield f"{stem[: PREFIXED[language]]}~"


def _words(text: str) -> list[str]:
    """Runs of letters, marks and digits; signs of different scripts are words of their own."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("'s ", " ").replace("'", "")
    spaced, before = [], False
    for sign in plain:
        is_word = unicodedata.category(sign)[0] in "LMN"
        paired = is_word and unicodedata.name(sign, "").startswith(WORDLESS)
        spaced.append(sign if is_word and paired == before else f" {sign}" if is_word else " ")
        before = paired if is_word else before
    return "".join(spaced).split()


@lru_cache(maxsize=20_000)
def _stem(language: str, word: str) -> str:
    stemmer = _stemmer(language)
    stem = stemmer.stemWord(word) if stemmer is not None else word
    decomposed = unicodedata.normalize("NFD", stem)
    return "".join(sign for sign in decomposed if not 0x300 <= ord(sign) <= 0x36F) or word


@lru_cache
def _stemmer(language: str) -> Any:
    import snowballstemmer  # read when the first question is asked, not at start

    return snowballstemmer.stemmer(STEMMED[language]) if language in STEMMED else None
