"""The port of places in line that are kept for callers who were cut off."""

from datetime import datetime
from typing import Protocol

from ivr.domain.places import KeptPlace


class KeptPlaces(Protocol):
    """Their rows. The database allows one of a call, and one with a code (Conflict otherwise)."""

    def add(self, place: KeptPlace) -> None: ...
    def get(self, call_sid: str) -> KeptPlace | None: ...
    def by_number(self, number: str, now: datetime) -> KeptPlace | None:
        """The one that may be taken now."""

    def by_code(self, code: str, now: datetime) -> KeptPlace | None:
        """The one that may be taken now."""

    def has_code(self, code: str) -> bool: ...
    def sweep(self, before: datetime) -> None:
        """Forget those that were over before."""
