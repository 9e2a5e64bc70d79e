"""What whoever holds a signed link may change of the account of a case's order: address, e-mail, telephone."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ivr.domain.accounts import AccountChange, Bill, ChangeKind
from ivr.domain.cases import Case
from ivr.errors import NotFound, ShopUnavailable
from ivr.service.customer_accounts import CustomerAccounts
from ivr.service.links import Links
from ivr.service.payments import Payments
from ivr.service.ports import Clock, Commerce
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record

ANY_LOCALE: Final = "en-US"


@dataclass(frozen=True, kw_only=True)
class AccountPage:
    """All in the caller's unit of work."""

    clock: Clock
    links: Links
    commerce: Commerce
    payments: Payments
    accounts: CustomerAccounts | None

    def case(self, uow: UnitOfWork, token: str) -> Case:
        """Whose account the token opens. Raises NotFound, LinkExpired."""
        case = uow.cases.get(self.links.case_of_account(token, self.clock.now()))
        if case is None or case.order_id is None or self.accounts is None:
            raise NotFound("there is no such account; phone us")
        return case

    def card_page(self, case: Case, locale: str) -> str:
        """Where a card is typed, at the payment provider's; empty: nowhere, or the shop is away."""
        try:
            number = self._number(case)
            return self.payments.page(number, self._bill(number, locale))
        except ShopUnavailable:
            return ""

    def change(self, uow: UnitOfWork, case: Case, values: dict[ChangeKind, str]) -> None:
        """Each is one change on its way to the shop; the same form sent twice is one. Raises ShopUnavailable."""
        now, number = self.clock.now(), self._number(case)
        for kind, value in values.items():
            key = f"{case.id}/{kind.value}/{sha256(value.encode()).hexdigest()[:16]}"
            if uow.account_changes.get(key) is None:
                change = AccountChange(
                    key=key, kind=kind, number=number, case_id=case.id, values={kind.value: value}, due_at=now,
                    created_at=now,
                )  # fmt: skip
                uow.account_changes.add(change)
                record(uow, now, "account_changed", subject=case, data={"what": kind.value})

    def _bill(self, number: str, locale: str) -> Bill | None:
        return self.accounts.bill(number, locale) if self.accounts is not None else None

    def _number(self, case: Case) -> str:
        order = self.commerce.order(case.order_id or "", ANY_LOCALE)
        if order is None:
            raise ShopUnavailable("the shop does not know this order just now")
        return order.number
