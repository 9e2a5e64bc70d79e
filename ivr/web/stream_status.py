"""What the carrier says about a call's media stream: told apart from the call itself, which goes on."""

import structlog
from flask import Blueprint, request

from ivr.phone.masking import mask_text
from ivr.web.services import Services
from ivr.web.stream_calls import OpenStreams

log = structlog.get_logger(__name__)


def stream_status_blueprint(services: Services, streams: OpenStreams) -> Blueprint:
    """The route of Stream's statusCallback."""
    blueprint = Blueprint("voice_stream", __name__)

    @blueprint.post("/voice/stream-status")
    def stream_status() -> tuple[str, int]:
        form = request.form
        sid, event = form["CallSid"], form.get("StreamEvent", "")
        if event == "stream-error":
            services.metrics.stream_faults.labels("carrier_error").inc()
            streams.failed(sid)
            log.error("stream_failed", call=sid, error=mask_text(form.get("StreamError", "")))
        else:
            log.info("stream_status", call=sid, stream_event=event)
        return "", 204

    return blueprint
