"""Conversations: an agent and a customer who talk, and who else may be on the line with which rights."""

from enum import StrEnum


class Role(StrEnum):
    """What a guest is there for."""

    GUEST = "guest"
    """A seller, an expert: talks with both."""
    LISTENER = "listener"
    """Hears both, is heard by nobody."""
    COACH = "coach"
    """Hears both, is heard by the agent alone."""
    SUCCESSOR = "successor"
    """An agent who is to take over: talks with both until the first one leaves."""
    FORMER = "former"
    """The agent who has handed over."""


CHOSEN = (Role.GUEST, Role.LISTENER, Role.COACH)
"""Roles that somebody is added in, and can be switched to."""
