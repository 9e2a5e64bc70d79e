"""What a turn offers, as lists for the templates of `choice`: the names of things, and their places."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hassil.expression import Expression, TextChunk

from ivr.domain.intents import Choice, SlotValue
from ivr.understanding.source import ListValue

PLACES = ("ordinal", "ordinal_said", "digit_name")
"""Lists of places; the second is what recognisers listen for."""
_LONGEST_ARTICLE = 3
"""Letters: shorter first words name nothing ("the", "les", "das")."""
LAST = -1
"""In `{ordinal}`: "the last one"."""


@dataclass(frozen=True)
class OfferedName:
    """One name of one choice, as a list value."""

    expression: Expression
    out: int
    file: str = ""
    line: int = 0
    written: tuple[str, ...] = ()


def choice_lists(lists: Mapping[str, Sequence[ListValue]], choices: Sequence[Choice]) -> dict[str, Sequence[ListValue]]:
    """The locale's lists with `{item}` filled and `{ordinal}` lists cut to what is offered."""
    fitting = {name: _offered(lists[name], len(choices)) for name in PLACES if name in lists}
    return {**lists, **fitting, "item": offered_names(choices)}


def offered_names(choices: Sequence[Choice]) -> list[ListValue]:
    """Every name of each choice, and its first and last words where only one choice has them.

    "Coffee grinder": "grinder"; "lámpara de escritorio": "lámpara".
    """
    names = [(phrase.casefold(), index) for index, choice in enumerate(choices, 1) for phrase in choice.phrases]
    parts = [(part, index) for phrase, index in names for part in _parts(phrase)]
    owners = Counter(text for text, _ in {*names, *parts})
    known = dict.fromkeys((*names, *(pair for pair in parts if owners[pair[0]] == 1)))
    return [OfferedName(TextChunk(text=text), index) for text, index in known]


def _offered(values: Sequence[ListValue], count: int) -> list[ListValue]:
    return [value for value in values if isinstance(value.out, int) and value.out <= count]


def choice_slots(slots: Mapping[str, SlotValue], count: int) -> dict[str, SlotValue]:
    """`index` counted from 1, also for "the last one"."""
    return {"index": count if slots.get("index") == LAST else slots.get("index", 0)}


def _parts(phrase: str) -> list[str]:
    words = phrase.split()
    heads = [word for word in words[:1] if len(words) > 1 and len(word) > _LONGEST_ARTICLE and word.isalpha()]
    return [*heads, *(" ".join(words[start:]) for start in range(1, len(words)))]
