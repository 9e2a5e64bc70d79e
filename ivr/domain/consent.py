"""Whether a conversation may be recorded: what the law of a place asks for, and what the customer said to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Rule(StrEnum):
    """What has to happen before a conversation is recorded."""

    TELL = "tell"
    """It is said that the conversation is recorded."""
    ASK = "ask"
    """It is recorded only after a yes or key 1."""
    NEVER = "never"


STRICTNESS = (Rule.TELL, Rule.ASK, Rule.NEVER)


class Consent(StrEnum):
    """What became of it."""

    TOLD = "told"
    """Nobody had to be asked."""
    YES = "yes"
    NO = "no"
    SILENCE = "silence"
    UNCLEAR = "unclear"
    """Something else was said or keyed: no yes."""

    @property
    def allows(self) -> bool:
        """Whether it may be recorded."""
        return self in (Consent.TOLD, Consent.YES)


@dataclass(frozen=True)
class Place:
    """A country, or a part of one, and its rule."""

    name: str
    rule: Rule = Rule.ASK
    keep_days: int | None = None
    """A recording is deleted after so many days at the latest; None: as the setting says."""


@dataclass(frozen=True)
class Law:
    """The rules of all places, by telephone number."""

    countries: Mapping[str, Place] = field(default_factory=dict)
    """By ISO 3166."""
    areas: Mapping[str, Place] = field(default_factory=dict)
    """By the beginning of the E.164 number: the parts of a country that differ from it."""
    elsewhere: Place = Place("elsewhere")

    def of(self, number: str, country: str) -> Place:
        """Where this number lies; the longest beginning that is known counts."""
        starts = (number[:end] for end in range(len(number), 1, -1))
        area = next((self.areas[start] for start in starts if start in self.areas), None)
        return area or self.countries.get(country, self.elsewhere)


def strictest(one: Place, other: Place) -> Place:
    """The law at both ends of a call is kept: the first one's name, the stricter rule, the shorter time."""
    rule = max(one.rule, other.rule, key=STRICTNESS.index)
    days = [place.keep_days for place in (one, other) if place.keep_days is not None]
    return Place(one.name, rule, min(days, default=None))


@dataclass(frozen=True, kw_only=True)
class RecordingRules:
    """Whether conversations are recorded, where, and for how long."""

    on: bool = False
    law: Law = field(default_factory=Law)
    ours: Place = Place("ours", Rule.TELL)
    """Where our own number lies."""
    keep_days: int = 30

    def at(self, number: str, country: str) -> Place:
        """What counts for a conversation with this number; empty: it is withheld, and may lie anywhere."""
        return strictest(self.law.of(number, country) if number else self.law.elsewhere, self.ours)

    def days(self, place: Place) -> int:
        """How long its recordings are kept."""
        return self.keep_days if place.keep_days is None else min(self.keep_days, place.keep_days)
