"""The ports of what the shop does about settlements: it carries them out, and tells what became of a search."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ivr.domain.handovers import Handover
from ivr.domain.orders import Order
from ivr.domain.settlements import SettlementKind


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What the shop is to do. The same key again is the same errand: done once, answered alike."""

    key: str
    kind: SettlementKind
    order_id: str
    """Seventeen digits."""
    amount_minor: int
    """In the currency's smallest unit; 0 where nothing is paid."""
    currency: str
    """ISO 4217."""
    way: str = ""
    """Of a RETURN or EXCHANGE: drop_off or label."""
    return_number: str = ""
    """Of a RETURN or EXCHANGE: the digits that the customer tells, or writes on the box."""
    variant: str = ""
    """Of an EXCHANGE: the shop's name of what is sent once the item is back, with `amount_minor` of its price."""
    words: str = ""
    """Of a PART: which one, in the customer's own words; empty: they pressed a key."""
    rule_id: str
    """The rule that decided it, for the shop's books."""
    at: datetime
    answer_by: datetime | None = None
    """Of a TRACE: when the customer was told to hear of it."""
    promised_at: datetime | None = None
    """Of an EXPEDITE: when the customer was told to have it."""


@dataclass(frozen=True)
class Receipt:
    """The shop has done it, or will for sure."""

    reference: str
    """Its name for it."""
    ends_at: datetime | None = None
    """Of a search: until when the carrier looks, aware UTC."""


class SearchState(StrEnum):
    """What became of a search."""

    RUNNING = "running"
    FOUND = "found"
    NOT_FOUND = "not_found"


class Fulfilment(Protocol):
    """The shop's hands."""

    def carry_out(self, errand: Errand) -> Receipt:
        """Raises ShopRefused (it will not: `.reason`) or ShopUnavailable (ask again, under the same key)."""

    def search_state(self, order_id: str) -> SearchState:
        """Of the order's newest search. Raises ShopUnavailable, ShopRefused (`unknown`)."""

    def orders_of_batch(self, batch: str, locale: str) -> Sequence[Order]:
        """What customers have, or is on its way to them, of one production batch. Raises ShopUnavailable."""


class Handovers(Protocol):
    """Settlements on their way to the shop; one each."""

    def add(self, handover: Handover) -> None: ...
    def get(self, key: str) -> Handover | None: ...
    def due(self, now: datetime) -> Handover | None:
        """The longest due; locked like `Callbacks.due`."""

    def failed(self, limit: int) -> Sequence[Handover]:
        """Those that a person has to decide about, newest first."""

    def watched(self, now: datetime) -> Handover | None:
        """A search that the shop is to be asked about, the longest due; locked like `Callbacks.due`."""

    def count_waiting(self, before: datetime) -> int:
        """Written before that and still not carried out."""
