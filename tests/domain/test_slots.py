"""Slots: capacity of staffed agents, shared among skills and languages as a flow."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.agents import Agent, crew_of
from ivr.domain.shifts import read_shifts
from ivr.domain.slots import Need, Staff, room, slot_at, slot_length
from tests.domain.test_hours import MOMENTS

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
ENGLISH, KOREAN = Need("general", "en-US", 300), Need("general", "ko-KR", 300)
LOCALES = ("en-US", "ko-KR", "de-DE")
SKILLS = ("orders", "returns")


def agent(name: str = "Ada", *, shifts: str = "", **more: object) -> Agent:
    weekly = read_shifts(shifts, "UTC") if shifts else []
    return Agent(id=name, name=name, number=name, status_at=NOON, shifts=weekly, **more)  # type: ignore[arg-type]


def free(need: Need, *promised: Need, agents: list[Agent], overbooked: float = 0.0, at: datetime = NOON) -> int:
    slot = slot_at(at, slot_length(900, need.seconds))
    staffed = Staff([crew_of(agent) for agent in agents], *slot).in_slot(slot)
    return room(need, Counter(promised), staffed, overbooked=overbooked)


def test_one_agent_serves_so_many_customers_as_fit_into_a_slot() -> None:
    assert [free(ENGLISH, *[ENGLISH] * taken, agents=[agent()]) for taken in range(5)] == [3, 2, 1, 0, 0]


def test_who_may_not_answer_makes_room() -> None:
    agents = [agent("Ada"), agent("Bob")]
    assert [free(ENGLISH, agents=agents, overbooked=rate) for rate in (0, 0.1, 0.15, 0.17)] == [6, 6, 6, 7]


@pytest.mark.parametrize(
    ("shifts", "places"),
    [("tue 09:00-17:00", 3), ("tue 12:10-17:00", 1), ("tue 09:00-12:00", 0), ("wed 09:00-17:00", 0)],
)
def test_only_the_part_of_a_slot_on_shift_counts(shifts: str, places: int) -> None:
    assert free(ENGLISH, agents=[agent(shifts=shifts)]) == places


def test_a_conversation_longer_than_a_slot_takes_the_next_ones_too() -> None:
    long = Need("general", "en-US", 1200)
    assert slot_length(900, long.seconds) == 2 * QUARTER
    assert free(long, agents=[agent()]) == 1
    assert free(long, long, agents=[agent()]) == 0


def test_nobody_who_can_take_it_is_no_room() -> None:
    assert free(KOREAN, agents=[agent(), agent("Bob", skills=("orders",), locales=("de-DE",))]) == 0


def test_who_speaks_both_is_kept_for_whom_nobody_else_can_serve() -> None:
    agents = [agent("Ada"), agent("Yuna", locales=("en-US", "ko-KR"))]
    assert free(KOREAN, *[ENGLISH] * 3, agents=agents) == 3
    assert free(KOREAN, *[ENGLISH] * 4, agents=agents) == 2
    assert free(ENGLISH, *[KOREAN] * 3, agents=agents) == 3
    assert free(ENGLISH, *[KOREAN] * 3, *[ENGLISH] * 3, agents=agents) == 0


@given(MOMENTS, st.integers(1, 8))
def test_every_moment_lies_in_one_slot(at: datetime, quarters: int) -> None:
    begins, ends = slot_at(at, quarters * QUARTER)
    assert begins <= at < ends
    assert slot_at(begins, quarters * QUARTER) == (begins, ends) == slot_at(ends - timedelta.resolution, ends - begins)


AGENTS = st.lists(
    st.tuples(
        st.sets(st.sampled_from((*SKILLS, "general")), min_size=1), st.sets(st.sampled_from(LOCALES), min_size=1)
    ),
    max_size=5,
)
NEEDS = st.builds(Need, st.sampled_from(SKILLS), st.sampled_from(LOCALES), st.just(300.0))


@given(AGENTS, NEEDS, st.lists(NEEDS, max_size=8))
def test_the_flow_is_what_halls_theorem_allows(
    who: list[tuple[set[str], set[str]]], need: Need, promised: list[Need]
) -> None:
    """One more fits only while no set of promises wants more than all who could take any of them have."""
    agents = [agent(str(n), skills=tuple(s), locales=tuple(ls)) for n, (s, ls) in enumerate(who)]
    if lacking(agents, promised):
        return
    places = free(need, *promised, agents=agents)
    assert not lacking(agents, [*promised, *[need] * places])
    assert lacking(agents, [*promised, *[need] * (places + 1)])


def lacking(agents: list[Agent], needs: list[Need]) -> bool:
    kinds = sorted(set(needs), key=str)
    for chosen in product((False, True), repeat=len(kinds)):
        some = [kind for kind, taken in zip(kinds, chosen, strict=True) if taken]
        able = [one for one in agents if any(one.can_take(kind.skill, kind.locale) for kind in some)]
        if sum(need in some for need in needs) * 300 > 900 * len(able):
            return True
    return False
