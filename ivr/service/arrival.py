"""Who is calling: the number as the carrier gives it, the customer behind it, orders and an open callback."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.callbacks import CallbackStatus
from ivr.domain.calls import Call
from ivr.domain.cases import Case, CaseKind, CaseStatus, Customer, is_loyal
from ivr.domain.chats import Chat
from ivr.domain.dialogue import Begun, Caller, Dialogue
from ivr.domain.dialogue.menu import ORDER_REQUESTS
from ivr.domain.dialogue.values import UNFINISHED_IN, Done, Unfinished
from ivr.domain.orders import Order
from ivr.domain.privacy import PrivacyRules
from ivr.domain.settlements import FINAL
from ivr.errors import NumberRefused
from ivr.service.guides import said_reason
from ivr.service.open_view import open_view
from ivr.service.opting import has_opted_out
from ivr.service.places import Places
from ivr.service.ports import CheckedNumber, Clock, Commerce, NumberRules, Speaker
from ivr.service.renewals import renewal_of
from ivr.service.sellers import NoSellers, Sellers
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id
from ivr.service.unfinished import said_so_far

NO_SELLERS = NoSellers()
NOTHING_ERASED = PrivacyRules()
AGAIN: Final = timedelta(hours=24)
"""So long after a call that was cut off, or a chat, what was begun there is offered to go on."""


@dataclass(frozen=True)
class Arrivals:
    """Recognises callers."""

    numbers: NumberRules
    commerce: Commerce
    speaker: Speaker
    company: str
    clock: Clock
    booking_days: int = 30
    texts: bool = False
    """Whether customers are told by text message."""
    places: Places | None = None
    """Of callers who were cut off while they waited."""
    likely: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Locales by country, likeliest first; not all of them need be served."""
    sellers: Sellers = NO_SELLERS
    privacy: PrivacyRules = NOTHING_ERASED

    def recognise(self, uow: UnitOfWork, call: Call, from_raw: str | None) -> tuple[Caller, tuple[str, ...]]:
        """The caller, and all locales: the one to greet in, then the likeliest. Keeps number and customer."""
        served = self.speaker.locales
        try:
            checked = self.numbers.check(from_raw or "")
        except NumberRefused:
            return Caller(company=self.company, booking_days=self.booking_days), served
        order = _likeliest_first(served, checked.country, self.likely.get(checked.country, ()))
        greets = _greets(served, checked.country, order, self.likely.get(checked.country, ()))
        customer = uow.customers.by_number(checked.e164) or self._new_customer(uow, checked.e164, greets)
        call.from_number, call.customer_id = checked.e164, customer.id
        locale = customer.locale if customer.locale in served else greets
        caller = self._caller(uow, checked, customer.zone or checked.zones[0], locale, call.started_at)
        caller = replace(caller, zone_said=bool(customer.zone))
        chat = _newest_chat(uow, checked.e164, customer, call.started_at - AGAIN)
        written = uow.cases.get(chat.case_id) if chat is not None and chat.case_id else None
        caller = replace(caller, begun=self._begun(uow, written, locale))
        return caller, (locale, *(name for name in order if name != locale))

    def writes(self, uow: UnitOfWork, call: Call, now: datetime) -> tuple[Caller, tuple[str, ...]]:
        """The same of somebody who writes from the call's number; a case of theirs from any door can go on."""
        caller, locales = self.recognise(uow, call, call.from_number)
        cases = uow.cases.open_of(call.customer_id) if call.customer_id else ()
        newest = next((case for case in cases if case.opened_at > now - AGAIN), None)
        begun = self._begun(uow, newest, locales[0])
        renewal = renewal_of(uow, self.commerce, tuple(cases), now)
        written = replace(
            caller,
            renewal=renewal,
            begun=begun,
            unfinished=None,
            done=None,
            place=None,
            is_seller=False,
            may_erase=False,
        )
        return written, locales

    def goes_on(self, uow: UnitOfWork, case_id: str, locale: str) -> Begun | None:
        """The case that a link names, as far as anything is left to do about it."""
        return self._begun(uow, uow.cases.get(case_id) if case_id else None, locale)

    def _begun(self, uow: UnitOfWork, case: Case | None, locale: str) -> Begun | None:
        """What is left to do about it here; a promised callback goes on with it anyway."""
        if case is None or case.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
            return None
        if uow.callbacks.open_for_case(case.id) is not None:
            return None
        about_order = case.order_id is not None and case.kind.value in ORDER_REQUESTS
        order = self.commerce.order(case.order_id, locale) if about_order and case.order_id else None
        why = said_reason(uow.events.of_case(case.id)) if case.kind is CaseKind.RETURN_REFUND else ""
        return Begun(case.id, case.number, case.kind.value, order, why)

    def _new_customer(self, uow: UnitOfWork, number: str, locale: str) -> Customer:
        name = self.commerce.customer_name(number) or ""
        customer = Customer(id=new_id(), number=number, name=name, locale=locale)
        uow.customers.add(customer)
        return customer

    def _caller(self, uow: UnitOfWork, checked: CheckedNumber, zone: str, locale: str, now: datetime) -> Caller:
        number = checked.e164
        open_callback = uow.callbacks.open_for_number(number)
        # Somebody typed this number on the web and has not proven it: nobody will ring, so nothing is told of it.
        promised = open_callback is not None and open_callback.status != CallbackStatus.UNVERIFIED
        view = open_view(open_callback) if open_callback and promised else None
        orders = tuple(self.commerce.recent_orders(number, locale))
        cut_off = self._cut_off(uow, number)
        return Caller(
            number=number,
            zone=zone,
            company=self.company,
            orders=orders,
            callback=view,
            place=self.places.of_number(uow, number, now) if self.places and view is None else None,
            booking_days=self.booking_days,
            unfinished=self._unfinished(uow, *cut_off, locale) if cut_off is not None else None,
            done=_done(uow, *cut_off[1:]) if cut_off is not None else None,
            gets_texts=self._gets_texts(uow, checked),
            may_erase=self.privacy.may_erase(number),
            is_loyal=is_loyal(self.commerce.customer_since(number, locale), now.date()),
            is_seller=self.sellers.by_number(number) is not None,
        )

    def _cut_off(self, uow: UnitOfWork, number: str) -> tuple[Dialogue, Order, Case] | None:
        """What their last call, of today or yesterday, ended in the middle of."""
        last = uow.calls.last_dialogue(number, self.clock.now() - AGAIN)
        if last is None or last.state not in UNFINISHED_IN or last.order is None:
            return None
        case = uow.cases.get(last.case_id)
        return (last, last.order, case) if case is not None else None

    def _unfinished(self, uow: UnitOfWork, last: Dialogue, known: Order, case: Case, locale: str) -> Unfinished | None:
        """If nobody has done it since."""
        order = self.commerce.order(known.id, locale) if case.status is CaseStatus.OPEN else None
        return Unfinished(order, last.want, said_so_far(uow, case) or last.why, case.id) if order is not None else None

    def _gets_texts(self, uow: UnitOfWork, checked: CheckedNumber) -> bool:
        """A land line gets none, nor who has declined them."""
        return self.texts and checked.line_type != "fixed_line" and not has_opted_out(uow, checked.e164)


def _done(uow: UnitOfWork, known: Order, case: Case) -> Done | None:
    """If they did it on its page since."""
    settled = uow.settlements.of_order(known.id) if case.status is CaseStatus.RESOLVED else ()
    one = next((one for one in settled if one.kind in FINAL and one.case_id == case.id), None)
    return Done(known.item, one.kind, one.at, one.amount_minor, one.currency) if one is not None else None


def _newest_chat(uow: UnitOfWork, number: str, customer: Customer, since: datetime) -> Chat | None:
    """Of the number, or an e-mail about a case of its customer."""
    found = (uow.chats.latest_of_number(number, since), uow.mails.latest_of_customer(customer.id, since))
    return max((chat for chat in found if chat is not None), key=lambda chat: chat.changed_at, default=None)


def _likeliest_first(served: tuple[str, ...], country: str, likely: tuple[str, ...]) -> tuple[str, ...]:
    """The locales served: those of the table, those of the country by name, the rest."""
    known = [name for name in likely if name in served]
    return tuple(dict.fromkeys((*known, *(name for name in served if name.endswith(f"-{country}")), *served)))


def _greets(served: tuple[str, ...], country: str, order: tuple[str, ...], likely: tuple[str, ...]) -> str:
    """The country's first language in any form that is served, else one of the country, else the default."""
    first = likely[0].partition("-")[0] if likely else ""
    spoken = (name for name in order if name.partition("-")[0] == first)
    of_country = (name for name in served if name.endswith(f"-{country}"))
    return next(spoken, None) or next(of_country, served[0])
