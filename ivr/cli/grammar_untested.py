"""Which lines of a grammar no sentence of the tables is heard by."""

from collections.abc import Iterator, Sequence

from ivr.content import LocaleContent
from ivr.understanding.network import Network
from ivr.understanding.source import Template
from ivr.understanding.tokens import Spelling, spelling
from ivr.understanding.trace import MOMENT_RULE


def untested(locale: LocaleContent, said: Sequence[str]) -> Iterator[Template]:
    """The templates of requests that accept no part of any of these sentences, moments aside."""
    signs = spelling(free_spacing=locale.free_spacing, fold_accents=locale.fold_accents, rewrites=locale.rewrites)
    heard = [signs.split(signs.words(text)) for text in said]
    for templates in locale.templates.values():
        yield from (template for template in templates if not _hears(locale, signs, template, heard))


def _hears(locale: LocaleContent, signs: Spelling, template: Template, heard: Sequence[Sequence[str]]) -> bool:
    network = Network(locale.rules, locale.lists, signs.tokens, left_out=frozenset({MOMENT_RULE}))
    network.add(template.intent, template.expression)
    places = ((tokens, start) for tokens in heard for start in range(len(tokens)))
    return any(next(iter(network.matches(tokens, start)), None) for tokens, start in places)
