"""Which lines of a grammar no sentence of the tables is heard by."""

from collections.abc import Iterator, Sequence

from ivr.content import LocaleContent
from ivr.understanding.locale_parser import spelling_of
from ivr.understanding.source import Template
from ivr.understanding.tokens import Spelling
from ivr.understanding.trace import network_of


def untested(locale: LocaleContent, said: Sequence[str]) -> Iterator[Template]:
    """The templates of requests that accept no part of any of these sentences, moments aside."""
    signs = spelling_of(locale)
    heard = [signs.split(signs.words(text)) for text in said]
    for templates in locale.templates.values():
        yield from (template for template in templates if not _hears(locale, signs, template, heard))


def _hears(locale: LocaleContent, signs: Spelling, template: Template, heard: Sequence[Sequence[str]]) -> bool:
    network = network_of(locale, signs, template)
    places = ((tokens, start) for tokens in heard for start in range(len(tokens)))
    return any(next(iter(network.matches(tokens, start)), None) for tokens, start in places)
