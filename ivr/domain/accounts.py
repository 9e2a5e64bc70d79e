"""A customer's account with the shop: membership, open amounts, and changes on their way to the shop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class MembershipState(StrEnum):
    """Where a membership stands."""

    NONE = "none"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDING = "ending"
    """Canceled; it runs until it was paid for."""
    HELD = "held"
    """Canceled, but not told to the shop yet: it can be taken back."""


@dataclass(frozen=True, kw_only=True)
class Membership:
    """As the shop tells it, in the customer's language."""

    state: MembershipState
    plan: str = ""
    gives: str = ""
    """What it gives, as spoken: "free delivery and early sales"."""
    amount: str = ""
    """Decimal, a month."""
    currency: str = "USD"
    until: datetime | None = None
    """Paid until; of a paused one: paused until; of a held one: when the cancellation takes effect."""
    is_video: bool = False


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What is to be paid, or was."""

    order_id: str
    item: str
    amount: str
    """Decimal."""
    currency: str


class ChangeKind(StrEnum):
    """What of an account is changed."""

    ADDRESS = "address"
    EMAIL = "email"
    PHONE = "phone"
    PAUSE = "pause"
    CANCEL = "cancel"
    RESUME = "resume"
    """It goes on after the time that was paid for: renewed."""
    ORDER_ADDRESS = "order_address"
    """Where one order goes: changed, or the carrier is asked to redirect it."""
    PAYMENT = "payment"
    """Something open was paid."""


MEMBERSHIP: frozenset[ChangeKind] = frozenset({ChangeKind.PAUSE, ChangeKind.CANCEL, ChangeKind.RESUME})


class ChangeStatus(StrEnum):
    """Where a change stands on its way to the shop."""

    WAITING = "waiting"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    """Taken back before the shop heard of it."""
    FAILED = "failed"
    """The shop refuses it, or never answered: a person decides."""


@dataclass(eq=False, kw_only=True)
class AccountChange:
    """One change on its way to the shop, which does the same key once. Times are aware UTC."""

    key: str
    kind: ChangeKind
    number: str
    """Whose account, E.164: the number on file."""
    case_id: str
    values: Mapping[str, str] = field(default_factory=dict)
    """What it is changed to; emptied once the shop has it."""
    order_id: str = ""
    """Of a PAYMENT, or an ORDER_ADDRESS."""
    status: ChangeStatus = ChangeStatus.WAITING
    tries: int = 0
    due_at: datetime
    """When the shop is told; later than it was made: it is held so long."""
    until_at: datetime | None = None
    """Of a membership: what its holder was told."""
    reason: str = ""
    """Why it failed, in a stable word."""
    created_at: datetime
    ended_at: datetime | None = None
    version: int = 1

    def end(self, status: ChangeStatus, at: datetime, reason: str = "") -> None:
        """Nothing more is tried. What it was changed to is the shop's to know."""
        self.status, self.ended_at, self.reason = status, at, reason
        if status is not ChangeStatus.FAILED:
            self.values = {}


def overlaid(membership: Membership, changes: tuple[AccountChange, ...], now: datetime) -> Membership:
    """The membership as it stands with what was changed here last, whether the shop has heard of it yet or not."""
    mine = [
        one for one in changes if one.kind in MEMBERSHIP and one.status in (ChangeStatus.WAITING, ChangeStatus.DONE)
    ]
    if not mine or membership.state is MembershipState.NONE:
        return membership
    last = mine[-1]
    if last.until_at is not None and last.until_at <= now:  # since then only the shop knows
        return membership
    if last.kind is ChangeKind.RESUME or last.until_at is None:
        return _standing(membership, MembershipState.ACTIVE, membership.until)
    if last.kind is ChangeKind.PAUSE:
        return _standing(membership, MembershipState.PAUSED, last.until_at)
    held = last.status is ChangeStatus.WAITING and last.due_at > now
    state = MembershipState.HELD if held else MembershipState.ENDING
    return _standing(membership, state, last.due_at if held else last.until_at)


def _standing(membership: Membership, state: MembershipState, until: datetime | None) -> Membership:
    kept = {name: getattr(membership, name) for name in ("plan", "gives", "amount", "currency", "is_video")}
    return Membership(state=state, until=until, **kept)
