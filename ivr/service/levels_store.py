"""The port of the figures behind service levels; a part of the store's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ivr.domain.service_levels import Counted, Level, Waited


class LevelFigures(Protocol):
    """Counted by the database; reading only."""

    def waited(self, levels: Mapping[str, Level], since: datetime, now: datetime) -> Mapping[str, Waited]:
        """Of each level: those who began to wait since, and how those stand who still do."""

    def counted(self, since: datetime) -> Sequence[Counted]:
        """Cases opened since."""
