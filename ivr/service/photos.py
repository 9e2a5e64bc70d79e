"""Photos of a case: what a customer sends is made anew, counted, kept for some time, and shown to staff alone."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final, Protocol

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import Case
from ivr.domain.photos import Photo
from ivr.errors import CallbackRefused, IllegalMove, NotFound
from ivr.service.case_file import find_case
from ivr.service.finding import find_callback
from ivr.service.ports import Clock
from ivr.service.staff_log import Member, log_act
from ivr.service.store import Store, UnitOfWork
from ivr.service.timeline import ID, new_id, record

READS_PHOTOS: Final = frozenset({CallbackStatus.SCHEDULED, CallbackStatus.DIALING})
MOST_BYTES: Final = 8 * 1024 * 1024
"""Of one photo as it is sent: what telephones make is smaller."""
MOST_PIXELS: Final = 50_000_000


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture made anew from what somebody sent: JPEG, upright, without any metadata."""

    jpeg: bytes
    width: int
    height: int
    digest: str
    """SHA-256 of what was sent."""


class Pictures(Protocol):
    """Reads pictures that nobody vouches for."""

    def read(self, data: bytes) -> Picture:
        """Raises CallbackRefused: `photo_type` (no JPEG, PNG or WebP that can be read), `photo_large` (its pixels)."""


@dataclass(frozen=True)
class CasePhotos:
    """Adds and shows them."""

    clock: Clock
    most: int
    """Of one case; 0: none are taken."""
    kept: timedelta

    def add(self, uow: UnitOfWork, callback_id: str, picture: Picture, caption: str) -> None:
        """To the callback's case; the same one twice is no error. Raises NotFound, IllegalMove, CallbackRefused."""
        callback = find_callback(uow, callback_id)
        if callback.status not in READS_PHOTOS:
            raise IllegalMove(f"this callback is {callback.status}; nobody looks at photos any more, or not yet")
        self._add(uow, callback.case_id, callback, picture, caption)

    def add_to(self, uow: UnitOfWork, case: Case, picture: Picture, caption: str) -> None:
        """To a case, by e-mail or text; the same one twice is no error. Raises CallbackRefused (`photo_full`)."""
        self._add(uow, case.id, case, picture, caption)

    def _add(self, uow: UnitOfWork, case_id: str, subject: Callback | Case, picture: Picture, caption: str) -> None:
        uow.guards.lock(f"photos:{case_id}")
        there, now = uow.photos.of_case(case_id), self.clock.now()
        if any(photo.digest == picture.digest for photo in there):
            return
        if len(there) >= self.most:
            raise CallbackRefused("photo_full", f"a case has at most {self.most} photos")
        photo = Photo(
            id=new_id(), case_id=case_id, caption=caption, width=picture.width, height=picture.height,
            digest=picture.digest, at=now, expires_at=now + self.kept,
        )  # fmt: skip
        uow.photos.add(photo, picture.jpeg)
        record(uow, now, "photo_added", subject=subject, data={"photo": photo.id, "caption": caption})

    def shown(self, store: Store, member: Member, number: str, photo_id: str) -> bytes:
        """The picture, for staff who may see the case; every look is in the audit log. Raises NotFound."""
        with store.begin() as uow:
            case = find_case(uow, member, number)
            jpeg = uow.photos.picture(case.id, photo_id) if ID.fullmatch(photo_id) else None
            if jpeg is None:
                raise NotFound("no such photo; photos are deleted after some time")
            log_act(uow, self.clock.now(), member, "photo_seen", about=case.number, data={"photo": photo_id})
            uow.commit()
        return jpeg


def digest_of(data: bytes) -> str:
    """What tells one sent file from another."""
    return sha256(data).hexdigest()
