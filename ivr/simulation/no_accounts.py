"""Accounts in a simulated day: nobody changes any."""

from collections.abc import Sequence
from datetime import datetime

from ivr.domain.accounts import AccountChange


class NoAccountChanges:
    """service.customer_accounts.AccountChanges: there are none."""

    def add(self, change: AccountChange) -> None:
        """Never called."""
        raise NotImplementedError("the simulation has no accounts")

    def get(self, key: str) -> AccountChange | None:
        """There is none."""
        return None

    def of_number(self, number: str) -> Sequence[AccountChange]:
        """None."""
        return ()

    def due(self, now: datetime) -> AccountChange | None:
        """Nothing is."""
        return None
