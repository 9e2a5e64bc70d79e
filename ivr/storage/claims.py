"""Claims, their notices, and the trust record of sellers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from ivr.domain.claim_notices import Notice, NoticeKind
from ivr.domain.claims import OPEN_STATES, Claim, ClaimState
from ivr.domain.trust import TrustEntry
from ivr.service.claim_store import Disputes, Notices
from ivr.storage.claim_tables import WAITS, claim_notices, claims, trust_entries
from ivr.storage.rows import Repository
from ivr.storage.schema import IS_TO_SEND


class SqlClaims(Repository):
    """service.claim_store.Claims."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.notices: Notices = SqlNotices(*args, **keywords)

    def add(self, claim: Claim) -> None:
        """Conflict at commit if there is one about this order."""
        self._add(claim)

    def get(self, claim_id: str) -> Claim | None:
        """By id."""
        return self._session.find(Claim, claim_id)

    def of_order(self, order_id: str) -> Claim | None:
        """The only one."""
        return self._first(select(Claim).where(claims.c.order_id == order_id))

    def of_case(self, case_id: str) -> Claim | None:
        """The newest."""
        return self._first(select(Claim).where(claims.c.case_id == case_id).order_by(claims.c.opened_at.desc()))

    def overdue(self, now: datetime, limit: int) -> Sequence[Claim]:
        """The longest first."""
        due = select(Claim).where(WAITS, claims.c.due_at <= now).order_by(claims.c.due_at).limit(limit)
        return self._all(due, lock=True)

    def open_ones(self, limit: int) -> Sequence[Claim]:
        """By deadline."""
        c = claims.c
        return self._all(
            select(Claim).where(c.state.in_(OPEN_STATES)).order_by(c.due_at, c.opened_at, c.id).limit(limit)
        )

    def unattended(self) -> Sequence[Claim]:
        """The longest first."""
        c = claims.c
        waiting = select(Claim).where(c.escalated_at.is_not(None), c.attended_at.is_(None))
        return self._all(waiting.order_by(c.escalated_at, c.id))

    def decided_before(self, moment: datetime, limit: int) -> Sequence[Claim]:
        """DECIDED or PAID."""
        c = claims.c
        old = select(Claim).where(c.state.in_((ClaimState.DECIDED, ClaimState.PAID)), c.decided_at < moment)
        return self._all(old.limit(limit), lock=True)

    def listed(self, limit: int) -> Sequence[Claim]:
        """The newest first."""
        return self._all(select(Claim).order_by(claims.c.opened_at.desc(), claims.c.id).limit(limit))

    def disputes(self, since: datetime) -> Sequence[Disputes]:
        """Counted by the database."""
        c = claims.c
        paid: ColumnElement[int] = func.sum(case((c.charged_minor > 0, 1), else_=0))
        counted = select(c.seller_id, c.cause, func.count(), paid).where(c.opened_at >= since)
        grouped = counted.group_by(c.seller_id, c.cause).order_by(c.seller_id, c.cause)
        return [Disputes(seller, cause, count, int(sum_)) for seller, cause, count, sum_ in
                self._session.execute(grouped)]  # fmt: skip


class SqlNotices(Repository):
    """service.claim_store.Notices."""

    def add(self, notice: Notice) -> None:
        """Conflict at commit if this was written over this channel before."""
        self._add(notice)

    def get(self, notice_id: str) -> Notice | None:
        """By id."""
        return self._session.find(Notice, notice_id)

    def of_claim(self, claim_id: str, kind: NoticeKind) -> Sequence[Notice]:
        """Over all channels."""
        c = claim_notices.c
        return self._all(select(Notice).where(c.claim_id == claim_id, c.kind == kind))

    def due(self, now: datetime) -> Notice | None:
        """The one that is due for longest."""
        c = claim_notices.c
        waiting = select(Notice).where(IS_TO_SEND, c.due_at <= now).order_by(c.due_at).limit(1)
        return next(iter(self._all(waiting, lock=True)), None)


class SqlTrustEntries(Repository):
    """service.claim_store.TrustEntries."""

    def add(self, entry: TrustEntry) -> None:
        """Conflict at commit if another process added this seller's next entry first."""
        self._add(entry)

    def last_of(self, seller_id: str) -> TrustEntry | None:
        """With those that this transaction has added."""
        self._session.flush()
        c = trust_entries.c
        return self._first(select(TrustEntry).where(c.seller_id == seller_id).order_by(c.number.desc()))

    def all(self, seller_id: str) -> Sequence[TrustEntry]:
        """By seller and number."""
        c = trust_entries.c
        query = select(TrustEntry).order_by(c.seller_id, c.number)
        return self._all(query.where(c.seller_id == seller_id) if seller_id else query)
