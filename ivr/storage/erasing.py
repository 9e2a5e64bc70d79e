"""Erases who called and what was said; rows stay for the figures."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, Select, String, cast, delete, func, or_, select, update

from ivr.domain.accounts import ChangeKind, ChangeStatus
from ivr.domain.messages import MessageStatus
from ivr.domain.programs import DeliveryStatus
from ivr.storage.account_tables import account_changes
from ivr.storage.chat_tables import chat_lines, chats
from ivr.storage.guard_tables import notes
from ivr.storage.mail_tables import mail_threads, mails
from ivr.storage.outreach_tables import outreaches
from ivr.storage.photo_tables import photos
from ivr.storage.place_tables import kept_places
from ivr.storage.program_tables import deliveries
from ivr.storage.rows import Repository
from ivr.storage.settlement_tables import settlements
from ivr.storage.staff_tables import drafts
from ivr.storage.tables import callbacks, calls, cases, customers, events, legs, messages, verifications

PERSONAL: Final = (
    "heard", "said", "keyed", "overheard", "note_added", "customer_noted", "callback_asked", "photo_added",
    "agent_wrote", "customer_wrote", "recording_consent", "recording_written", "call_started", "staff_decided",
)  # fmt: skip
"""Lines of the timeline that hold somebody's words."""
Ids = Sequence[str] | Select[Any] | ScalarSelect[Any]


class SqlErasures(Repository):
    """service.erasing_store.Erasures."""

    def customer(self, number: str, *, but: str) -> int:
        """One statement a table, after what is waiting to be written."""
        self._session.flush()
        owner = self._session.scalar(select(customers.c.id).where(customers.c.number == number))
        own = list(self._session.scalars(select(cases.c.id).where(cases.c.customer_id == owner))) if owner else []
        theirs = or_(calls.c.from_number == number, calls.c.customer_id == owner)
        over = list(self._session.scalars(select(calls.c.sid).where(theirs, calls.c.ended_at.is_not(None))))
        self._words(events.c.case_id.in_(own))
        self._calls([sid for sid in over if sid != but])
        self._run(update(calls).where(theirs).values(customer_id=None))
        self._of_cases(own)
        self._of_number(number)
        self._of_account(number)
        self._chats(number, owner, own)
        self._run(delete(customers).where(customers.c.id == owner))
        return len(own)

    def call(self, sid: str) -> None:
        """By CallSid."""
        self._session.flush()
        self._calls([sid])

    def call_logs(self, begins: str, before: datetime, limit: int) -> int:
        """From the index of numbers; what is erased has none any more."""
        c = calls.c
        old = select(c.sid).where(c.from_number >= begins, c.from_number < _after(begins), c.started_at < before)
        sids = list(self._session.scalars(old.where(c.ended_at.is_not(None)).limit(limit)))
        self._calls(sids)
        return len(sids)

    def dialed(self, begins: str, since: datetime, before: datetime) -> None:
        """From the index of the moments at which was dialed."""
        c = legs.c
        old = update(legs).where(c.placing_at >= since, c.placing_at < before, c.ended_at.is_not(None))
        self._run(old.where(c.number >= begins, c.number < _after(begins)).values(number=""))

    def _calls(self, sids: Ids) -> None:
        self._words(events.c.call_sid.in_(sids))
        gone = {"from_number": None, "customer_id": None, "dialogue": None}
        self._run(update(calls).where(calls.c.sid.in_(sids)).values(gone))

    def _words(self, which: ColumnElement[bool]) -> None:
        self._run(update(events).where(which, events.c.kind.in_(PERSONAL)).values(data={}))

    def _of_cases(self, own: Ids) -> None:
        self._run(update(cases).where(cases.c.id.in_(own)).values(customer_id=None, summary="", slots={}))
        told = select(events.c.id).where(events.c.case_id.in_(own))
        theirs = deliveries.c.event_id.in_(told)
        self._run(delete(deliveries).where(theirs, deliveries.c.status == DeliveryStatus.WAITING))
        self._run(update(deliveries).where(theirs).values(body=""))
        self._run(delete(photos).where(photos.c.case_id.in_(own)))
        self._run(delete(drafts).where(drafts.c.case_id.in_(own)))

    def _of_number(self, number: str) -> None:
        waiting = messages.c.status == MessageStatus.WAITING
        theirs = select(callbacks.c.id).where(callbacks.c.number == number)
        told = or_(messages.c.address == number, messages.c.callback_id.in_(theirs))
        self._run(delete(messages).where(told, waiting))
        self._run(update(messages).where(told).values(address=""))
        self._run(delete(verifications).where(verifications.c.number == number))
        nobody = {"number": "", "email": ""}
        self._run(update(callbacks).where(callbacks.c.number == number).values(nobody | {"customer_id": None}))
        self._run(update(legs).where(legs.c.number == number, legs.c.ended_at.is_not(None)).values(number=""))
        # The key of what was told of a membership is made of the number; the places tell where somebody lives.
        nothing: dict[str, Any] = {**nobody, "key": outreaches.c.id, "details": None}
        self._run(update(outreaches).where(outreaches.c.number == number).values(nothing))
        self._run(update(settlements).where(settlements.c.number == number).values(places=None))
        self._run(update(kept_places).where(kept_places.c.number == number).values(number=""))

    def _of_account(self, number: str) -> None:
        """What was changed, or was to be; payments are books, and stay."""
        c = account_changes.c
        theirs = update(account_changes).where(c.number == number, c.kind != ChangeKind.PAYMENT)
        waiting = {"status": ChangeStatus.WITHDRAWN, "ended_at": func.coalesce(c.ended_at, c.created_at)}
        self._run(theirs.where(c.status == ChangeStatus.WAITING).values(waiting))
        self._run(theirs.values(number="", values={}))
        self._run(delete(notes).where(or_(cast(notes.c.value, String).contains(number), notes.c.key.contains(number))))

    def _chats(self, number: str, owner: str | None, own: Ids) -> None:
        theirs = select(chats.c.id).where(
            or_(chats.c.number == number, chats.c.customer_id == owner, chats.c.case_id.in_(own))
        )
        ids = list(self._session.scalars(theirs))
        self._run(update(chat_lines).where(chat_lines.c.chat_id.in_(ids)).values(body="", by=""))
        self._run(delete(mails).where(mails.c.chat_id.in_(ids)))
        gone_thread = {"address": "", "subject": "", "message_ids": ()}
        self._run(update(mail_threads).where(mail_threads.c.chat_id.in_(ids)).values(gone_thread))
        self._run(update(messages).where(messages.c.case_id.in_(own)).values(address=""))
        gone = {"number": None, "customer_id": None, "dialogue": None}
        self._run(update(chats).where(chats.c.id.in_(ids)).values(customer_id=None))
        self._run(update(chats).where(chats.c.id.in_(ids), chats.c.ended_at.is_not(None)).values(gone))

    def _run(self, statement: Any) -> None:
        self._session.execute(statement, execution_options={"synchronize_session": False})


def _after(begins: str) -> str:
    """The first text behind all that begin so."""
    return begins[:-1] + chr(ord(begins[-1]) + 1)
