"""The webhooks of text messages: those that customers send to our number, and what became of ours."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from ivr.phone.twiml import text_answer
from ivr.service.deliveries import Delivery
from ivr.service.incoming_texts import IncomingText
from ivr.web.services import Services
from ivr.web.voice_documents import as_xml

MOST_CHARACTERS = 1600
MOST_MEDIA = 10


def texts_blueprint(services: Services) -> Blueprint:
    """Signed like those of calls."""
    texts = Blueprint("texts", __name__)

    @texts.post("/text")
    def arrived() -> Response:
        form = request.form
        text = IncomingText(
            sid=form.get("MessageSid", ""),
            number=form.get("From", ""),
            body=form.get("Body", "")[:MOST_CHARACTERS],
            is_answered=bool(form.get("OptOutType")),
            pictures=_pictures(form),
        )
        return as_xml(text_answer(services.incoming_texts.arrived(text) if services.incoming_texts else ()))

    @texts.post("/text/<message_id>/status")
    def delivered(message_id: str) -> Response:
        form = request.form
        code = form.get("ErrorCode", "")
        told = Delivery(
            message_id=message_id,
            sid=form.get("MessageSid", ""),
            status=form.get("MessageStatus", ""),
            code=int(code) if code.isdecimal() else None,
        )
        if services.deliveries:
            services.deliveries.told(told)
        return Response(status=204)

    return texts


def _pictures(form: Mapping[str, str]) -> tuple[str, ...]:
    """Addresses of pictures; empty for another file, so that its sender is told."""
    count = int(form.get("NumMedia", "0")) if form.get("NumMedia", "").isdecimal() else 0
    sent = [(form.get(f"MediaContentType{n}", ""), form.get(f"MediaUrl{n}", "")) for n in range(min(count, MOST_MEDIA))]
    return tuple(url if kind.startswith("image/") else "" for kind, url in sent)
