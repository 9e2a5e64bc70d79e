"""What somebody asks for, and the callback that is made of it once it can be promised."""

from dataclasses import dataclass
from datetime import datetime

from ivr.domain.callbacks import Callback, Party
from ivr.service.ports import CheckedNumber
from ivr.service.promises import Promise
from ivr.service.timeline import masked, new_id


@dataclass(frozen=True, kw_only=True)
class BookingRequest:
    """What somebody asks for. Times are aware UTC."""

    case_id: str
    number: str
    """As typed, spoken or sent; checked here."""
    customer_id: str | None = None
    locale: str = "en-US"
    zone: str = ""
    """IANA zone in which times are told, if the customer said it; empty: the number's."""
    at: datetime | None = None
    """The named moment; None: as soon as possible."""
    until: datetime | None = None
    """The end of the window that begins `at`; None: a moment."""
    ticket_at: datetime | None = None
    """The place in line so far (a caller who waited keeps it); only for as soon as possible. None: now."""
    source: str = "phone"
    address: str | None = None
    """The network address of a web or API request: limited; kept only as a hash."""
    needs_verification: bool = False
    """The number was typed by somebody who has not proven to hold it: nothing is dialed before."""
    skill: str = "general"
    priority: int = 2
    email: str = ""
    """Where news of it is sent, too."""
    ring_first: Party | None = None
    """None: as the rules say."""


def asks_anew(
    callback: Callback, at: datetime | None, ticket_at: datetime, until: datetime | None = None
) -> BookingRequest:
    """What a callback asks for anew."""
    return BookingRequest(
        case_id=callback.case_id,
        number=callback.number,
        locale=callback.locale,
        zone=callback.zone,
        at=at,
        until=until,
        ticket_at=ticket_at,
        skill=callback.skill,
        priority=callback.priority,
    )


def callback_of(request: BookingRequest, checked: CheckedNumber, promise: Promise, now: datetime) -> Callback:
    """The promise, as it is kept."""
    return Callback(
        id=new_id(),
        case_id=request.case_id,
        customer_id=request.customer_id,
        number=checked.e164,
        locale=request.locale,
        zone=request.zone or checked.zones[0],
        asap=request.at is None,
        ticket_at=promise.ticket_at,
        due_at=promise.due_at,
        promised_by_at=promise.promised_by_at,
        closes_at=promise.closes_at,
        skill=request.skill,
        priority=request.priority,
        source=request.source,
        email=request.email,
        ring_first=request.ring_first,
        created_at=now,
    )


def booking_data(callback: Callback) -> dict[str, object]:
    """What the timeline keeps of it."""
    return {
        "number": masked(callback.number),
        "asap": callback.asap,
        "due_at": callback.due_at.isoformat(),
        "promised_by_at": callback.promised_by_at.isoformat(),
        "status": callback.status.value,
        "source": callback.source,
    }
