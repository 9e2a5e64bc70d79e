"""How long small rows are kept: long after anything could still ask for them, and no longer."""

from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from ivr.domain.privacy import PrivacyRules
from ivr.service.rounds import Rounds
from ivr.service.scenes import Scene, Scenes

log = structlog.get_logger(__name__)

KEPT: Final = timedelta(days=7)
"""Seen webhooks (the carrier repeats them for minutes), used stream tokens, sent codes, heartbeats, idle rates."""
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
MUCH: Final = 1000
"""Rows after which the next round comes at once: there may be more."""
ASSIGNED_KEPT: Final = timedelta(days=400)
"""Longer than any callback can be promised ahead."""
REQUEST_KEPT: Final = timedelta(days=1)
"""A web request that comes again within this gets the answer of the first; the same for an Idempotency-Key."""


class Retention:
    """Deletes what is over; safe to run in several processes, and to be stopped at any moment."""

    def __init__(self, scenes: Scenes, audit_days: int = 730, privacy: PrivacyRules | None = None) -> None:
        self._privacy = privacy or PrivacyRules()
        self._audit_kept = timedelta(days=audit_days)
        self._rounds = Rounds(scenes, MUCH)

    def sweep(self) -> None:
        """One round, if it is time."""
        swept = self._rounds.go(self._sweep)
        if swept is not None:
            log.info("rows_swept", rows=swept)

    def _sweep(self, scene: Scene) -> int:
        """Small rows, and the audit log beyond the setting's days."""
        scene.uow.places.sweep(scene.now - KEPT)
        swept = scene.uow.guards.sweep(scene.now, kept_since=scene.now - KEPT)
        swept += sum(self._call_logs(scene, begins, days) for begins, days in self._privacy.call_log_days.items())
        return swept + scene.uow.staff.sweep(scene.now - self._audit_kept, scene.now - ASSIGNED_KEPT)

    def _call_logs(self, scene: Scene, begins: str, days: int) -> int:
        """Of countries whose law keeps them short. Our own calls: those dialed since the last round's end."""
        before, key = scene.now - timedelta(days=days), f"call_logs:{begins}"
        note = scene.uow.guards.get_note(key)
        scene.uow.erasures.dialed(begins, datetime.fromisoformat(note["before"]) if note else LONG_AGO, before)
        scene.uow.guards.set_note(key, {"before": before.isoformat()})
        return scene.uow.erasures.call_logs(begins, before, MUCH)
