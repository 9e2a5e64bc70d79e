"""The Understanding port over the files of grammars/: hassil templates compiled once per locale."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Final

from ivr.domain.hearing import Grammar
from ivr.domain.intents import Expects, Meaning
from ivr.errors import ContentError
from ivr.service.ports import Recognizer
from ivr.understanding.building import GrammarBuilder
from ivr.understanding.locale_parser import LocaleParser
from ivr.understanding.source import GrammarSource, LocaleSource
from ivr.understanding.vocabulary import UnknownWord, Vocabulary, unknown_words

_KEPT_GRAMMARS: Final = 256


class GrammarUnderstanding:
    """Understanding of every locale given; thread-safe."""

    def __init__(self, content: GrammarSource) -> None:
        sources: Mapping[str, LocaleSource] = content.locales
        self._sources = dict(sources)
        self._builders = {locale: GrammarBuilder(source) for locale, source in sources.items()}
        self._parsers: dict[str, LocaleParser] = {}
        self._grammars: OrderedDict[tuple[str, Expects], Grammar] = OrderedDict()
        self._recognizer: Recognizer | None = None
        self._lock = Lock()

    def warm(self) -> None:
        """Compile every locale now, rather than in the first call."""
        for locale in self._sources:
            self._parser(locale)

    def hear_with(self, recognizer: Recognizer) -> None:
        """Respell words for this recogniser's models where spacing is free, each as soon as it is loaded."""
        with self._lock:
            self._recognizer = recognizer

    def check(self, recognizer: Recognizer) -> list[UnknownWord]:
        """Words of grammars/ that the recogniser's models cannot hear, with file and line."""
        heard = (source for locale, source in self._sources.items() if recognizer.hears(locale))
        return [word for source in heard for word in unknown_words(source, recognizer)]

    def grammar(self, locale: str, expects: Expects) -> Grammar:
        """What the recogniser listens for. Raises ContentError for an unknown locale."""
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
        return self._builder(locale).hints(expects)

    def parse(self, locale: str, expects: Expects, readings: Sequence[str]) -> Meaning:
        """The best meaning among the readings."""
        return self._parser(locale).parse(expects, readings)

    def is_complete(self, locale: str, expects: Expects, text: str) -> bool:
        """Whether more words could not change what the text means."""
        return self._parser(locale).is_complete(expects, text)

    def _use_vocabulary(self, locale: str) -> None:
        """Once the locale's model is there, what was spelled without it is forgotten."""
        builder, recognizer = self._builder(locale), self._recognizer
        if builder.respells or recognizer is None or not recognizer.hears(locale):
            return
        builder.hear_with(Vocabulary(recognizer, locale))
        for key in [key for key in self._grammars if key[0] == locale]:
            del self._grammars[key]

    def _builder(self, locale: str) -> GrammarBuilder:
        if locale not in self._builders:
            raise ContentError(f"there is no grammar for {locale}: add the folder grammars/{locale}")
        return self._builders[locale]

    def _parser(self, locale: str) -> LocaleParser:
        if locale not in self._parsers:
            builder = self._builder(locale)
            self._parsers[locale] = LocaleParser(self._sources[locale], builder.similar_phrases)
        return self._parsers[locale]
