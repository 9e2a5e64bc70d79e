"""The webhooks of the legs we dial: agents' and customers' telephones. Addresses carry the leg's id, never a number."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from ivr.domain.callbacks import Leg, Party
from ivr.domain.calls import OVER
from ivr.domain.hearing import Hypothesis
from ivr.domain.turn import Next, Turn
from ivr.service.calls import CARRIER
from ivr.service.legs import NEWS_STATE
from ivr.web.services import Services
from ivr.web.stream_calls import OpenStreams
from ivr.web.voice_documents import Documents, as_xml
from ivr.web.voice_log import TurnLog, keys_for_log, plain, words_for_log

log = structlog.get_logger(__name__)

CALLBACKS: Final = frozenset({"voice_legs.status", "voice_legs.machine", "voice_legs.conference"})
"""Endpoints whose answer is not executed."""
MAX_TROUBLE: Final = 2


class LegWebhooks:
    """The endpoints; each a thin step into the use cases."""

    def __init__(self, services: Services, streams: OpenStreams, documents: Documents) -> None:
        self._services = services
        self._streams = streams
        self._legs = services.legs
        self._documents = documents
        self._log = TurnLog()

    def answer(self, leg_id: str) -> Response:
        """Somebody or something picked up."""
        turn = self._legs.answered(leg_id, _sid())
        if turn.state != NEWS_STATE:
            return self._document(leg_id, turn, "answered")
        news = self._services.calls.tell_news(_sid(), leg_id)
        self._log.line(_sid(), news, "answered")
        return as_xml(self._documents.of_call(_sid(), news, first=True))

    def key(self, leg_id: str, number: int) -> Response:
        """The key, the words heard by the carrier, or nothing, in answer to the document of this number."""
        digits = request.form.get("Digits") or None
        if words := plain(request.form.get("SpeechResult", "")):
            reading = [Hypothesis(words)]
            turn = self._services.leg_hearing.speech(_sid(), number, reading, engine=CARRIER, audio_seconds=0.0)
            return self._document(leg_id, turn, words_for_log(words))
        turn = self._legs.keyed(leg_id, digits, turn=number)
        return self._document(leg_id, turn, keys_for_log(digits) if digits else "silence")

    def left(self, leg_id: str) -> Response:
        """The conference is over for this leg."""
        return self._document(leg_id, self._legs.left_conference(leg_id), "left_conference")

    def news(self, leg_id: str) -> Response:
        """An agent on the line hears what became of the customer."""
        return self._document(leg_id, self._legs.news(leg_id), "news")

    def present(self, leg_id: str) -> Response:
        """What a called customer is to hear now."""
        return self._document(leg_id, self._legs.present(leg_id), "fetch")

    def rate(self, attempt_id: str) -> Response:
        """The customer's rating by key, or none."""
        digits = request.form.get("Digits") or None
        turn = self._legs.rate(attempt_id, digits)
        self._log.line(_sid(), turn, keys_for_log(digits) if digits else "silence")
        return as_xml(self._documents.of_leg("", turn))

    def status(self, leg_id: str) -> tuple[str, int]:
        """Where the leg stands; late and repeated ones are sorted out by the use case."""
        form = request.form
        self._legs.status(
            leg_id, _sid(), call_status=form.get("CallStatus", ""), sequence=form.get("SequenceNumber", "")
        )
        if form.get("CallStatus") in OVER:
            self._streams.ended(_sid())
            self._end_news(leg_id)
        return "", 204

    def _end_news(self, leg_id: str) -> None:
        """A call with news is a dialogue, too."""
        with self._services.store.read() as uow:
            leg = uow.legs.get(leg_id)
        if leg is not None and leg.party == Party.NEWS:
            self._services.calls.ended(_sid())

    def conference(self, attempt_id: str) -> tuple[str, int]:
        """Somebody has entered an attempt's conference."""
        if request.form.get("StatusCallbackEvent") == "participant-join":
            self._legs.entered(attempt_id, _sid())
        return "", 204

    def machine(self, leg_id: str) -> tuple[str, int]:
        """The carrier's verdict on who picked up."""
        self._legs.machine(leg_id, request.form.get("AnsweredBy", "unknown"), sid=_sid())
        return "", 204

    def fallback(self, leg_id: str) -> Response:
        """The carrier could not use a document of this leg: once more, else an apology and the end; the rules retry."""
        form = request.form
        log.error("document_failed", call=_sid(), leg=leg_id, error_code=form.get("ErrorCode", ""))
        self._services.metrics.fallbacks.labels(form.get("ErrorCode", "")[:5]).inc()
        if "trouble=" in form.get("ErrorUrl", ""):
            return as_xml(self._documents.sorry_and_bye())
        return as_xml(self._documents.sorry_then(f"/voice/leg/{leg_id}/answer?trouble=1"))

    def trouble(self, error: Exception) -> Response | tuple[str, int] | HTTPException:
        """Words, never a status code, for whoever is on the line."""
        if isinstance(error, HTTPException):
            return error
        endpoint = request.endpoint or ""
        self._services.metrics.failures.labels(endpoint).inc()
        log.exception("webhook_failed", endpoint=endpoint, call=_sid())
        if endpoint in CALLBACKS:
            return "", 500
        tries = int(t) if (t := request.args.get("trouble", "0")).isdigit() else 0
        if tries >= MAX_TROUBLE:
            return as_xml(self._documents.sorry_and_bye())
        return as_xml(self._documents.sorry_then(f"{request.path}?trouble={tries + 1}"))

    def _document(self, leg_id: str, turn: Turn, heard: str) -> Response:
        self._log.line(_sid(), turn, heard)
        with self._services.store.read() as uow:
            leg = uow.legs.get(leg_id)
        answer_path = _answer_path(leg_id, leg, turn)
        if leg is not None and leg.party == Party.CUSTOMER:
            return as_xml(self._documents.of_customer(_sid(), leg_id, turn, answer_path=answer_path))
        return as_xml(self._documents.of_leg(leg_id, turn, answer_path=answer_path))


def leg_blueprint(webhooks: LegWebhooks) -> Blueprint:
    """The routes of our own calls."""
    legs = Blueprint("voice_legs", __name__)
    rules: Mapping[str, Callable[..., Any]] = {
        "answer": webhooks.answer,
        "key/<int:number>": webhooks.key,
        "left": webhooks.left,
        "news": webhooks.news,
        "present": webhooks.present,
        "status": webhooks.status,
        "machine": webhooks.machine,
        "fallback": webhooks.fallback,
    }
    for path, view in rules.items():
        legs.add_url_rule(f"/voice/leg/<leg_id>/{path}", view_func=view, methods=["POST"])
    legs.add_url_rule(
        "/voice/conference/attempt-<attempt_id>", "conference", view_func=webhooks.conference, methods=["POST"]
    )
    legs.add_url_rule("/voice/rate/<attempt_id>", view_func=webhooks.rate, methods=["POST"])
    legs.register_error_handler(Exception, webhooks.trouble)
    return legs


def _answer_path(leg_id: str, leg: Leg | None, turn: Turn) -> str:
    """A rating goes to its attempt; every other key to the leg and the number of its document."""
    if turn.next is Next.LISTEN and turn.state == "rate_effort":
        return f"/voice/rate/{leg.attempt_id}" if leg else ""
    return f"/voice/leg/{leg_id}/key/{turn.number}"


def _sid() -> str:
    return request.form.get("CallSid", "")
