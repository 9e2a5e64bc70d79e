"""Help articles, and which of them answers a question: the words that both share, the rarer the more they count."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

ENOUGH: Final = 0.28
"""So much an article must fit before it is offered to somebody who asks a question."""
CLEARLY: Final = 0.5
"""So much before it is offered to somebody who was not known to ask one."""
LONGER_QUESTION: Final = 0.3
"""How far words count against an article's question that the caller's lacks; those of the caller count whole."""
BEST_QUESTION: Final = 0.5
"""What the nearest single question is worth beside all that the article says."""
LEAST_WORTH: Final = 0.05
UNKNOWN: Final = 0.75
"""Of the worth of the rarest word: words that no article has may be noise, or what it is all about."""
USUAL: Final = ("refund-arrival", "return-item", "track-order")
VOTE: Final = 0.1
"""How far the callers' verdicts move an article at most: they break ties, the words decide."""
CALM: Final = 10
"""So many verdicts are imagined undecided, so that the first ones count little."""

WORDLESS: Final = ("HANGUL", "CJK", "HIRAGANA", "KATAKANA")
"""Scripts that are not written in words of letters, as the names of their signs begin."""


@dataclass(frozen=True)
class Article:
    """One help article in one language."""

    id: str
    locale: str
    title: str
    questions: tuple[str, ...]
    """As people ask; lower case."""
    keywords: tuple[str, ...]
    spoken: str
    """The answer in at most three sentences and twelve seconds."""
    text: str
    """All of it, in Markdown."""
    regions: tuple[str, ...] = ()
    """ISO 3166; empty: everywhere."""
    rules: tuple[str, ...] = ()
    """Rules of the shop that it cites."""

    def holds_in(self, region: str) -> bool:
        """Whether it is right there; where the region is not known, only what is right everywhere."""
        return not self.regions or region in self.regions


@dataclass(frozen=True)
class Answer:
    """An article as a call speaks of it."""

    id: str
    title: str
    spoken: str


@dataclass(frozen=True)
class Tally:
    """What callers made of an article."""

    asked: int = 0
    helped: int = 0
    not_helped: int = 0

    @property
    def vote(self) -> float:
        """From -1, it never helps, to 1; near 0 while few have said so."""
        return (self.helped - self.not_helped) / (self.helped + self.not_helped + CALM)


@dataclass(frozen=True)
class ArticleTerms:
    """The terms of an article's parts."""

    id: str
    questions: tuple[frozenset[str], ...]
    """Its title, too."""
    keywords: frozenset[str]
    spoken: frozenset[str]
    text: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Every term in it."""
        return frozenset().union(*self.questions, self.keywords, self.spoken, self.text)

    @property
    def weights(self) -> dict[str, float]:
        """What each term is worth, by the best place in which it stands."""
        parts = [(self.text, 0.3), (self.spoken, 0.5), (self.keywords, 0.9), *((q, 1.0) for q in self.questions)]
        return {term: weight for terms, weight in parts for term in terms}


@dataclass(frozen=True)
class Match:
    """An article that may answer, and why."""

    id: str
    score: float
    """0 to 1."""
    shared: tuple[str, ...] = ()
    """The terms that it shares with the question, the most telling first."""


class Ranking:
    """The articles of one language, to be put in order."""

    def __init__(self, articles: Iterable[ArticleTerms]) -> None:
        self._articles = {article.id: article for article in articles}
        self._weights = {article.id: article.weights for article in self._articles.values()}
        counts: dict[str, int] = {}
        for article in self._articles.values():
            for term in article.all:
                counts[term] = counts.get(term, 0) + 1
        total = len(self._articles)
        self._worth = {term: max(log((total + 1) / (count + 0.5)), LEAST_WORTH) for term, count in counts.items()}
        self._unknown = UNKNOWN * log(total + 1) if total else 1.0

    def rank(
        self, asked: frozenset[str], candidates: Iterable[str], tallies: Mapping[str, Tally] | None = None
    ) -> list[Match]:
        """The candidates that share a term with what was asked, best first."""
        found = [self._match(asked, self._articles[name], tallies or {}) for name in candidates]
        return sorted((match for match in found if match.score > 0), key=lambda match: (-match.score, match.id))

    def worth(self, terms: Iterable[str]) -> float:
        """How much terms tell; those that no article has count, too."""
        return sum(self._worth.get(term, self._unknown) for term in terms)

    def _match(self, asked: frozenset[str], article: ArticleTerms, tallies: Mapping[str, Tally]) -> Match:
        total, weights = self.worth(asked), self._weights[article.id]
        shared = sorted(asked & weights.keys(), key=lambda term: -self._worth[term])
        if not shared or not total:
            return Match(article.id, 0.0)
        covered = sum(self._worth[term] * weights[term] for term in shared) / total
        nearest = max(self._likeness(asked, question) for question in article.questions)
        vote = tallies[article.id].vote if article.id in tallies else 0.0
        score = (BEST_QUESTION * nearest + (1 - BEST_QUESTION) * covered) * (1 + VOTE * vote)
        return Match(article.id, min(score, 1.0), tuple(shared))

    def _likeness(self, asked: frozenset[str], question: frozenset[str]) -> float:
        common = self.worth(asked & question)
        return common / (self.worth(asked) + LONGER_QUESTION * self.worth(question - asked) or 1.0)


def most_asked(articles: Sequence[Article], tallies: Mapping[str, Tally], count: int) -> list[Article]:
    """The articles read most often; as long as nobody has asked, those that every shop is asked for."""

    def place(article: Article) -> tuple[int, int]:
        usual = USUAL.index(article.id) if article.id in USUAL else len(USUAL)
        return -tallies.get(article.id, Tally()).asked, usual

    return sorted(articles, key=place)[:count]
