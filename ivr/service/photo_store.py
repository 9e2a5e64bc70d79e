"""The port of the customers' photos; a part of the store's."""

from collections.abc import Sequence
from typing import Protocol

from ivr.domain.photos import Photo


class Photos(Protocol):
    """Photos. The database allows a file once in a case (Conflict otherwise); they go with their case."""

    def add(self, photo: Photo, jpeg: bytes) -> None: ...
    def of_case(self, case_id: str) -> Sequence[Photo]:
        """Oldest first, without the pictures."""

    def picture(self, case_id: str, photo_id: str) -> bytes | None:
        """The JPEG file of one of this case's."""
