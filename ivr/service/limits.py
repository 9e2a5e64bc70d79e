"""Uses of numbers and addresses that are counted, and numbers that are left alone; only hashes are kept."""

from datetime import datetime
from hashlib import sha256
from typing import Final

from ivr.errors import CallbackRefused
from ivr.service.store import UnitOfWork

DAY_SECONDS: Final = 24 * 3600


def count_use(uow: UnitOfWork, what: str, whose: str, now: datetime, *, most: int, refusal: str) -> None:
    """Count one use of `what` by a number or an address. Raises CallbackRefused (`limit`) beyond so many a day."""
    if uses_today(uow, what, whose, now) > most:
        raise CallbackRefused("limit", refusal)


def uses_today(uow: UnitOfWork, what: str, whose: str, now: datetime) -> int:
    """Count one use; how many there were within a day, this one too."""
    return uow.guards.count_hit(_key(what, whose), now, DAY_SECONDS)


def leave_alone(uow: UnitOfWork, number: str, until: datetime) -> None:
    """The number's owner wants no call because of requests from the web until then."""
    uow.guards.set_note(_key("left_alone", number), {"until": until.isoformat()}, expires_at=until)


def is_left_alone(uow: UnitOfWork, number: str, now: datetime) -> bool:
    """Whether its owner said so lately."""
    note = uow.guards.get_note(_key("left_alone", number))
    return note is not None and now < datetime.fromisoformat(note["until"])


def _key(what: str, whose: str) -> str:
    return f"{what}:{sha256(whose.encode()).hexdigest()}"
