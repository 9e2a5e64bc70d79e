"""What was written is erased: after some time, and when a customer asks for it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

import structlog

from ivr.errors import Conflict
from ivr.service.opting import masked_address
from ivr.service.scenes import Scene, Scenes
from ivr.service.timeline import record

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(minutes=10)
BATCH: Final = 100


class Erasing:
    """Chats of every channel, e-mails with their originals, and their words in timelines and summaries."""

    def __init__(self, scenes: Scenes, days: int) -> None:
        self._scenes = scenes
        self._kept = timedelta(days=days)
        self._next_at: datetime | None = None

    def sweep(self) -> None:
        """One round every ten minutes; at once again while there is much to do. Safe in several processes."""
        now = self._scenes.clock.now()
        if self._next_at is not None and now < self._next_at:
            return
        try:
            erased = self._scenes.run(self._sweep)
        except Conflict:
            return  # another process is at it
        if erased < BATCH:
            self._next_at = now + EVERY

    def _sweep(self, scene: Scene) -> int:
        before = scene.now - self._kept
        old = scene.uow.mails.erasable(before, BATCH)
        scene.uow.mails.erase(old)
        return len(old) + scene.uow.mails.erase_strays(before)

    def forget(self, whose: str) -> int:
        """All that somebody wrote, by E.164 number or e-mail address; how many chats and stray mails there were."""
        number, address = ("", whose.lower()) if "@" in whose else (whose, "")
        return self._scenes.run(lambda scene: self._forget(scene, number, address))

    def _forget(self, scene: Scene, number: str, address: str) -> int:
        theirs: Collection[str] = scene.uow.mails.chats_of(number, address)
        scene.uow.mails.erase(theirs)
        strays = scene.uow.mails.erase_strays(scene.now, address) if address else 0
        data = {"address": masked_address(number or address), "chats": len(theirs)}
        record(scene.uow, scene.now, "writing_forgotten", data=data)
        log.info("writing_forgotten", **data)
        return len(theirs) + strays
