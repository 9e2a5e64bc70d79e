"""Messages about a callback: what is told when, over which channel, how often it is tried, and when it is too late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ivr.domain.callbacks import OPEN_STATUSES, Callback, CallbackStatus


class Channel(StrEnum):
    """How a message reaches the customer."""

    TEXT = "text"
    EMAIL = "email"


class MessageKind(StrEnum):
    """What a message tells."""

    PROMISED = "promised"
    MOVED = "moved"
    CANCELED = "canceled"
    REMINDER = "reminder"
    LATE = "late"
    """The promised time is about to pass, nothing has rung yet."""
    POSTPONED = "postponed"
    """The window closed before we rang: the next one."""
    MISSED = "missed"
    """We rang in vain: the next try."""
    UNREACHED = "unreached"
    """No machine tries it any more: a person does."""
    DONE = "done"
    RETURN = "return"
    """How something is sent back: the page with its label."""
    UNFINISHED = "unfinished"
    """A return that a call left half done: the page on which it goes on."""
    PHOTO = "photo"
    """The carrier's photo of a delivery."""
    ADDRESS = "address"
    """The page on which an order's address is given."""
    ACCOUNT = "account"
    """The page on which account details are changed."""
    NEWS = "news"
    """Something happened to an order: a delay, a search that ended, a defect."""
    RENEWAL = "renewal"
    """A membership ends: renewed, or not, by one word in answer."""
    WRITTEN = "written"
    """What was written in a thread of e-mail: it answers the customer's own, whatever else they have declined."""


GROUPS: Final[Mapping[str, frozenset[MessageKind]]] = {
    "confirmation": frozenset({MessageKind.PROMISED, MessageKind.MOVED, MessageKind.CANCELED}),
    "reminder": frozenset({MessageKind.REMINDER}),
    "late": frozenset({MessageKind.LATE, MessageKind.POSTPONED}),
    "missed": frozenset({MessageKind.MISSED}),
    "unreached": frozenset({MessageKind.UNREACHED}),
    "done": frozenset({MessageKind.DONE}),
    "return": frozenset({MessageKind.RETURN, MessageKind.UNFINISHED}),
    "account": frozenset({MessageKind.ACCOUNT, MessageKind.ADDRESS, MessageKind.PHOTO}),
    "news": frozenset({MessageKind.NEWS, MessageKind.RENEWAL}),
}
"""Kinds as they are switched on and off."""
USUAL: Final = tuple(name for name in GROUPS if name != "done")

IN_CALENDAR: Final = frozenset(
    {MessageKind.PROMISED, MessageKind.MOVED, MessageKind.POSTPONED, MessageKind.MISSED, MessageKind.CANCELED}
)
"""Kinds that change what stands in the customer's calendar."""

_TRUE_WHILE: Final[Mapping[MessageKind, frozenset[CallbackStatus]]] = {
    MessageKind.PROMISED: OPEN_STATUSES - {CallbackStatus.UNVERIFIED},
    MessageKind.MOVED: OPEN_STATUSES - {CallbackStatus.UNVERIFIED},
    MessageKind.CANCELED: frozenset({CallbackStatus.CANCELED, CallbackStatus.DONE}),
    MessageKind.REMINDER: frozenset({CallbackStatus.SCHEDULED}),
    MessageKind.LATE: frozenset({CallbackStatus.SCHEDULED}),
    MessageKind.POSTPONED: frozenset({CallbackStatus.SCHEDULED}),
    MessageKind.MISSED: frozenset({CallbackStatus.SCHEDULED}),
    MessageKind.UNREACHED: frozenset({CallbackStatus.NEEDS_HUMAN}),
    MessageKind.DONE: frozenset({CallbackStatus.DONE}),
}


class MessageStatus(StrEnum):
    """Where a message stands. Between SENDING and SENT lies the point of no return, as with a dial."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True)
class MessageRules:
    """Which messages are sent, and how patiently. Without a channel nothing is written down at all."""

    texts: bool = False
    mails: bool = False
    kinds: frozenset[MessageKind] = frozenset(kind for name in USUAL for kind in GROUPS[name])
    texts_per_day: int = 1_000
    """Texts in 24 hours: bounds the bill."""
    texts_per_number_per_day: int = 12
    reminder_seconds: int = 3600
    """So long before a named time one is reminded of it..."""
    reminder_lead_seconds: int = 3 * 3600
    """...if it was promised at least so long before."""
    late_notice_seconds: int = 300
    """So long before a promise breaks its customer is told, but never in the first two thirds of the time promised."""
    late_told_seconds: int = 1800
    """So long after it broke, too; later the news is stale."""
    missed_gap_seconds: int = 300
    """A next try that comes sooner than this is not told of: it rings before the message is read."""
    settle_seconds: int = 120
    """How old a message without a clear answer must be before it is looked for, and then sent once more."""
    freeze_seconds: float = 30.0
    """A process that slept longer than this between commit and request does not send."""
    link_days: int = 7
    """A link is valid for so long after its callback's window."""

    @property
    def is_silent(self) -> bool:
        """Whether there is no channel to tell anything over."""
        return not (self.texts or self.mails)


@dataclass(eq=False, kw_only=True)
class Message:
    """A message to one address: written in the transaction of what it tells, sent later. Times are aware UTC."""

    id: str
    """128-bit random hex token; the e-mail's Message-ID and the text's link are made of it."""
    callback_id: str | None
    case_id: str | None = None
    """Of a message about an order, which has no callback."""
    kind: MessageKind
    revision: int
    """The callback's when it was written: once it was moved, what is told is not true any more. About an order: how
    many of this kind there were before."""
    channel: Channel
    address: str
    """E.164, or an e-mail address."""
    at_any_hour: bool
    """The customer asked for it just now: while that is so, it confirms whatever the time is."""
    status: MessageStatus = MessageStatus.WAITING
    due_at: datetime
    """When the next step is due: sending, or looking for what became of it."""
    expires_at: datetime
    tries: int = 0
    unclear: int = 0
    """How often nobody could say whether it was sent."""
    reference: str = ""
    """The carrier's name for it."""
    reason: str = ""
    """Why it was dropped, in a stable word."""
    created_at: datetime
    sending_at: datetime | None = None
    ended_at: datetime | None = None
    delivery: str = ""
    """A text's way after it was sent, as the carrier told it: sent, delivered, undelivered, failed; empty: not told."""
    delivery_code: int | None = None
    """The carrier's own number for why it did not arrive."""
    version: int = 1

    def end(self, status: MessageStatus, at: datetime, reason: str = "") -> None:
        """It was sent, or never will be."""
        self.status, self.ended_at, self.reason = status, at, reason


def is_true(message: Message, callback: Callback) -> bool:
    """Whether what a message tells still stands."""
    if message.kind == MessageKind.LATE and callback.first_rung_at is not None:
        return False
    return message.revision == callback.revision and callback.status in _TRUE_WHILE[message.kind]


def due_and_expiry(
    kind: MessageKind, callback: Callback, now: datetime, rules: MessageRules
) -> tuple[datetime, datetime]:
    """When a message is sent, and after which moment it helps nobody any more."""
    match kind:
        case MessageKind.REMINDER:
            return callback.due_at - timedelta(seconds=rules.reminder_seconds), callback.due_at
        case MessageKind.MISSED:
            return now, callback.due_at
        case MessageKind.PROMISED | MessageKind.MOVED | MessageKind.LATE | MessageKind.POSTPONED:
            return now, callback.closes_at
    return now, now + timedelta(days=1)


def deserves_reminder(callback: Callback, now: datetime, rules: MessageRules) -> bool:
    """Whether a named time lies far enough ahead to be forgotten."""
    return not callback.asap and callback.due_at - now >= timedelta(seconds=rules.reminder_lead_seconds)


def is_running_late(callback: Callback, now: datetime, rules: MessageRules) -> bool:
    """Whether the promise is about to break, or broke lately, and nothing has rung."""
    if callback.status != CallbackStatus.SCHEDULED or callback.first_rung_at is not None or now < callback.due_at:
        return False
    promised = callback.promised_by_at - max(callback.due_at, callback.created_at)
    notice = min(timedelta(seconds=rules.late_notice_seconds), promised / 3)
    return -timedelta(seconds=rules.late_told_seconds) <= callback.promised_by_at - now <= notice


_RETRY_AFTER: Final = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 900, 3600))


def retry_message_at(tries: int, now: datetime) -> datetime:
    """When a message that was surely not sent is tried again: soon, then less and less often, until it expires."""
    return now + _RETRY_AFTER[min(max(tries, 1), len(_RETRY_AFTER)) - 1]
