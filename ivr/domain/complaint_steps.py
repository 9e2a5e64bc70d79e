"""The four steps of a complaint, taken one after the other. Pure."""

from enum import StrEnum

from ivr.errors import IllegalMove


class ComplaintStep(StrEnum):
    """How far a complaint is."""

    LISTEN = "listen"
    """Opened: somebody hears the customer out."""
    INVESTIGATE = "investigate"
    RESOLVE = "resolve"
    FOLLOW_UP = "follow_up"
    """A call is promised that asks whether all is well."""


ORDER = tuple(ComplaintStep)


def step_after(step: str) -> ComplaintStep | None:
    """The next one; None after the last, and for what is no complaint."""
    if step not in set(ORDER):
        return None
    place = ORDER.index(ComplaintStep(step)) + 1
    return ORDER[place] if place < len(ORDER) else None


def advanced(step: str, to: str) -> ComplaintStep:
    """The next step, which must be `to`: none is left out, none taken twice. Raises IllegalMove."""
    after = step_after(step)
    if after is None or after != to:
        raise IllegalMove(
            f"a complaint goes from {step or 'no step'} to {after or 'nothing'}, not to {to or 'nothing'}"
        )
    return after
