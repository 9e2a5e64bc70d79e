"""Entities for storage tests: every test states only what matters to it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ivr.domain.agents import Agent
from ivr.domain.callbacks import Attempt, Callback, Hold, Leg, Party
from ivr.domain.calls import Call, Verification
from ivr.domain.cases import Case, CaseKind, Customer, Event, case_number
from ivr.domain.chats import Chat
from ivr.domain.messages import Channel, Message, MessageKind
from ivr.storage import SqlStore

NOW = datetime(2026, 11, 24, 15, 30, 0, 123456, tzinfo=UTC)


def later(**span: float) -> datetime:
    """A moment after NOW; negative: before."""
    return NOW + timedelta(**span)


def customer(id: str = "customer", **changes: Any) -> Customer:
    return Customer(**{"id": id, "number": "+12025550100", **changes})


def case(id: str = "case", **changes: Any) -> Case:
    number = case_number(sum(id.encode()))
    return Case(**{"id": id, "number": number, "kind": CaseKind.QUESTION, "opened_at": NOW, **changes})


def agent(id: str = "agent", **changes: Any) -> Agent:
    number = f"+1202555{sum(id.encode()) % 10_000:04d}"
    return Agent(**{"id": id, "name": id, "number": number, "status_at": NOW, **changes})


def callback(id: str = "callback", **changes: Any) -> Callback:
    times = {"ticket_at": NOW, "due_at": NOW, "promised_by_at": later(minutes=15), "closes_at": later(hours=8)}
    start = {"id": id, "case_id": "case", "number": "+12025550100", "asap": True, "created_at": NOW}
    return Callback(**{**start, **times, **changes})


def attempt(id: str = "attempt", **changes: Any) -> Attempt:
    start = {"id": id, "callback_id": "callback", "case_id": "case", "agent_id": "agent", "number": 1}
    return Attempt(**{**start, "started_at": NOW, **changes})


def leg(id: str = "leg", **changes: Any) -> Leg:
    start = {"id": id, "attempt_id": "attempt", "callback_id": "callback", "party": Party.AGENT}
    return Leg(**{**start, "number": "+12025550111", "created_at": NOW, **changes})


def hold(call_sid: str = "CA1", **changes: Any) -> Hold:
    return Hold(**{"call_sid": call_sid, "case_id": "case", "ticket_at": NOW, **changes})


def call(sid: str = "CA1", **changes: Any) -> Call:
    return Call(**{"sid": sid, "from_number": "+12025550100", "started_at": NOW, **changes})


def verification(id: str = "verification", **changes: Any) -> Verification:
    start = {"id": id, "callback_id": "callback", "number": "+12025550100", "code_hash": "x", "created_at": NOW}
    return Verification(**{**start, "expires_at": later(minutes=10), **changes})


def message(id: str = "message", **changes: Any) -> Message:
    start = {"id": id, "callback_id": "callback", "kind": MessageKind.PROMISED, "revision": 0, "at_any_hour": True}
    where = {"channel": Channel.TEXT, "address": "+12025550100"}
    return Message(**{**start, **where, "due_at": NOW, "expires_at": later(days=1), "created_at": NOW, **changes})


def event(id: str, **changes: Any) -> Event:
    return Event(**{"id": id, "at": NOW, "kind": "case_opened", **changes})


REPOSITORIES = {
    Customer: "customers",
    Case: "cases",
    Agent: "agents",
    Callback: "callbacks",
    Attempt: "attempts",
    Leg: "legs",
    Hold: "holds",
    Call: "calls",
    Verification: "verifications",
    Message: "messages",
    Event: "events",
    Chat: "chats",
}


def save(store: SqlStore, *entities: object) -> None:
    """Add them in one committed transaction."""
    with store.begin() as uow:
        for entity in entities:
            getattr(uow, REPOSITORIES[type(entity)]).add(entity)
        uow.commit()


def ids(entities: Any) -> list[str]:
    return [entity.id for entity in entities]


def line_up(store: SqlStore, *callbacks: object) -> None:
    """Save callbacks with a case each."""
    cases = [case(f"case-{n}", number=f"{n:07d}") for n in range(len(callbacks))]
    for one, callback in zip(cases, callbacks, strict=True):
        callback.case_id, callback.number = one.id, f"+1202555{one.number[-4:]}"  # type: ignore[attr-defined]
    save(store, *cases, *callbacks)
