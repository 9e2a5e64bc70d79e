"""The port of the figures behind service levels; a part of the store's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ivr.domain.service_levels import Counted, Level, Waited


class LevelFigures(Protocol):
    """Counted by the database."""

    def waited(self, levels: Mapping[str, Level], since: datetime, now: datetime) -> Mapping[str, Waited]:
        """Of each level: those who began to wait since, and how those stand who still do."""

    def counted(self, since: datetime) -> Sequence[Counted]:
        """Cases opened since."""

    def unmarked(self, since: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Ids and numbers of callbacks as soon as possible, booked since, of which it is not known whose they are."""

    def mark(self, callback_id: str, at: datetime, *, is_member: bool) -> None:
        """Conflict at commit if it is marked."""
