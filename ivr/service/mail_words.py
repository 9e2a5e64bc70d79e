"""What a customer's e-mail is about, by the grammars that hear callers and the articles that answer them."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ivr.domain.cases import CaseKind
from ivr.domain.dialogue.menu import ORDER_REQUESTS
from ivr.domain.dialogue.questions import MENU_INTENTS, ORDER_DIGITS
from ivr.domain.intents import Certainty, Expects
from ivr.domain.knowledge import CLEARLY, Article
from ivr.domain.turn import Say
from ivr.service.chat_reading import digits_of, scripts_of
from ivr.service.knowledge import Knowledge
from ivr.service.ports import Commerce, Speaker, Understanding

MOST_SENTENCES: Final = 12
LONGEST_SENTENCE: Final = 200
TRIED: Final = 3
"""So many languages are tried."""
SURELY: Final = 0.8
"""So much an article must fit before a mail waits for nobody."""
ASKED: Final = Expects(intents=MENU_INTENTS)
SURE: Final = frozenset({Certainty.EXACT, Certainty.STRIPPED})
_ENDS: Final = re.compile(r"[\n,;:]+|(?<=[.!?。؟।])\s*")
_WORD: Final = re.compile(r"[^\W\d_]+")
_DIGITS: Final = re.compile(r"\d[\d\s().#-]{5,24}\d")


@dataclass(frozen=True, kw_only=True)
class Understood:
    """A mail, understood as far as it can be."""

    locale: str
    kinds: tuple[CaseKind, ...] = ()
    """What it asks for, first what was written first."""
    orders: tuple[str, ...] = ()
    """Ids of orders that it names by number."""
    article: Article | None = None
    """What may answer it."""
    is_sure: bool = False
    """Whether it surely does."""

    @property
    def kind(self) -> CaseKind:
        """What its case is about."""
        return self.kinds[0] if self.kinds else CaseKind.QUESTION

    @property
    def is_answered(self) -> bool:
        """Whether nothing but a question was asked that an article answers: nobody need read it before."""
        return self.is_sure and self.article is not None and not self.orders and not self.kinds


@dataclass(frozen=True)
class MailReader:
    """Reads them."""

    understanding: Understanding
    knowledge: Knowledge
    commerce: Commerce
    speaker: Speaker
    vocabulary: Callable[[str], frozenset[str]]
    """Words of a language, in lower case: what we say in it ourselves."""

    def read(self, subject: str, text: str, hint: str) -> Understood:
        """In the language in which most is understood; `hint`: the one that it says it is in, or that we know."""
        sentences = _sentences(subject, text)
        tried: list[Understood] = []
        for locale in self._likely(f"{subject} {text}", hint):
            tried.append(self._read(locale, sentences))
            if tried[-1].kinds or tried[-1].is_sure:
                break
        best = max(tried, key=lambda one: (len(one.kinds), one.article is not None))
        return Understood(
            locale=best.locale, kinds=best.kinds, article=best.article, is_sure=best.is_sure,
            orders=self._orders(text, best.locale),
        )  # fmt: skip

    def _read(self, locale: str, sentences: list[str]) -> Understood:
        meanings = [self.understanding.parse(locale, ASKED, (one,)) for one in sentences]
        sure = [intent.name for meaning in meanings if meaning.certainty in SURE for intent in meaning.intents]
        kinds = dict.fromkeys(CaseKind(name) for name in sure if name in ORDER_REQUESTS)
        hits = [hit for one in sentences for hit in self.knowledge.search(locale, one, 1)]
        article, match = max(hits, key=lambda hit: hit[1].score, default=(None, None))
        score = match.score if match is not None else 0.0
        found = article if score >= CLEARLY else None
        return Understood(locale=locale, kinds=tuple(kinds), article=found, is_sure=score >= SURELY)

    def _likely(self, text: str, hint: str) -> list[str]:
        """The likeliest first: by its scripts, then by words that few of the languages share."""
        served, written = self.speaker.locales, scripts_of(text)
        common = {name: len(written & scripts_of(self.speaker.text(name, Say("not_understood")))) for name in served}
        fitting = [name for name in served if common[name]]
        known = {name: _words(text) & self.vocabulary(name) for name in fitting}
        shared = Counter(word for words in known.values() for word in words)
        worth = {name: sum(1 / shared[word] for word in words) for name, words in known.items()}
        fitting.sort(key=lambda name: (-common[name], not _is_same(name, hint), -worth[name]))
        return list(dict.fromkeys([*fitting, served[0]]))[:TRIED]

    def _orders(self, text: str, locale: str) -> tuple[str, ...]:
        """Only those that a number names alone."""
        numbers = dict.fromkeys(digits_of(found[0]) for found in _DIGITS.finditer(text))
        exact = [number for number in numbers if len(number) in ORDER_DIGITS][:3]
        found = [self.commerce.find_orders(number, locale) for number in exact]
        return tuple(dict.fromkeys(orders[0].id for orders in found if len(orders) == 1))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _is_same(locale: str, hint: str) -> bool:
    return bool(hint) and locale.partition("-")[0] == hint.partition("-")[0]


def _sentences(subject: str, text: str) -> list[str]:
    pieces = (piece.strip(" .!?。؟।") for piece in [subject, *_ENDS.split(text)])
    return [piece[:LONGEST_SENTENCE] for piece in pieces if len(piece) > 3][:MOST_SENTENCES] or [subject[:1] or "?"]
