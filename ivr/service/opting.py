"""Who wants no messages. Calls are another matter: a promised callback still rings; the do-not-call list is its own."""

from datetime import datetime

from ivr.service.store import UnitOfWork
from ivr.service.timeline import record


def has_opted_out(uow: UnitOfWork, address: str) -> bool:
    """Whether whoever owns a number or an e-mail address has said so."""
    return uow.guards.wants_no_messages(_known_by(address))


def opt_out(uow: UnitOfWork, address: str, at: datetime, how: str) -> None:
    """Obeyed from now on, for what is written down already, too. `how`: text, link, carrier."""
    uow.guards.opt_out(_known_by(address), at, how)
    _note(uow, address, at, "messages_declined", how)


def opt_in(uow: UnitOfWork, address: str, at: datetime, how: str) -> None:
    """They want messages again."""
    uow.guards.opt_in(_known_by(address))
    _note(uow, address, at, "messages_wanted", how)


def _note(uow: UnitOfWork, address: str, at: datetime, kind: str, how: str) -> None:
    callback = uow.callbacks.open_for_number(address)
    record(uow, at, kind, subject=callback, data={"address": masked_address(address), "how": how})


def masked_address(address: str) -> str:
    """A number or an e-mail address as the timeline may show it: "…43", "a…@example.com"."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}…@{host}" if at else f"…{address[-2:]}"


def _known_by(address: str) -> str:
    """One owner, however the address is written."""
    return address.casefold()
