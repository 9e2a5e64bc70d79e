"""A turn: what is said, what may be answered, and what happens next. Every transport renders the same Turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ivr.domain.hearing import Pace
from ivr.domain.intents import Expects


@dataclass(frozen=True)
class Spelled:
    """Digits read one by one, grouped for the ear ("1 2 3, 4 5 6 7")."""

    digits: str


@dataclass(frozen=True)
class At:
    """A moment read in a zone ("tomorrow, Wednesday, at 3:30 in the afternoon")."""

    at: datetime
    zone: str
    now: datetime
    """Aware UTC: lets "today" and "tomorrow" be said."""
    until: datetime | None = None
    """The end of a window, on the same day ("tomorrow between 3 PM and 5 PM"); None: a moment."""


@dataclass(frozen=True)
class Span:
    """A length of time as a range ("between 5 and 10 minutes"); equal ends: one length."""

    low_seconds: int
    high_seconds: int


@dataclass(frozen=True)
class Money:
    """An amount ("$19.99")."""

    amount: str
    currency: str


@dataclass(frozen=True)
class Phrase:
    """Another prompt said in the place of an argument, such as a case kind's name."""

    key: str


@dataclass(frozen=True)
class Zone:
    """An IANA time zone, told by its city in the listener's language ("New York")."""

    name: str


@dataclass(frozen=True)
class PostalAddress:
    """An address, its parts as they stand on a parcel ("1250 Main St."); said in full ("12 50 Main Street")."""

    street: str
    """With its number."""
    city: str
    region: str = ""
    """A state, in short: NY."""
    postal_code: str = ""
    country: str = ""
    """ISO 3166."""


@dataclass(frozen=True)
class Distance:
    """A way ("400 meters"), in the units of the listener's country."""

    meters: int


@dataclass(frozen=True)
class TimeOfDay:
    """A time on the clock of a place ("6:00 PM")."""

    clock: str
    """24 hours: "18:00"."""


@dataclass(frozen=True)
class Day:
    """A day of the calendar ("Tuesday, November 3, 2026")."""

    date: str
    """ISO 8601: "2026-11-03"."""


@dataclass(frozen=True)
class Clock:
    """An IANA time zone, told by what its time is called ("Central Time"); by its city if others are the same."""

    zone: str
    among: tuple[str, ...] = ()
    """The zones it is told beside."""


SayArg = str | int | Spelled | At | Day | Span | Money | Phrase | Zone | Clock | PostalAddress | Distance | TimeOfDay


@dataclass(frozen=True)
class Say:
    """One prompt by key, with what fills its {places}."""

    key: str
    args: Mapping[str, SayArg] = field(default_factory=dict)
    locale: str | None = None
    """Another language than the call's, for the language menu."""


@dataclass(frozen=True)
class Charge:
    """What a card terminal takes."""

    amount: str
    """Decimal."""
    currency: str
    description: str


class Next(StrEnum):
    """What follows the prompts."""

    LISTEN = "listen"
    HANG_UP = "hang_up"
    HOLD = "hold"
    """Wait on the line, with music, for an agent; the caller may still press or say something."""
    PAY = "pay"
    """The carrier's card terminal takes `Turn.charge`: we neither hear nor see what is keyed."""
    JOIN = "join"
    """Enter the conference `Turn.conference`."""


@dataclass(frozen=True)
class Turn:
    """One exchange."""

    number: int
    """Counts up within a call; every document carries it."""
    locale: str
    say: tuple[Say, ...]
    expects: Expects = field(default_factory=Expects)
    next: Next = Next.LISTEN
    key_count: int = 1
    """How many keys answer it: 1, or the longest number that may be keyed."""
    pace: Pace = Pace.DIRECTED
    wait_seconds: int = 6
    """Silence after the prompt until the caller is asked again."""
    slow: bool = False
    """Speak slower: the caller asked for it, or writes along."""
    interruptible: bool = True
    """Speech over the prompt stops it."""
    pause_seconds: int = 0
    """Between two prompts."""
    by_keys: bool = False
    """The caller wants to key, or could not be heard: nothing needs to be recorded."""
    state: str = ""
    """The dialogue's state, for logs."""
    conference: str = ""
    """With JOIN: the conference's name."""
    muted: bool = False
    """With JOIN: heard by nobody."""
    coached_sid: str = ""
    """With JOIN: the CallSid of the only one who hears them."""
    charge: Charge | None = None
    """With PAY."""
    is_agent: bool = False
    """With JOIN: the agent, whose leaving ends the conference."""
