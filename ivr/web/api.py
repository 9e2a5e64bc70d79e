"""The API under /api/v1: the same callbacks as the phone and the page. Keys in the header `Authorization`."""

import json
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request

from ivr.domain.callbacks import CallbackStatus
from ivr.domain.cases import is_case_number
from ivr.domain.programs import Scope
from ivr.errors import CallbackRefused, Conflict, IllegalMove, NotFound
from ivr.service.afterwards import Action, Actions
from ivr.service.finding import find_callback
from ivr.service.hashing import hashed
from ivr.service.renumbering import change_number
from ivr.service.requests import CallbackWish, remember, repetition_key
from ivr.service.store import UnitOfWork
from ivr.web.api_answers import check_match, tagged
from ivr.web.api_bodies import callback_json, case_json, event_json, read_body, read_text
from ivr.web.api_case_files import CaseFilesApi
from ivr.web.api_claims import ClaimsApi
from ivr.web.api_keys import Access, given_key
from ivr.web.api_lists import ListsApi
from ivr.web.api_rules import Rule, api_blueprint
from ivr.web.api_webhooks import WebhooksApi
from ivr.web.desk import Desk
from ivr.web.problems import Answer, problem
from ivr.web.services import Services
from ivr.web.slots import SlotsApi
from ivr.web.wish import (
    read_digits,
    read_email,
    read_instant,
    read_kind,
    read_order,
    read_ring_first,
    read_verification,
    read_words,
    read_zone,
)

LONGEST_KEY: Final = 200
"""Characters of an Idempotency-Key."""
FIELDS: Final = frozenset(
    {"number", "kind", "words", "order", "at", "locale", "zone", "verification", "email", "ring_first"}
)


class Api:
    """Handlers of the API."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._services = services
        self._desk = desk

    def create(self) -> Answer:
        """Book a callback. With an Idempotency-Key it can be sent again safely.

        The client answers for the number, unless it asks for `verification`: then nothing is dialed before `confirm`.
        """
        body = read_body(FIELDS)
        wish = self._wish(body)
        self._desk.requests.prepare(wish)
        try:
            return self._book_once(wish, body)
        except Conflict:  # an equal request was a moment faster: its answer is ours, too
            return self._book_once(wish, body)

    def _book_once(self, wish: CallbackWish, body: Mapping[str, Any]) -> Answer:
        name = _own_name()
        note, digest = repetition_key("api", given_key(), name), _digest(body)
        actions: Actions = ()
        with self._services.store.begin() as uow:
            known = uow.guards.get_note(note) if name else None
            if known is None:
                answer, actions = self._book(uow, wish)
                if name:
                    remember(uow, note, {"body": digest, "answer": answer}, self._services.clock.now())
                uow.commit()
        self._desk.afterwards.run(actions)
        if known is not None and known["body"] != digest:
            return problem(409, "idempotency_key_reused", "This Idempotency-Key came with another body; take a new one")
        return _created(answer if known is None else known["answer"])

    def _book(self, uow: UnitOfWork, wish: CallbackWish) -> tuple[dict[str, Any], Actions]:
        callback = self._desk.requests.ask(uow, wish)
        actions: Actions = ()
        if wish.prove_number:
            actions = self._desk.verification.start(uow, callback, channel=wish.verification)
        return callback_json(callback, uow.cases.get(callback.case_id)), actions

    def _wish(self, body: Mapping[str, Any]) -> CallbackWish:
        text = {name: read_text(body, name) for name in FIELDS - {"at"}}
        locale = text["locale"] or self._services.speaker.locales[0]
        if locale not in self._services.speaker.locales:
            raise CallbackRefused("locale", f"locale must be one of {', '.join(self._services.speaker.locales)}")
        return CallbackWish(
            number=text["number"],
            kind=read_kind(text["kind"]),
            words=read_words(text["words"]),
            order_digits=read_order(text["order"]),
            at=read_instant(body.get("at")),
            locale=locale,
            zone=read_zone(text["zone"]).key if text["zone"] else "",
            source="api",
            email=read_email(text["email"]),
            ring_first=read_ring_first(text["ring_first"]),
            prove_number=bool(text["verification"]),
            verification=read_verification(text["verification"]),
        )

    def show(self, callback_id: str) -> Response:
        """One callback."""
        with self._services.store.read() as uow:
            callback = find_callback(uow, callback_id)
            case = uow.cases.get(callback.case_id)
        return tagged(callback_json(callback, case))

    def move(self, callback_id: str) -> Response:
        """Move it to `at`, or with `at: null` to as soon as possible; let it ring another `number`; or both."""
        body = read_body(frozenset({"at", "number"}))
        number, at = read_text(body, "number"), read_instant(body.get("at"))
        if "at" not in body and not number:
            raise CallbackRefused("when", 'send {"at": …}, an instant or null, or {"number": …}')
        actions: list[Action] = []
        with self._services.store.begin() as uow:
            callback = find_callback(uow, callback_id)
            check_match(callback_json(callback, uow.cases.get(callback.case_id)))
            if number:
                callback, stopped = change_number(self._desk.bookings, uow, callback.id, number)
                actions.extend(stopped)
            if "at" in body:
                callback, stopped = self._desk.bookings.move(uow, callback.id, at=at)
                actions.extend(stopped)
            case = uow.cases.get(callback.case_id)
            uow.commit()
        self._desk.afterwards.run(actions)
        return tagged(callback_json(callback, case))

    def code(self, callback_id: str) -> Answer:
        """Send another code, by `verification` text or call."""
        channel = read_verification(read_text(read_body(frozenset({"verification"})), "verification"))
        with self._services.store.begin() as uow:
            callback = find_callback(uow, callback_id)
            if callback.status != CallbackStatus.UNVERIFIED:
                raise IllegalMove(f"this callback is {callback.status}; no code is needed")
            actions = self._desk.verification.start(uow, callback, channel=channel)
            uow.commit()
        self._desk.afterwards.run(actions)
        return jsonify({}), 202

    def confirm(self, callback_id: str) -> Response:
        """Take the `code` that the number's owner got: from now on it is a promise."""
        code = read_digits(read_text(read_body(frozenset({"code"})), "code"))
        with self._services.store.begin() as uow:
            callback = self._desk.verification.confirm(uow, find_callback(uow, callback_id).id, code)
            case = uow.cases.get(callback.case_id)
            uow.commit()
        return tagged(callback_json(callback, case))

    def cancel(self, callback_id: str) -> tuple[str, int]:
        """Take it back; a callback that has ended already stays as it is."""
        with self._services.store.begin() as uow:
            callback = find_callback(uow, callback_id)
            check_match(callback_json(callback, uow.cases.get(callback.case_id)))
            actions = self._desk.bookings.cancel(uow, callback_id, by="api")[1] if callback.is_open else ()
            uow.commit()
        self._desk.afterwards.run(actions)
        return "", 204

    def case(self, number: str) -> Response:
        """One case with its timeline."""
        with self._services.store.read() as uow:
            case = uow.cases.by_number(number) if is_case_number(number) else None
            events = uow.events.of_case(case.id) if case else ()
        if case is None:
            raise NotFound("no such case")
        return tagged({**case_json(case), "timeline": [event_json(event) for event in events]})


def _own_name() -> str:
    """The client's own name for its request."""
    name = request.headers.get("Idempotency-Key", "").strip()
    if len(name) > LONGEST_KEY:
        raise CallbackRefused("idempotency_key", f"an Idempotency-Key has at most {LONGEST_KEY} characters")
    return name


def _digest(body: Mapping[str, Any]) -> str:
    return hashed(json.dumps(body, sort_keys=True))


def _created(answer: Mapping[str, Any]) -> Answer:
    made = tagged(answer)
    made.headers["Location"] = f"/api/v1/callbacks/{answer['id']}"
    return made, 201


def api_v1(services: Services, desk: Desk) -> Blueprint:
    """The blueprint of the API."""
    return api_blueprint("api", _rules(services, desk), Access(services.store, desk.api_keys))


def _rules(services: Services, desk: Desk) -> list[Rule]:
    api, lists, hooks = Api(services, desk), ListsApi(services, desk), WebhooksApi(services, desk)
    claims, files = ClaimsApi(services, desk), CaseFilesApi(services, desk)
    one, reads, writes = "/callbacks/<callback_id>", Scope.CALLBACKS_READ, Scope.CALLBACKS_WRITE
    return [
        Rule("GET", "/callbacks", lists.callbacks, reads),
        Rule("POST", "/callbacks", api.create, writes),
        Rule("GET", one, api.show, reads),
        Rule("PATCH", one, api.move, writes),
        Rule("DELETE", one, api.cancel, writes),
        Rule("POST", f"{one}/code", api.code, writes),
        Rule("POST", f"{one}/confirm", api.confirm, writes),
        Rule("GET", "/slots", SlotsApi(services, desk).free, reads),
        Rule("GET", "/cases", lists.cases, Scope.CASES_READ),
        Rule("GET", "/cases/<number>", api.case, Scope.CASES_READ),
        Rule("GET", "/cases/<number>/transcript", files.transcript, Scope.CASES_READ),
        Rule("GET", "/cases/<number>/photos", files.photos, Scope.PHOTOS_READ),
        Rule("GET", "/cases/<number>/photos/<photo_id>", files.photo, Scope.PHOTOS_READ),
        Rule("GET", "/claims/<number>", claims.claim, Scope.CASES_READ),
        Rule("POST", "/claims/<number>/answer", claims.answer_claim, Scope.CLAIMS_WRITE),
        Rule("GET", "/events", lists.events, Scope.EVENTS_READ),
        Rule("GET", "/agents", lists.agents, Scope.AGENTS_READ),
        *_hook_rules(hooks),
    ]


def _hook_rules(hooks: WebhooksApi) -> list[Rule]:
    one, scope = "/webhooks/<webhook_id>", Scope.WEBHOOKS_WRITE
    return [
        Rule("GET", "/webhooks", hooks.webhooks, scope),
        Rule("POST", "/webhooks", hooks.add_webhook, scope),
        Rule("GET", one, hooks.webhook, scope),
        Rule("PATCH", one, hooks.change_webhook, scope),
        Rule("DELETE", one, hooks.delete_webhook, scope),
        Rule("POST", f"{one}/secret", hooks.renew_secret, scope),
        Rule("POST", f"{one}/ping", hooks.ping, scope),
        Rule("GET", f"{one}/deliveries", hooks.deliveries, scope),
        Rule("POST", f"{one}/deliveries/<delivery_id>/replay", hooks.replay, scope),
    ]
