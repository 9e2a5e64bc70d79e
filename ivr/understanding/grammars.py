"""The Understanding port over the files of grammars/: hassil templates compiled once per locale."""

import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import Final

import structlog

from ivr.domain.hearing import Ability, Grammar
from ivr.domain.intents import Expects, Meaning
from ivr.errors import ContentError
from ivr.service.ports import NumberRules, Recognizer
from ivr.understanding.building import GrammarBuilder
from ivr.understanding.locale_parser import LocaleParser
from ivr.understanding.source import GrammarSource, LocaleSource
from ivr.understanding.vocabulary import UnknownWord, Vocabulary, unknown_words

log = structlog.get_logger(__name__)

_KEPT_GRAMMARS: Final = 256
PAUSE_SECONDS: Final = 0.05
"""Between two grammars that are read in the background."""


class GrammarUnderstanding:
    """Understanding of every locale given; thread-safe."""

    def __init__(self, content: GrammarSource, numbers: NumberRules | None = None) -> None:
        """Telephone numbers are understood only with their rules."""
        sources: Mapping[str, LocaleSource] = content.locales
        self._sources = dict(sources)
        self._builders = {locale: GrammarBuilder(source) for locale, source in sources.items()}
        self._parsers: dict[str, LocaleParser] = {}
        self._grammars: OrderedDict[tuple[str, Expects], Grammar] = OrderedDict()
        self._numbers = numbers
        self._recognizer: Recognizer | None = None
        self._lock = Lock()
        self._broken: set[str] = set()

    def warm(self, locale: str) -> None:
        """Read and compile a locale now, rather than in its first call; what is broken is logged."""
        if self.understands(locale):
            self._parser(locale)

    def warm_up(self, locales: Iterable[str]) -> None:
        """Compile the first, which greets; read the others, with pauses for the calls that come meanwhile."""
        for place, locale in enumerate(locales):
            if place == 0:
                self.warm(locale)
            else:
                time.sleep(PAUSE_SECONDS)
                self.understands(locale)

    def ability(self, locale: str) -> Ability:
        """How much of a locale is understood, as far as is known by now. Reads nothing."""
        return Ability.KEYPAD if locale in self._broken else self._source(locale).ability

    def understands(self, locale: str) -> bool:
        """Whether anything is understood; reads the grammar if nobody did before, and logs a mistake in it once."""
        source = self._source(locale)
        if source.ability == Ability.KEYPAD or locale in self._broken:
            return False
        try:
            _ = source.templates
        except ContentError as error:
            self._broken.add(locale)
            log.error("grammar_broken", locale=locale, error=str(error), served_by="keypad")
        return locale not in self._broken

    def hear_with(self, recognizer: Recognizer) -> None:
        """Respell words for this recogniser's models where spacing is free, each as soon as it is loaded."""
        with self._lock:
            self._recognizer = recognizer

    def check(self, recognizer: Recognizer) -> list[UnknownWord]:
        """Words of grammars/ that the recogniser's models cannot hear, with file and line."""
        heard = (
            source for locale, source in self._sources.items() if recognizer.hears(locale) and self.understands(locale)
        )
        return [word for source in heard for word in unknown_words(source, recognizer)]

    def grammar(self, locale: str, expects: Expects) -> Grammar:
        """What the recogniser listens for; no phrases where nothing is. Raises ContentError for an unknown locale."""
        if not self.understands(locale):
            return Grammar(locale, f"{locale}-keypad", ())
        self._parser(locale)  # half a second, now rather than when the caller has answered
        key = (locale, expects)
        with self._lock:
            self._use_vocabulary(locale)
            if key not in self._grammars:
                self._grammars[key] = self._builder(locale).build(expects)
                while len(self._grammars) > _KEPT_GRAMMARS:
                    self._grammars.popitem(last=False)
            self._grammars.move_to_end(key)
            return self._grammars[key]

    def hints(self, locale: str, expects: Expects) -> tuple[str, ...]:
        """At most 500 phrases of at most 100 characters."""
        return self._builder(locale).hints(expects) if self.understands(locale) else ()

    def parse(self, locale: str, expects: Expects, readings: Sequence[str]) -> Meaning:
        """The best meaning among the readings."""
        if not self.understands(locale):
            return Meaning(readings[0] if readings else "")
        return self._parser(locale).parse(expects, readings)

    def is_complete(self, locale: str, expects: Expects, text: str) -> bool:
        """Whether more words could not change what the text means."""
        return self.understands(locale) and self._parser(locale).is_complete(expects, text)

    def is_enough(self, locale: str, expects: Expects, text: str) -> bool:
        """Whether the text is an answer as it stands, though more words would make it another: digits alone."""
        return self.understands(locale) and self._parser(locale).is_enough(expects, text)

    def _use_vocabulary(self, locale: str) -> None:
        """Once the locale's model is there, what was spelled without it is forgotten."""
        builder, recognizer = self._builder(locale), self._recognizer
        if builder.respells or recognizer is None or not recognizer.hears(locale):
            return
        builder.hear_with(Vocabulary(recognizer, locale))
        for key in [key for key in self._grammars if key[0] == locale]:
            del self._grammars[key]

    def _source(self, locale: str) -> LocaleSource:
        if locale not in self._sources:
            raise ContentError(f"there is no grammar for {locale}: add the folder grammars/{locale}")
        return self._sources[locale]

    def _builder(self, locale: str) -> GrammarBuilder:
        return self._builders[self._source(locale).locale]

    def _parser(self, locale: str) -> LocaleParser:
        if locale not in self._parsers:
            builder = self._builder(locale)
            self._parsers[locale] = LocaleParser(self._sources[locale], builder.similar_phrases, self._numbers)
        return self._parsers[locale]
