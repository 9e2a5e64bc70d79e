"""Writes notices about claims, in the transaction of what they tell; claim_post sends them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.cases import Case
from ivr.domain.claim_notices import TO_SELLER, Notice, NoticeKind, times_of, waking
from ivr.domain.claims import Claim
from ivr.domain.messages import Channel, MessageRules
from ivr.domain.sellers import Seller
from ivr.service.countries import gets_texts, zone_of
from ivr.service.opting import has_opted_out
from ivr.service.ports import NumberRules
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id


@dataclass(frozen=True)
class Reader:
    """Who gets a notice."""

    number: str
    email: str
    locale: str
    zone: str


@dataclass(frozen=True)
class ClaimNotices:
    """All methods run in the caller's unit of work. Where no channel is configured nothing is written."""

    rules: MessageRules
    numbers: NumberRules

    def to_seller(self, uow: UnitOfWork, claim: Claim, seller: Seller, kind: NoticeKind, now: datetime) -> None:
        """By text and by e-mail, as far as both are on file."""
        self._write(uow, claim, kind, Reader(seller.number, seller.email, seller.locale, seller.zone), now)

    def to_customer(self, uow: UnitOfWork, claim: Claim, case: Case, kind: NoticeKind, now: datetime) -> None:
        """By text, and not at night."""
        zone = zone_of(self.numbers, claim.number)
        self._write(uow, claim, kind, Reader(claim.number, "", case.locale, zone), now)

    def _write(self, uow: UnitOfWork, claim: Claim, kind: NoticeKind, reader: Reader, now: datetime) -> None:
        # Looked for, though the database would refuse a second one: telling must never undo what it tells of.
        told = {notice.channel: notice for notice in uow.claims.notices.of_claim(claim.id, kind)}
        due_at, expires_at = times_of(kind, claim, now if kind in TO_SELLER else waking(now, reader.zone))
        for channel, address in self._ways(uow, reader):
            if channel in told:
                continue
            uow.claims.notices.add(
                Notice(
                    id=new_id(),
                    claim_id=claim.id,
                    kind=kind,
                    channel=channel,
                    address=address,
                    locale=reader.locale,
                    zone=reader.zone,
                    due_at=due_at,
                    expires_at=expires_at,
                    created_at=now,
                )
            )

    def _ways(self, uow: UnitOfWork, reader: Reader) -> Iterator[tuple[Channel, str]]:
        number, email = reader.number, reader.email
        if self.rules.texts and gets_texts(self.numbers, number) and not has_opted_out(uow, number):
            yield Channel.TEXT, number
        if self.rules.mails and email and not has_opted_out(uow, email):
            yield Channel.EMAIL, email
