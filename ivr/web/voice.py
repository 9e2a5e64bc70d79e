"""The webhooks of an inbound call: each answers with the document of the present turn, however late it comes."""

from typing import Final

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from ivr.domain.calls import OVER
from ivr.domain.hearing import Hypothesis
from ivr.domain.turn import Turn
from ivr.phone.twiml import nothing
from ivr.service.calls import CARRIER
from ivr.web.services import Services
from ivr.web.stream_calls import OpenStreams
from ivr.web.voice_documents import Documents, as_xml
from ivr.web.voice_log import TurnLog, keys_for_log, plain, words_for_log

log = structlog.get_logger(__name__)

MAX_TROUBLE: Final = 3
"""Documents in a row that may fail before we say goodbye."""


class VoiceWebhooks:
    """The endpoints; each a thin step into the use cases."""

    def __init__(self, services: Services, streams: OpenStreams, documents: Documents) -> None:
        self._services = services
        self._calls = services.calls
        self._streams = streams
        self._documents = documents
        self._log = TurnLog()

    def arrive(self) -> Response:
        """An inbound call."""
        form = request.form
        turn = self._calls.arrive(_sid(), form.get("From"), form.get("To", ""))
        return self._document(turn, "call", first=True)

    def turn(self, number: int) -> Response:
        """The present turn again; `?listen=1` without its prompt, if it still is this one."""
        turn = self._calls.present(_sid())
        listening = request.args.get("listen") == "1" and turn.number == number
        return self._document(turn, "fetch", listening=listening)

    def heard(self, number: int) -> Response:
        """A Gather has ended: by keys, by the carrier's recogniser, or by nothing."""
        form, sid = request.form, _sid()
        if words := form.get("SpeechResult", "").strip():
            turn = self._spoken(number, words)
            return self._document(turn, words_for_log(words), listening=turn.number == number)
        if digits := form.get("Digits", ""):
            return self._document(self._calls.keys(sid, number, digits), keys_for_log(digits))
        if form.get("CallStatus") in OVER:
            return self._over()
        turn = self._calls.silence(sid, number)
        return self._document(turn, "silence", listening=turn.number == number)

    def status(self) -> tuple[str, int]:
        """The number's status callback: sent once, when the call is over."""
        if request.form.get("CallStatus") in OVER:
            self._end()
        return "", 204

    def fallback(self) -> Response:
        """The carrier could not use a document of ours: apologise and offer a way on."""
        code = request.form.get("ErrorCode", "")
        self._services.metrics.fallbacks.labels(code if code.isdigit() else "").inc()
        log.error("document_failed", call=_sid(), error_code=code, error_url=request.form.get("ErrorUrl", ""))
        turn = self._calls.failed(_sid(), request.form.get("From"), request.form.get("To", ""))
        return self._document(turn, "failure", first=not self._streams.is_open(_sid()))

    def join(self, attempt_id: str) -> Response:
        """A caller on hold goes into the conference with the agent; without an agent the present turn goes on."""
        return self._document(self._calls.join(_sid(), attempt_id), "agent")

    def left(self) -> Response:
        """The conference of a caller who was on hold is over."""
        if request.form.get("CallStatus") in OVER:
            return self._over()
        return self._document(self._calls.left_conference(_sid()), "conference_over")

    def hold_music(self) -> Response:
        """What plays while a conference waits for its second person."""
        return as_xml(self._documents.hold_music())

    def trouble(self, error: Exception) -> Response | tuple[str, int] | HTTPException:
        """Words, never a status code: the caller goes on to the fallback, and after three tries hears goodbye."""
        if isinstance(error, HTTPException):
            return error
        endpoint = request.endpoint or ""
        self._services.metrics.failures.labels(endpoint).inc()
        log.exception("webhook_failed", endpoint=endpoint, call=_sid())
        if endpoint == "voice.status":
            return "", 500
        tries = int(t) if (t := request.args.get("trouble", "0")).isdigit() else 0
        if tries >= MAX_TROUBLE:
            return as_xml(self._documents.sorry_and_bye())
        return as_xml(self._documents.sorry_then(f"/voice/fallback?trouble={tries + 1}"))

    def _spoken(self, number: int, words: str) -> Turn:
        score = request.form.get("Confidence", "", type=str)
        reading = Hypothesis(plain(words), _number(score))
        return self._calls.speech(_sid(), number, [reading], engine=CARRIER, audio_seconds=0.0)

    def _document(self, turn: Turn, heard: str, *, first: bool = False, listening: bool = False) -> Response:
        self._log.line(_sid(), turn, heard)
        return as_xml(self._documents.of_call(_sid(), turn, first=first, listening=listening))

    def _over(self) -> Response:
        self._end()
        return as_xml(nothing())

    def _end(self) -> None:
        self._calls.ended(_sid())
        self._streams.ended(_sid())
        self._log.forget(_sid())


def voice_blueprint(webhooks: VoiceWebhooks) -> Blueprint:
    """The routes of an inbound call."""
    voice = Blueprint("voice", __name__)
    voice.add_url_rule("/voice", view_func=webhooks.arrive, methods=["POST"])
    voice.add_url_rule("/voice/turn/<int:number>", view_func=webhooks.turn, methods=["POST"])
    voice.add_url_rule("/voice/heard/<int:number>", view_func=webhooks.heard, methods=["POST"])
    voice.add_url_rule("/voice/left", view_func=webhooks.left, methods=["POST"])
    voice.add_url_rule("/voice/status", view_func=webhooks.status, methods=["POST"])
    voice.add_url_rule("/voice/fallback", view_func=webhooks.fallback, methods=["POST"])
    voice.add_url_rule("/voice/join/<attempt_id>", view_func=webhooks.join, methods=["POST"])
    voice.add_url_rule("/voice/hold-music", view_func=webhooks.hold_music, methods=["POST"])
    voice.register_error_handler(Exception, webhooks.trouble)
    return voice


def _sid() -> str:
    return request.form.get("CallSid", "")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
