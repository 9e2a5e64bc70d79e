"""Domain classes mapped onto their tables; the domain does not know. Importing this maps them, once a process."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import registry, relationship

from ivr.domain.accounts import AccountChange
from ivr.domain.agents import Agent
from ivr.domain.assignments import Assignment
from ivr.domain.callbacks import Attempt, Callback, Hold, Leg
from ivr.domain.calls import Call, Verification
from ivr.domain.cases import Case, Customer
from ivr.domain.chats import Chat, ChatLine
from ivr.domain.claim_notices import Notice
from ivr.domain.claims import Claim
from ivr.domain.handovers import Handover
from ivr.domain.holidays import Holiday
from ivr.domain.mails import MailThread
from ivr.domain.messages import Message
from ivr.domain.outreach import Outreach
from ivr.domain.places import KeptPlace
from ivr.domain.programs import ApiKey, Delivery, Subscription
from ivr.domain.recordings import Recording
from ivr.domain.settlements import Settlement
from ivr.domain.shifts import Shift
from ivr.domain.staff import Draft, SignIn, User
from ivr.domain.trust import TrustEntry
from ivr.storage import (
    account_tables,
    chat_tables,
    claim_tables,
    guard_tables,
    handover_tables,
    help_tables,
    mail_tables,
    outreach_tables,
    photo_tables,
    place_tables,
    program_tables,
    recording_tables,
    settlement_tables,
    staff_tables,
    tables,
)
from ivr.storage.schema import metadata

MAPPED: dict[type, Table] = {
    Customer: tables.customers,
    Case: tables.cases,
    Callback: tables.callbacks,
    Hold: tables.holds,
    Attempt: tables.attempts,
    Leg: tables.legs,
    Agent: tables.agents,
    Shift: tables.shifts,
    Call: tables.calls,
    Verification: tables.verifications,
    Message: tables.messages,
    User: staff_tables.users,
    SignIn: staff_tables.sign_ins,
    Draft: staff_tables.drafts,
    Assignment: staff_tables.assignments,
    Holiday: staff_tables.holidays,
    ApiKey: program_tables.api_keys,
    Subscription: program_tables.subscriptions,
    Delivery: program_tables.deliveries,
    Settlement: settlement_tables.settlements,
    KeptPlace: place_tables.kept_places,
    Recording: recording_tables.recordings,
    Handover: handover_tables.handovers,
    Outreach: outreach_tables.outreaches,
    Claim: claim_tables.claims,
    Notice: claim_tables.claim_notices,
    TrustEntry: claim_tables.trust_entries,
    Chat: chat_tables.chats,
    ChatLine: chat_tables.chat_lines,
    MailThread: mail_tables.mail_threads,
    AccountChange: account_tables.account_changes,
}
"""Events and the audit log are not among them: their rows are only added, never changed."""

PARTS: dict[type, dict[str, Any]] = {
    # read with the agents, in one query more: whoever is asked for is asked whether they work
    Agent: {
        "shifts": relationship(
            Shift,
            lazy="selectin",
            cascade="all, delete-orphan",
            order_by=(tables.shifts.c.weekday, tables.shifts.c.opens),
        )
    }
}
"""Rows that belong to one other row."""


def _map_all() -> None:
    mapped = registry(metadata=metadata)
    for kind, table in MAPPED.items():
        # each UPDATE says WHERE version = the one that was read: the second of two writers gets StaleDataError
        parts = PARTS.get(kind, {})
        mapped.map_imperatively(kind, table, version_id_col=table.c.get("version"), properties=parts)


_map_all()

__all__ = ["MAPPED", "guard_tables", "help_tables", "metadata", "photo_tables"]
