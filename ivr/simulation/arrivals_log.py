"""A day as it was: who wanted an agent and how long they talked, from the timeline of a real database."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from ivr.domain.cases import Event
from ivr.simulation.public import Caller, Habits, person

WANTED: Final = frozenset({"wait_told", "hold_started", "callback_booked"})
"""The first of these in a case or call is the moment at which somebody wanted an agent."""


def callers_of(events: Iterable[Event], on: date, *, zone: str, seed: int, habits: Habits) -> tuple[Caller, ...]:
    """The callers of one local day. Whoever never talked gets a conversation like one of the others.

    How long people would have waited cannot be read from a log (who was answered took that along), nor whether they
    would take a callback that nobody offered: patience and acceptance are drawn from the habits.
    """
    luck = Random(f"log {seed} {on}")
    wanted, talked = _read(sorted(events, key=lambda event: event.at))
    today = [(at, key) for key, at in wanted.items() if at.astimezone(ZoneInfo(zone)).date() == on]
    known: Sequence[float] = [talked[key] for _, key in today if key in talked]
    return tuple(
        person(f"+1{2_020_000_000 + i}", at, luck, habits, talked.get(key, luck.choice(known) if known else None))
        for i, (at, key) in enumerate(sorted(today), 1)
    )


def _read(events: Iterable[Event]) -> tuple[dict[str, datetime], dict[str, float]]:
    """By case (or call): when an agent was wanted first, and for how long they talked."""
    wanted: dict[str, datetime] = {}
    joined: dict[str, datetime] = {}
    talked: dict[str, float] = {}
    for event in events:
        key = event.case_id or event.call_sid or ""
        if event.kind in WANTED:
            wanted.setdefault(key, event.at)
        elif event.kind == "joined":
            joined.setdefault(key, event.at)
        elif event.kind == "attempt_ended" and event.data.get("outcome") == "joined" and key in joined:
            talked.setdefault(key, (event.at - joined[key]).total_seconds())
    return wanted, talked
