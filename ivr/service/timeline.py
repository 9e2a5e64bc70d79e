"""The timeline: one line per thing that happened, written in the transaction in which it happened."""

import re
import secrets
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ivr.domain.callbacks import Attempt, Callback, Leg
from ivr.domain.calls import Call
from ivr.domain.cases import Case, Event
from ivr.service.store import UnitOfWork

Subject = Case | Callback | Attempt | Leg


ID: Final = re.compile(r"[0-9a-f]{32}")
"""What `new_id` makes; whatever else stands in an address is no id of ours."""


def new_id() -> str:
    """32 hex digits: when it was made (12, milliseconds), and 80 random bits, safe in addresses that others are given.

    Rows made together lie together in the indexes: with ids all at random, each touches pages of its own.
    """
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def record(
    uow: UnitOfWork,
    at: datetime,
    kind: str,
    *,
    call: Call | None = None,
    subject: Subject | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Add a line about a call, or about a case, callback, attempt or leg; `data` holds JSON values only.

    A line about a leg names it: the dial ledger is read from these lines.
    """
    links = _links(call) if call is not None else _links_of(uow, subject)
    about = {"leg": subject.id} if isinstance(subject, Leg) else {}
    uow.events.add(Event(id=new_id(), at=at, kind=kind, data={**about, **(data or {})}, **links))


def masked(number: str) -> str:
    """A telephone number as the timeline may show it: its last two digits."""
    return f"…{number[-2:]}"


def _links(call: Call) -> dict[str, str | None]:
    return {"case_id": call.case_id, "call_sid": call.sid}


def _links_of(uow: UnitOfWork, subject: Subject | None) -> dict[str, str | None]:
    match subject:
        case Case():
            return {"case_id": subject.id}
        case Callback():
            return {"case_id": subject.case_id, "callback_id": subject.id}
        case Attempt():
            return {"case_id": subject.case_id, "callback_id": subject.callback_id, "call_sid": subject.hold_call_sid}
        case Leg():
            attempt = uow.attempts.get(subject.attempt_id) if subject.attempt_id else None
            callback = uow.callbacks.get(subject.callback_id) if subject.callback_id and not attempt else None
            case_id = attempt.case_id if attempt else callback.case_id if callback else None
            return {"case_id": case_id, "callback_id": subject.callback_id, "call_sid": subject.sid}
        case None:
            return {}
