"""The contract of docs/commerce.openapi.yaml as checks that any shop can be put to."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

from ivr.commerce.http_accounts import HttpAccounts
from ivr.commerce.http_shop import HttpShop
from ivr.domain.accounts import AccountChange, ChangeKind, MembershipState
from ivr.domain.money import minor_units
from ivr.domain.orders import Order
from ivr.domain.settlements import SettlementKind
from ivr.errors import ShopRefused, ShopUnavailable
from ivr.service.fulfilment import Errand, SearchState

UNKNOWN: Final = "9" * 17
STRANGER: Final = "+12025550199"


@dataclass(frozen=True)
class Finding:
    """One check; `wrong` is empty if the shop keeps it."""

    name: str
    wrong: str = ""


@dataclass(frozen=True)
class Contract:
    """A shop under test, with an order of it that exists for this."""

    url: str
    token: str
    order_id: str

    def check(self, *, writes: bool) -> Iterator[Finding]:
        """Each check in turn; `writes`: also those that make the shop do something about the order."""
        shop = HttpShop(self.url, self.token)
        try:
            order = shop.order(self.order_id, "en-US")
        except (ShopUnavailable, ShopRefused) as error:
            yield Finding("the order is told as the description says", str(error))
            return
        yield Finding("the order is told as the description says", "" if order else "404: there is no such order")
        if order is None:
            return
        yield self._without_token()
        for name, check in (*READS, *(WRITES if writes else ())):
            yield Finding(name, _wrong(check, shop, order))

    def _without_token(self) -> Finding:
        try:
            status = httpx.get(f"{self.url}/orders/{self.order_id}", timeout=5.0).status_code
        except httpx.HTTPError as error:
            return Finding("without the token nothing is told", type(error).__name__)
        return Finding("without the token nothing is told", "" if status in (401, 403) else f"answers {status}")


def _wrong(check: Callable[[HttpShop, Order], str], shop: HttpShop, order: Order) -> str:
    try:
        return check(shop, order)
    except (ShopUnavailable, ShopRefused) as error:
        return str(error)


def _unknown(shop: HttpShop, order: Order) -> str:
    return "" if shop.order(UNKNOWN, "en-US") is None else f"there is an order {UNKNOWN}"


def _customer(shop: HttpShop, order: Order) -> str:
    mine = [one.id for one in shop.recent_orders(order.number, "en-US")]
    return "" if order.id in mine else "the customer's orders do not hold it"


def _found(digits: Callable[[str], str]) -> Callable[[HttpShop, Order], str]:
    def check(shop: HttpShop, order: Order) -> str:
        found = [one.id for one in shop.find_orders(digits(order.id), "en-US")]
        return "" if order.id in found else "it is not found by these digits"

    return check


def _stranger(shop: HttpShop, order: Order) -> str:
    found = shop.recent_orders(STRANGER, "en-US")
    return "" if not found else "an unknown customer has orders"


def errand_for(order: Order, **changes: object) -> Errand:
    """One cent of credit, or what is changed of that."""
    now = datetime.now(UTC)
    price = minor_units(order.amount, order.currency) or 0
    given = Errand(
        key=f"contract/{order.id}/credit", kind=SettlementKind.CREDIT, order_id=order.id, amount_minor=min(price, 1),
        currency=order.currency, rule_id="contract_check", at=now,
    )  # fmt: skip
    return replace(given, **changes)  # type: ignore[arg-type]


def _twice(shop: HttpShop, order: Order) -> str:
    first, again = (shop.carry_out(errand_for(order)).reference for _ in range(2))
    return "" if first == again else f"done twice: {first} and {again}"


def _refused(**changes: object) -> Callable[[HttpShop, Order], str]:
    def check(shop: HttpShop, order: Order) -> str:
        try:
            receipt = shop.carry_out(errand_for(order, key=f"contract/{order.id}/{next(iter(changes))}", **changes))
        except ShopRefused:
            return ""
        return f"it was done: {receipt.reference}"

    return check


def _searched(shop: HttpShop, order: Order) -> str:
    key, until = f"contract/{order.id}/trace", datetime.now(UTC) + timedelta(days=3)
    shop.carry_out(errand_for(order, key=key, kind=SettlementKind.TRACE, amount_minor=0, answer_by=until))
    state = shop.search_state(order.id)
    return "" if state in SearchState else f"{state}"


def _part(shop: HttpShop, order: Order) -> str:
    """Sent, or refused with a reason: both are answers."""
    key = f"contract/{order.id}/part"
    with suppress(ShopRefused):
        shop.carry_out(errand_for(order, key=key, kind=SettlementKind.PART, amount_minor=0, words="a screw"))
    return ""


def _exchanged(shop: HttpShop, order: Order) -> str:
    """Taken once, or refused: where nothing is told that it can be exchanged for, it has to be."""
    wanted = next((one.id for one in order.variants if one.in_stock), "")
    errand = errand_for(
        order, key=f"contract/{order.id}/exchange", kind=SettlementKind.EXCHANGE, amount_minor=0, way="drop_off",
        return_number="0000018", variant=wanted or "contract",
    )  # fmt: skip
    try:
        first, again = (shop.carry_out(errand).reference for _ in range(2))
    except ShopRefused:
        return ""
    if not wanted:
        return "it was exchanged for something that the order does not tell"
    return "" if first == again else f"done twice: {first} and {again}"


def _drop_offs(shop: HttpShop, order: Order) -> str:
    shop.drop_offs(order.id, "en-US")
    return "" if not shop.drop_offs(UNKNOWN, "en-US") else "there are places near an order that is not there"


def _expedited(shop: HttpShop, order: Order) -> str:
    """As a part: done, or refused with a reason."""
    key, until = f"contract/{order.id}/expedite", datetime.now(UTC) + timedelta(days=1)
    with suppress(ShopRefused):
        shop.carry_out(errand_for(order, key=key, kind=SettlementKind.EXPEDITE, promised_at=until))
    return ""


def _member(shop: HttpShop, order: Order) -> str:
    HttpAccounts(shop.requests).membership(order.number, "en-US")
    return ""


def _bill(shop: HttpShop, order: Order) -> str:
    HttpAccounts(shop.requests).bill(order.number, "en-US")
    return ""


def _no_account(shop: HttpShop, order: Order) -> str:
    accounts = HttpAccounts(shop.requests)
    if accounts.membership(STRANGER, "en-US").state is not MembershipState.NONE:
        return "an unknown customer is a member"
    return "" if accounts.bill(STRANGER, "en-US") is None else "an unknown customer has something to pay"


def change_for(order: Order, **changes: object) -> AccountChange:
    """The customer's e-mail is what it was, or what is changed of that."""
    given: dict[str, object] = {
        "key": f"contract/{order.id}/email", "kind": ChangeKind.EMAIL, "number": order.number, "case_id": "",
        "values": {"email": order.email or "contract@example.com"}, "due_at": order.ordered_at,
        "created_at": order.ordered_at,
    }  # fmt: skip
    return AccountChange(**given | changes)  # type: ignore[arg-type]


def _changed(shop: HttpShop, order: Order) -> str:
    for _ in range(2):
        HttpAccounts(shop.requests).carry_out(change_for(order))
    return ""


def readdressing(order: Order, **changes: object) -> AccountChange:
    """The order goes elsewhere, or what is changed of that."""
    given: dict[str, object] = {
        "key": f"contract/{order.id}/order_address", "kind": ChangeKind.ORDER_ADDRESS, "order_id": order.id,
        "values": {"address": "12 Main Street", "way": "change"},
    }  # fmt: skip
    return change_for(order, **given | changes)


def _readdressed(shop: HttpShop, order: Order) -> str:
    """An order made for tests may have left: then it is refused, the second time as the first."""
    answers = []
    for _ in range(2):
        try:
            HttpAccounts(shop.requests).carry_out(readdressing(order))
            answers.append("done")
        except ShopRefused as refused:
            answers.append(refused.reason)
    return "" if len(set(answers)) == 1 else f"answered {answers[0]}, then {answers[1]}"


def _unknown_readdressed(shop: HttpShop, order: Order) -> str:
    try:
        HttpAccounts(shop.requests).carry_out(
            readdressing(order, key=f"contract/{UNKNOWN}/order_address", order_id=UNKNOWN)
        )
    except ShopRefused:
        return ""
    return "it was done"


def _refused_change(shop: HttpShop, order: Order) -> str:
    try:
        HttpAccounts(shop.requests).carry_out(change_for(order, key=f"contract/{order.id}/stranger", number=STRANGER))
    except ShopRefused:
        return ""
    return "it was done"


READS: Final = (
    ("an unknown order is not there", _unknown),
    ("the customer's orders hold it", _customer),
    ("it is found by its last seven digits", _found(lambda order_id: order_id[-7:])),
    ("it is found by all seventeen digits", _found(lambda order_id: order_id)),
    ("an unknown customer has no orders", _stranger),
    ("places to hand a return in are told, or that there are none", _drop_offs),
    ("a membership is told, or that there is none", _member),
    ("what is open is told, or that nothing is", _bill),
    ("an unknown customer has no membership, and nothing open", _no_account),
)
WRITES: Final = (
    ("the same errand again is done once, and answered alike", _twice),
    ("a negative amount is refused", _refused(amount_minor=-1)),
    ("more than the price is refused", _refused(amount_minor=10**12)),
    ("an errand about an unknown order is refused", _refused(order_id=UNKNOWN)),
    ("another currency is refused", _refused(currency="XXX")),
    ("a search tells its state", _searched),
    ("a part is sent, or refused with a reason", _part),
    ("it is exchanged for another one once, or that is refused with a reason", _exchanged),
    ("an order goes by express, or that is refused with a reason", _expedited),
    ("a change of an account is taken, and the same again is no error", _changed),
    ("a change of an unknown customer's account is refused", _refused_change),
    ("another address of the order is taken once, or refused twice alike", _readdressed),
    ("another address of an unknown order is refused", _unknown_readdressed),
)
