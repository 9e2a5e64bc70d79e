"""The gate before every voice webhook: signed by the carrier, for our account, about a call; else only 403."""

import time
from collections.abc import Callable
from typing import Final

import structlog
from flask import Response, g, request

from ivr.phone.signature import SignatureCheck, is_call_sid, is_message_sid
from ivr.web.metrics import Metrics

log = structlog.get_logger(__name__)

FORM_TYPE: Final = "application/x-www-form-urlencoded"
WITHOUT_CALL: Final = frozenset({"voice.hold_music"})
"""Endpoints whose requests name no call."""
TEXTS: Final = frozenset({"texts.arrived", "texts.delivered"})
"""Endpoints whose requests name a message in its place."""


def signature_gate(check: SignatureCheck, metrics: Metrics) -> Callable[[], Response | None]:
    """A `before_request` that lets only the carrier through."""

    def gate() -> Response | None:
        g.began = time.perf_counter()
        reason = _refusal(check)
        if reason is None:
            metrics.webhooks.labels(request.endpoint or "").inc()
            return None
        metrics.refused.labels(request.endpoint or "").inc()
        log.warning("webhook_refused", endpoint=request.endpoint, reason=reason)
        return Response("forbidden\n", 403, content_type="text/plain; charset=utf-8")

    return gate


def observer(metrics: Metrics) -> Callable[[Response], Response]:
    """An `after_request` that notes how long each webhook took."""

    def observe(response: Response) -> Response:
        if "began" in g:
            metrics.seconds.labels(request.endpoint or "").observe(time.perf_counter() - g.began)
        return response

    return observe


def _refusal(check: SignatureCheck) -> str | None:
    # Of a JSON body only the address would be signed: nothing in our protocol is sent that way.
    if request.mimetype != FORM_TYPE:
        return "not_a_form"
    query = request.query_string.decode("latin-1")
    if not check.is_webhook(request.path, query, request.form, request.headers.get("X-Twilio-Signature")):
        return "not_signed"
    if request.endpoint in TEXTS:
        return None if is_message_sid(request.form.get("MessageSid")) else "no_message"
    if request.endpoint not in WITHOUT_CALL and not is_call_sid(request.form.get("CallSid")):
        return "no_call"
    return None
