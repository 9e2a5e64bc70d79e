"""Pictures by text message: they go to the case that the number is about, or their sender is told what to do."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from ivr.domain.cases import Case
from ivr.errors import CallbackRefused, IvrError
from ivr.service.photos import CasePhotos, Picture, Pictures
from ivr.service.scenes import Scene, Scenes
from ivr.service.store import UnitOfWork

log = structlog.get_logger(__name__)

AT_ONCE: Final = 5
"""Pictures of one text; more are left out."""
SECONDS: Final = 8.0
"""The carrier waits 15 for our answer."""


class PictureSource(Protocol):
    """Where the carrier keeps what came with a text."""

    def fetch(self, url: str) -> bytes:
        """Raises NotFound, CarrierRejected, CarrierUnclear, AudioError (its size)."""


@dataclass(frozen=True)
class Told:
    """What is answered."""

    key: str
    case: str = ""
    """Its number."""


@dataclass(frozen=True, kw_only=True)
class TextPictures:
    """Fetches, makes anew, and adds."""

    scenes: Scenes
    source: PictureSource
    pictures: Pictures
    photos: CasePhotos
    monotonic: Callable[[], float] = time.monotonic

    def arrived(self, number: str, urls: Sequence[str]) -> Told:
        """What to answer; nothing is fetched where there is no case."""
        with self.scenes.store.read() as uow:
            if _case_of(uow, number) is None:
                return Told("picture_alone_text")
        found = self._fetched(urls[:AT_ONCE])
        return self.scenes.run(lambda scene: self._add(scene, number, found))

    def _fetched(self, urls: Sequence[str]) -> list[Picture]:
        found, until = [], self.monotonic() + SECONDS
        for url in urls:
            try:
                if url and self.monotonic() < until:
                    found.append(self.pictures.read(self.source.fetch(url)))
            except IvrError as error:
                log.warning("picture_not_taken", code=error.code, error=str(error))
        return found

    def _add(self, scene: Scene, number: str, found: Sequence[Picture]) -> Told:
        case, added = _case_of(scene.uow, number), 0
        for picture in found:
            if case is None:
                break
            try:
                self.photos.add_to(scene.uow, case, picture, "")
                added += 1
            except CallbackRefused:
                break  # it is full
        return Told("picture_added_text", case.number) if case is not None and added else Told("picture_failed_text")


def _case_of(uow: UnitOfWork, number: str) -> Case | None:
    """That of the chat, else of the promised callback, else the newest open one."""
    chat, callback = uow.chats.live_of_number(number), uow.callbacks.open_for_number(number)
    case_id = (chat.case_id if chat is not None else None) or (callback.case_id if callback is not None else None)
    customer = uow.customers.by_number(number)
    cases = uow.cases.open_of(customer.id) if customer is not None else ()
    return uow.cases.get(case_id) if case_id else max(cases, key=lambda case: case.opened_at, default=None)
