"""A callback asked for outside a call: from the web page, which proves the number first, or through the API."""

from dataclasses import dataclass
from datetime import datetime

from ivr.domain.callbacks import Callback
from ivr.domain.cases import Case, CaseKind, Customer
from ivr.service.booking import BookingRequest, Bookings
from ivr.service.cases import Opening, open_case
from ivr.service.ports import CheckedNumber, Clock, Commerce
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id


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
    """False for API clients, who answer for the numbers they send."""


class WebRequests:
    """Opens the same case and the same callback as a call does."""

    def __init__(self, clock: Clock, commerce: Commerce, bookings: Bookings) -> None:
        self._clock = clock
        self._commerce = commerce
        self._bookings = bookings

    def ask(self, uow: UnitOfWork, wish: CallbackWish) -> Callback:
        """Book it. Raises CallbackRefused and its kinds; nothing is kept then."""
        checked = self._bookings.check_number(wish.number)
        case = self._case(uow, wish, self._customer(uow, checked, wish))
        return self._bookings.book(uow, _booking(wish, case))

    def _customer(self, uow: UnitOfWork, checked: CheckedNumber, wish: CallbackWish) -> Customer:
        customer = uow.customers.by_number(checked.e164)
        if customer is None:
            name = self._commerce.customer_name(checked.e164) or ""
            customer = Customer(id=new_id(), number=checked.e164, name=name, locale=wish.locale)
            uow.customers.add(customer)
        return customer

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
        return open_case(uow, self._clock.now(), opening)


def _booking(wish: CallbackWish, case: Case) -> BookingRequest:
    return BookingRequest(
        case_id=case.id,
        customer_id=case.customer_id,
        number=wish.number,
        locale=wish.locale,
        zone=wish.zone,
        at=wish.at,
        source=wish.source,
        address=wish.address,
        needs_verification=wish.prove_number,
        skill=case.skill,
        priority=case.priority,
    )
