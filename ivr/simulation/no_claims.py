"""A simulated day has no sellers, and no claims against them."""

from collections.abc import Sequence
from datetime import datetime

from ivr.domain.claim_notices import Notice, NoticeKind
from ivr.domain.claims import Claim
from ivr.domain.trust import TrustEntry
from ivr.service.claim_store import Disputes, Notices

NONE_HERE = "the simulation has no sellers"


class NoNotices:
    """service.claim_store.Notices."""

    def add(self, notice: Notice) -> None:
        """Never called."""
        raise NotImplementedError(NONE_HERE)

    def get(self, notice_id: str) -> Notice | None:
        """There is none."""

    def of_claim(self, claim_id: str, kind: NoticeKind) -> Sequence[Notice]:
        """None."""
        return ()

    def due(self, now: datetime) -> Notice | None:
        """None."""


class NoClaims:
    """service.claim_store.Claims."""

    notices: Notices = NoNotices()

    def add(self, claim: Claim) -> None:
        """Never called."""
        raise NotImplementedError(NONE_HERE)

    def get(self, claim_id: str) -> Claim | None:
        """There is none."""

    def of_order(self, order_id: str) -> Claim | None:
        """There is none."""

    def of_case(self, case_id: str) -> Claim | None:
        """There is none."""

    def overdue(self, now: datetime, limit: int) -> Sequence[Claim]:
        """None."""
        return ()

    def open_ones(self, limit: int) -> Sequence[Claim]:
        """None."""
        return ()

    def unattended(self) -> Sequence[Claim]:
        """None."""
        return ()

    def decided_before(self, moment: datetime, limit: int) -> Sequence[Claim]:
        """None."""
        return ()

    def listed(self, limit: int) -> Sequence[Claim]:
        """None."""
        return ()

    def disputes(self, since: datetime) -> Sequence[Disputes]:
        """None."""
        return ()


class NoTrustEntries:
    """service.claim_store.TrustEntries."""

    def add(self, entry: TrustEntry) -> None:
        """Never called."""
        raise NotImplementedError(NONE_HERE)

    def last_of(self, seller_id: str) -> TrustEntry | None:
        """There is none."""

    def all(self, seller_id: str) -> Sequence[TrustEntry]:
        """None."""
        return ()
