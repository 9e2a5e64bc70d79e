"""Who is calling: the number as the carrier gives it, the customer behind it, orders and an open callback."""

from dataclasses import dataclass

from ivr.domain.callbacks import CallbackStatus
from ivr.domain.calls import Call
from ivr.domain.cases import Customer
from ivr.domain.dialogue import Caller
from ivr.errors import NumberRefused
from ivr.service.effects import open_view
from ivr.service.ports import Commerce, NumberRules, Speaker
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id


@dataclass(frozen=True)
class Arrivals:
    """Recognises callers."""

    numbers: NumberRules
    commerce: Commerce
    speaker: Speaker
    company: str

    def recognise(self, uow: UnitOfWork, call: Call, from_raw: str | None) -> tuple[Caller, str]:
        """The caller and the locale to greet in; keeps number and customer on the call."""
        default = self.speaker.locales[0]
        try:
            checked = self.numbers.check(from_raw or "")
        except NumberRefused:
            return Caller(company=self.company), default
        default = next((name for name in self.speaker.locales if name.endswith(f"-{checked.country}")), default)
        customer = uow.customers.by_number(checked.e164) or self._new_customer(uow, checked.e164, default)
        call.from_number, call.customer_id = checked.e164, customer.id
        locale = customer.locale if customer.locale in self.speaker.locales else default
        return self._caller(uow, checked.e164, customer.zone or checked.zones[0], locale), locale

    def _new_customer(self, uow: UnitOfWork, number: str, locale: str) -> Customer:
        name = self.commerce.customer_name(number) or ""
        customer = Customer(id=new_id(), number=number, name=name, locale=locale)
        uow.customers.add(customer)
        return customer

    def _caller(self, uow: UnitOfWork, number: str, zone: str, locale: str) -> Caller:
        open_callback = uow.callbacks.open_for_number(number)
        # Somebody typed this number on the web and has not proven it: nobody will ring, so nothing is told of it.
        promised = open_callback is not None and open_callback.status != CallbackStatus.UNVERIFIED
        view = open_view(open_callback) if open_callback and promised else None
        orders = tuple(self.commerce.recent_orders(number, locale))
        return Caller(number=number, zone=zone, company=self.company, orders=orders, callback=view)
