"""The port of the help's answers; part of the unit of work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from ivr.domain.knowledge import Tally


class Answers(Protocol):
    """Answers of the help that were read, and what callers made of them."""

    def add(self, article_id: str, locale: str, at: datetime, call_sid: str | None) -> None:
        """One was read."""

    def rate(self, call_sid: str, article_id: str, *, helped: bool) -> None:
        """The verdict on what was read last of it in this call."""

    def tallies(self) -> Mapping[str, Tally]:
        """By article, all languages together."""
