"""Help articles by what a customer said: an index finds candidates, the domain puts them in order."""

import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from ivr.domain.hearing import Ability, Grammar
from ivr.domain.intents import Certainty, Expects, Intent, Meaning, SlotValue
from ivr.domain.knowledge import CLEARLY, ENOUGH, Answer, Article, ArticleTerms, Match, Ranking, Tally, most_asked
from ivr.service.ports import Understanding
from ivr.service.store import Store

CANDIDATES: Final = 25
SHOWN: Final = 5
OFFERED: Final = 3
FRESH_SECONDS: Final = 60.0
"""Verdicts of callers are read again after so long."""
_ASKS: Final = "question"
_REGION: Final = re.compile(r"-([A-Z]{2})$")


class ArticleIndex(Protocol):
    """A full-text index of articles' terms, a language at a time."""

    def fill(self, locale: str, digest: str, articles: Sequence[ArticleTerms]) -> None:
        """Hold these articles; nothing is done where the digest is that of what it holds."""

    def candidates(self, locale: str, digest: str, terms: frozenset[str], limit: int) -> Sequence[str]:
        """Ids of articles with any of the terms, likeliest first by the index's own measure."""


TermsOf = Callable[[str, str], frozenset[str]]
"""Locale and text to terms."""
ArticlesOf = Callable[[str], Sequence[Article]]
"""The articles of a locale; none where it has no help."""


@dataclass(frozen=True)
class Shelf:
    """The articles of one locale, ready to be searched."""

    articles: Mapping[str, Article]
    ranking: Ranking
    digest: str


class Knowledge:
    """Searches articles; thread-safe as far as its index is."""

    def __init__(self, articles: ArticlesOf, terms: TermsOf, index: ArticleIndex, store: Store) -> None:
        self._read, self._terms, self._index, self._store = articles, terms, index, store
        self._shelves: dict[str, Shelf] = {}
        self._tallies: Mapping[str, Tally] = {}
        self._read_at = -FRESH_SECONDS

    def articles(self, locale: str) -> Sequence[Article]:
        """All of a locale, by title."""
        return sorted(self._shelf(locale).articles.values(), key=lambda article: article.title)

    def article(self, locale: str, article_id: str) -> Article | None:
        """One of them."""
        return self._shelf(locale).articles.get(article_id)

    def search(self, locale: str, text: str, limit: int = SHOWN) -> list[tuple[Article, Match]]:
        """What may answer, best first; the caller decides how much is enough."""
        shelf, asked = self._shelf(locale), self._terms(locale, text)
        if not asked or not shelf.articles:
            return []
        names = self._index.candidates(locale, shelf.digest, asked, CANDIDATES)
        known = [name for name in names if name in shelf.articles]
        ranked = shelf.ranking.rank(asked, known, self.tallies())
        return [(shelf.articles[match.id], match) for match in ranked[:limit]]

    def most_asked(self, locale: str) -> tuple[Answer, ...]:
        """What callers ask most, to be offered by key."""
        shelf = self._shelf(locale)
        return tuple(answer(one) for one in most_asked(list(shelf.articles.values()), self.tallies(), OFFERED))

    def tallies(self) -> Mapping[str, Tally]:
        """What callers made of each article, at most a minute old."""
        if time.monotonic() - self._read_at >= FRESH_SECONDS:
            with self._store.read() as uow:
                self._tallies = uow.answers.tallies()
            self._read_at = time.monotonic()
        return self._tallies

    def _shelf(self, locale: str) -> Shelf:
        if locale not in self._shelves:
            region = _REGION.search(locale)
            articles = [a for a in self._read(locale) if a.holds_in(region[1] if region else "")]
            terms = [self._terms_of(article) for article in articles]
            shelf = Shelf({article.id: article for article in articles}, Ranking(terms), _digest(terms))
            if articles:
                self._index.fill(locale, shelf.digest, terms)
            self._shelves[locale] = shelf
        return self._shelves[locale]

    def _terms_of(self, article: Article) -> ArticleTerms:
        def terms(text: str) -> frozenset[str]:
            return self._terms(article.locale, text)

        questions = tuple(terms(question) for question in (article.title, *article.questions))
        keywords = terms(" . ".join(article.keywords))
        return ArticleTerms(article.id, questions, keywords, terms(article.spoken), terms(article.text))


def answer(article: Article) -> Answer:
    """The article as a call speaks of it."""
    return Answer(article.id, article.title, article.spoken)


def _digest(articles: Sequence[ArticleTerms]) -> str:
    told = "\n".join(f"{a.id} {sorted(a.weights.items())} {[sorted(q) for q in a.questions]}" for a in articles)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


class KnowingUnderstanding:
    """ports.Understanding that also knows what the help articles answer.

    A question becomes the intent `question` with its article; the dialogue asks whether that is meant before it reads.
    """

    def __init__(self, grammars: Understanding, knowledge: Knowledge) -> None:
        self._grammars, self._knowledge = grammars, knowledge

    def ability(self, locale: str) -> Ability:
        """The grammars'."""
        return self._grammars.ability(locale)

    def grammar(self, locale: str, expects: Expects) -> Grammar:
        """The grammars', which hold the articles' questions where questions are asked for."""
        return self._grammars.grammar(locale, expects)

    def hints(self, locale: str, expects: Expects) -> tuple[str, ...]:
        """The grammars'."""
        return self._grammars.hints(locale, expects)

    def is_complete(self, locale: str, expects: Expects, text: str) -> bool:
        """The grammars': questions go on as long as the caller talks."""
        return self._grammars.is_complete(locale, expects, text)

    def is_enough(self, locale: str, expects: Expects, text: str) -> bool:
        """The grammars'."""
        return self._grammars.is_enough(locale, expects, text)

    def parse(self, locale: str, expects: Expects, readings: Sequence[str]) -> Meaning:
        """What the grammars know comes first; where a question is asked for, only what they know exactly."""
        meaning = self._cited(locale, self._grammars.parse(locale, expects, readings))
        if _ASKS not in expects.understood or not any(text.strip() for text in readings):
            return meaning
        if meaning.first is not None and not (expects.questions and meaning.certainty != Certainty.EXACT):
            return meaning
        return self._answered(locale, expects, readings, meaning)

    def _cited(self, locale: str, meaning: Meaning) -> Meaning:
        """A sentence of the grammars may name its article; where the language has it not, it is a question like any."""
        first = meaning.first
        if first is None or first.name != _ASKS or not first.slots.get("article"):
            return meaning
        article = self._knowledge.article(locale, str(first.slots["article"]))
        told = _slots(meaning.text, article) if article is not None else {}
        return replace(meaning, intents=(replace(first, slots=told), *meaning.intents[1:]))

    def _answered(self, locale: str, expects: Expects, readings: Sequence[str], meaning: Meaning) -> Meaning:
        found = [(text, *hit) for text in readings for hit in self._knowledge.search(locale, text, 1)]
        least = ENOUGH if expects.questions else CLEARLY
        text, article, match = max(found, key=lambda one: one[2].score, default=(readings[0], None, None))
        if article is None or match is None or match.score < least:
            none = Intent(_ASKS, {"words": readings[0], "article": ""})
            return replace(meaning, intents=(none,), certainty=Certainty.STRIPPED) if expects.questions else meaning
        return Meaning(text, (Intent(_ASKS, _slots(text, article)),), Certainty.STRIPPED)


def _slots(words: str, article: Article) -> dict[str, SlotValue]:
    return {"words": words, "article": article.id, "title": article.title, "spoken": article.spoken}
