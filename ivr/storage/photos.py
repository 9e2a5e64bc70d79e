"""Customers' photos: the pictures are read one at a time, and only when somebody looks."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import insert, select

from ivr.domain.photos import Photo
from ivr.storage.failures import translated
from ivr.storage.photo_tables import photos
from ivr.storage.rows import Repository

SEEN = tuple(column for column in photos.c if column.name != "jpeg")


class SqlPhotos(Repository):
    """service.photo_store.Photos: plain rows."""

    def add(self, photo: Photo, jpeg: bytes) -> None:
        """Conflict if the case has this file already."""
        self._session.flush()  # its case may be as new
        with translated():
            self._session.execute(insert(photos).values(**asdict(photo), jpeg=jpeg))

    def of_case(self, case_id: str) -> Sequence[Photo]:
        """Oldest first."""
        mine = select(*SEEN).where(photos.c.case_id == case_id).order_by(photos.c.at, photos.c.id)
        return [Photo(**row) for row in self._session.execute(mine).mappings()]

    def picture(self, case_id: str, photo_id: str) -> bytes | None:
        """One of this case's."""
        mine = select(photos.c.jpeg).where(photos.c.case_id == case_id, photos.c.id == photo_id)
        return self._session.scalar(mine)
