"""Attempts and legs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, or_, select

from ivr.domain.callbacks import UNANSWERED, Attempt, Callback, Leg, LegState, Party
from ivr.storage import schema, tables
from ivr.storage.rows import Repository

WITH_THEIR_PURPOSE: Final = (
    select(Leg, Attempt, Callback)
    .outerjoin(Attempt, tables.legs.c.attempt_id == tables.attempts.c.id)
    .outerjoin(Callback, tables.legs.c.callback_id == tables.callbacks.c.id)
)


class SqlAttempts(Repository):
    """service.store.Attempts."""

    def add(self, attempt: Attempt) -> None:
        """Conflict at commit if there is one with this number."""
        self._add(attempt)

    def get(self, attempt_id: str) -> Attempt | None:
        """By id."""
        return self._session.find(Attempt, attempt_id)

    def of_callback(self, callback_id: str) -> Sequence[Attempt]:
        """By number."""
        c = tables.attempts.c
        return self._all(select(Attempt).where(c.callback_id == callback_id).order_by(c.number))

    def of_callbacks(self, callback_ids: Sequence[str]) -> Sequence[Attempt]:
        """Each callback's by number."""
        c = tables.attempts.c
        return self._all(
            select(Attempt).where(self._among(c.callback_id, callback_ids)).order_by(c.callback_id, c.number)
        )

    def live(self) -> Sequence[Attempt]:
        """Oldest first."""
        return self._all(select(Attempt).where(schema.NOT_ENDED).order_by(tables.attempts.c.started_at))

    def live_of_hold(self, call_sid: str) -> Attempt | None:
        """The one that rings an agent for a caller on hold."""
        mine = select(Attempt).where(tables.attempts.c.hold_call_sid == call_sid, schema.NOT_ENDED)
        return self._first(mine.order_by(tables.attempts.c.number.desc()))

    def of_hold(self, call_sid: str) -> Sequence[Attempt]:
        """By number."""
        c = tables.attempts.c
        return self._all(select(Attempt).where(c.hold_call_sid == call_sid).order_by(c.number))

    def met_agents(self, case_ids: Sequence[str]) -> Mapping[str, str]:
        """From the index of those that met."""
        c = tables.attempts.c
        met = select(c.case_id, c.agent_id).where(schema.HAS_MET, self._among(c.case_id, case_ids))
        return {row.case_id: row.agent_id for row in self._session.execute(met.order_by(c.joined_at))}


class SqlLegs(Repository):
    """service.store.Legs."""

    def add(self, leg: Leg) -> None:
        """Conflict at commit if a live leg rings this number, or another of this callback's customer lives."""
        self._add(leg)

    def get(self, leg_id: str) -> Leg | None:
        """By id; its attempt and callback, which are asked for next, come with it."""
        return self._session.known(Leg, leg_id) or next(iter(self.several([leg_id])), None)

    def several(self, leg_ids: Sequence[str]) -> Sequence[Leg]:
        """One query for all, and for what they are dialed for."""
        wanted = WITH_THEIR_PURPOSE.where(self._among(tables.legs.c.id, leg_ids))
        found = self._session.execute(wanted).all()
        self._session.hold(*(entity for row in found for entity in row))
        return [row[0] for row in found]

    def by_sid(self, sid: str) -> Leg | None:
        """By the carrier's CallSid."""
        return self._first(select(Leg).where(tables.legs.c.sid == sid))

    def of_attempt(self, attempt_id: str) -> Sequence[Leg]:
        """Oldest first."""
        c = tables.legs.c
        return self._all(select(Leg).where(c.attempt_id == attempt_id).order_by(c.created_at, c.id))

    def live_for_number(self, number: str) -> Leg | None:
        """The one that may be ringing or connected."""
        return self._first(select(Leg).where(tables.legs.c.number == number, schema.IS_LIVE_LEG))

    def live_numbers(self, numbers: Sequence[str]) -> frozenset[str]:
        """Those that may be ringing or connected."""
        number = tables.legs.c.number
        return frozenset(self._session.scalars(select(number).where(self._among(number, numbers), schema.IS_LIVE_LEG)))

    def to_place(self, now: datetime, limit: int) -> Sequence[Leg]:
        """Oldest first; held until the unit of work ends."""
        c = tables.legs.c
        free = or_(c.owner.is_(None), c.lease_until_at.is_(None), c.lease_until_at <= now)
        waiting = select(Leg).where(schema.IS_INTENT, free).order_by(c.created_at).limit(limit)
        return self._all(waiting, lock=True)

    def in_state(self, state: str, before: datetime) -> Sequence[Leg]:
        """Oldest first. Raises ValueError for a state that has ended."""
        c = tables.legs.c
        if state not in (LegState.INTENT, LegState.PLACING, LegState.PLACED):
            raise ValueError(f"legs in state {state} are not waited for")
        since = c.created_at if state == LegState.INTENT else c.placing_at
        there = schema.one_of("state", {LegState(state)})
        return self._all(select(Leg).where(there, schema.IS_LIVE_LEG, since < before).order_by(since))

    def count_placed(self, since: datetime, party: Party | None = None) -> int:
        """Those that passed the point of no return at or after `since`."""
        c = tables.legs.c
        query = select(func.count()).select_from(tables.legs).where(schema.WAS_PLACED, c.placing_at >= since)
        return self._count(query if party is None else query.where(c.party == party))

    def count_unanswered(self, since: datetime) -> tuple[int, int]:
        """From the index of placed legs."""
        c = tables.legs.c
        missed = c.outcome.in_(UNANSWERED)
        rang = (c.placing_at >= since, c.party == Party.CUSTOMER, or_(c.answered_at.is_not(None), missed))
        counts = select(func.count(), func.count().filter(missed)).where(schema.WAS_PLACED, *rang)
        rung, unanswered = self._session.execute(counts).one()
        return rung, unanswered
