"""Telling: what happens to a callback becomes messages to its customer, written in the transaction in which it happens.

Nothing is sent here: the outbox sends. Where no channel is configured nothing is written.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.messages import (
    Channel,
    Message,
    MessageKind,
    MessageRules,
    deserves_reminder,
    due_and_expiry,
    is_running_late,
)
from ivr.service.ports import NumberRules
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id
from ivr.service.ways import Ways

UNTOLD: Final = frozenset({"owner", "do_not_call"})
"""Who took it back because they want no call: nor do they want a message."""
CUSTOMERS_OWN: Final = frozenset({"customer", "api"})
"""Who acts for the customer at this moment."""
MAILS: Final = frozenset({Channel.EMAIL})
WINDOW_CLOSED, STALE = "window_closed", "stale"


class Telling:
    """Writes messages. All methods run in the caller's unit of work."""

    def __init__(self, rules: MessageRules, numbers: NumberRules) -> None:
        self._rules = rules
        self._all_ways = Ways(rules, numbers)

    def promised(self, uow: UnitOfWork, callback: Callback, now: datetime) -> None:
        """A callback is promised: confirmed at once, and reminded of."""
        self._confirm(uow, callback, MessageKind.PROMISED, now)

    def moved(self, uow: UnitOfWork, callback: Callback, now: datetime) -> None:
        """Its customer moved it."""
        self._confirm(uow, callback, MessageKind.MOVED, now)

    def canceled(self, uow: UnitOfWork, callback: Callback, now: datetime, *, by: str) -> None:
        """It was taken back."""
        if by not in UNTOLD:
            self._write(uow, callback, MessageKind.CANCELED, now, at_any_hour=by in CUSTOMERS_OWN)

    def waits(self, uow: UnitOfWork, callback: Callback, now: datetime, *, reason: str) -> None:
        """It will be rung later than meant: the window closed, or the customer was rung in vain."""
        if reason in (WINDOW_CLOSED, STALE):
            self._write(uow, callback, MessageKind.POSTPONED, now)
        elif callback.due_at - now >= timedelta(seconds=self._rules.missed_gap_seconds):
            self._write(uow, callback, MessageKind.MISSED, now)

    def can_offer(self, uow: UnitOfWork, callback: Callback) -> bool:
        """Whether its customer can be told that it is late and was not: neither that, nor that it was put off."""
        told = {message.kind for message in self._of_revision(uow, callback)}
        is_told_of = MessageKind.POSTPONED in self._rules.kinds and not self._rules.is_silent
        return is_told_of and not told & {MessageKind.LATE, MessageKind.POSTPONED} and any(self._ways(uow, callback))

    def unreached(self, uow: UnitOfWork, callback: Callback, now: datetime) -> None:
        """A person has to decide about it."""
        self._write(uow, callback, MessageKind.UNREACHED, now)

    def done(self, uow: UnitOfWork, callback: Callback, now: datetime) -> None:
        """They have talked; whoever phoned in before it rang keeps no entry in their calendar."""
        self._write(uow, callback, MessageKind.DONE, now)
        if now < callback.due_at:
            self._write(uow, callback, MessageKind.CANCELED, now, channels=MAILS)

    def by_mail_instead(self, uow: UnitOfWork, callback: Callback, lost: Message, now: datetime) -> None:
        """A text did not arrive. What is no longer true, or was mailed as well, is not told again."""
        if lost.revision == callback.revision:
            self._write(uow, callback, lost.kind, now, at_any_hour=lost.at_any_hour, channels=MAILS)

    def running_late(self, uow: UnitOfWork, callback: Callback, now: datetime) -> None:
        """The promise is about to break, if it still is; told once for each promise."""
        if is_running_late(callback, now, self._rules):
            self._write(uow, callback, MessageKind.LATE, now)

    def late_ones(self, uow: UnitOfWork, now: datetime) -> list[str]:
        """Ids of callbacks whose customers should be told that they are late, and were not."""
        if self._rules.is_silent or MessageKind.LATE not in self._rules.kinds:
            return []
        first = now - timedelta(seconds=self._rules.late_told_seconds)
        last = now + timedelta(seconds=self._rules.late_notice_seconds)
        near = uow.callbacks.promised_between(now, first, last)
        late = [callback for callback in near if is_running_late(callback, now, self._rules)]
        return [
            callback.id
            for callback in late
            if any(self._ways(uow, callback))
            and all(message.kind != MessageKind.LATE for message in self._of_revision(uow, callback))
        ]

    def _of_revision(self, uow: UnitOfWork, callback: Callback) -> list[Message]:
        written = uow.messages.of_callback(callback.id)
        return [message for message in written if message.revision == callback.revision]

    def _confirm(self, uow: UnitOfWork, callback: Callback, kind: MessageKind, now: datetime) -> None:
        self._write(uow, callback, kind, now, at_any_hour=True)
        if deserves_reminder(callback, now, self._rules):
            self._write(uow, callback, MessageKind.REMINDER, now)

    def _write(
        self,
        uow: UnitOfWork,
        callback: Callback,
        kind: MessageKind,
        now: datetime,
        *,
        at_any_hour: bool = False,
        channels: frozenset[Channel] = frozenset(Channel),
    ) -> None:
        is_promise = callback.status != CallbackStatus.UNVERIFIED
        if self._rules.is_silent or kind not in self._rules.kinds or not is_promise:
            return
        due_at, expires_at = due_and_expiry(kind, callback, now, self._rules)
        # Looked for, though the database would refuse a second one: telling must never undo what it tells of.
        told = {message.channel for message in self._of_revision(uow, callback) if message.kind == kind}
        for channel, address in self._ways(uow, callback):
            if channel not in channels - told:
                continue
            message = Message(
                id=new_id(),
                callback_id=callback.id,
                kind=kind,
                revision=callback.revision,
                channel=channel,
                address=address,
                at_any_hour=at_any_hour,
                due_at=due_at,
                expires_at=expires_at,
                created_at=now,
            )
            uow.messages.add(message)

    def _ways(self, uow: UnitOfWork, callback: Callback) -> Iterator[tuple[Channel, str]]:
        return self._all_ways.to(uow, callback.number, callback.email)
