"""Which orders a customer may pick from on the web: shown to whoever knows one of them, or holds the telephone.

A wrong pair of numbers, an order that is not there and somebody else's are answered alike, and every try is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.orders import Order
from ivr.domain.policies import VerificationRules
from ivr.domain.turn import Say
from ivr.errors import CallbackRefused
from ivr.service.afterwards import Actions, SendText
from ivr.service.booking import Bookings
from ivr.service.limits import count_use
from ivr.service.links import Links
from ivr.service.opting import has_opted_out
from ivr.service.ports import Clock, Commerce
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id

VALID: Final = timedelta(hours=1)
TRIES_BY_NUMBER: Final = 10
TRIES_BY_ADDRESS: Final = 30
"""A day, right and wrong pairs alike."""
SHOWN: Final = 10
ANY_LOCALE: Final = "en-US"
"""Whose an order is does not depend on the language."""
NOT_TOGETHER: Final = "this order and this telephone number do not belong together, or one is missing"
TOO_MANY: Final = "too many tries today from here, or for this number; phone us instead"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Whose orders a token opens, and until when."""

    number: str
    until: datetime


class OrderLists:
    """Opens lists of orders, each by a signed token that works for an hour."""

    def __init__(
        self, clock: Clock, commerce: Commerce, *, bookings: Bookings, links: Links, rules: VerificationRules,
        company: str,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._commerce = commerce
        self._bookings = bookings
        self._links = links
        self._rules = rules
        self._company = company

    def open(self, uow: UnitOfWork, number: str, digits: str, address: str) -> str:
        """The token for whoever knows one order of this number, as typed. Commits.

        Raises NumberRefused, CallbackRefused: `orders` (they do not belong together), `limit`.
        """
        now, whose = self._clock.now(), self._bookings.check_number(number).e164
        count_use(uow, "orders_from", address, now, most=TRIES_BY_ADDRESS, refusal=TOO_MANY)
        count_use(uow, "orders", whose, now, most=TRIES_BY_NUMBER, refusal=TOO_MANY)
        known = (
            any(order.number == whose for order in self._commerce.find_orders(digits, ANY_LOCALE)) if digits else False
        )
        token = self._token(uow, whose) if known else ""
        uow.commit()  # also what was tried in vain
        if not known:
            raise CallbackRefused("orders", NOT_TOGETHER)
        return token

    def text_link(self, uow: UnitOfWork, number: str, locale: str, address: str) -> Actions:
        """Send a link to the number, if it has orders: nobody but its holder learns whether.

        Counted with the codes that are texted. Run the actions after the commit. Raises NumberRefused, CallbackRefused:
        `limit`, `opted_out`.
        """
        now, checked = self._clock.now(), self._bookings.check_number(number)
        if has_opted_out(uow, checked.e164):
            raise CallbackRefused("opted_out", "this number wants no texts")
        count_use(uow, "code_from", address, now, most=self._rules.per_address_per_day, refusal=TOO_MANY)
        count_use(uow, "code", checked.e164, now, most=self._rules.per_number_per_day, refusal=TOO_MANY)
        takes_texts = checked.line_type != "fixed_line" and not uow.guards.do_not_call(checked.e164)
        if not takes_texts or not self._commerce.recent_orders(checked.e164, locale):
            return ()
        link = self._links.orders_url(self._token(uow, checked.e164))
        say = Say("orders_link_text", {"company": self._company, "link": link})
        return (SendText(checked.e164, say, locale),)

    def opened(self, uow: UnitOfWork, token: str) -> Opened:
        """Raises NotFound (forged, cut off), LinkExpired."""
        now = self._clock.now()
        note = uow.guards.get_note(_key(self._links.orders_of(token, now)))
        until = datetime.fromisoformat(note["until"]) if note else now
        if note is None or until <= now:
            raise self._links.expired()
        return Opened(number=note["number"], until=until)

    def orders(self, number: str, locale: str) -> Sequence[Order]:
        """The newest first."""
        return self._commerce.recent_orders(number, locale)[:SHOWN]

    def _token(self, uow: UnitOfWork, number: str) -> str:
        opened_id, until = new_id(), self._clock.now() + VALID
        uow.guards.set_note(_key(opened_id), {"number": number, "until": until.isoformat()}, expires_at=until)
        return self._links.orders(opened_id, until)


def _key(opened_id: str) -> str:
    return f"orders:{opened_id}"
