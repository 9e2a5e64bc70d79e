"""/healthz (is it alive), /readyz (may it be given calls), /metrics."""

import time
from collections import Counter
from contextlib import suppress
from datetime import datetime
from typing import Final

from flask import Flask, Response, jsonify

from ivr.domain.agents import AgentStatus
from ivr.errors import IvrError
from ivr.service.guards import DISPATCH
from ivr.web.services import Services

LATE_SECONDS: Final = 10.0
"""A dispatcher that has not beaten for this long is taken for dead (reliability.md 4e)."""
START_SECONDS: Final = 30.0
"""After our own start a dispatcher may still be on its way up."""


def register_health(app: Flask, services: Services) -> None:
    """Add the three addresses."""
    started = time.monotonic()

    @app.get("/healthz")
    def healthz() -> tuple[Response, int]:
        age = _dispatcher_age(services)
        young = time.monotonic() - started < START_SECONDS
        alive = young if age is None else age <= LATE_SECONDS or young
        return jsonify(status="ok" if alive else "no dispatcher", dispatcher_age_seconds=age), 200 if alive else 503

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        wrong = {name: text for name, check in services.readiness.items() if (text := check())}
        if not _reads(services):
            wrong["database"] = "does not answer; see IVR_DATABASE_URL"
        ears = services.recognizer
        hearing = {locale: (ears and ears.engine_for(locale)) or "keypad" for locale in services.speaker.locales}
        return jsonify(ready=not wrong, wrong=wrong, hearing=hearing, mode=services.hearing), 503 if wrong else 200

    @app.get("/metrics")
    def metrics() -> Response:
        _look(services)
        return Response(services.metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _dispatcher_age(services: Services) -> float | None:
    try:
        with services.store.read() as uow:
            beat_at = uow.guards.last_beat_at(DISPATCH)
    except IvrError:
        return None
    return _age(beat_at, services.clock.now())


def _look(services: Services) -> None:
    """Set the gauges of what the database holds; they keep their last values while it does not answer."""
    now = services.clock.now()
    with suppress(IvrError), services.store.read() as uow:
        on_duty = Counter(agent.status for agent in uow.agents.all())
        agents = {status.value: on_duty[status] for status in AgentStatus}
        services.metrics.messages.set(uow.messages.count_waiting(now))
        services.metrics.stand(uow.callbacks.counted(now), agents, _age(uow.guards.last_beat_at(DISPATCH), now))


def _age(beat_at: datetime | None, now: datetime) -> float | None:
    return None if beat_at is None else round((now - beat_at).total_seconds(), 1)


def _reads(services: Services) -> bool:
    try:
        with services.store.read() as uow:
            uow.guards.last_beat_at(DISPATCH)
    except IvrError:
        return False
    return True
