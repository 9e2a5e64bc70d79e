"""The API under /api/v1: the same callbacks as the phone and the page. Keys in the header `Authorization`."""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, jsonify, request

from ivr.domain.callbacks import Callback
from ivr.domain.cases import Case, Event
from ivr.errors import CallbackRefused, IvrError, NotFound
from ivr.service.booking import AlreadyBooked
from ivr.service.narration import describe
from ivr.service.requests import CallbackWish
from ivr.web.desk import Desk
from ivr.web.errors import status_of
from ivr.web.services import Services
from ivr.web.wish import read_instant, read_kind, read_order

MOST_EVENTS = 200
FIELDS = frozenset({"number", "kind", "words", "order", "at", "locale", "zone"})


class Api:
    """Handlers of the API."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._services = services
        self._desk = desk

    def authorize(self) -> tuple[Response, int] | None:
        """Refuse a request without a valid key."""
        given = _key()
        if given and any(hmac.compare_digest(_hashed(given), _expected(key)) for key in self._desk.api_keys):
            return None
        return problem(401, "unauthorized", "Send an API key: `Authorization: Bearer …` (IVR_API_KEYS).")

    def create(self) -> tuple[Response, int]:
        """Book a callback; the client answers for the number."""
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            return problem(400, "malformed", "Send a JSON object with at least `number`.")
        unknown = sorted(body.keys() - FIELDS)
        if unknown:
            return problem(422, "unknown_field", f"Unknown: {', '.join(unknown)}; known: {', '.join(sorted(FIELDS))}.")
        with self._services.store.begin() as uow:
            callback = self._desk.requests.ask(uow, self._wish(body))
            case = uow.cases.get(callback.case_id)
            uow.commit()
        return jsonify(callback_json(callback, case)), 201

    def _wish(self, body: Mapping[str, Any]) -> CallbackWish:
        locale = str(body.get("locale") or self._services.speaker.locales[0])
        if locale not in self._services.speaker.locales:
            raise CallbackRefused("locale", f"locale must be one of {', '.join(self._services.speaker.locales)}")
        return CallbackWish(
            number=str(body.get("number") or ""),
            kind=read_kind(str(body.get("kind") or "")),
            words=str(body.get("words") or ""),
            order_digits=read_order(str(body.get("order") or "")),
            at=read_instant(body.get("at")),
            locale=locale,
            zone=str(body.get("zone") or ""),
            source="api",
            prove_number=False,
        )

    def show(self, callback_id: str) -> Response:
        """One callback."""
        with self._services.store.read() as uow:
            callback = uow.callbacks.get(callback_id)
            case = uow.cases.get(callback.case_id) if callback else None
        if callback is None:
            raise NotFound("no such callback")
        return jsonify(callback_json(callback, case))

    def move(self, callback_id: str) -> Response:
        """Move it to `at`, or with `at: null` to as soon as possible."""
        body = request.get_json(silent=True)
        if not isinstance(body, dict) or body.keys() != {"at"}:
            raise CallbackRefused("when", 'send {"at": …}, an instant or null')
        with self._services.store.begin() as uow:
            callback, actions = self._desk.bookings.move(uow, callback_id, at=read_instant(body["at"]))
            case = uow.cases.get(callback.case_id)
            uow.commit()
        self._desk.afterwards.run(actions)
        return jsonify(callback_json(callback, case))

    def cancel(self, callback_id: str) -> tuple[str, int]:
        """Take it back; a callback that has ended already stays as it is."""
        with self._services.store.begin() as uow:
            callback = uow.callbacks.get(callback_id)
            if callback is None:
                raise NotFound("no such callback")
            actions = self._desk.bookings.cancel(uow, callback_id, by="api")[1] if callback.is_open else ()
            uow.commit()
        self._desk.afterwards.run(actions)
        return "", 204

    def case(self, number: str) -> Response:
        """One case with its timeline."""
        with self._services.store.read() as uow:
            case = uow.cases.by_number(number)
            events = uow.events.of_case(case.id) if case else ()
        if case is None:
            raise NotFound("no such case")
        return jsonify({**case_json(case), "timeline": [event_json(event) for event in events]})

    def events(self) -> Response:
        """The newest events of all cases, oldest of them first."""
        with self._services.store.read() as uow:
            events = uow.events.recent(MOST_EVENTS)
        return jsonify({"events": [event_json(event) for event in reversed(events)]})


def _key() -> str:
    """The key of a Bearer header, or of Basic with any user name (tools that know nothing else)."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer":
        return given
    return (request.authorization.password or "") if request.authorization else ""


def _expected(key: str) -> str:
    """A key of the settings is plain, or `sha256:` and its hash."""
    return key.removeprefix("sha256:") if key.startswith("sha256:") else _hashed(key)


def _hashed(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def problem(status: int, code: str, detail: str) -> tuple[Response, int]:
    """RFC 9457: `application/problem+json` with our stable code."""
    answer = jsonify({"type": f"urn:ringback:{code}", "title": code, "status": status, "detail": detail})
    answer.content_type = "application/problem+json"
    return answer, status


def refused(error: IvrError) -> tuple[Response, int]:
    """Any of our errors as a problem; an existing callback is named so that the client can go on with it."""
    code = error.reason if isinstance(error, CallbackRefused) else error.code
    answer, status = problem(409 if isinstance(error, AlreadyBooked) else status_of(error), code, str(error))
    if isinstance(error, AlreadyBooked):
        answer.headers["Location"] = f"/api/v1/callbacks/{error.callback.id}"
    return answer, status


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


def api_v1(services: Services, desk: Desk) -> Blueprint:
    """The blueprint of the API."""
    api = Api(services, desk)
    blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
    blueprint.before_request(api.authorize)
    blueprint.register_error_handler(IvrError, refused)
    blueprint.add_url_rule("/callbacks", view_func=api.create, methods=["POST"])
    blueprint.add_url_rule("/callbacks/<callback_id>", view_func=api.show)
    blueprint.add_url_rule("/callbacks/<callback_id>", view_func=api.move, methods=["PATCH"])
    blueprint.add_url_rule("/callbacks/<callback_id>", view_func=api.cancel, methods=["DELETE"])
    blueprint.add_url_rule("/cases/<number>", view_func=api.case)
    blueprint.add_url_rule("/events", view_func=api.events)
    return blueprint
