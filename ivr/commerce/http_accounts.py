"""Customers' accounts at a shop behind HTTP: memberships, what is open, and changes on their way to it."""

from typing import Final
from urllib.parse import quote

from ivr.commerce.account_reading import read_bill, read_membership
from ivr.commerce.shop_requests import ShopRequests, plain
from ivr.domain.accounts import AccountChange, Bill, Membership
from ivr.errors import ShopRefused, ShopUnavailable

UNKNOWN: Final = "the shop tells nothing of accounts (404); see docs/commerce.openapi.yaml"


class HttpAccounts:
    """service.customer_accounts.CustomerAccounts; a shop that has no such addresses leaves these to a person."""

    def __init__(self, requests: ShopRequests) -> None:
        self._requests = requests

    def membership(self, number: str, locale: str) -> Membership:
        """Raises ShopUnavailable."""
        return read_membership(self._told(number, "membership", locale))

    def bill(self, number: str, locale: str) -> Bill | None:
        """Raises ShopUnavailable."""
        return read_bill(self._told(number, "bill", locale))

    def carry_out(self, change: AccountChange) -> None:
        """Raises ShopRefused, ShopUnavailable."""
        row = {
            "kind": change.kind.value, "number": change.number, "order_id": change.order_id,
            "values": dict(change.values), "until_at": plain(change.until_at), "at": plain(change.created_at),
        }  # fmt: skip
        if self._requests.put(f"/account-changes/{quote(change.key, safe='')}", row) is None:
            raise ShopRefused("unknown", UNKNOWN)

    def _told(self, number: str, what: str, locale: str) -> object:
        body = self._requests.get(f"/customers/{quote(number, safe='')}/{what}", {"locale": locale})
        if body is None:
            raise ShopUnavailable(UNKNOWN)
        return body
