"""The one line: callers on hold and due callbacks, in one order; the honest wait; average handling time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, sqrt

from ivr.domain.agents import OFF_SHIFT, Agent, Team
from ivr.domain.callbacks import RESUMABLE, Callback, Hold
from ivr.domain.calls import Call
from ivr.domain.cases import Case, CaseStatus
from ivr.domain.fairness import place_at, place_of
from ivr.domain.hours import Hours
from ivr.domain.places import KeptPlace
from ivr.domain.policies import LineRules
from ivr.domain.shifts import next_work_at
from ivr.service.ports import Clock
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record

LINE_LIMIT = 500
"""Callbacks counted for an estimate; beyond that the wait is hours anyway."""


@dataclass(frozen=True)
class WaitEstimate:
    """An honest wait, in whole minutes unless an agent is free."""

    low_seconds: int
    high_seconds: int
    agent_free: bool
    """An agent who fits is free now, and nobody is ahead of you for them."""
    ahead: int
    """People before you in the line."""
    staffed: bool = True
    """Whether anybody on shift can take it at all."""
    shut_seconds: int = 0
    """Of this wait so much in which nobody works."""


class Line:
    """Who waits, and for how long."""

    def __init__(self, clock: Clock, rules: LineRules, opening: Hours | None = None) -> None:
        self._clock = clock
        self._rules = rules
        self._opening = opening
        """When agents work; None: always."""

    def estimate(
        self, uow: UnitOfWork, skill: str, *, locale: str, priority: int = 2, call_sid: str = ""
    ) -> WaitEstimate:
        """How long until a fitting agent is free for someone who joins the line now, or waits in it with this call."""
        now = self._clock.now()
        teams = [team for team in uow.agents.teams(now) if team.can_take(skill, locale)]
        free, staff = sum(team.free for team in teams), sum(team.on_shift for team in teams)
        call = uow.calls.get(call_sid) if call_sid else None
        own = own_callback(uow, call) if call else None
        place = _place(uow.holds.get(call_sid) if call_sid else None, own, priority, now)
        ahead = _ahead(uow, now, place, teams, without=own.id if own else "")
        shut_seconds = max(self._shut_seconds(now), 0 if staff else _unstaffed_seconds(uow, skill, locale, now))
        if shut_seconds:
            low = shut_seconds - shut_seconds % 60
            return WaitEstimate(
                low, low + 3600, agent_free=False, ahead=ahead, staffed=False, shut_seconds=shut_seconds
            )
        if not staff:
            low, high = self._rules.unstaffed_low_seconds, self._rules.unstaffed_high_seconds
            return WaitEstimate(low, high, agent_free=False, ahead=ahead, staffed=False)
        if free > ahead:
            return WaitEstimate(0, 60, agent_free=True, ahead=ahead)
        low, high = wait_range(ahead - free, staff, self.handle_seconds(uow, skill))
        return WaitEstimate(low, high, agent_free=False, ahead=ahead)

    def _shut_seconds(self, now: datetime) -> int:
        """Seconds until agents work again; 0 while they do. A night is told as a night, not as a queue."""
        if self._opening is None or self._opening.allows(now):
            return 0
        opens_at = self._opening.next_allowed(now)
        return max(60, int((opens_at - now).total_seconds())) if opens_at else self._rules.unstaffed_high_seconds

    def enter(self, uow: UnitOfWork, call: Call, case: Case, place: KeptPlace | None = None) -> Hold:
        """Put a live caller into the line; one who waits already, or has a `place`, keeps it. Writes `hold_started`."""
        now = self._clock.now()
        hold = uow.holds.get(call.sid)
        if hold is None:
            own = own_callback(uow, call)
            ticket_at = place.ticket_at if place else own.ticket_at if own else now
            priority = min(place.priority, case.priority) if place else case.priority
            hold = Hold(call_sid=call.sid, case_id=case.id, ticket_at=ticket_at, skill=case.skill, priority=priority)
            hold.locale = call.locale
            uow.holds.add(hold)
        elif hold.status == "left":
            hold.status, hold.case_id = "waiting", case.id
        case.move(CaseStatus.WAITING_AGENT)
        record(uow, now, "hold_started", call=call)
        return hold

    def handle_seconds(self, uow: UnitOfWork, skill: str) -> float:
        """Average time a customer of this skill takes an agent, measured; until then the rule's."""
        note = uow.guards.get_note(_note_key(skill))
        return float(note["seconds"]) if note else self._rules.handle_seconds

    def measure(self, uow: UnitOfWork, skill: str, seconds: float) -> None:
        """Take the time that a finished conversation took an agent into the running average."""
        weight = self._rules.handle_weight
        average = (1 - weight) * self.handle_seconds(uow, skill) + weight * max(0.0, seconds)
        uow.guards.set_note(_note_key(skill), {"seconds": round(average, 1)})


def in_order(holds: Sequence[Hold], callbacks: Sequence[Callback]) -> list[Hold | Callback]:
    """The one line: by ticket, those of high priority with a head start; of equals the live caller first."""
    line: list[Hold | Callback] = [*holds, *callbacks]
    return sorted(line, key=place_of)


def on_shift(agent: Agent, now: datetime) -> bool:
    """Whether they work now: those away, offline or outside their shifts do not shorten anybody's wait."""
    return agent.status not in OFF_SHIFT and agent.works_at(now)


def _unstaffed_seconds(uow: UnitOfWork, skill: str, locale: str, now: datetime) -> int:
    """Seconds until the first shift of those who can take it; 0 while one of them is on it, or if none has any."""
    fitting = [agent for agent in uow.agents.all() if agent.can_take(skill, locale)]
    if any(agent.works_at(now) for agent in fitting):
        return 0
    begins = [begins_at for agent in fitting if (begins_at := next_work_at(agent.shifts, now)) is not None]
    return max(0, ceil((min(begins) - now).total_seconds())) if begins else 0


def wait_range(ahead: int, agents: int, handle_seconds: float) -> tuple[int, int]:
    """The wait of someone with `ahead` people before them, all agents busy: whole minutes, low and high, in seconds.

    The (ahead + 1)-th release of `agents` busy agents with exponential handling times is Erlang distributed with mean
    (ahead + 1) h / n and deviation sqrt(ahead + 1) h / n. Low is mean - 0.6 deviations (about 1 in 4 wait less), high
    mean + 1.3 deviations (about 1 in 10 wait more; callbacks.md, idea 3: quote a range, not one figure).
    """
    step = handle_seconds / agents
    mean, deviation = (ahead + 1) * step, sqrt(ahead + 1) * step
    low = max(1, int((mean - 0.6 * deviation) // 60))
    high = max(low + 1, ceil((mean + 1.3 * deviation) / 60))
    return low * 60, high * 60


def _ahead(uow: UnitOfWork, now: datetime, place: datetime, teams: Sequence[Team], without: str) -> int:
    """Those before this place whom one of the same agents could serve; those being connected hold their agent."""
    holds = [hold for hold in uow.holds.waiting() if place_of(hold) < place]
    waiting = Counter((hold.skill, hold.locale) for hold in holds)
    waiting.update(uow.callbacks.ahead(now, place, LINE_LIMIT, without=without))
    return sum(count for wanted, count in waiting.items() if any(team.can_take(*wanted) for team in teams))


def own_callback(uow: UnitOfWork, call: Call) -> Callback | None:
    """A caller's own place in line: the callback, as soon as possible, that they are phoning ahead of."""
    if call.resumes_id is not None:
        callback = uow.callbacks.get(call.resumes_id)
    else:
        callback = uow.callbacks.open_for_number(call.from_number) if call.from_number else None
    stands = callback is not None and callback.asap and callback.status in RESUMABLE
    return callback if stands else None


def _place(hold: Hold | None, own: Callback | None, priority: int, now: datetime) -> datetime:
    """Whoever comes now is behind all who came at this very moment, unless they have a place already."""
    if hold is not None:
        return place_of(hold)
    return place_at(priority, own.ticket_at if own else now + timedelta(microseconds=1))


def _note_key(skill: str) -> str:
    return f"handle_time:{skill}"
