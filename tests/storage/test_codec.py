"""Domain values become JSON and come back the same, today's and yesterday's."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType, ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from ivr.domain.callbacks import Outcome
from ivr.domain.dialogue import Dialogue
from ivr.domain.hours import Span as HoursSpan
from ivr.domain.turn import Span as SpokenSpan
from ivr.errors import StoredValueUnreadable
from ivr.storage import SqlStore, tables
from ivr.storage.codec import Codec
from ivr.storage.columns import domain_codec
from tests.effort import EFFORT
from tests.storage import rows
from tests.storage.rows import save

CODEC = domain_codec()


def through_json(value: Any, codec: Codec = CODEC) -> Any:
    return codec.decode(json.loads(json.dumps(codec.encode(value))))


st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.sampled_from(Outcome),
)
KEYS = st.one_of(st.text(), st.sampled_from(["$", "=", "$x"]), st.integers(), st.sampled_from(Outcome))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(KEYS, inner),
        st.frozensets(st.text()),
    ),
    max_leaves=12,
)


@given(VALUES)
def test_values_come_back_the_same(value: Any) -> None:
    back = through_json(value)
    assert (back, type(back)) == (value, type(value))


@settings(max_examples=20 * EFFORT, suppress_health_check=list(HealthCheck))
@given(st.from_type(Dialogue))
def test_dialogues_come_back_the_same(dialogue: Dialogue) -> None:
    assert through_json(dialogue) == dialogue


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 1, 1, 12, 30, 0, 5, tzinfo=UTC),
        date(2026, 1, 1),
        time(9, 30),
        timedelta(days=-1, microseconds=1),
        Decimal("19.90"),
        float("inf"),
        Outcome.NO_ANSWER,
        pytest.param(frozenset({"a", "b"}), id="frozenset"),  # its own text changes from process to process
        (1, (2, [3])),
    ],
    ids=repr,
)
def test_kinds_are_kept(value: Any) -> None:
    back = through_json({"value": value})["value"]
    assert (back, type(back)) == (value, type(value))


def test_a_read_only_mapping_comes_back_as_an_equal_mapping() -> None:
    assert through_json(MappingProxyType({"a": (1,)})) == {"a": (1,)}


def test_classes_of_one_name_in_two_modules_are_kept_apart() -> None:
    one, other = SpokenSpan(1, 2), HoursSpan(0, time(9), time(17))
    assert [type(value) for value in through_json((one, other))] == [SpokenSpan, HoursSpan]


def test_what_is_no_registered_value_is_refused() -> None:
    for stranger in (object(), {1, 2}, b"x", rows.case(), Codec):
        with pytest.raises(TypeError, match="cannot keep"):
            CODEC.encode(stranger)


# --- yesterday's rows --------------------------------------------------------------------------------------------


class Mood(StrEnum):
    FINE = "fine"


@dataclass(frozen=True)
class Note:
    words: str
    mood: Mood = Mood.FINE


def module(name: str, *classes: type) -> ModuleType:
    made = ModuleType(f"somewhere.{name}")
    for kind in classes:
        kind.__module__ = made.__name__
        setattr(made, kind.__name__, kind)
    return made


@pytest.fixture
def codec() -> Codec:
    return Codec([module("notes", Note, Mood)])


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ({"$": "notes.Note", "words": "a"}, Note("a")),
        ({"$": "notes.Note", "words": "a", "gone": {"b": 1}}, Note("a")),
        ({"$": "moved.Note", "words": "a"}, Note("a")),
        ({"$": "notes.Note", "words": "a", "mood": {"$": "notes.Mood", "=": "fine"}}, Note("a", Mood.FINE)),
    ],
    ids=["field added since", "field taken away", "class moved", "today's"],
)
def test_rows_of_another_version_are_readable(codec: Codec, stored: Any, read: Note) -> None:
    assert codec.decode(stored) == read


@pytest.mark.parametrize(
    ("stored", "named"),
    [
        ({"$": "notes.Gone"}, "notes.Gone"),
        ({"$": "os.system", "=": "true"}, "os.system"),
        ({"$": "notes.Note"}, "words"),
        ({"$": "notes.Mood", "=": "sad"}, "sad"),
        ({"$": "notes.Mood"}, "notes.Mood"),
        ({"$": "datetime", "=": "yesterday"}, "datetime"),
        ({"$": "datetime"}, "datetime"),
        ({"$": "decimal", "=": "x"}, "decimal"),
        ({"$": "mapping", "=": 3}, "mapping"),
    ],
)
def test_what_cannot_be_read_is_named(codec: Codec, stored: Any, named: str) -> None:
    with pytest.raises(StoredValueUnreadable, match=named):
        codec.decode({"inside": [stored]})


def test_two_classes_with_one_tag_are_refused_at_the_start() -> None:
    first = module("notes", Note)
    second = ModuleType(first.__name__)
    second.Note = dataclass(frozen=True)(type("Note", (), {"__module__": first.__name__}))  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match=r"notes\.Note"):
        Codec([first, second])


def test_a_call_with_an_unreadable_dialogue_says_so_and_others_are_not_hurt(store: SqlStore) -> None:
    save(store, rows.call("CA1"), rows.call("CA2"))
    with store.begin() as uow:
        spoil = update(tables.calls).where(tables.calls.c.sid == "CA1")
        uow._session.execute(spoil.values(dialogue=text("""'{"$": "values.Gone"}'""")))
        uow.commit()
    with store.read() as uow:
        assert uow.calls.get("CA2") is not None
        with pytest.raises(StoredValueUnreadable, match=r"values\.Gone"):
            uow.calls.get("CA1")
