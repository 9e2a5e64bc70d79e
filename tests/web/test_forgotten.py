"""The right to be forgotten: every table is filled with somebody, who is then erased by telephone and looked for."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, Table, insert, select
from sqlalchemy.sql.sqltypes import Float

from ivr.domain.hearing import Hypothesis
from ivr.domain.recordings import RecordingStatus
from ivr.service.timeline import new_id
from ivr.storage.columns import EnumText, UtcDateTime, Words
from ivr.storage.schema import metadata
from tests.web.site import Site

NUMBER, MAIL, NAME, WORDS = "+4915112345678", "ada.lovelace@example.com", "Ada Lovelace", "unforgettable"
OLD, AGO = "CA" + "0" * 32, datetime(2026, 3, 9, 10, tzinfo=UTC)

STAYS = {
    "settlements.number": "what was paid, and to whom: books are kept by law (GDPR art. 17(3)(b); §§ 147 AO, 257 HGB)",
    "settlements.variant": "the shop's own word for a size or color, part of those books",
    "claims.number": "the same, of money between customer and seller",
    "do_not_call.number": "the wish not to be called is obeyed only while it is known",
    "opt_outs.address": "the same, of texts and e-mail",
    "demo_deeds.number": "the demonstration's shop keeps its own books",
}
NOBODYS = {
    "agents": "staff",
    "api_keys": "programs",
    "assignments": "ids",
    "attempts": "ids and outcomes",
    "beats": "processes",
    "case_serials": "numbers",
    "claim_notices": "to sellers",
    "handovers": "ids and the shop's references",
    "help_answers": "ids",
    "help_index": "articles",
    "hits": "keys are hashed (service.limits)",
    "holds": "ids",
    "member_marks": "ids",
    "holidays": "days",
    "identities": "staff",
    "rates": "counts",
    "shifts": "staff",
    "sign_ins": "staff",
    "subscriptions": "programs",
    "trust_entries": "sellers",
    "users": "staff",
    "webhook_events": "ids",
    "audit_log": "what staff did, with masked numbers",
}
"""Tables that hold nothing of a customer, and why: a new table is filled, or named here."""
BESIDE = {"users": "staff", "subscriptions": "program"}
"""Rows that the others need."""
IDS = {
    "customer_id": "person",
    "case_id": "case",
    "callback_id": "callback",
    "call_sid": OLD,
    "chat_id": "chat",
    "hold_call_sid": None,
    "attempt_id": None,
    "agent_id": None,
    "event_id": "event",
    "leg_id": None,
    "stream_sid": None,
    "subscription_id": "program",
    "order_id": "10716290726091390",
    "seller_id": "seller",
    "user_id": "staff",
    "resumes_id": None,
    "locale": "en-US",
    "zone": "Europe/Berlin",
    "owner": "",
    "node": "one",
}
CODES = frozenset(
    {"key", "reason", "outcome", "skill", "source", "step", "cause", "evidence", "reply", "rule_id", "currency"}
    | {"kind", "reference", "new_order_id", "way", "role", "sid", "place", "delivery", "how", "code", "resume_code"}
    | {"id", "digest", "to_number", "answer"}
)
"""Columns with words, numbers and names of programs: of no table that holds anybody's words."""
OWN = {
    "customers": "person",
    "cases": "case",
    "callbacks": "callback",
    "calls": OLD,
    "chats": "chat",
    "events": "event",
}
SAID = {"email": MAIL, "name": NAME, "sender": MAIL, "number": NUMBER, "from_number": NUMBER, "address": NUMBER}
STATES = {
    ("messages", "status"): "sent",
    ("recordings", "status"): RecordingStatus.KEPT,
    ("calls", "dialogue"): None,
    ("chats", "dialogue"): None,
    ("cases", "slots"): {"words": WORDS},
    ("cases", "number"): "0000000",
    ("cases", "status"): "closed",
    ("legs", "picked_up"): None,
    ("legs", "state"): "ended",
    ("outreaches", "status"): "told",
    ("chats", "status"): "ended",
    ("events", "kind"): "heard",
    ("events", "id"): "event",
    ("mail_threads", "address"): MAIL,
    ("callbacks", "status"): "done",
    ("account_changes", "status"): "failed",
    ("account_changes", "kind"): "address",
    ("notes", "key"): f"account_code:{NUMBER}",
    ("recordings", "transcript"): [WORDS],
}


def filled() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in NOBODYS]


def value(table: Table, column: Column[Any]) -> Any:
    """Something of the person wherever a text fits; what must be valid is."""
    if (table.name, column.name) in STATES:
        return STATES[table.name, column.name]
    if table.name in BESIDE and isinstance(column.type, EnumText):
        return next(iter(column.type.kind))
    if column.primary_key and column.name in ("id", "sid"):
        return OWN.get(table.name, f"a-{table.name}")
    if column.name in IDS:
        return IDS[column.name]
    if isinstance(column.type, EnumText):
        return next(iter(column.type.kind))
    if column.name in CODES:
        return f"code-{table.name}"
    return _of_type(column)


def _of_type(column: Column[Any]) -> Any:
    match column.type:
        case UtcDateTime():
            return AGO
        case Date():
            return AGO.date()
        case Boolean() | Integer() | Float():
            return 1
        case LargeBinary():
            return f"{NAME} {WORDS}".encode()
        case Words():
            return (WORDS,)
    is_json = type(column.type).__name__ == "JSON"
    return (
        {"words": WORDS, "number": NUMBER} if is_json else SAID.get(column.name, f"{NAME}: {WORDS}, {NUMBER}, {MAIL}")
    )


def fill(site: Site, tables: list[Table]) -> None:
    with site.store._write.begin() as rows:  # type: ignore[attr-defined]
        for table in tables:
            row = {column.name: value(table, column) for column in table.columns}
            if table.name in BESIDE:
                text = BESIDE[table.name]
                row = {
                    name: type(each)((text,)) if isinstance(each, tuple) else text if type(each) is str else each
                    for name, each in row.items()
                }
            if table.name in BESIDE or table.name not in NOBODYS:
                rows.execute(insert(table).values(row))


def left(site: Site) -> Iterator[str]:
    """Columns that still hold something of the person."""
    with site.store.read() as uow:
        session = uow._session  # type: ignore[attr-defined]
        for table in metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for name, found in row.items():
                    text = found.decode("latin-1") if isinstance(found, bytes) else json.dumps(found, default=repr)
                    if any(one in text for one in (NUMBER, NUMBER[1:], MAIL, NAME, WORDS)):
                        yield f"{table.name}.{name}"


def test_nothing_but_what_must_stay_is_left_of_somebody_who_is_forgotten(new_site: Any) -> None:
    site: Site = new_site(IVR_COUNTRIES="US,DE", IVR_HEARING="gather")
    wishes = [table for table in filled() if table.name in ("do_not_call", "opt_outs")]
    fill(site, [table for table in metadata.sorted_tables if table not in wishes])
    sid = f"CA{new_id()}"
    turn = site.ivr.calls.arrive(sid, NUMBER, "+12025550100")
    turn = site.ivr.calls.speech(sid, turn.number, [Hypothesis("erase my data")], engine="carrier", audio_seconds=1.0)
    turn = site.ivr.calls.keys(sid, turn.number, "1")
    assert turn.state == "account_code"
    code = site.code()
    fill(site, wishes)  # with these no code would have been sent
    assert {name.partition(".")[0] for name in left(site)} == {table.name for table in filled()}, "all tables hold them"
    site.ivr.calls.keys(sid, turn.number, code)
    site.ivr.calls.ended(sid)
    assert sorted(set(left(site))) == sorted(STAYS)
