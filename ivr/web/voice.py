"""The webhooks of an inbound call: each answers with the document of the present turn, however late it comes."""

from typing import Final

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from ivr.domain.calls import OVER
from ivr.domain.hearing import Hypothesis
from ivr.domain.turn import Next, Turn
from ivr.phone.recordings import is_recording_sid, recording_sid
from ivr.phone.twiml import hang_up, nothing, pause_and_redirect
from ivr.service.calls import CARRIER
from ivr.web.services import Services
from ivr.web.stream_calls import OpenStreams
from ivr.web.voice_documents import Documents, as_xml
from ivr.web.voice_log import CARD_DROPPED, TurnLog, keys_for_log, plain, tells_of_card, words_for_log
from ivr.web.voice_paid import paid_of
from ivr.web.voice_recorded import RecordedAnswers

log = structlog.get_logger(__name__)

MAX_TROUBLE: Final = 3
"""Documents in a row that may fail before we say goodbye."""
MAX_STREAMS: Final = 2
"""Two-way streams that may break in one turn; then documents with keys serve the call to its end."""


class VoiceWebhooks:
    """The endpoints; each a thin step into the use cases."""

    def __init__(self, services: Services, streams: OpenStreams, documents: Documents) -> None:
        self._services = services
        self._calls = services.calls
        self._streams = streams
        self._documents = documents
        self._recorded = RecordedAnswers(services)
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
            heard = CARD_DROPPED if tells_of_card(turn) else words_for_log(words)
            return self._document(turn, heard, listening=turn.number == number)
        if digits := form.get("Digits", ""):
            return self._keyed(number, digits)
        if form.get("CallStatus") in OVER:
            return self._over()
        turn = self._calls.silence(sid, number)
        return self._document(turn, "silence", listening=turn.number == number)

    def recorded(self, number: int) -> Response:
        """A Record has ended: by silence, by a key, by its longest time, or because the caller hung up."""
        form, key, recording = request.form, request.form.get("Digits", ""), _recording()
        is_over = form.get("CallStatus") in OVER or key == "hangup"
        if is_over or key.strip("#"):
            self._recorded.forget(recording)
            return self._over() if is_over else self._keyed(number, key)
        if not recording:
            return self._nothing_recorded(number)
        tries = _count("tries")
        answer = self._recorded.hear(_sid(), number, recording, tries=tries)
        if answer is None:
            query = f"recording={recording}&tries={tries + 1}&again={_count('again')}"
            return as_xml(pause_and_redirect(f"/voice/recorded/{number}?{query}"))
        if not answer.was_said:
            return self._nothing_recorded(number)
        return self._document(answer.turn, answer.heard, listening=answer.turn.number == number)

    def _nothing_recorded(self, number: int) -> Response:
        """Record waits no longer for a first word than for the next one: so it is tried twice before it is silence."""
        turn = self._calls.present(_sid())
        again = turn.next is Next.LISTEN and _count("again") > 0
        if again:
            turn = self._calls.silence(_sid(), number)
        listening = turn.number == number
        return self._document(turn, "silence", listening=listening, again=listening and not again)

    def streamed(self, number: int) -> Response:
        """A two-way stream is over and the call goes on: we closed it after the last words, or it broke."""
        if request.form.get("CallStatus") in OVER:
            return self._over()
        turn = self._calls.present(_sid())
        if turn.next is Next.HANG_UP:
            return as_xml(hang_up())
        broken = _count("streams") + 1 if turn.number == number else 0
        if broken >= MAX_STREAMS:
            self._streams.give_up(_sid())
            turn = self._calls.unheard(_sid(), turn.number)
        self._log.line(_sid(), turn, "stream_over")
        return as_xml(self._documents.of_call(_sid(), turn, streams=broken))

    def paid(self, number: int) -> Response:
        """The card terminal is done; nothing of the card is read."""
        paid = paid_of({"Result": "validation-error"} if "skipped" in request.args else request.form)
        turn = self._calls.paid(_sid(), number, paid)
        if request.form.get("CallStatus") in OVER:
            return self._over()
        return self._document(turn, f"card:{paid.outcome}", first=not self._streams.is_open(_sid()))

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
        tries = _count("trouble")
        if tries >= MAX_TROUBLE:
            return as_xml(self._documents.sorry_and_bye())
        return as_xml(self._documents.sorry_then(f"/voice/fallback?trouble={tries + 1}"))

    def _spoken(self, number: int, words: str) -> Turn:
        score = request.form.get("Confidence", "", type=str)
        reading = Hypothesis(plain(words), _number(score))
        return self._calls.speech(_sid(), number, [reading], engine=CARRIER, audio_seconds=0.0)

    def _keyed(self, number: int, digits: str) -> Response:
        return self._document(self._calls.keys(_sid(), number, digits), keys_for_log(digits))

    def _document(
        self, turn: Turn, heard: str, *, first: bool = False, listening: bool = False, again: bool = False
    ) -> Response:
        self._log.line(_sid(), turn, heard)
        return as_xml(self._documents.of_call(_sid(), turn, first=first, listening=listening, again=again))

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
    voice.add_url_rule("/voice/recorded/<int:number>", view_func=webhooks.recorded, methods=["POST"])
    voice.add_url_rule("/voice/streamed/<int:number>", view_func=webhooks.streamed, methods=["POST"])
    voice.add_url_rule("/voice/paid/<int:number>", view_func=webhooks.paid, methods=["POST"])
    voice.add_url_rule("/voice/left", view_func=webhooks.left, methods=["POST"])
    voice.add_url_rule("/voice/status", view_func=webhooks.status, methods=["POST"])
    voice.add_url_rule("/voice/fallback", view_func=webhooks.fallback, methods=["POST"])
    voice.add_url_rule("/voice/join/<attempt_id>", view_func=webhooks.join, methods=["POST"])
    voice.add_url_rule("/voice/hold-music", view_func=webhooks.hold_music, methods=["POST"])
    voice.register_error_handler(Exception, webhooks.trouble)
    return voice


def _sid() -> str:
    return request.form.get("CallSid", "")


def _recording() -> str:
    """The recording of this request, or of the one that found it not there yet; empty: there is none."""
    waited_for = request.args.get("recording", "")
    return waited_for if is_recording_sid(waited_for) else recording_sid(request.form.get("RecordingUrl", ""))


def _count(name: str) -> int:
    text = request.args.get(name, "0")
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
