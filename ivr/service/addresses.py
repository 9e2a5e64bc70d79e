"""Paths below the public address that live calls are sent to; the web layer serves them."""


def join(attempt_id: str) -> str:
    """A caller on hold joins the agent who accepted: `HeldLegs.caller_joins`."""
    return f"/voice/join/{attempt_id}"


LEFT = "/voice/left"
"""A caller whose conference is over, or who has nobody to wait for in it any more: `CallService.left_conference`."""


def news(leg_id: str) -> str:
    """Who is on the line hears what became of the other one: `Legs.news`."""
    return f"/voice/leg/{leg_id}/news"


def present(leg_id: str) -> str:
    """A called customer's telephone fetches what it is to hear now: `Legs.present`."""
    return f"/voice/leg/{leg_id}/present"


def text_status(message_id: str) -> str:
    """The carrier tells what became of a text: `Deliveries.told`."""
    return f"/text/{message_id}/status"


def conference(attempt_id: str) -> str:
    """The conference in which an attempt's agent and customer meet; others can be added later."""
    return f"attempt-{attempt_id}"
