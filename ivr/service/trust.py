"""Adds to a seller's trust record, in the transaction of what it tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ivr.domain.claims import Claim
from ivr.domain.trust import FIRST, TrustEntry, canonical, exported, link
from ivr.service.store import UnitOfWork


class Signer(Protocol):
    """The shop's signing key."""

    @property
    def public_key(self) -> str:
        """In hex: what others check with."""

    def sign(self, data: bytes) -> str:
        """A signature, in hex."""


@dataclass(frozen=True)
class TrustRecord:
    """The record of all sellers."""

    signer: Signer

    def add(self, uow: UnitOfWork, claim: Claim, at: datetime, what: str, data: Mapping[str, Any]) -> None:
        """Append a signed entry. Nothing in it tells who the customer is."""
        last = uow.trust.last_of(claim.seller_id)
        number, previous = (last.number + 1, last.hash) if last is not None else (1, FIRST)
        body = canonical({"what": what, "claim": claim.id, "cause": claim.cause, **data})
        made = link(claim.seller_id, number, at, body, previous)
        uow.trust.add(
            TrustEntry(
                seller_id=claim.seller_id,
                number=number,
                at=at,
                body=body,
                previous=previous,
                hash=made,
                signature=self.signer.sign(made.encode()),
            )
        )

    def export(self, uow: UnitOfWork, at: datetime, seller_id: str = "") -> list[str]:
        """The lines of a file that anybody can check; of one seller, or of all."""
        return exported(uow.trust.all(seller_id), self.signer.public_key, at, self.signer.sign)
