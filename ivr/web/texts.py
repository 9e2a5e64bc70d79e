"""The webhook of text messages that customers send to our number."""

from flask import Blueprint, Response, request

from ivr.phone.twiml import text_answer
from ivr.service.incoming_texts import IncomingText
from ivr.web.services import Services
from ivr.web.voice_documents import as_xml

MOST_CHARACTERS = 1600


def texts_blueprint(services: Services) -> Blueprint:
    """One route; signed like those of calls."""
    texts = Blueprint("texts", __name__)

    @texts.post("/text")
    def arrived() -> Response:
        form = request.form
        text = IncomingText(
            sid=form.get("MessageSid", ""),
            number=form.get("From", ""),
            body=form.get("Body", "")[:MOST_CHARACTERS],
            is_answered=bool(form.get("OptOutType")),
        )
        return as_xml(text_answer(services.incoming_texts.arrived(text) if services.incoming_texts else ""))

    return texts
