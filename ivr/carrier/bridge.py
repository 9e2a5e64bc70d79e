"""Two lines that hear each other."""

from ivr.carrier.calls import Call


def connect(one: Call, other: Call) -> None:
    """Join two legs."""
    first, second = one.line, other.line
    if first is None or second is None:
        return
    first.feed = lambda: second.inbound
    second.feed = lambda: first.inbound


def disconnect(*calls: Call) -> None:
    """Part them."""
    for call in calls:
        if call.line:
            call.line.feed = None
