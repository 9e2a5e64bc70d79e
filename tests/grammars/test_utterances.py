"""The tables of what people say, beside this file: one folder a locale."""

from pathlib import Path
from typing import Any

import pytest

from ivr.content import Content
from ivr.domain.hearing import Ability
from ivr.domain.intents import Builtin, Certainty, Choice, Expects, Intent, Meaning
from ivr.domain.moments import When
from ivr.understanding import GrammarUnderstanding
from tests import tables

HERE = Path(__file__).parent
LOCALES = sorted(path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith("_"))
MENU = Expects(
    intents=(
        "track_order",
        "delivered_not_received",
        "return_refund",
        "cancel_order",
        "change_address",
        "seller_claim",
        "account",
        "payment",
        "membership",
        "complaint",
        "delete_data",
        "refund_status",
        "more_choices",
        "callback",
        "existing_callback",
        "hold",
        "main_menu",
        "question",
    )
)
ASKED_WHEN = Expects(builtins=(Builtin.MOMENT, Builtin.BOOLEAN))
ASKED_YES_OR_NO = Expects(builtins=(Builtin.BOOLEAN,))
ASKED_ELSEWHERE = {
    "cancel": ASKED_YES_OR_NO,
    **{name: Expects(intents=(name,)) for name in ("return_reason", "next_step", "claim_answer", "stop_calls")},
}
"""In the menu, "cancel" means an order."""


def table(locale: str, name: str) -> Any:
    return tables.table(HERE / locale / f"{name}.yaml")


def said(locale: str, intent: str) -> list[str]:
    return [text for text in table(locale, "requests")[intent] if isinstance(text, str)]


def not_said(locale: str, intent: str) -> list[str]:
    """What sounds alike and means something else."""
    entries = (entry for entry in table(locale, "requests")[intent] if isinstance(entry, dict))
    return [text for entry in entries for text in entry["not"]]


REQUESTS = [(locale, intent) for locale in LOCALES for intent in table(locale, "requests")]


def first_name(meaning: Meaning) -> str | None:
    return meaning.first.name if meaning.first else None


@pytest.mark.parametrize(("locale", "intent"), REQUESTS)
def test_requests_are_understood_and_others_not_taken_for_them(
    understanding: GrammarUnderstanding, locale: str, intent: str
) -> None:
    asked = ASKED_ELSEWHERE.get(intent, MENU)
    meanings = {text: understanding.parse(locale, asked, (text,)) for text in said(locale, intent)}
    sure = (Certainty.EXACT, Certainty.STRIPPED)
    missed = [
        text
        for text, meaning in meanings.items()
        if first_name(meaning) != intent or len(meaning.intents) != 1 or meaning.certainty not in sure
    ]
    taken = [x for x in not_said(locale, intent) if first_name(understanding.parse(locale, MENU, (x,))) == intent]
    assert (missed, taken) == ([], [])


@pytest.mark.parametrize("locale", LOCALES)
def test_yes_and_no(understanding: GrammarUnderstanding, locale: str) -> None:
    wrong = []
    for answer, texts in table(locale, "answers").items():
        for text in texts:
            name = first_name(understanding.parse(locale, ASKED_YES_OR_NO, (text,)))
            if name != (None if answer == "neither" else answer):
                wrong.append((text, name))
    assert wrong == []


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_offered_is_chosen_by_name_and_place(understanding: GrammarUnderstanding, locale: str) -> None:
    choices = table(locale, "choices")
    offered = tuple(Choice(str(number), tuple(names)) for number, names in enumerate(choices["offered"], 1))
    expects = Expects(builtins=(Builtin.CHOICE,), choices=offered)
    wrong = {}
    for index, texts in choices["said"].items():
        for text in texts:
            first = understanding.parse(locale, expects, (text,)).first
            if (first.slots["index"] if first else "neither") != index:
                wrong[text] = first
    assert wrong == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_moments_are_understood_and_nothing_guessed(understanding: GrammarUnderstanding, locale: str) -> None:
    wrong = {}
    for text, meant in table(locale, "moments"):
        found = [told(intent) for intent in understanding.parse(locale, ASKED_WHEN, (text,)).intents]
        if found != [meant]:
            wrong[text] = found
    assert wrong == {}


def told(intent: Intent) -> dict[str, Any] | str:
    """What was said of the moment, and nothing else."""
    when = intent.slots.get("when")
    if not isinstance(when, When):
        return intent.name
    return {name: value for name, value in vars(when).items() if value is not None and value is not False}


@pytest.mark.parametrize("locale", LOCALES)
def test_tables_are_large_enough(locale: str) -> None:
    assert sum(len(said(locale, intent)) for intent in table(locale, "requests")) >= 30
    assert len(table(locale, "moments")) >= 25


def test_every_complete_locale_has_its_tables(content: Content) -> None:
    complete = {name for name, locale in content.locales.items() if locale.ability == Ability.FULL}
    assert complete == set(LOCALES)
