"""What the words of an utterance tell of a caller: expressions of being upset or of danger, found as whole words."""

from collections.abc import Sequence

from ivr.domain.upset import CALM, Mood
from ivr.understanding.source import LocaleSource
from ivr.understanding.tokens import Spelling


class Moods:
    """Of one locale."""

    def __init__(self, source: LocaleSource, spelling: Spelling) -> None:
        self._spelling = spelling
        self._upset = [tokens for phrase in source.moods.upset if (tokens := self._tokens(phrase))]
        self._danger = [tokens for phrase in source.moods.danger if (tokens := self._tokens(phrase))]

    def of(self, text: str) -> Mood:
        """Phrases that overlap count once: "i am very very angry" is one outburst."""
        tokens = self._tokens(text)
        taken: set[int] = set()
        upset = 0
        for phrase in sorted(self._upset, key=len, reverse=True):
            for at in _places(phrase, tokens):
                places = set(range(at, at + len(phrase)))
                if not places & taken:
                    taken |= places
                    upset += 1
        danger = any(_places(phrase, tokens) for phrase in self._danger)
        return Mood(upset=upset, danger=danger) if upset or danger else CALM

    def _tokens(self, text: str) -> Sequence[str]:
        return tuple(self._spelling.tokens(text))


def _places(phrase: Sequence[str], tokens: Sequence[str]) -> list[int]:
    size = len(phrase)
    return [at for at in range(len(tokens) - size + 1) if tuple(tokens[at : at + size]) == tuple(phrase)]
