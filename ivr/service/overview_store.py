"""The port of what supervisors look for among all callbacks and cases; a part of the store's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ivr.domain.callbacks import Callback
from ivr.domain.cases import Event
from ivr.domain.turns import Queued, TurnLine


@dataclass(frozen=True, kw_only=True)
class CallbackSearch:
    """What is looked for; empty fields ask for nothing."""

    status: str = ""
    skill: str = ""
    case_number: str = ""
    ending: str = ""
    """The last digits of the customer's number."""
    late_at: datetime | None = None
    """Open, never rung, and promised for before this."""
    before: str = ""
    """The id of the last one seen: those after it."""


@dataclass(frozen=True, kw_only=True)
class CallLine:
    """An inbound call in a list; its dialogue is not read."""

    sid: str
    number: str | None
    locale: str
    case_id: str | None
    turn: int
    started_at: datetime
    ended_at: datetime | None


class Overview(Protocol):
    """Reading only."""

    def find_callbacks(self, search: CallbackSearch, limit: int) -> Sequence[Callback]:
        """The newest first."""

    def count_scheduled(self) -> int:
        """Callbacks that are still to come."""

    def case_numbers(self, case_ids: Collection[str]) -> Mapping[str, str]:
        """By their ids."""

    def created_callbacks(self, since: datetime, limit: int) -> Sequence[Callback]:
        """Those created since; the newest, if there are more."""

    def turn_lines(self, since: datetime, limit: int) -> Sequence[TurnLine]:
        """Lines of the kinds that turns are read from, oldest first; the newest, if there are more."""

    def queued(self, keys: Collection[str]) -> Mapping[str, Queued]:
        """Callbacks and callers on hold, by what such lines name them by."""

    def case_kinds(self, since: datetime) -> Mapping[str, int]:
        """How many cases of each kind were opened since."""

    def calls(self, limit: int, *, before: str = "", case_id: str = "") -> Sequence[CallLine]:
        """The newest first; behind the CallSid of the last one seen, or those of one case."""

    def call(self, sid: str) -> CallLine | None: ...
    def call_events(self, sid: str) -> Sequence[Event]:
        """What happened in one call, oldest first."""
