"""The port of erasing what is known about people; a part of the store's."""

from datetime import datetime
from typing import Protocol


class Erasures(Protocol):
    """Rows stay for the figures; who and what was said in them goes."""

    def customer(self, number: str, *, but: str) -> int:
        """Everything about a number and its owner, and the owner; how many cases.

        Of the call `but`, and of others that are live, only the owner: their words go when they end. Settlements stay.
        """

    def call(self, sid: str) -> None:
        """One call's number, words and keys."""

    def call_logs(self, begins: str, before: datetime, limit: int) -> int:
        """The same of calls from such numbers that began before then; how many at the most."""

    def dialed(self, begins: str, since: datetime, before: datetime) -> None:
        """The numbers of our own calls to such numbers that were dialed in this span."""
