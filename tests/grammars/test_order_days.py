"""Orders named by their day: the tables `order_days.yaml`, and that nothing else is taken for a day."""

from dataclasses import replace

import pytest

from ivr.domain.dialogue.menu_questions import EXPECTED
from ivr.domain.dialogue.order_days import NAMED_BY
from ivr.domain.intents import Builtin, Choice, Expects
from ivr.understanding import GrammarUnderstanding
from tests.grammars.test_utterances import LOCALES, said, table

UNDATED = replace(EXPECTED, also=())
EVERY = 5
"""So many of the callbacks' sentences are parsed both ways; the others only as requests are."""


def pick(locale: str, *named_by: str) -> Expects:
    """The question for an order, of the table of choices."""
    choices = tuple(Choice(str(n), tuple(names)) for n, names in enumerate(table(locale, "choices")["offered"], 1))
    builtins = (Builtin.CHOICE, Builtin.BOOLEAN, Builtin.DIGITS)
    return Expects(named_by, builtins=builtins, choices=choices, digit_lengths=(7, 17))


@pytest.mark.parametrize("locale", LOCALES)
def test_order_is_named_by_its_day(understanding: GrammarUnderstanding, locale: str) -> None:
    wrong = {}
    for text, slots in table(locale, "order_days")["asked"]:
        found = understanding.parse(locale, pick(locale, *NAMED_BY), (text,)).intents
        if [(i.name in NAMED_BY, dict(i.slots)) for i in found] != [(True, slots)]:
            wrong[text] = found
    assert wrong == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_day_in_a_request_belongs_to_it(understanding: GrammarUnderstanding, locale: str) -> None:
    wrong = {}
    for text, name, slots in table(locale, "order_days")["requests"]:
        found = understanding.parse(locale, EXPECTED, (text,)).intents
        if [(i.name, {k: v for k, v in i.slots.items() if k != "when"}) for i in found] != [(name, slots)]:
            wrong[text] = found
    assert wrong == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_no_callback_loses_its_moment_to_an_order(understanding: GrammarUnderstanding, locale: str) -> None:
    changed = [
        text
        for intent in ("callback", "existing_callback")
        for text in said(locale, intent)[::EVERY]
        if understanding.parse(locale, EXPECTED, (text,)) != understanding.parse(locale, UNDATED, (text,))
    ]
    assert changed == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_order_that_is_offered_is_taken_for_a_day(understanding: GrammarUnderstanding, locale: str) -> None:
    offered, dated = pick(locale), pick(locale, *NAMED_BY)
    texts = [text for texts in table(locale, "choices")["said"].values() for text in texts]
    texts += [text for answer in ("yes", "no") for text in table(locale, "answers")[answer]]
    parse = understanding.parse
    assert [x for x in texts if parse(locale, dated, (x,)) != parse(locale, offered, (x,))] == []
