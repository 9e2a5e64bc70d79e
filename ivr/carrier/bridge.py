"""Two lines that hear each other."""

from ivr.carrier.calls import Call


def connect(one: Call, other: Call) -> None:
    """Join two legs."""
    first, second = one.line, other.line
    if first is None or second is None:
        return
    one.bridged_to, other.bridged_to = other, one
    first.feed = lambda: second.inbound
    second.feed = lambda: first.inbound


def disconnect(*calls: Call) -> None:
    """Part them."""
    for call in calls:
        if call.bridged_to:
            call.bridged_to.bridged_to = None
        call.bridged_to = None
        if call.line:
            call.line.feed = None
