"""The gate in front of every dial: hours, do-not-call, caps. Checked when claimed and again before the request."""

import sys
from collections.abc import Container
from datetime import datetime, timedelta
from functools import lru_cache

from ivr.domain.callbacks import Callback, CallbackStatus, Leg, Party
from ivr.domain.hours import DAYS, LATEST, Hours
from ivr.domain.ledger import ALWAYS, CLOCK_SLACK, EVENINGS
from ivr.domain.policies import CallbackRules, calling_window, window_end
from ivr.domain.regions import Whereabouts
from ivr.domain.windows import first_due
from ivr.errors import NumberRefused
from ivr.service.ports import NumberRules
from ivr.service.store import UnitOfWork
from ivr.service.telling import STALE, WINDOW_CLOSED, Telling
from ivr.service.timeline import record

PAUSE = "carrier_pause"
ZONES_AT_ONCE = 64
NOWHERE = Whereabouts(())


class Gate:
    """Says whether a number may be rung now, and moves promises that may not."""

    def __init__(self, rules: CallbackRules, numbers: NumberRules, telling: Telling) -> None:
        self._rules = rules
        self._numbers = numbers
        self._telling = telling
        self._is_open = lru_cache(ZONES_AT_ONCE)(self._is_open_between)  # of one claim, most lie in a few zones

    def why_not(self, uow: UnitOfWork, callback: Callback, now: datetime, *, for_seconds: int) -> str:
        """`do_not_call`, `hours` (the window must stay open for so long), or empty: it may be rung."""
        do_not_call = uow.guards.do_not_call_among([callback.number])
        return self.why_not_now(callback, do_not_call, now, for_seconds=for_seconds)

    def why_not_now(self, callback: Callback, do_not_call: Container[str], now: datetime, *, for_seconds: int) -> str:
        """As `why_not`, for one of many; `do_not_call`: those of their numbers that are on that list."""
        if callback.number in do_not_call:
            return "do_not_call"
        return "hours" if self.is_closed(callback, now, for_seconds=for_seconds) else ""

    def why_not_yet(self, callback: Callback, do_not_call: Container[str], now: datetime, *, for_seconds: int) -> str:
        """As `why_not_now`, and `early`: the promise itself is never rung before it is due; a code may be told."""
        why = self.why_not_now(callback, do_not_call, now, for_seconds=for_seconds)
        return "early" if why != "do_not_call" and now + CLOCK_SLACK < callback.due_at else why

    def is_stale(self, uow: UnitOfWork, callback: Callback, now: datetime) -> bool:
        """Whether it broke so long ago, unrung and untold, that its customer is asked before it rings."""
        broke_at = callback.promised_by_at + timedelta(seconds=self._rules.dial.stale_seconds)
        return callback.first_rung_at is None and broke_at <= now and self._telling.can_offer(uow, callback)

    def is_closed(self, callback: Callback, now: datetime, *, for_seconds: int) -> bool:
        """Whether its window is closed now, or will be before so many seconds are over."""
        until = now + timedelta(seconds=for_seconds)
        if until > callback.closes_at:
            return True
        where = self._place(callback.number)
        return not where.zones or not self._is_open(where, callback.zone, now, until)

    def _is_open_between(self, where: Whereabouts, said_zone: str, now: datetime, until: datetime) -> bool:
        hours = calling_window(self._rules, where, said_zone, now)
        # Both ends suffice: no window closes and opens again within the two minutes that are asked about.
        return hours is not None and hours.allows(now) and hours.allows(until)

    def hours(self, callback: Callback, now: datetime) -> Hours | None:
        """When this callback's number may be rung, by today's rules; None: never."""
        where = self._place(callback.number)
        return calling_window(self._rules, where, callback.zone, now) if where.zones else None

    def _place(self, number: str) -> Whereabouts:
        """Where it may lie; nowhere: today's numbering plan refuses it.

        Such a one goes to a person: it must not stop the claim of all others.
        """
        try:
            return self._numbers.check(number).whereabouts
        except NumberRefused:
            return NOWHERE

    def terms(self, callback: Callback | None, leg: Leg) -> dict[str, str]:
        """What a dial is allowed by, to be written down with it: the audit reads it when settings have changed."""
        if leg.party in (Party.AGENT, Party.GUEST) or (callback is None and leg.party != Party.NEWS):
            return {}
        hours = {"hours": ALWAYS} if self._rules.any_hour else self._hours_of(leg.number)
        if callback is None or leg.party == Party.UNPROVEN:
            return hours  # only its hours: the promise does not stand yet
        return hours | {"due_at": callback.due_at.isoformat(), "closes_at": callback.closes_at.isoformat()}

    def _hours_of(self, number: str) -> dict[str, str]:
        opens, closes = self._rules.calls_open_at, self._rules.calls_close_at
        evenings = self._rules.evenings.at(self._place(number)) if closes > LATEST else ()
        allowed = " ".join(DAYS[day] for day in sorted(evenings))
        return {"hours": f"{opens:%H:%M}-{closes:%H:%M}"} | ({EVENINGS: allowed} if allowed else {})

    def turn_away(self, uow: UnitOfWork, callback: Callback, why: str, now: datetime) -> None:
        """A promise that the gate refused: canceled for good, waiting on, offered, or moved into its next window.

        Early: the clock stepped back after it was claimed.
        """
        if why == "do_not_call":
            callback.move(CallbackStatus.CANCELED)
            callback.reason, callback.ended_at = "canceled_by_do_not_call", now
            record(uow, now, "callback_canceled", subject=callback, data={"by": "do_not_call"})
            return
        if why == "early":
            callback.move(CallbackStatus.SCHEDULED)
            data = {"reason": why, "due_at": callback.due_at.isoformat(), "tries": callback.tries}
            record(uow, now, "callback_waits", subject=callback, data=data)
            return
        if why == STALE:  # what is late is offered, not fired blindly
            later = now + timedelta(seconds=self._rules.dial.offer_seconds)
            self.reschedule(uow, callback, later, STALE, now=now)
            return
        self.reschedule(uow, callback, max(now, callback.due_at), WINDOW_CLOSED, now=now)

    def reschedule(
        self, uow: UnitOfWork, callback: Callback, not_before: datetime, reason: str, *, now: datetime | None = None
    ) -> None:
        """Ring next at the first allowed moment not before this, at the old place in line; or leave it to a person."""
        now = now or not_before
        hours = self.hours(callback, not_before)
        due_at = first_due(hours, not_before, self._rules.dial.reserve_seconds) if hours else None
        latest = callback.promised_by_at + timedelta(days=self._rules.booking.late_days)
        if hours is None or due_at is None or due_at > latest:
            self.give_to_person(uow, callback, now, reason)
            return
        callback.move(CallbackStatus.SCHEDULED)
        callback.revision += 1
        callback.due_at, callback.closes_at, callback.reason = due_at, window_end(hours, due_at), reason
        data = {"reason": reason, "due_at": due_at.isoformat(), "tries": callback.tries}
        record(uow, now, "callback_waits", subject=callback, data=data)
        self._telling.waits(uow, callback, now, reason=reason)

    def give_to_person(self, uow: UnitOfWork, callback: Callback, now: datetime, reason: str) -> None:
        """No machine tries it any more: it stays visible until a person decides."""
        callback.move(CallbackStatus.NEEDS_HUMAN)
        callback.reason = reason
        record(uow, now, "callback_needs_human", subject=callback, data={"reason": reason})
        self._telling.unreached(uow, callback, now)

    def is_shut(self, uow: UnitOfWork, now: datetime) -> bool:
        """Nothing at all is dialed now: the daily cap is reached, or the carrier asked for patience."""
        return self.room(uow, now) <= 0

    def room(self, uow: UnitOfWork, now: datetime) -> int:
        """How many legs may be dialed now."""
        return 0 if self.is_paused(uow, now) else self._room_today(uow, now)

    def is_capped(self, uow: UnitOfWork, now: datetime) -> bool:
        """Whether as many legs were dialed in 24 hours as the rules allow."""
        return self._room_today(uow, now) <= 0

    def _room_today(self, uow: UnitOfWork, now: datetime) -> int:
        most = self._rules.dial.dials_per_day
        return most - uow.legs.count_placed(now - timedelta(days=1)) if most > 0 else sys.maxsize

    def is_paused(self, uow: UnitOfWork, now: datetime) -> bool:
        """Whether the carrier refused a request lately."""
        note = uow.guards.get_note(PAUSE)
        return note is not None and now < datetime.fromisoformat(note["until"])

    def pause(self, uow: UnitOfWork, now: datetime, seconds: float) -> None:
        """Let the carrier rest: a refusal that is not about one number would meet every other dial too."""
        until = now + timedelta(seconds=seconds)
        uow.guards.set_note(PAUSE, {"until": until.isoformat()}, expires_at=until)
