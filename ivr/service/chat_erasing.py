"""What was written is erased: after some time, and when a customer asks for it."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

import structlog

from ivr.service.opting import masked_address
from ivr.service.rounds import Rounds
from ivr.service.scenes import Scene, Scenes
from ivr.service.timeline import record

log = structlog.get_logger(__name__)

BATCH: Final = 100


class Erasing:
    """Chats of every channel, e-mails with their originals, and their words in timelines and summaries."""

    def __init__(self, scenes: Scenes, days: int) -> None:
        self._scenes = scenes
        self._kept = timedelta(days=days)
        self._rounds = Rounds(scenes, BATCH)

    def sweep(self) -> None:
        """One round, if it is time."""
        self._rounds.go(self._sweep)

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
