"""Programs of others: their keys, what they may do, and what they want to be told (webhooks out)."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """What a key opens."""

    CALLBACKS_READ = "callbacks:read"
    CALLBACKS_WRITE = "callbacks:write"
    CASES_READ = "cases:read"
    CLAIMS_WRITE = "claims:write"
    EVENTS_READ = "events:read"
    AGENTS_READ = "agents:read"
    CONVERSATIONS_WRITE = "conversations:write"
    WEBHOOKS_WRITE = "webhooks:write"


@dataclass(eq=False, kw_only=True)
class ApiKey:
    """A program's key; only its hash is kept."""

    id: str
    """Eight hex digits: part of the key, so that its row can be named without telling it."""
    name: str
    key_hash: str
    """SHA-256 in hex."""
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None
    version: int = 1


HOOKS: Final[Mapping[str, str]] = {
    "case_opened": "case.opened",
    "case_resolved": "case.resolved",
    "effort_rated": "case.rated",
    "claim_opened": "claim.opened",
    "claim_answered": "claim.answered",
    "claim_paid": "claim.paid",
    "claim_denied": "claim.denied",
    "claim_escalated": "claim.escalated",
    "customer_noted": "case.noted",
    "callback_booked": "callback.booked",
    "callback_verified": "callback.verified",
    "callback_moved": "callback.moved",
    "callback_renumbered": "callback.renumbered",
    "callback_canceled": "callback.canceled",
    "callback_waits": "callback.waits",
    "callback_expired": "callback.expired",
    "callback_needs_human": "callback.needs_human",
    "callback_done": "callback.done",
    "customer_rung": "callback.rung",
    "joined": "callback.joined",
}
"""Lines of the timeline that webhooks tell of, and the type that receivers see."""
PING: Final = "ping"
"""The type of a delivery that only tries whether the receiver answers."""


@dataclass(eq=False, kw_only=True)
class Subscription:
    """Where events are told to. Times are aware UTC."""

    id: str
    url: str
    events: tuple[str, ...]
    """Types of HOOKS; empty: all."""
    secret: str
    """`whsec_` and base64: signs what is sent; shown to its owner once."""
    old_secret: str = ""
    """After a change both sign until `old_until_at`, so that the receiver may change over."""
    old_until_at: datetime | None = None
    description: str = ""
    is_active: bool = True
    created_at: datetime
    version: int = 1

    def wants(self, kind: str) -> bool:
        """Whether it is told of this type."""
        return not self.events or kind in self.events

    def secrets_at(self, now: datetime) -> Sequence[str]:
        """Those that sign now, the newest first."""
        if self.old_until_at is None or self.old_until_at <= now:
            return (self.secret,)
        return self.secret, self.old_secret


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    """Tried for as long as RETRY_AFTER says; it can be sent again (replay)."""


@dataclass(eq=False, kw_only=True)
class Delivery:
    """One event for one subscription: what is sent, and what came of it."""

    id: str
    """The header webhook-id: the same in every try, so that the receiver knows a repetition."""
    subscription_id: str
    event_id: str
    """Of the timeline; a ping has one of its own."""
    kind: str
    body: str
    """JSON, the same bytes in every try."""
    status: DeliveryStatus = DeliveryStatus.WAITING
    due_at: datetime
    tries: int = 0
    answer: str = ""
    """What the last try met with: a status of HTTP, or a stable word."""
    created_at: datetime
    tried_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 1

    def end(self, status: DeliveryStatus, at: datetime) -> None:
        """Nothing more is tried on its own."""
        self.status, self.ended_at = status, at

    def again(self, at: datetime) -> None:
        """Somebody wants it sent once more, whatever came of it."""
        self.status, self.due_at, self.tries, self.ended_at = DeliveryStatus.WAITING, at, 0, None


RETRY_AFTER: Final = tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""The waits between tries that Standard Webhooks recommends: three days in all."""


def retry_at(tries: int, now: datetime) -> datetime | None:
    """When a delivery that failed for the `tries`-th time is tried again; None: not any more."""
    return now + RETRY_AFTER[tries - 1] if tries <= len(RETRY_AFTER) else None


def signature(secret: str, delivery_id: str, at: datetime, body: str) -> str:
    """The header webhook-signature (Standard Webhooks 1.0): `v1,` and the HMAC of id, timestamp and body."""
    signed = f"{delivery_id}.{int(at.timestamp())}.{body}".encode()
    return "v1," + b64encode(hmac.digest(b64decode(secret.removeprefix("whsec_")), signed, "sha256")).decode()
