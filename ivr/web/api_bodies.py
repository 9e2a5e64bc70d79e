"""What the API takes and gives: JSON read strictly, rows as clients see them."""

import json
from collections.abc import Mapping
from typing import Any

from flask import request

from ivr.domain.callbacks import RESUMABLE, Callback
from ivr.domain.cases import Case, Event
from ivr.errors import CallbackRefused
from ivr.service.narration import describe
from ivr.web.problems import Malformed, WrongType


def read_body(known: frozenset[str]) -> dict[str, Any]:
    """The JSON object sent. Raises Malformed, WrongType, CallbackRefused (`unknown_field`)."""
    if request.mimetype and not request.is_json:
        raise WrongType("send JSON, with the header `Content-Type: application/json`")
    try:
        body = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError) as error:
        raise Malformed("send a JSON object, encoded in UTF-8") from error
    if not isinstance(body, dict):
        raise Malformed(f"send a JSON object with some of {', '.join(sorted(known))}")
    unknown = sorted(body.keys() - known)
    if unknown:
        told = ", ".join(unknown)[:200].encode("ascii", "backslashreplace").decode()
        raise CallbackRefused("unknown_field", f"unknown: {told}; known: {', '.join(sorted(known))}")
    return body


def read_text(body: Mapping[str, Any], name: str) -> str:
    """A text field; empty: not given. Raises CallbackRefused (`type`)."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise CallbackRefused("type", f"{name} must be a string")
    return value or ""


def read_query(known: frozenset[str]) -> dict[str, str]:
    """The questions behind the path. Raises CallbackRefused (`unknown_field`)."""
    unknown = sorted(request.args.keys() - known)
    if unknown:
        raise CallbackRefused("unknown_field", f"unknown: {unknown[0][:80]!a}; known: {', '.join(sorted(known))}")
    return request.args.to_dict()


def callback_json(callback: Callback, case: Case | None) -> dict[str, Any]:
    """A callback as clients see it; instants are UTC."""
    return {
        "id": callback.id,
        "case": case.number if case else None,
        "status": callback.status.value,
        "asap": callback.asap,
        "due_at": callback.due_at.isoformat(),
        "promised_by_at": callback.promised_by_at.isoformat(),
        "closes_at": callback.closes_at.isoformat(),
        "zone": callback.zone,
        "ring_first": callback.ring_first.value if callback.ring_first else None,
        "tries": callback.tries,
        "first_rung_at": callback.first_rung_at.isoformat() if callback.first_rung_at else None,
        "kept": callback.was_kept,
        "outcome": callback.outcome,
        "reason": callback.reason,
        "resume_code": callback.resume_code if callback.status in RESUMABLE and callback.resume_code else None,
    }


def case_json(case: Case) -> dict[str, Any]:
    """A case as clients see it."""
    return {
        "number": case.number,
        "kind": case.kind.value,
        "status": case.status.value,
        "order": case.order_id,
        "summary": case.summary,
        "source": case.source,
        "outcome": case.outcome,
        "effort": case.effort,
        "opened_at": case.opened_at.isoformat(),
    }


def event_json(event: Event) -> dict[str, Any]:
    """A line of the timeline."""
    return {
        "id": event.id,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "text": describe(event),
        "call": event.call_sid,
        "callback": event.callback_id,
        "data": dict(event.data),
    }
