"""The ports of customers' accounts: what the shop tells of them, and changes on their way to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from ivr.domain.accounts import AccountChange, Bill, Membership


class CustomerAccounts(Protocol):
    """The shop's side. All may raise ShopUnavailable."""

    def membership(self, number: str, locale: str) -> Membership:
        """Of the customer with this number on file; without one its state says so."""

    def bill(self, number: str, locale: str) -> Bill | None:
        """What is open, the oldest first."""

    def carry_out(self, change: AccountChange) -> None:
        """The same key again is the same change. Raises ShopRefused (it will not: `.reason`)."""


class AccountChanges(Protocol):
    """Rows."""

    def add(self, change: AccountChange) -> None:
        """Conflict at commit if its key is there."""

    def get(self, key: str) -> AccountChange | None: ...
    def of_number(self, number: str) -> Sequence[AccountChange]:
        """Oldest first."""

    def due(self, now: datetime) -> AccountChange | None:
        """The longest due; locked like `Callbacks.due`."""
