"""Languages of which yes, no, digits and commands are understood: tables in `_partial_*.yaml` beside this file."""

from pathlib import Path
from typing import Any

import pytest

from ivr.content import Content
from ivr.domain.hearing import Ability
from ivr.domain.intents import GLOBAL_INTENTS, Builtin, Certainty, Expects, Meaning
from ivr.understanding import GrammarUnderstanding
from ivr.understanding.phrases import PhraseMaker
from tests.tables import table

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("_partial_*.yaml"))
ROWS = [row for path in FILES for row in table(path).items()]
TABLES: dict[str, dict[str, Any]] = dict(ROWS)
ASKED_YES_OR_NO = Expects(builtins=(Builtin.BOOLEAN,))
ASKED_ORDER_NUMBER = Expects(builtins=(Builtin.DIGITS,), digit_lengths=(7, 17))
SURE = (Certainty.EXACT, Certainty.STRIPPED)


def names(meaning: Meaning) -> list[str]:
    return [intent.name for intent in meaning.intents]


@pytest.mark.parametrize("locale", TABLES)
def test_yes_and_no(understanding: GrammarUnderstanding, locale: str) -> None:
    wrong = []
    for answer, wanted in (("yes", ["yes"]), ("no", ["no"]), ("neither", [])):
        for text in TABLES[locale].get(answer, ()):
            found = names(understanding.parse(locale, ASKED_YES_OR_NO, (text,)))
            if found != wanted:
                wrong.append((text, found))
    assert wrong == []


@pytest.mark.parametrize("locale", TABLES)
def test_commands(understanding: GrammarUnderstanding, locale: str) -> None:
    wrong = []
    for command, texts in TABLES[locale]["commands"].items():
        for text in texts:
            meaning = understanding.parse(locale, ASKED_YES_OR_NO, (text,))
            if names(meaning) != [command] or meaning.certainty not in SURE:
                wrong.append((text, command, names(meaning)))
    assert wrong == []


@pytest.mark.parametrize("locale", TABLES)
def test_digits_one_by_one_doubled_and_in_pairs(understanding: GrammarUnderstanding, locale: str) -> None:
    wrong = []
    for text, digits in TABLES[locale]["digits"]:
        first = understanding.parse(locale, ASKED_ORDER_NUMBER, (text,)).first
        value = first.slots["value"] if first and first.name == "digits" else None
        if value != digits:
            wrong.append((text, digits, value))
    assert wrong == []


@pytest.mark.parametrize("locale", TABLES)
@pytest.mark.parametrize("intent", ["yes", "no", *GLOBAL_INTENTS])
def test_each_sentence_of_each_template_parses_back_to_its_intent(
    content: Content, understanding: GrammarUnderstanding, locale: str, intent: str
) -> None:
    source = content.locales[locale]
    maker = PhraseMaker(source.rules, source.lists, frozenset())
    for template in source.templates[intent]:
        for sentence in maker.samples([template.expression], 8):
            found = names(understanding.parse(locale, ASKED_YES_OR_NO, (sentence,)))
            assert found == [intent], f"{template.file}:{template.line}: {sentence!r} is taken for {found}"


@pytest.mark.parametrize("locale", TABLES)
def test_tables_are_large_enough(locale: str) -> None:
    table = TABLES[locale]
    assert len(table["yes"]) + len(table["no"]) >= 12
    assert [command for command in GLOBAL_INTENTS if len(table["commands"][command]) < 2] == []
    assert len([digits for _, digits in table["digits"] if len(digits) == 7]) >= 6


def test_every_partial_locale_has_one_table(content: Content) -> None:
    partial = {name for name, locale in content.locales.items() if locale.ability == Ability.PARTIAL}
    assert sorted(locale for locale, _ in ROWS) == sorted(partial)
