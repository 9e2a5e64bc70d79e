"""The times of a promise: when it is due, the latest moment told, and when its window closes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.hours import Hours
from ivr.domain.moments import SHORTEST_WINDOW, Window
from ivr.domain.policies import CallbackRules, window_end
from ivr.domain.windows import after_open_time, first_due
from ivr.errors import CallbackRefused
from ivr.service.line import WaitEstimate
from ivr.service.ports import Clock
from ivr.service.slots import NotThen, Slots, Wanted
from ivr.service.store import UnitOfWork

WHY_NOT: Final = {
    "hours": "that moment is outside the hours at which this number may be rung",
    "too_soon": "that moment is too soon; a callback at a named time needs some notice",
    "full": "everybody on shift at that moment is promised to others",
}


@dataclass(frozen=True)
class Promise:
    """The times of a callback, as they may be told."""

    due_at: datetime
    promised_by_at: datetime
    closes_at: datetime
    ticket_at: datetime


class Promises:
    """Makes promises that can be kept, or refuses."""

    def __init__(self, clock: Clock, rules: CallbackRules, slots: Slots) -> None:
        self._clock = clock
        self._rules = rules
        self._slots = slots

    def named(self, uow: UnitOfWork, wanted: Wanted, at: datetime, hours: Hours, zone: str) -> Promise:
        """For a named moment; its place in the slot is taken. Raises CallbackRefused (`past`, `too_far`), NotThen."""
        rules, now = self._rules.booking, self._clock.now()
        if at < now - timedelta(seconds=rules.grace_seconds):
            raise CallbackRefused("past", "that moment is over; name a later one")
        if at > now + timedelta(days=rules.horizon_days):
            raise CallbackRefused("too_far", f"callbacks can be booked {rules.horizon_days} days ahead")
        closes_at = window_end(hours, at)
        why = self._why_not(uow, wanted, at, hours)
        if why:
            nearest_at = self._slots.nearest(uow, wanted, hours, at)
            why = "full" if why == "too_soon" and nearest_at is None else why
            raise NotThen(why, WHY_NOT[why], nearest_at, zone)
        promised_by_at = max(at, now) + timedelta(seconds=rules.named_promise_seconds)
        return Promise(at, min(promised_by_at, closes_at), closes_at, at)

    def within(self, uow: UnitOfWork, wanted: Wanted, window: Window, hours: Hours, zone: str) -> Promise:
        """For the first moment with room in a window: rung by its end, or by closing time if that is before.

        Raises CallbackRefused (`past`, `too_far`), NotThen (`hours`, `full`).
        """
        begins, now = max(window[0], self._clock.now()), self._clock.now()
        least = SHORTEST_WINDOW - timedelta(
            seconds=self._rules.booking.grace_seconds
        )  # it took a while to be read back
        if window[1] - now < least:
            raise CallbackRefused("past", "that window is over; name a later one")
        if begins > self._slots.latest_at:
            raise CallbackRefused("too_far", f"callbacks can be booked {self._rules.booking.horizon_days} days ahead")
        opens = first_due(hours, begins, self._rules.dial.reserve_seconds)
        ends = min(window[1], window_end(hours, opens)) if opens else begins
        if opens is None or ends - opens < least:
            raise NotThen("hours", WHY_NOT["hours"], self._slots.nearest(uow, wanted, hours, begins), zone)
        due_at = opens if wanted.held else self._slots.take_within(uow, wanted, hours, (opens, ends))
        if due_at is None:
            raise NotThen("full", WHY_NOT["full"], self._slots.nearest(uow, wanted, hours, begins), zone)
        is_window = ends - due_at >= SHORTEST_WINDOW
        named_by = due_at + timedelta(seconds=self._rules.booking.named_promise_seconds)
        return Promise(due_at, ends if is_window else min(ends, named_by), window_end(hours, due_at), due_at)

    def _why_not(self, uow: UnitOfWork, wanted: Wanted, at: datetime, hours: Hours) -> str:
        rules, now = self._rules, self._clock.now()
        if not hours.allows(at) or window_end(hours, at) - at < timedelta(seconds=rules.dial.reserve_seconds):
            return "hours"
        if wanted.held:
            return ""
        # A moment that was offered is taken though it took a while to be read back.
        if at < self._slots.earliest_at - timedelta(seconds=rules.booking.grace_seconds):
            return "too_soon"
        return "" if self._slots.take(uow, wanted, max(at, now)) else "full"

    def soon(self, uow: UnitOfWork, wanted: Wanted, hours: Hours, zone: str, wait: WaitEstimate) -> Promise:
        """For as soon as possible, after such a wait, and not when all agents are promised to others.

        Raises CallbackRefused (`hours`), NotThen (`full`: not within a day of that wait).
        """
        now, reserve_seconds = self._clock.now(), self._rules.dial.reserve_seconds
        due_at = first_due(hours, now, reserve_seconds)
        # The hours in which nobody works count from now, only the rest of a wait by the hours of this number.
        staffed_at = first_due(hours, now + timedelta(seconds=wait.shut_seconds), reserve_seconds)
        if due_at is None or staffed_at is None:
            raise CallbackRefused("hours", "there is no hour within two weeks at which this number may be rung")
        waited = timedelta(seconds=wait.high_seconds - wait.shut_seconds)
        served_by_at, closes_at = after_open_time(hours, staffed_at, waited)
        promised_by_at = served_by_at + timedelta(seconds=self._rules.booking.asap_margin_seconds)
        latest_at = min(promised_by_at, closes_at)
        with_room_at = latest_at if wanted.held else self._slots.latest(uow, wanted, hours, latest_at)
        if with_room_at is None:
            raise NotThen("full", WHY_NOT["full"], self._slots.nearest(uow, wanted, hours, latest_at), zone)
        return Promise(due_at, with_room_at, window_end(hours, due_at), now)
