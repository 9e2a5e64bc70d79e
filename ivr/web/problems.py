"""Errors of the API as problem documents (RFC 9457), each with a stable code."""

from collections.abc import Mapping
from typing import Final

import structlog
from flask import Response, jsonify
from werkzeug.exceptions import HTTPException

from ivr.errors import CallbackRefused, ClaimRefused, IvrError, StorageUnavailable
from ivr.service.booking import AlreadyBooked
from ivr.service.slots import NotThen
from ivr.web.errors import status_of

log = structlog.get_logger(__name__)

Answer = tuple[Response, int]


class Malformed(IvrError):
    """The body is not the JSON that was asked for."""

    code = "malformed"


class WrongType(IvrError):
    """The body is not JSON by its own word."""

    code = "unsupported_media_type"


class PreconditionFailed(IvrError):
    """What If-Match names is not the present state."""

    code = "precondition_failed"


TEXTS: Final[Mapping[int | None, str]] = {
    413: "A body has at most 256 kB; send less.",
    429: "Too many requests with this key in one minute; wait, then go on more slowly.",
}
RETRY_SECONDS: Final = 60
OWN: Final[Mapping[type[IvrError], int]] = {Malformed: 400, WrongType: 415, PreconditionFailed: 412}


def problem(status: int, code: str, detail: str, **more: object) -> Answer:
    """RFC 9457: `application/problem+json` with our stable code, and more members that help a client on."""
    title = code.replace("_", " ")
    answer = jsonify({"type": f"urn:ringback:{code}", "title": title, "status": status, "code": code,
                      "detail": detail, **more})  # fmt: skip
    answer.content_type = "application/problem+json"
    return answer, status


def refused(error: IvrError) -> Answer:
    """Any of our errors as a problem; an existing callback is named so that the client can go on with it."""
    match error:
        case AlreadyBooked(callback=callback):
            answer, status = problem(409, error.reason, str(error), callback=callback.id)
            answer.headers["Location"] = f"/api/v1/callbacks/{callback.id}"
            return answer, status
        case NotThen(nearest_at=nearest_at):
            return problem(422, error.reason, str(error), nearest_at=nearest_at and nearest_at.isoformat())
        case CallbackRefused() | ClaimRefused():
            return problem(status_of(error), error.reason, str(error))
        case StorageUnavailable():
            return problem(503, error.code, "The database did not answer in time; look, then try again.")
    return problem(OWN.get(type(error)) or status_of(error), error.code, str(error))


def failed(error: HTTPException) -> Answer:
    """What HTTP itself refuses: too large, not allowed."""
    code = error.name.lower().replace(" ", "_")
    answer, status = problem(error.code or 500, code, TEXTS.get(error.code) or error.description or error.name)
    if status == 429:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    answer.headers.extend((name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After"))
    return answer, status


def crashed(error: Exception) -> Answer:
    """A defect of ours; the log has it, the client is told nothing of it."""
    log.exception("api_crashed")
    return problem(500, "internal", "Something went wrong on our side; try again, and tell us if it stays.")
