"""The demo shop's accounts: memberships and open amounts from a readable file; changes are kept in memory."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from ivr.content.shop import in_language
from ivr.content.yaml_files import read_mapping
from ivr.domain.accounts import AccountChange, Bill, ChangeKind, Membership, MembershipState
from ivr.domain.orders import Order, OrderStatus
from ivr.errors import ContentError, ShopRefused

ACCOUNTS_FILE: Final = "demo-accounts.yaml"
CAN_GO_ELSEWHERE: Final = frozenset({OrderStatus.PREPARING, OrderStatus.SHIPPED})


class Orders(Protocol):
    """The shop's orders, as far as bills need them."""

    def order(self, order_id: str, locale: str) -> Order | None: ...


class DemoAccounts:
    """service.customer_accounts.CustomerAccounts. What is told of a member is what the file says: see `told`."""

    def __init__(self, folder: Path, now: Callable[[], datetime], orders: Orders) -> None:
        """Reads the file in grammars/; without it nobody is a member and nothing is open. Raises ContentError."""
        path = folder / ACCOUNTS_FILE
        content = read_mapping(path, folder) if path.is_file() else {}
        self._plans: Mapping[str, Any] = content.get("plans", {})
        self._members = {str(row["number"]): row for row in content.get("members", ())}
        self._open = {str(row["number"]): str(row["order"]).replace("-", "") for row in content.get("open", ())}
        self._now, self._orders = now, orders
        self.told: dict[str, AccountChange] = {}
        """By key: what the shop was told."""
        unknown = {str(row["plan"]) for row in self._members.values()} - set(self._plans)
        if unknown:
            raise ContentError(f"{ACCOUNTS_FILE}: there is no plan {', '.join(sorted(unknown))}")

    def membership(self, number: str, locale: str) -> Membership:
        """Paid to the end of a day."""
        row = self._members.get(number)
        if row is None:
            return Membership(state=MembershipState.NONE)
        plan, currency = self._plans[row["plan"]], str(row["currency"])
        midnight = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
        return Membership(
            state=MembershipState.ACTIVE,
            plan=str(in_language(plan["name"], locale)),
            gives=str(in_language(plan["gives"], locale)),
            amount=str(plan["price"][currency]),
            currency=currency,
            until=midnight + timedelta(days=int(row["paid_days"])),
            is_video=plan.get("video") is True,
        )

    def bill(self, number: str, locale: str) -> Bill | None:
        """What is open of an order; a canceled one costs nothing."""
        order = self._orders.order(self._open.get(number, ""), locale)
        paid = any(one.order_id == order.id for one in self.told.values()) if order is not None else False
        if order is None or paid or order.status is OrderStatus.CANCELED:
            return None
        return Bill(order_id=order.id, item=order.item, amount=order.amount, currency=order.currency)

    def carry_out(self, change: AccountChange) -> None:
        """Written down once for a key. Addresses and cards are not kept here. Raises ShopRefused (`too_late`)."""
        order = self._orders.order(change.order_id, "en-US") if change.kind is ChangeKind.ORDER_ADDRESS else None
        if change.kind is ChangeKind.ORDER_ADDRESS and (order is None or order.status not in CAN_GO_ELSEWHERE):
            raise ShopRefused("too_late", "this order goes nowhere else")
        self.told.setdefault(change.key, change)
