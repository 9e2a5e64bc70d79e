"""Times that callers name: resolved by the rules, by the room that is left, and on the clock that they meant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ivr.domain.dialogue.heard import MomentResolved, OfferedZone
from ivr.domain.hours import CallingHours, Hours
from ivr.domain.moments import LONGEST_WINDOW, SHORTEST_WINDOW, AskBack, Resolved, Unresolved, When, Window, resolve
from ivr.domain.policies import CallbackRules, calling_window
from ivr.domain.regions import Whereabouts
from ivr.domain.turn import Clock, Say
from ivr.service.booking import Bookings
from ivr.service.exchange import Exchange
from ivr.service.ports import Clock as Now
from ivr.service.ports import NumberRules, Speaker
from ivr.service.slots import Wanted
from ivr.service.timeline import record

MOST_CLOCKS: Final = 6
"""More are not read out: such a number's first zone counts, and the time is read back with the day."""


@dataclass(frozen=True)
class NamedTimes:
    """Carries ResolveMoment out."""

    clock: Now
    numbers: NumberRules
    rules: CallbackRules
    bookings: Bookings
    speaker: Speaker

    def resolve(self, exchange: Exchange, when: When) -> MomentResolved:
        """The moment; and whose clock has to be asked for first, where it makes a difference."""
        now, dialogue = self.clock.now(), exchange.dialogue
        moved = exchange.uow.callbacks.get(dialogue.moves_id) if dialogue.moves_id else None
        number = moved.number if moved is not None else dialogue.number or dialogue.caller.number
        zone = dialogue.caller.zone
        where = self.numbers.check(number).whereabouts if number else Whereabouts((zone,))
        hours = calling_window(self.rules, where, zone, now) or self.rules.window(Whereabouts((zone,)))
        horizon = timedelta(days=self.rules.booking.horizon_days)
        moment = resolve(when, now, ZoneInfo(zone), hours, horizon)
        if dialogue.caller.zone_said:
            self._keep(exchange, number, where)
            if moved is not None and zone in where.zones:
                moved.zone = zone
            return MomentResolved(self._with_room(exchange, moment, hours), now)
        named_at = _named_at(when, moment, now, zone, horizon)
        zones = tuple(self._differing(dialogue.locale, where, named_at)) if named_at else ()
        if named_at and zones:
            until = moment.until if isinstance(moment, Resolved) and not when.is_latest else None
            return MomentResolved(Resolved(named_at, until), now, zones)
        return MomentResolved(self._with_room(exchange, moment, hours), now)

    def _differing(self, locale: str, where: Whereabouts, at: datetime) -> Iterator[OfferedZone]:
        """One zone of each clock there is at that time; none if all show the same, or too many differ."""
        clocks = {at.astimezone(ZoneInfo(zone)).utcoffset(): zone for zone in reversed(where.zones)}
        among = tuple(zone for zone in where.zones if zone in clocks.values())
        if not 1 < len(among) <= MOST_CLOCKS:
            return
        for zone in among:
            yield OfferedZone(zone, self.speaker.text(locale, Say("clock", {"zone": Clock(zone, among)})))

    def _keep(self, exchange: Exchange, number: str | None, where: Whereabouts) -> None:
        """What they said of their clock is theirs from now on; of another telephone it is this callback's alone."""
        uow, call, zone = exchange.uow, exchange.call, exchange.dialogue.caller.zone
        customer = uow.customers.get(call.customer_id) if call.customer_id else None
        if customer is None or customer.number != number or customer.zone == zone or zone not in where.zones:
            return
        customer.zone = zone
        case = uow.cases.get(exchange.dialogue.case_id) if exchange.dialogue.case_id else None
        record(uow, self.clock.now(), "zone_said", subject=case, call=call, data={"zone": zone})

    def _with_room(self, exchange: Exchange, moment: Resolved | Unresolved, hours: Hours) -> Resolved | Unresolved:
        """A moment that can be promised, or the nearest that can: nobody is read back what is then refused."""
        case = exchange.uow.cases.get(exchange.dialogue.case_id)
        at = moment.at if isinstance(moment, Resolved) else moment.nearest_at
        if case is None or at is None:
            return moment
        if isinstance(moment, Resolved) and moment.until is not None:
            return self._window_with_room(exchange, case.skill, hours, (moment.at, moment.until))
        slots, wanted = self.bookings.slots, Wanted(case.skill, exchange.dialogue.locale, exchange.dialogue.moves_id)
        why = moment.reason if isinstance(moment, Unresolved) else slots.why_not(exchange.uow, wanted, at)
        if not why:
            return moment
        nearest_at = slots.nearest(exchange.uow, wanted, hours, at)
        return Unresolved(AskBack(why) if nearest_at else AskBack.FULL, nearest_at)

    def _window_with_room(self, exchange: Exchange, skill: str, hours: Hours, window: Window) -> Resolved | Unresolved:
        """From its first moment that can be promised; what is left is told as a moment if it is too short.

        As a latest moment has no begin, it may make a longer window than can be promised: its first hours are.
        """
        slots, uow = self.bookings.slots, exchange.uow
        wanted = Wanted(skill, exchange.dialogue.locale, exchange.dialogue.moves_id)
        at = slots.first_within(uow, wanted, hours, window)
        if at is None:
            nearest_at = slots.nearest(uow, wanted, hours, window[0])
            least = timedelta(seconds=self.rules.dial.reserve_seconds)
            is_soon = window[1] - slots.earliest_at < least and nearest_at is not None
            return Unresolved(AskBack.TOO_SOON if is_soon else AskBack.FULL, nearest_at)
        return Resolved(at, min(window[1], at + LONGEST_WINDOW) if window[1] - at >= SHORTEST_WINDOW else None)


def _named_at(
    when: When, moment: Resolved | Unresolved, now: datetime, zone: str, horizon: timedelta
) -> datetime | None:
    """The wall-clock time that was named, on the first clock; None: none was, or it is not complete yet."""
    if when.asap or when.in_seconds is not None:
        return None
    told: Resolved | Unresolved | None = moment
    if isinstance(moment, Unresolved):
        told = resolve(when, now, ZoneInfo(zone), CallingHours.always(), horizon) if moment.nearest_at else None
    if not isinstance(told, Resolved):
        return None
    return told.until if when.is_latest else told.at
