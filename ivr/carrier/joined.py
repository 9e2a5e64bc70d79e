"""Who talks with whom: the other side of a call, and the calls that hear each other."""

from typing import TYPE_CHECKING

from ivr.carrier.calls import Call

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange


def other_side(call: Call) -> str:
    """The number at the other end, seen from the call's telephone."""
    return call.to if call.direction == "inbound" else call.from_


def joined_with(exchange: "Exchange", call: Call) -> set[str]:
    """CallSids of the calls whose voices reach this call: its conference, or the leg it is bridged to."""
    rooms = (room.participants for room in exchange.conferences.values() if room.live)
    in_conference = {sid for people in rooms if call.sid in people for sid in people}
    bridged = {other.sid for other in exchange.calls.values() if _bridged(call, other)}
    return (in_conference | bridged) - {call.sid}


def _bridged(one: Call, other: Call) -> bool:
    related = one.parent_sid == other.sid or other.parent_sid == one.sid
    return related and all(leg.live and leg.line is not None and leg.line.feed is not None for leg in (one, other))
