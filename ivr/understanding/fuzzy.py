"""Texts only similar to what the grammar knows: nearest phrases by rapidfuzz; always confirmed."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from rapidfuzz import fuzz, process

ACCEPTED: Final = 80.0
"""Of 100 by token_set_ratio (reference/speech.md, section 3: 21 of 25 paraphrases, 1 wrong)."""
ACCEPTED_SYLLABLES: Final = 72.0
"""Of 100 by ratio over Korean letters (jamo)."""
_MARGIN: Final = 2.0
"""The best intent must be so much nearer than the next one."""
_FEWEST_WORDS: Final = 2


class Similar:
    """The sampled phrases of one locale, by intent."""

    def __init__(self, phrases: Mapping[str, Sequence[str]], *, free_spacing: bool) -> None:
        self._free = free_spacing
        self._phrases = {name: [self._form(phrase) for phrase in texts] for name, texts in phrases.items()}

    def rank(self, words: Sequence[str], names: Collection[str]) -> list[tuple[str, float]]:
        """Intents by their nearest phrase, nearest first, with its score of 100."""
        text = self._form(" ".join(words))
        scorer = fuzz.ratio if self._free else fuzz.token_set_ratio
        scores: list[tuple[str, float]] = []
        for name in names:
            found = process.extractOne(text, self._phrases.get(name, ()), scorer=scorer, processor=None)
            scores.append((name, float(found[1]) if found else 0.0))
        return sorted(scores, key=lambda pair: -pair[1])

    def accepted(self, ranked: Sequence[tuple[str, float]], words: Sequence[str]) -> str | None:
        """The intent that is near enough and clearly nearest."""
        enough = ACCEPTED_SYLLABLES if self._free else ACCEPTED
        if not ranked or len(words) < _FEWEST_WORDS or ranked[0][1] < enough:
            return None
        runner_up = ranked[1][1] if len(ranked) > 1 else 0.0
        return ranked[0][0] if ranked[0][1] - runner_up >= _MARGIN else None

    def _form(self, text: str) -> str:
        return unicodedata.normalize("NFD", text.replace(" ", "")) if self._free else text
