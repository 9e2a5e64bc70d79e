"""What else such a day has: the calls themselves, claims against sellers, and somebody who writes to a person."""

from datetime import datetime, timedelta
from typing import Any, Final

from ivr.domain.calls import Call
from ivr.domain.cases import Case, CaseKind, Event
from ivr.domain.chats import Author, Chat, ChatChannel, ChatLine, ChatStatus
from ivr.domain.claims import Claim, ClaimState
from ivr.domain.policy.rules import Payer
from ivr.domain.shifts import read_shifts
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id

MANY: Final = 200
TURNS: Final = 5
CALL_SECONDS: Final = 75
ZONE: Final = "America/New_York"
SHORT_SHIFT: Final = "mon-fri 09:00-13:00"
CLAIMS: Final[tuple[tuple[str, str, int, dict[str, Any]], ...]] = (
    ("11699207856579754", "not_as_described", 40, {"state": ClaimState.ESCALATED}),
    ("11691173984121547", "counterfeit", 200, {"state": ClaimState.WAITING_FOR_SELLER, "holds_seller": True}),
    ("10419533243340187", "not_as_described", 400, {"state": ClaimState.CLOSED, "payer": Payer.SELLER}),
)
"""Order, cause, minutes ago."""
SELLERS: Final = {"116": "northwind", "104": "seoul-living"}
WRITTEN: Final = (
    (Author.CUSTOMER, "My parcel came, but the box was open."),
    (Author.WE, "A person will answer you here. You may close this page and come back."),
    (Author.CUSTOMER, "One glove is missing."),
)


def put_calls(uow: UnitOfWork) -> None:
    """Each case that was opened on the telephone has its call; what was said in it hangs on the call, too."""
    for case in uow.cases.recent(MANY):
        customer = uow.customers.get(case.customer_id) if case.customer_id else None
        if case.source != "phone" or customer is None:
            continue
        begun = case.opened_at - timedelta(seconds=CALL_SECONDS)
        call = Call(
            sid=f"CA{case.id}", from_number=customer.number, customer_id=customer.id, case_id=case.id,
            locale=case.locale, turn=TURNS, started_at=begun, ended_at=case.opened_at,
        )  # fmt: skip
        uow.calls.add(call)


def put_claims(uow: UnitOfWork, now: datetime) -> None:
    """One waits for a person, one for its seller, one is paid."""
    cases = [case for case in uow.cases.recent(MANY) if case.kind == CaseKind.RETURN_REFUND]
    for (order_id, cause, minutes, more), case in zip(CLAIMS, cases, strict=False):
        at = now - timedelta(minutes=minutes)
        is_escalated, is_closed = more["state"] is ClaimState.ESCALATED, more["state"] is ClaimState.CLOSED
        claim = Claim(
            id=new_id(), case_id=case.id, order_id=order_id, seller_id=SELLERS[order_id[:3]], number=_number(uow, case),
            cause=cause, amount_minor=7999, currency="USD", opened_at=at, due_at=at + timedelta(days=2),
            escalated_at=at if is_escalated else None, decided_at=now if is_closed else None,
            refunded_minor=7999 if is_closed else 0, charged_minor=7999 if is_closed else 0, **more,
        )  # fmt: skip
        uow.claims.add(claim)


def _number(uow: UnitOfWork, case: Case) -> str:
    customer = uow.customers.get(case.customer_id) if case.customer_id else None
    return customer.number if customer is not None else ""


def put_chat(uow: UnitOfWork, case: Case, now: datetime) -> None:
    """On our page; nobody has answered yet."""
    since = now - timedelta(minutes=2)
    chat = Chat(
        id=new_id(), channel=ChatChannel.WEB, status=ChatStatus.WAITING, case_id=case.id, customer_id=case.customer_id,
        locale=case.locale, started_at=since, changed_at=now, unanswered_since_at=since, lines=len(WRITTEN),
    )  # fmt: skip
    uow.chats.add(chat)
    for number, (author, body) in enumerate(WRITTEN):
        at = since + timedelta(seconds=20 * number)
        uow.chats.add_line(ChatLine(id=new_id(), chat_id=chat.id, number=number, at=at, author=author, body=body))


def put_shifts(uow: UnitOfWork, name: str) -> None:
    """Somebody works half days."""
    agent = uow.agents.by_name(name)
    if agent is not None:
        agent.shifts = read_shifts(SHORT_SHIFT, ZONE)


def told_event(case_id: str, at: datetime, turn: int, kind: str, data: dict[str, Any]) -> Event:
    """A line of what was said, as a call writes it."""
    return Event(id=new_id(), at=at, kind=kind, case_id=case_id, call_sid=f"CA{case_id}", data=data | {"turn": turn})
