"""The app: Flask for webhooks and pages; around it the ASGI app with the media socket and live pages."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final, cast

import structlog
from a2wsgi import WSGIMiddleware
from flask import Flask, Response, jsonify, request, send_from_directory
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, WebSocketRoute

from ivr.phone.media_stream import MAX_FRAME_BYTES
from ivr.phone.twiml import Hearing
from ivr.web.asgi_body import Files, WholeBody
from ivr.web.desk import PHOTO_BODY_BYTES, takes_photo
from ivr.web.duplex_sounds import TurnSounds, check_voice
from ivr.web.errors import register_errors
from ivr.web.health import register_health
from ivr.web.legs import LegWebhooks, leg_blueprint
from ivr.web.media_protocol import MediaProtocol
from ivr.web.recording_reports import recording_blueprint
from ivr.web.services import Services
from ivr.web.stream import MediaEndpoint
from ivr.web.stream_calls import OpenStreams
from ivr.web.stream_status import stream_status_blueprint
from ivr.web.stream_tokens import StreamTokens
from ivr.web.texts import texts_blueprint
from ivr.web.voice import VoiceWebhooks, voice_blueprint
from ivr.web.voice_documents import Documents
from ivr.web.voice_signed import observer, signature_gate

log = structlog.get_logger(__name__)

Part = Callable[[Flask], None]
"""Registers more of the site: pages, API."""
MAX_BODY_BYTES: Final = 256 * 1024
AUDIO_AGE_SECONDS: Final = 3600
UVICORN: Final = {
    "ws": MediaProtocol,
    "ws_max_size": MAX_FRAME_BYTES,
    "ws_per_message_deflate": False,
    "server_header": False,
    "proxy_headers": False,
}
"""What uvicorn must be told; addresses come from the settings, so no proxy header is believed."""


def create_app(services: Services, *, parts: Sequence[Part] = (), streams: OpenStreams | None = None) -> Flask:
    """Webhooks and health as a plain WSGI app, with pages and API as `parts`. Raises SettingsError or ContentError."""
    if streams is None:
        services, streams = _without_sockets(services), open_streams(services)
    app = Flask("ivr.web", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    register_errors(app)
    _register_voice(app, services, streams)
    _register_audio(app, services)
    register_health(app, services)
    for part in parts:
        part(app)
    return app


def create_asgi(services: Services, *, parts: Sequence[Part] = (), routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The public server: sockets and `routes` that stay open (live pages) on the event loop, Flask in a thread pool."""
    streams = open_streams(services)
    endpoint = MediaEndpoint(services, streams, _sounds(services, streams))
    app: Any = create_app(services, parts=parts, streams=streams)
    flask = WSGIMiddleware(app, workers=services.threads)
    media = WebSocketRoute("/media", endpoint.serve)

    files = Files(takes_photo, PHOTO_BODY_BYTES)
    body = WholeBody(cast(Any, flask), MAX_BODY_BYTES, files=files)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        endpoint.close()
        flask.executor.shutdown(wait=False, cancel_futures=True)

    return Starlette(routes=[media, *routes, Mount("/", app=body)], lifespan=lifespan)


def _sounds(services: Services, streams: OpenStreams) -> TurnSounds | None:
    if services.hearing is not Hearing.DUPLEX:
        return None
    voice = check_voice(services.voice, services.speaker.locales)
    return TurnSounds(Documents(services, streams), voice, services.audio_dir)


def open_streams(services: Services) -> OpenStreams:
    """The registry that webhooks and sockets of one process share."""
    return OpenStreams(
        tokens=StreamTokens(secret=services.auth_tokens[0] if services.auth_tokens else "", store=services.store),
        metrics=services.metrics,
        media_url=services.media_url,
        status_url=services.absolute("/voice/stream-status"),
    )


def _without_sockets(services: Services) -> Services:
    """A WSGI server opens no media sockets: unless IVR_STREAM_URL says who does, the carrier's recogniser hears."""
    if services.hearing in (Hearing.STREAM, Hearing.DUPLEX) and not services.stream_url:
        return replace(services, hearing=Hearing.GATHER)
    return services


def _register_voice(app: Flask, services: Services, streams: OpenStreams) -> None:
    gate, observe = signature_gate(services.signature_check(), services.metrics), observer(services.metrics)
    documents = Documents(services, streams)
    for blueprint in (
        voice_blueprint(VoiceWebhooks(services, streams, documents)),
        leg_blueprint(LegWebhooks(services, streams, documents)),
        stream_status_blueprint(services, streams),
        texts_blueprint(services),
        recording_blueprint(services),
    ):
        blueprint.before_request(gate)
        blueprint.after_request(observe)
        app.register_blueprint(blueprint)


def _register_audio(app: Flask, services: Services) -> None:
    """Sounds are public: the carrier fetches them without a signature, and may keep them."""

    @app.get("/audio/<path:name>")
    def audio(name: str) -> Response | tuple[Response, int]:
        if services.audio_dir is None:
            return jsonify(error={"code": "not_found", "message": f"no sound {request.path}"}), 404
        return send_from_directory(services.audio_dir, name, max_age=AUDIO_AGE_SECONDS, conditional=True)
