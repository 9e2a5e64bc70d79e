"""Callbacks, cases and lines of the timeline as the API's clients see them."""

from typing import Any

from ivr.domain.callbacks import Callback
from ivr.domain.cases import Case, Event
from ivr.service.narration import describe


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
        "tries": callback.tries,
        "first_rung_at": callback.first_rung_at.isoformat() if callback.first_rung_at else None,
        "kept": callback.was_kept,
        "outcome": callback.outcome,
        "reason": callback.reason,
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
