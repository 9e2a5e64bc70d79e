"""The port of claims, their notices, and the sellers' trust record; a part of the store's."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from ivr.domain.claim_notices import Notice, NoticeKind
from ivr.domain.claims import Claim
from ivr.domain.trust import TrustEntry


class Disputes(NamedTuple):
    """How many claims of one cause a seller has had."""

    seller_id: str
    cause: str
    claims: int
    charged: int
    """Of them those that the seller paid."""


class Claims(Protocol):
    """Claims. The database allows one claim an order (Conflict otherwise)."""

    notices: "Notices"

    def add(self, claim: Claim) -> None: ...
    def get(self, claim_id: str) -> Claim | None: ...
    def of_order(self, order_id: str) -> Claim | None: ...
    def of_case(self, case_id: str) -> Claim | None: ...
    def overdue(self, now: datetime, limit: int) -> Sequence[Claim]:
        """Waiting for an answer whose deadline is over; locked like `Callbacks.due`."""

    def open_ones(self, limit: int) -> Sequence[Claim]:
        """Those of which something is still to come, by deadline."""

    def unattended(self) -> Sequence[Claim]:
        """Escalated, and no person has had them in hand; the longest first."""

    def decided_before(self, moment: datetime, limit: int) -> Sequence[Claim]:
        """DECIDED or PAID before it, and not closed."""

    def listed(self, limit: int) -> Sequence[Claim]:
        """The newest first."""

    def disputes(self, since: datetime) -> Sequence[Disputes]:
        """Counted by seller and cause."""


class Notices(Protocol):
    """Notices. The database allows one of a kind per claim and channel (Conflict otherwise)."""

    def add(self, notice: Notice) -> None: ...
    def get(self, notice_id: str) -> Notice | None: ...
    def of_claim(self, claim_id: str, kind: NoticeKind) -> Sequence[Notice]: ...
    def due(self, now: datetime) -> Notice | None:
        """WAITING or SENDING, due for longest; locked like `Callbacks.due`."""


class TrustEntries(Protocol):
    """The trust record; entries are only ever added. The database allows one with a seller's number."""

    def add(self, entry: TrustEntry) -> None: ...
    def last_of(self, seller_id: str) -> TrustEntry | None: ...
    def all(self, seller_id: str) -> Sequence[TrustEntry]:
        """By seller and number; an empty seller: of all."""
