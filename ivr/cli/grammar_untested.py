"""Which lines of a grammar no sentence of the tables is heard by."""

from collections.abc import Iterator, Sequence

from ivr.content import LocaleContent
from ivr.domain.intents import Choice
from ivr.understanding.choices import choice_lists
from ivr.understanding.locale_parser import MOMENT_RULE, spelling_of
from ivr.understanding.network import Network
from ivr.understanding.source import Template


def untested(locale: LocaleContent, said: Sequence[str], offered: Sequence[Choice] = ()) -> Iterator[Template]:
    """The templates that accept no part of any of these sentences; `offered`: what may be chosen."""
    signs = spelling_of(locale)
    lists = choice_lists(locale.lists, offered)
    network = Network(locale.rules, lists, signs.tokens, left_out=frozenset({MOMENT_RULE}))
    groups = (*locale.templates.values(), *locale.fragments.values())
    templates = [template for group in groups for template in group]
    for number, template in enumerate(templates):
        network.add(str(number), template.expression)
    heard = {name for text in said for name in _heard(network, signs.split(signs.words(text)))}
    yield from (template for number, template in enumerate(templates) if str(number) not in heard)


def _heard(network: Network, tokens: Sequence[str]) -> Iterator[str]:
    yield from (match.name for start in range(len(tokens)) for match in network.matches(tokens, start))
