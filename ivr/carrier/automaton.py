"""What a telephone does when it rings, and what answers in the place of a person."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class OnRing(StrEnum):
    """What a telephone does when it rings."""

    MANUAL = "manual"
    ANSWER = "answer"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    MACHINE = "machine"
    """Voicemail: `Automaton.greeting`, then a tone."""
    IVR = "ivr"
    """A menu of keys: it is said again and again."""
    SCREENING = "screening"
    """An assistant asks who calls; what its owner then does is the test's or the demo's own choice."""
    SILENT = "silent"
    """Picked up, and nothing is said; no verdict is reached."""
    DECLINE = "decline"


AUTOMATIC: Final = frozenset({OnRing.MACHINE, OnRing.IVR, OnRing.SCREENING, OnRing.SILENT})
"""What answers without a person."""


@dataclass
class Automaton:
    """What answers in the place of a person, and what the carrier takes it for; changed at will before it rings."""

    greeting: str | None = None
    """What it says; None: by its kind, and a voicemail hums for `CarrierOptions.machine_greeting_seconds`."""
    repeats: int = 3
    """How often a menu is said."""
    tone: bool = True
    """Whether a voicemail's greeting ends with a tone."""
    verdict: str | None = None
    """AnsweredBy in the place of what the carrier would find; "": it never says. Counts for people, too."""
    verdict_seconds: float | None = None
    """From the answer to the verdict, in the place of what it would take."""


SAID: Final = {
    OnRing.IVR: "Thank you for calling. For sales press one. For support press two.",
    OnRing.SCREENING: "Hi, if you record your name and reason for calling, I'll see if this person is available.",
}
