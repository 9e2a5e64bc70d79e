"""Booking: promise a callback, move it, take it back. Every rule is checked here and again at every dial."""

from dataclasses import replace
from datetime import datetime, timedelta

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import CaseStatus
from ivr.domain.hours import Hours
from ivr.domain.policies import CallbackRules, calling_window
from ivr.domain.promised import told_until
from ivr.errors import CallbackRefused, IllegalMove, NotFound, NumberRefused
from ivr.service.afterwards import Actions
from ivr.service.attempts import withdraw
from ivr.service.booking_requests import BookingRequest as BookingRequest
from ivr.service.booking_requests import asks_anew, booking_data, callback_of
from ivr.service.limits import count_use, is_left_alone
from ivr.service.line import Line
from ivr.service.ports import CheckedNumber, Clock, NumberRules
from ivr.service.promises import Promise, Promises
from ivr.service.resuming import new_code
from ivr.service.slots import Slots, Wanted
from ivr.service.store import UnitOfWork
from ivr.service.telling import Telling
from ivr.service.timeline import record


class AlreadyBooked(CallbackRefused):
    """The number has an open callback, `.callback`: offer to keep, move or cancel it."""

    def __init__(self, callback: Callback) -> None:
        super().__init__("exists", "this number has an open callback; keep, move or cancel it")
        self.callback = callback


class Bookings:
    """Books, moves and cancels callbacks. All methods run in the caller's unit of work and write the timeline."""

    def __init__(self, clock: Clock, rules: CallbackRules, numbers: NumberRules, telling: Telling) -> None:
        self._clock = clock
        self._rules = rules
        self._numbers = numbers
        self.telling = telling
        self._line = Line(clock, rules.line)
        self.slots = Slots(clock, rules, self._line)
        self._promises = Promises(clock, rules, self.slots)

    def now(self) -> datetime:
        """Aware UTC."""
        return self._clock.now()

    def check_number(self, number: str) -> CheckedNumber:
        """A number that we would ring. Raises NumberRefused: `number`, `extension`, `country`, `line_type`."""
        checked = self._numbers.check(number)
        if checked.country not in self._rules.booking.countries:
            raise NumberRefused("country", f"numbers in {checked.country} are not called from here")
        if checked.line_type not in self._rules.booking.line_types:
            raise NumberRefused("line_type", f"{checked.line_type} numbers are not called; give a usual one")
        return checked

    def book(self, uow: UnitOfWork, request: BookingRequest) -> Callback:
        """Promise a callback.

        Raises AlreadyBooked (`exists`), CallbackRefused (`do_not_call`, `too_many_today`, `limit`, `hours`, `past`,
        `too_far`), NotThen (`hours`, `too_soon`, `full`: with the nearest moment that can be had) and NumberRefused.
        """
        now = self._clock.now()
        checked = self.check_number(request.number)
        self._refuse_repetition(uow, request, checked.e164)
        self._refuse_limits(uow, request, checked.e164, now)
        wanted = Wanted(request.skill, request.locale)
        promise = self._promise(uow, request, checked, wanted)
        callback = callback_of(request, checked, promise, now)
        callback.resume_code = new_code(uow)
        if request.needs_verification:
            callback.status = CallbackStatus.UNVERIFIED
            callback.closes_at = now + timedelta(seconds=self._rules.booking.unverified_seconds)
        uow.callbacks.add(callback)
        _case_waits(uow, callback)
        record(uow, now, "callback_booked", subject=callback, data=booking_data(callback))
        self.telling.promised(uow, callback, now)
        return callback

    def confirm_verified(self, uow: UnitOfWork, callback: Callback) -> Callback:
        """Its number is proven: give it its true window and schedule it. Raises CallbackRefused (`hours`)."""
        callback.move(CallbackStatus.SCHEDULED)
        case = uow.cases.get(callback.case_id)
        if case is not None and case.customer_id is None:  # begun by e-mail: now it is known whose it is
            case.customer_id = callback.customer_id
        checked = self._numbers.check(callback.number)
        self.renew(uow, callback, checked)
        record(uow, self._clock.now(), "callback_verified", subject=callback)
        self.telling.promised(uow, callback, self._clock.now())
        return callback

    def renew(self, uow: UnitOfWork, callback: Callback, checked: CheckedNumber) -> None:
        """Its window anew, by the hours of this number; its place is its own. Raises CallbackRefused (`hours`)."""
        at = None if callback.asap else max(callback.due_at, self._clock.now())
        held = Wanted(callback.skill, callback.locale, callback.id, held=True)
        self._apply(uow, callback, checked, asks_anew(callback, at, callback.ticket_at, told_until(callback, at)), held)

    def move(
        self, uow: UnitOfWork, callback_id: str, *, at: datetime | None, until: datetime | None = None
    ) -> tuple[Callback, Actions]:
        """Move to a named moment or window (the place in line is given up) or, `at` None, to as soon as possible.

        Run the actions after the commit. Raises NotFound, IllegalMove (it has ended) and CallbackRefused as `book`.
        """
        callback = self.still_open(uow, callback_id)
        checked = self.check_number(callback.number)
        ticket_at = callback.ticket_at if callback.asap else self._clock.now()
        actions = withdraw(uow, callback, self._clock.now(), "moved")
        if callback.status != CallbackStatus.UNVERIFIED:
            callback.move(CallbackStatus.SCHEDULED)
        kept = callback.was_kept
        wanted = Wanted(callback.skill, callback.locale, callback.id)
        self._apply(uow, callback, checked, asks_anew(callback, at, ticket_at, until), wanted)
        callback.first_rung_at, callback.tries = None, 0  # a new promise, judged by its own first ring
        callback.revision += 1
        data = booking_data(callback) | ({} if kept is None else {"kept_before": kept})
        record(uow, self._clock.now(), "callback_moved", subject=callback, data=data)
        self.telling.moved(uow, callback, self._clock.now())
        return callback, actions

    def cancel(self, uow: UnitOfWork, callback_id: str, *, by: str) -> tuple[Callback, Actions]:
        """Take a promise back; what rings for it stops. Run the actions after the commit. Twice is no error.

        `by`: customer, agent, supervisor, api, owner (of a number that a stranger typed), do_not_call.
        Raises NotFound, IllegalMove (it has ended otherwise).
        """
        callback = uow.callbacks.get(callback_id)
        if callback is None:
            raise NotFound("no such callback; it may have been booked on another system")
        if callback.status == CallbackStatus.CANCELED:
            return callback, ()
        now = self._clock.now()
        actions = withdraw(uow, callback, now, "canceled")
        was_promised = callback.status != CallbackStatus.UNVERIFIED
        callback.move(CallbackStatus.CANCELED)
        callback.reason, callback.ended_at = f"canceled_by_{by}", now
        callback.revision += 1
        _case_open_again(uow, callback)
        record(uow, now, "callback_canceled", subject=callback, data={"by": by})
        if was_promised:
            self.telling.canceled(uow, callback, now, by=by)
        return callback, actions

    def keep(self, uow: UnitOfWork, callback_id: str) -> Callback:
        """The customer heard the promise again and keeps it. Raises NotFound, IllegalMove (it has ended)."""
        callback = self.still_open(uow, callback_id)
        record(uow, self._clock.now(), "callback_kept", subject=callback)
        return callback

    def open_for(self, uow: UnitOfWork, number: str) -> Callback | None:
        """The open callback of a number (E.164), unverified ones too."""
        return uow.callbacks.open_for_number(number)

    def still_open(self, uow: UnitOfWork, callback_id: str) -> Callback:
        """By id. Raises NotFound, IllegalMove."""
        callback = uow.callbacks.get(callback_id)
        if callback is None:
            raise NotFound("no such callback; it may have been booked on another system")
        if not callback.is_open:
            raise IllegalMove(f"this callback has ended ({callback.status}); book a new one")
        return callback

    def _refuse_repetition(self, uow: UnitOfWork, request: BookingRequest, number: str) -> None:
        existing = uow.callbacks.open_for_number(number) or uow.callbacks.open_for_case(request.case_id)
        if existing is None:
            return
        if existing.status != CallbackStatus.UNVERIFIED or request.needs_verification:
            raise AlreadyBooked(existing)
        # Someone typed this number on the web and never proved it; its owner, on the phone, is not held up by that.
        existing.move(CallbackStatus.CANCELED)
        existing.reason, existing.ended_at = "replaced", self._clock.now()
        record(uow, self._clock.now(), "callback_canceled", subject=existing, data={"by": "replaced"})

    def _refuse_limits(self, uow: UnitOfWork, request: BookingRequest, number: str, now: datetime) -> None:
        rules = self._rules.booking
        self.refuse_number(uow, number, now)
        if request.source != "phone" and is_left_alone(uow, number, now):
            raise CallbackRefused("left_alone", "this number asked today not to be called for requests from the web")
        if request.address is not None:
            refusal = "too many callbacks were asked for from here; try tomorrow or phone us"
            count_use(uow, "book", request.address, now, most=rules.per_address_per_day, refusal=refusal)

    def refuse_number(self, uow: UnitOfWork, number: str, now: datetime) -> None:
        """Raises CallbackRefused (`do_not_call`, `too_many_today`)."""
        if uow.guards.do_not_call(number):
            raise CallbackRefused("do_not_call", "this number asked not to be called")
        most = self._rules.booking.per_number_per_day
        if uow.callbacks.count_proven(number, now - timedelta(days=1)) >= most:
            raise CallbackRefused("too_many_today", "this number booked too many callbacks in one day; try tomorrow")

    def hours(self, checked: CheckedNumber, said_zone: str) -> Hours:
        """When a number may be rung. Raises CallbackRefused (`hours`): never."""
        hours = calling_window(self._rules, checked.whereabouts, said_zone, self._clock.now())
        if hours is None:
            raise CallbackRefused("hours", "this number has no hour of day at which it may be rung")
        return hours

    def _promise(self, uow: UnitOfWork, request: BookingRequest, checked: CheckedNumber, wanted: Wanted) -> Promise:
        hours = self.hours(checked, request.zone)
        zone = request.zone or checked.zones[0]
        if request.at is not None and request.until is not None:
            return self._promises.within(uow, wanted, (request.at, request.until), hours, zone)
        if request.at is not None:
            return self._promises.named(uow, wanted, request.at, hours, zone)
        wait = self._line.estimate(uow, request.skill, locale=request.locale, priority=request.priority)
        promise = self._promises.soon(uow, wanted, hours, zone, wait)
        return replace(promise, ticket_at=request.ticket_at or promise.ticket_at)

    def _apply(
        self, uow: UnitOfWork, callback: Callback, checked: CheckedNumber, request: BookingRequest, wanted: Wanted
    ) -> None:
        promise = self._promise(uow, request, checked, wanted)
        callback.asap, callback.due_at, callback.ticket_at = request.at is None, promise.due_at, promise.ticket_at
        callback.promised_by_at = promise.promised_by_at
        if callback.status != CallbackStatus.UNVERIFIED:
            callback.closes_at = promise.closes_at
        callback.reason = ""


def _case_waits(uow: UnitOfWork, callback: Callback) -> None:
    case = uow.cases.get(callback.case_id)
    if case is not None:
        case.move(CaseStatus.WAITING_AGENT)


def _case_open_again(uow: UnitOfWork, callback: Callback) -> None:
    case = uow.cases.get(callback.case_id)
    if case is not None and case.status == CaseStatus.WAITING_AGENT:
        case.move(CaseStatus.OPEN)
