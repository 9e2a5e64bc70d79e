"""The dial ledger: what must be true of every dial and every promise, read from the rows alone.

The order of dials is the order in which the database wrote their lines (`serial`), never a clock's: a clock may step.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from ivr.domain.callbacks import Attempt, Callback, CallbackStatus, Leg, LegState, Party
from ivr.domain.hours import DAYS, EARLIEST, LATEST, CallingHours
from ivr.domain.policies import DialRules

BEGINS: Final = "leg_placing"
ENDS: Final = frozenset({"leg_ended", "leg_absent", "leg_rejected", "leg_withheld"})
STRAY: Final = "stray_call"
FINISHED: Final = frozenset({"callback_done", "callback_canceled", "callback_expired"})
KINDS: Final = frozenset({BEGINS, STRAY, *ENDS, *FINISHED})
"""The kinds of lines that the ledger is made of."""
ALWAYS: Final = "always"
"""In the place of calling hours: the calendar of this machine's own carrier."""
EVENINGS: Final = "evenings"
"""Beside them: the weekdays on which the law of the number's place lets it ring until 21 o'clock."""
CUSTOMERS: Final = frozenset({Party.CUSTOMER, Party.UNPROVEN, Party.NEWS})
PATIENCE: Final = timedelta(minutes=15)
"""So long after its time a next step may be late: processes restart, the carrier asks for a pause."""
CLOCK_SLACK: Final = timedelta(seconds=5)
"""By so much the clocks of two machines may differ at the beginning of a window."""


class Breach(StrEnum):
    """What can be wrong; stable words."""

    TWO_CUSTOMER_LEGS = "two_customer_legs"
    TWO_LEGS_TO_NUMBER = "two_legs_to_number"
    OUTSIDE_WINDOW = "outside_window"
    OUTSIDE_HOURS = "outside_hours"
    DIALED_AFTER_END = "dialed_after_end"
    UNRECORDED_DIAL = "unrecorded_dial"
    ATTEMPTS_DISAGREE = "attempts_disagree"
    NO_NEXT_STEP = "no_next_step"
    END_WITHOUT_REASON = "end_without_reason"


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One promise that the rows say was broken."""

    breach: Breach
    callback_id: str | None
    number: str
    """E.164: mask it before anybody sees it."""
    at: datetime
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the timeline that the ledger is made of."""

    serial: int
    at: datetime
    kind: str
    callback_id: str | None = None
    data: Mapping[str, Any]

    @property
    def leg_id(self) -> str:
        """The leg it tells of; empty: none."""
        return str(self.data.get("leg", ""))


@dataclass(frozen=True, kw_only=True)
class DialedLeg:
    """What the ledger must know of a leg that a line tells of."""

    id: str
    party: Party
    number: str
    callback_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the ledger, the leg that it tells of, and the zone that its customer named."""

    line: Line
    leg: DialedLeg
    zone: str


class Replay:
    """Reads lines in order and keeps only what is live; each dial is judged when it begins."""

    def __init__(self) -> None:
        self._by_number: dict[str, dict[str, Line]] = {}
        self._by_callback: dict[str, dict[str, Line]] = {}

    def read(self, line: Line, leg: DialedLeg) -> Iterator[Violation]:
        """The next line, and the leg that it tells of."""
        if line.kind == BEGINS:
            yield from self._begins(line, leg)
        elif line.kind in ENDS:
            self._by_number.get(leg.number, {}).pop(leg.id, None)
            self._by_callback.get(leg.callback_id or "", {}).pop(leg.id, None)
        elif line.kind == STRAY and self._by_number.get(leg.number):
            yield _violation(Breach.TWO_LEGS_TO_NUMBER, line, leg, f"call {line.data.get('sid', '')} beside a live leg")

    def _begins(self, line: Line, leg: DialedLeg) -> Iterator[Violation]:
        same_number = self._by_number.setdefault(leg.number, {})
        for other in same_number.values():
            detail = f"leg {leg.id} beside leg {other.leg_id}"
            yield _violation(Breach.TWO_LEGS_TO_NUMBER, line, leg, detail)
        same_number[leg.id] = line
        if leg.party != Party.CUSTOMER or leg.callback_id is None:
            return
        same_callback = self._by_callback.setdefault(leg.callback_id, {})
        for other in same_callback.values():
            yield _violation(Breach.TWO_CUSTOMER_LEGS, line, leg, f"leg {leg.id} beside leg {other.leg_id}")
        same_callback[leg.id] = line


def judge_time(line: Line, leg: DialedLeg, zones: Sequence[str], said_zone: str) -> Iterator[Violation]:
    """Whether a dial began inside its promise's window, and at an hour allowed where the number may lie."""
    if line.kind != BEGINS or leg.party not in CUSTOMERS:
        return
    due_at, closes_at = line.data.get("due_at"), line.data.get("closes_at")
    is_early = due_at is not None and line.at + CLOCK_SLACK < datetime.fromisoformat(due_at)
    if is_early or (closes_at is not None and line.at >= datetime.fromisoformat(closes_at)):
        yield _violation(Breach.OUTSIDE_WINDOW, line, leg, f"the window was {due_at} to {closes_at}")
    hours = str(line.data.get("hours", ""))
    evenings = frozenset(DAYS.index(day) for day in str(line.data.get(EVENINGS, "")).split())
    if hours != ALWAYS and not _is_daytime(line.at, hours, evenings, tuple(zones) or (said_zone,), said_zone):
        detail = f"allowed: {hours or 'the daytime'} in {', '.join(zones) or said_zone}"
        yield _violation(Breach.OUTSIDE_HOURS, line, leg, detail)


def _is_daytime(at: datetime, hours: str, evenings: frozenset[int], zones: tuple[str, ...], said_zone: str) -> bool:
    """By the hours written down with the dial, never outside of the floor under every setting."""
    daytime = _daytime(hours, evenings, zones)
    if daytime.allows(at):
        return True
    # Zones too far apart to share an hour: the one that its owner named counts alone.
    is_apart = said_zone in zones and daytime.next_allowed(at) is None
    return is_apart and _daytime(hours, evenings, (said_zone,)).allows(at)


@lru_cache(maxsize=1024)
def _daytime(hours: str, evenings: frozenset[int], zones: tuple[str, ...]) -> CallingHours:
    opens, _, closes = hours.partition("-")
    first = time.fromisoformat(opens) if closes else EARLIEST
    last = time.fromisoformat(closes) if closes else LATEST
    return CallingHours.of(zones, first, last, evenings=evenings)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A callback with everything that was done for it."""

    callback: Callback
    attempts: Sequence[Attempt]
    legs: Sequence[Leg]
    lines: Sequence[Line]

    def judge(self, now: datetime, rules: DialRules) -> Iterator[Violation]:
        """All that its rows say is wrong, now that all is read."""
        for breach, detail in (*self._dials(), *self._steps(now), *self._left(now, rules)):
            callback = self.callback
            yield Violation(breach=breach, callback_id=callback.id, number=callback.number, at=now, detail=detail)

    def _dials(self) -> Iterator[tuple[Breach, str]]:
        over = min((line.serial for line in self.lines if line.kind in FINISHED), default=None)
        begun = {line.leg_id: line.serial for line in self.lines if line.kind == BEGINS}
        for leg in self.legs:
            if leg.placing_at is not None and leg.id not in begun:
                yield Breach.UNRECORDED_DIAL, f"leg {leg.id}"
            elif over is not None and leg.party == Party.CUSTOMER and begun.get(leg.id, over) > over:
                yield Breach.DIALED_AFTER_END, f"leg {leg.id}"

    def _steps(self, now: datetime) -> Iterator[tuple[Breach, str]]:
        callback = self.callback
        live = [attempt for attempt in self.attempts if attempt.ended_at is None]
        if len(live) != int(callback.status == CallbackStatus.DIALING):
            yield Breach.ATTEMPTS_DISAGREE, f"{callback.status}, {len(live)} attempts live"
        if not callback.is_open and not callback.reason:
            yield Breach.END_WITHOUT_REASON, callback.status.value
        elif not callback.is_open and callback.status != CallbackStatus.NEEDS_HUMAN and callback.ended_at is None:
            yield Breach.END_WITHOUT_REASON, f"{callback.status}, but not when"
        waits = callback.status in (CallbackStatus.SCHEDULED, CallbackStatus.UNVERIFIED)
        if waits and callback.closes_at + PATIENCE < now:
            yield Breach.NO_NEXT_STEP, f"{callback.status}, its window ended {callback.closes_at.isoformat()}"

    def _left(self, now: datetime, rules: DialRules) -> Iterator[tuple[Breach, str]]:
        """Live attempts and legs that nobody goes on with."""
        attempts_with_legs = {leg.attempt_id for leg in self.legs if leg.is_live}
        stuck = timedelta(seconds=rules.stuck_seconds) + PATIENCE
        for attempt in self.attempts:
            if attempt.ended_at is None and attempt.id not in attempts_with_legs and attempt.started_at + stuck < now:
                yield Breach.NO_NEXT_STEP, f"attempt {attempt.number} lives without a leg"
        for leg in self.legs:
            since = _step_due(leg, rules)
            if since is not None and since + PATIENCE < now:
                yield Breach.NO_NEXT_STEP, f"leg {leg.id} is {leg.state} since {since.isoformat()}"


def _step_due(leg: Leg, rules: DialRules) -> datetime | None:
    """When something should have been done with a leg at the latest; None: it has ended, or people talk."""
    if leg.state == LegState.INTENT:
        return leg.lease_until_at or leg.created_at
    if leg.placing_at is None or not leg.is_live or leg.answered_at is not None:
        return None
    longest = max(rules.agent_ring_seconds, rules.customer_ring_seconds)
    seconds = rules.settle_seconds + rules.look_seconds if leg.state == LegState.PLACING else longest
    return leg.placing_at + timedelta(seconds=seconds)


def _violation(breach: Breach, line: Line, leg: DialedLeg, detail: str) -> Violation:
    return Violation(breach=breach, callback_id=leg.callback_id, number=leg.number, at=line.at, detail=detail)
