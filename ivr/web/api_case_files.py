"""What belongs to a case, for programs: what was said and written, and the customer's photos.

Recorded conversations are not here: customers agreed that staff hear them, and they stay at the carrier.
"""

from typing import Any

from flask import Response, request

from ivr.domain.cases import Case, is_case_number
from ivr.domain.photos import Photo
from ivr.domain.staff import StaffRole
from ivr.domain.transcripts import Passage, transcript
from ivr.errors import NotFound
from ivr.service.staff_log import Member
from ivr.service.store import UnitOfWork
from ivr.web.api_answers import tagged
from ivr.web.api_keys import program
from ivr.web.desk import Desk
from ivr.web.services import Services


class CaseFilesApi:
    """Handlers."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._store = services.store
        self._photos = desk.photos

    def transcript(self, number: str) -> Response:
        """Calls, chats, texts and mails of a case, in order; `doubtful` names what may have been misheard."""
        with self._store.read() as uow:
            passages = transcript(uow.events.of_case(_found(uow, number).id))
        return tagged({"passages": [passage_json(passage) for passage in passages]})

    def photos(self, number: str) -> Response:
        """Without the pictures, oldest first."""
        with self._store.read() as uow:
            found = uow.photos.of_case(_found(uow, number).id)
        return tagged({"photos": [photo_json(photo) for photo in found]})

    def photo(self, number: str, photo_id: str) -> Response:
        """The picture. Every look is in the audit log, under the key's name."""
        reader = Member("", f"API: {program()}", StaffRole.SUPERVISOR)
        answer = Response(self._photos.shown(self._store, reader, number, photo_id), mimetype="image/jpeg")
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        answer.add_etag()
        answer.make_conditional(request)
        return answer


def _found(uow: UnitOfWork, number: str) -> Case:
    case = uow.cases.by_number(number) if is_case_number(number) else None
    if case is None:
        raise NotFound("no such case")
    return case


def passage_json(passage: Passage) -> dict[str, Any]:
    """What somebody said, keyed or wrote at one time."""
    return {
        "at": passage.at.isoformat(),
        "by": passage.by,
        "text": " ".join(word.text for word in passage.words),
        "doubtful": [word.text for word in passage.words if word.is_doubtful],
        "keyed": passage.keys,
        "intents": list(passage.meant),
    }


def photo_json(photo: Photo) -> dict[str, Any]:
    """A photo as programs see it; `expires_at`: then it is deleted."""
    return {
        "id": photo.id,
        "caption": photo.caption,
        "width": photo.width,
        "height": photo.height,
        "added_at": photo.at.isoformat(),
        "expires_at": photo.expires_at.isoformat(),
    }
