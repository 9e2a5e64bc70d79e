"""Texts to tokens: words, or syllables where spacing is free; digits apart from letters; no punctuation, no case.

Full-width letters and every script's digits become the usual ones, so that files need write only these.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

UNKNOWN: Final = "[unk]"
"""What recognisers write for a stretch outside their grammar."""
_MARKS: Final = "".join(c for c in map(chr, range(0x300, 0xFFFF)) if unicodedata.category(c) in ("Mn", "Mc"))
"""Signs on a letter (Devanagari's vowels, Arabic's): Python's \\w leaves them out."""
_APOSTROPHES: Final = re.compile(r"['’ʼ`]")
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u061c\u0640\u2060\ufeff]")
"""Joiners, marks of direction, Arabic's stretched line: they may stand inside a word."""
_TOKEN: Final = re.compile(rf"\[unk\]|\d+|(?:[^\W\d_][{_MARKS}]*)+")
_DIGIT: Final = re.compile(r"[^\D0-9]")
_GROUPED: Final = re.compile(r"(?<=\d),(?=\d{3}\b)")


@dataclass(frozen=True)
class Spelling:
    """How one locale's texts become tokens."""

    free_spacing: bool = False
    fold_accents: bool = False
    rewrites: tuple[tuple["re.Pattern[str]", str], ...] = ()

    def words(self, text: str) -> list[str]:
        """Normal words of a text as heard, typed, or written by a carrier's recogniser."""
        text = unicodedata.normalize("NFKC", text).casefold().replace("<unk>", UNKNOWN)
        text = self.folded(_UNSEEN.sub("", _DIGIT.sub(lambda digit: str(int(digit[0])), text)))
        for pattern, replacement in self.rewrites:
            text = pattern.sub(replacement, text)
        return _TOKEN.findall(_APOSTROPHES.sub("", text))

    def folded(self, text: str) -> str:
        """The text without accents, where they do not count."""
        return unaccented(text) if self.fold_accents else text

    def tokens(self, text: str) -> list[str]:
        """What the parser steps over: words, or single syllables where spacing is free."""
        return self.split(self.words(text))

    def split(self, words: Sequence[str]) -> list[str]:
        """Normal words as tokens."""
        if not self.free_spacing:
            return list(words)
        return [sign for word in words for sign in ([word] if word == UNKNOWN else word)]

    def boundaries(self, words: Sequence[str]) -> set[int]:
        """Token positions where a phrase may begin or end: never inside a number or a Latin word."""
        if not self.free_spacing:
            return set(range(len(words) + 1))
        position, allowed = 0, {0}
        for word in words:
            size = 1 if word == UNKNOWN else len(word)
            if word.isascii():
                allowed |= {position, position + size}
            else:
                allowed |= set(range(position, position + size + 1))
            position += size
        return allowed


def unaccented(text: str) -> str:
    """Letters without their marks: some recognisers, and many typists, leave them out."""
    parts = (sign for sign in unicodedata.normalize("NFD", text) if unicodedata.category(sign) != "Mn")
    return unicodedata.normalize("NFC", "".join(parts))


def spelling(*, free_spacing: bool, rewrites: Sequence[tuple[str, str]], fold_accents: bool = False) -> Spelling:
    """Compile a locale's rewriting rules."""
    return Spelling(free_spacing, fold_accents, tuple((re.compile(pattern), to) for pattern, to in rewrites))
