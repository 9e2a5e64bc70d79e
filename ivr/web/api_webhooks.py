"""/api/v1/webhooks: who is told of what happens, what was sent to them, and sending it again."""

import re
from collections.abc import Mapping
from typing import Any, Final

from flask import Response, jsonify

from ivr.domain.programs import HOOKS, Delivery, DeliveryStatus, Subscription
from ivr.errors import CallbackRefused, NotFound
from ivr.service.store import UnitOfWork
from ivr.service.timeline import ID
from ivr.web.api_answers import PAGED, check_match, page, read_after, read_limit, read_status, tagged
from ivr.web.api_bodies import read_body, read_query, read_text
from ivr.web.desk import Desk
from ivr.web.problems import Answer
from ivr.web.services import Services

DELIVERY_ID: Final = re.compile(r"msg_[0-9a-f]{32}")
FIELDS: Final = frozenset({"url", "events", "description", "active"})
LONGEST_URL, LONGEST_TEXT, MOST_WEBHOOKS = 2000, 200, 50


class WebhooksApi:
    """Handlers."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._store = services.store
        self._clock = services.clock
        self._desk = desk

    def webhooks(self) -> Response:
        """All of them."""
        read_query(frozenset())
        with self._store.read() as uow:
            return tagged({"webhooks": [webhook_json(one) for one in uow.programs.subscriptions()]})

    def add_webhook(self) -> Answer:
        """A new one; its secret is told in this answer and never again."""
        body = read_body(FIELDS)
        url, events, text = self._url(body), _events(body), _description(body)
        with self._store.begin() as uow:
            if len(uow.programs.subscriptions()) >= MOST_WEBHOOKS:
                raise CallbackRefused("too_many_webhooks", f"there are {MOST_WEBHOOKS} webhooks; delete one first")
            made = self._desk.hooks.subscribe(uow, url, events, text)
            made.is_active = _active(body, True)
            uow.commit()
        answer = tagged(webhook_json(made) | {"secret": made.secret})
        answer.headers["Location"] = f"/api/v1/webhooks/{made.id}"
        return answer, 201

    def webhook(self, webhook_id: str) -> Response:
        """One."""
        with self._store.read() as uow:
            return tagged(webhook_json(_subscription(uow, webhook_id)))

    def change_webhook(self, webhook_id: str) -> Response:
        """Another address, other events; `active` false: nothing is sent until it is true again."""
        body = read_body(FIELDS)
        with self._store.begin() as uow:
            found = _subscription(uow, webhook_id)
            check_match(webhook_json(found))
            if "url" in body:
                found.url = self._url(body)
            if "events" in body:
                found.events = _events(body)
            if "description" in body:
                found.description = _description(body)
            found.is_active = _active(body, found.is_active)
            uow.commit()
        return tagged(webhook_json(found))

    def delete_webhook(self, webhook_id: str) -> tuple[str, int]:
        """With its log."""
        with self._store.begin() as uow:
            found = _subscription(uow, webhook_id)
            check_match(webhook_json(found))
            uow.programs.remove(found)
            uow.commit()
        return "", 204

    def renew_secret(self, webhook_id: str) -> Response:
        """Another secret; for a day the one before signs, too."""
        with self._store.begin() as uow:
            found = _subscription(uow, webhook_id)
            self._desk.hooks.renew_secret(found)
            uow.commit()
        return jsonify(webhook_json(found) | {"secret": found.secret})

    def ping(self, webhook_id: str) -> Answer:
        """Send something that means nothing."""
        with self._store.begin() as uow:
            made = self._desk.hooks.ping(uow, _subscription(uow, webhook_id))
            uow.commit()
        return jsonify(delivery_json(made)), 202

    def deliveries(self, webhook_id: str) -> Response:
        """What was sent, newest first; kept for a week."""
        asked = read_query(PAGED | {"status"})
        status, limit, after = read_status(asked, DeliveryStatus), read_limit(asked), read_after(asked)
        with self._store.read() as uow:
            found = uow.programs.deliveries(_subscription(uow, webhook_id).id, status, after, limit + 1)
        return page("deliveries", [(delivery_json(one), (one.created_at, one.id)) for one in found], limit)

    def replay(self, webhook_id: str, delivery_id: str) -> Answer:
        """Send it once more, whatever came of it; the receiver sees the same id."""
        with self._store.begin() as uow:
            mine = _subscription(uow, webhook_id).id
            found = uow.programs.delivery(delivery_id) if DELIVERY_ID.fullmatch(delivery_id) else None
            if found is None or found.subscription_id != mine:
                raise NotFound("no such delivery; they are kept for a week")
            found.again(self._clock.now())
            uow.commit()
        return jsonify(delivery_json(found)), 202

    def _url(self, body: Mapping[str, Any]) -> str:
        url = read_text(body, "url")
        if len(url) > LONGEST_URL:
            raise CallbackRefused("webhook_url", f"url has at most {LONGEST_URL} characters")
        self._desk.hook_sender.check(url)
        return url


def _subscription(uow: UnitOfWork, webhook_id: str) -> Subscription:
    found = uow.programs.subscription(webhook_id) if ID.fullmatch(webhook_id) else None
    if found is None:
        raise NotFound("no such webhook")
    return found


def _events(body: Mapping[str, Any]) -> tuple[str, ...]:
    given, known = body.get("events") or [], sorted(set(HOOKS.values()))
    if not isinstance(given, list) or any(one not in known for one in given):
        raise CallbackRefused("events", f"events must be a list of some of {', '.join(known)}; empty: all")
    return tuple(sorted(set(given)))


def _description(body: Mapping[str, Any]) -> str:
    text = read_text(body, "description")
    if len(text) > LONGEST_TEXT:
        raise CallbackRefused("description", f"description has at most {LONGEST_TEXT} characters")
    return text


def _active(body: Mapping[str, Any], now: bool) -> bool:
    value = body.get("active", now)
    if not isinstance(value, bool):
        raise CallbackRefused("type", "active must be true or false")
    return value


def webhook_json(one: Subscription) -> dict[str, Any]:
    """A webhook as clients see it; never its secret."""
    return {
        "id": one.id,
        "url": one.url,
        "events": list(one.events),
        "description": one.description,
        "active": one.is_active,
        "created_at": one.created_at.isoformat(),
    }


def delivery_json(one: Delivery) -> dict[str, Any]:
    """A line of the log."""
    return {
        "id": one.id,
        "type": one.kind,
        "status": one.status.value,
        "tries": one.tries,
        "answer": one.answer or None,
        "created_at": one.created_at.isoformat(),
        "tried_at": one.tried_at.isoformat() if one.tried_at else None,
        "next_try_at": one.due_at.isoformat() if one.status == DeliveryStatus.WAITING else None,
        "body": one.body,
    }
