"""A callback asked for outside a call: from the web page, which proves the number first, or through the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from ivr.domain.callbacks import Callback, Party
from ivr.domain.cases import ESCALATED, Case, CaseKind, CaseStatus, Customer, is_loyal
from ivr.domain.policies import CallbackRules
from ivr.service.booking import BookingRequest, Bookings
from ivr.service.cases import Opening, open_case
from ivr.service.ports import CheckedNumber, Clock, Commerce
from ivr.service.retention import REQUEST_KEPT
from ivr.service.shop_time import one_step
from ivr.service.slots import FreeSlot, Wanted
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id, record


@dataclass(frozen=True, kw_only=True)
class CallbackWish:
    """What somebody asks for on the web or through the API."""

    number: str
    """As typed."""
    kind: CaseKind = CaseKind.QUESTION
    words: str = ""
    """The reason in their own words; never spoken to the called person, only told to the agent."""
    order_digits: str = ""
    at: datetime | None = None
    """Aware UTC; None: as soon as possible."""
    locale: str = "en-US"
    zone: str = ""
    source: str = "web"
    address: str | None = None
    prove_number: bool = True
    """False for API clients who answer for the numbers they send."""
    ring_first: Party | None = None
    """Whose telephone rings first; None: as the rules say."""
    verification: str = ""
    """How the code is sent, text or call; empty: by what the line can take."""
    email: str = ""
    """Where news of it is sent, too; nothing before the number is proven."""
    case_id: str = ""
    """The case that it goes on with: the link in an e-mail names it."""


@dataclass(frozen=True, kw_only=True)
class SlotsLook:
    """For whom, and when, free slots are looked for."""

    number: str
    zone: str = ""
    skill: str = "general"
    locale: str = "en-US"
    since: datetime | None = None
    """Aware UTC; None: now."""
    days: int = 7
    moved_id: str = ""
    """The callback that would be moved there."""


class WebRequests:
    """Opens the same case and the same callback as a call does."""

    def __init__(self, clock: Clock, commerce: Commerce, *, bookings: Bookings, rules: CallbackRules) -> None:
        self._clock = clock
        self._commerce = commerce
        self._bookings = bookings
        self._rules = rules

    @property
    def horizon_days(self) -> int:
        """How far ahead callbacks are booked."""
        return self._rules.booking.horizon_days

    def prepare(self, wish: CallbackWish) -> None:
        """Before the transaction: the shop tells of the customer, and its answer is remembered for a moment.

        Raises NumberRefused, CallbackRefused.
        """
        self._commerce.customer_since(self._bookings.check_number(wish.number).e164, wish.locale)

    def ask(self, uow: UnitOfWork, wish: CallbackWish) -> Callback:
        """Book it. Raises NotThen, CallbackRefused and its other kinds; nothing is kept then."""
        checked = self._bookings.check_number(wish.number)
        with one_step():
            customer = self._customer(uow, checked, wish)
            case = self._named(uow, wish, customer) or self._case(uow, wish, customer)
        callback = self._bookings.book(uow, _booking(wish, case, customer))
        asked = {"words": wish.words, "order": wish.order_digits, "source": wish.source}
        record(uow, self._clock.now(), "callback_asked", subject=callback, data=asked)
        return callback

    def free_slots(self, uow: UnitOfWork, look: SlotsLook) -> list[FreeSlot]:
        """When a callback to this number can still be promised. Raises CallbackRefused (`hours`), NumberRefused."""
        hours = self._bookings.hours(self._bookings.check_number(look.number), look.zone)
        slots, now = self._bookings.slots, self._clock.now()
        begins = min(max(look.since or now, now), slots.latest_at)
        ends = begins + timedelta(days=look.days)
        found = slots.free(uow, Wanted(look.skill, look.locale, look.moved_id), hours, begins, ends)
        return [slot for slot in found if slot.at < ends]

    def _customer(self, uow: UnitOfWork, checked: CheckedNumber, wish: CallbackWish) -> Customer:
        customer = uow.customers.by_number(checked.e164)
        if customer is None:
            name = self._commerce.customer_name(checked.e164) or ""
            customer = Customer(id=new_id(), number=checked.e164, name=name, locale=wish.locale)
            uow.customers.add(customer)
        return customer

    def _named(self, uow: UnitOfWork, wish: CallbackWish, customer: Customer) -> Case | None:
        """The case of the link; it gets the customer once the number is proven (Bookings.confirm_verified)."""
        case = uow.cases.get(wish.case_id) if wish.case_id else None
        if case is None or case.status is CaseStatus.CLOSED or uow.callbacks.open_for_case(case.id) is not None:
            return None
        if case.customer_id not in (None, customer.id):
            return None
        if case.status is CaseStatus.RESOLVED:
            case.move(CaseStatus.OPEN)
        return case

    def _case(self, uow: UnitOfWork, wish: CallbackWish, customer: Customer) -> Case:
        orders = self._commerce.find_orders(wish.order_digits, wish.locale) if wish.order_digits else ()
        opening = Opening(
            kind=wish.kind,
            customer_id=customer.id,
            order_id=orders[0].id if len(orders) == 1 else None,
            words=wish.words,
            locale=wish.locale,
            source=wish.source,
        )
        now = self._clock.now()
        case = open_case(uow, now, opening)
        if is_loyal(self._commerce.customer_since(customer.number, wish.locale), now.date()):
            case.priority = min(case.priority, ESCALATED)
        return case


def repetition_key(*parts: str) -> str:
    """The key of the note about a request that may come again: who asks, and their own name for the request."""
    return f"request:{sha256(chr(0).join(parts).encode()).hexdigest()}"


def remember(uow: UnitOfWork, key: str, what: Mapping[str, Any], now: datetime) -> None:
    """Keep what a request that may come again is answered with, for REQUEST_KEPT."""
    uow.guards.set_note(key, what, expires_at=now + REQUEST_KEPT)


def _booking(wish: CallbackWish, case: Case, customer: Customer) -> BookingRequest:
    return BookingRequest(
        case_id=case.id,
        customer_id=customer.id,
        number=wish.number,
        locale=wish.locale,
        zone=wish.zone,
        at=wish.at,
        source=wish.source,
        email=wish.email,
        address=wish.address,
        needs_verification=wish.prove_number,
        skill=case.skill,
        priority=case.priority,
        ring_first=wish.ring_first,
    )
