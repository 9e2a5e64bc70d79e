"""The tables of what people say, beside this file: one folder a locale."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.content import Content
from ivr.domain.hearing import Ability
from ivr.domain.intents import Builtin, Certainty, Expects, Meaning
from ivr.domain.moments import When
from ivr.understanding import GrammarUnderstanding

HERE = Path(__file__).parent
LOCALES = sorted(path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith("_"))
MENU = Expects(
    intents=(
        "track_order",
        "delivered_not_received",
        "return_refund",
        "cancel_order",
        "callback",
        "existing_callback",
        "hold",
    )
)
ASKED_WHEN = Expects(builtins=(Builtin.MOMENT, Builtin.BOOLEAN))
ASKED_YES_OR_NO = Expects(builtins=(Builtin.BOOLEAN,))


def table(locale: str, name: str) -> Any:
    return yaml.safe_load((HERE / locale / f"{name}.yaml").read_text(encoding="utf-8"))


def requests() -> Iterator[tuple[str, str, str]]:
    for locale in LOCALES:
        for intent, texts in table(locale, "requests").items():
            yield from ((locale, intent, text) for text in texts if isinstance(text, str))


def strangers() -> Iterator[tuple[str, str, str]]:
    for locale in LOCALES:
        for intent, texts in table(locale, "requests").items():
            for entry in texts:
                yield from ((locale, intent, text) for text in (entry["not"] if isinstance(entry, dict) else ()))


def first_name(meaning: Meaning) -> str | None:
    return meaning.first.name if meaning.first else None


@pytest.mark.parametrize(("locale", "intent", "text"), list(requests()))
def test_request_is_understood(understanding: GrammarUnderstanding, locale: str, intent: str, text: str) -> None:
    asked = ASKED_YES_OR_NO if intent == "cancel" else MENU  # in the menu, "cancel" means an order
    meaning = understanding.parse(locale, asked, (text,))
    assert first_name(meaning) == intent
    assert len(meaning.intents) == 1
    assert meaning.certainty in (Certainty.EXACT, Certainty.STRIPPED)


@pytest.mark.parametrize(("locale", "intent", "text"), list(strangers()))
def test_other_sentence_is_not_taken_for_it(
    understanding: GrammarUnderstanding, locale: str, intent: str, text: str
) -> None:
    assert first_name(understanding.parse(locale, MENU, (text,))) != intent


@pytest.mark.parametrize(
    ("locale", "answer", "text"),
    [(x, name, text) for x in LOCALES for name, texts in table(x, "answers").items() for text in texts],
)
def test_yes_and_no(understanding: GrammarUnderstanding, locale: str, answer: str, text: str) -> None:
    said = first_name(understanding.parse(locale, ASKED_YES_OR_NO, (text,)))
    assert said == (None if answer == "neither" else answer)


@pytest.mark.parametrize(
    ("locale", "text", "said"), [(x, text, said) for x in LOCALES for text, said in table(x, "moments")]
)
def test_moment_is_understood_and_nothing_guessed(
    understanding: GrammarUnderstanding, locale: str, text: str, said: dict[str, Any]
) -> None:
    meaning = understanding.parse(locale, ASKED_WHEN, (text,))
    assert [intent.name for intent in meaning.intents] == ["moment"]
    when = meaning.intents[0].slots["when"]
    assert isinstance(when, When)
    assert {name: value for name, value in vars(when).items() if value is not None and value is not False} == said


@pytest.mark.parametrize("locale", LOCALES)
def test_tables_are_large_enough(locale: str) -> None:
    assert sum(1 for found, _, _ in requests() if found == locale) >= 30
    assert len(table(locale, "moments")) >= 25


def test_every_complete_locale_has_its_tables(content: Content) -> None:
    complete = {name for name, locale in content.locales.items() if locale.ability == Ability.FULL}
    assert complete == set(LOCALES)
