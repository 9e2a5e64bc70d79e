"""Changes to customers' accounts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from ivr.domain.accounts import AccountChange
from ivr.storage.account_tables import account_changes
from ivr.storage.rows import Repository
from ivr.storage.schema import IS_WAITING


class SqlAccountChanges(Repository):
    """service.customer_accounts.AccountChanges."""

    def add(self, change: AccountChange) -> None:
        """Conflict at commit if its key is there."""
        self._add(change)

    def get(self, key: str) -> AccountChange | None:
        """By its key."""
        return self._session.find(AccountChange, key)

    def of_number(self, number: str) -> Sequence[AccountChange]:
        """Oldest first."""
        c = account_changes.c
        return self._all(select(AccountChange).where(c.number == number).order_by(c.created_at, c.key))

    def due(self, now: datetime) -> AccountChange | None:
        """The longest due."""
        c = account_changes.c
        ripe = select(AccountChange).where(IS_WAITING, c.due_at <= now).order_by(c.due_at).limit(1)
        return next(iter(self._all(ripe, lock=True)), None)
