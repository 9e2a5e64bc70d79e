"""Answers with entity tags, and pages of lists with cursors."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from flask import Response, jsonify, request

from ivr.errors import CallbackRefused
from ivr.service.programs import After
from ivr.web.problems import PreconditionFailed

USUAL, MOST = 50, 200
"""Rows of a page."""
LONGEST_CURSOR: Final = 300
CURSOR: Final = "cursor must be what `next` of the page before said"
PAGED: Final = frozenset({"limit", "cursor"})


def tagged(body: Mapping[str, Any]) -> Response:
    """With its ETag; 304 without a body if the client has it already (If-None-Match)."""
    answer = jsonify(body)
    answer.set_etag(_tag(answer.get_data()))
    answer.make_conditional(request)
    return answer


def check_match(body: Mapping[str, Any]) -> None:
    """Nobody changes what they have not seen, if they say so (If-Match). Raises PreconditionFailed."""
    if "If-Match" not in request.headers:
        return
    wanted = request.if_match
    if not wanted.star_tag and not wanted.contains(_tag(jsonify(body).get_data())):
        raise PreconditionFailed("it has changed since you read it; read it again, then decide")


def _tag(data: bytes) -> str:
    return sha256(data).hexdigest()[:32]


def read_limit(asked: Mapping[str, str]) -> int:
    """Rows of this page. Raises CallbackRefused (`limit`)."""
    given = asked.get("limit", str(USUAL))
    if not (given.isascii() and given.isdecimal() and len(given) < 4 and 1 <= int(given) <= MOST):
        raise CallbackRefused("limit", f"limit must be a number from 1 to {MOST}")
    return int(given)


def read_status(asked: Mapping[str, str], kinds: type[StrEnum]) -> str:
    """The status that is asked for; empty: any. Raises CallbackRefused (`status`)."""
    given = asked.get("status", "")
    if "status" in asked and given not in {kind.value for kind in kinds}:
        raise CallbackRefused("status", f"status must be one of {', '.join(kinds)}")
    return given


def read_cursor(asked: Mapping[str, str]) -> list[Any]:
    """What `next` of the page before said; empty: the first page. Raises CallbackRefused (`cursor`)."""
    given = asked.get("cursor", "")
    try:
        raw = urlsafe_b64decode(given.encode("ascii") + b"===") if len(given) < LONGEST_CURSOR else b""
        found = json.loads(raw) if given else []
        if isinstance(found, list) and (not given or len(found) in (1, 2)):
            return found
    except (ValueError, RecursionError):
        pass
    raise CallbackRefused("cursor", CURSOR)


def read_after(asked: Mapping[str, str]) -> After:
    """A cursor of a list by time. Raises CallbackRefused (`cursor`)."""
    try:
        match read_cursor(asked):
            case []:
                return None
            case [str(at), str(key)] if "\0" not in key:
                return datetime.fromisoformat(at).astimezone(UTC), key
    except (ValueError, OverflowError):
        pass
    raise CallbackRefused("cursor", CURSOR)


def cursor(*parts: Any) -> str:
    """Opaque to clients."""
    return urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def page(name: str, rows: Sequence[Any], limit: int, last: Mapping[str, Any] | None = None) -> Response:
    """One page of a list by time: `rows` are pairs of a row as clients see it and its (moment, id)."""
    shown, more = rows[:limit], len(rows) > limit
    following = cursor(shown[-1][1][0].isoformat(), shown[-1][1][1]) if more and shown else None
    return tagged({name: [row for row, _ in shown], "next": following, **(last or {})})
