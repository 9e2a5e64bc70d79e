"""Service levels: how soon people must be attended to, how much needs nobody, and whether that is so. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ivr.domain.cases import CaseKind


class Standing(StrEnum):
    """How a wait, or a day, stands to its level."""

    IN_TIME = "in_time"
    SOON = "soon"
    """The warning has been passed."""
    LATE = "late"


@dataclass(frozen=True)
class Level:
    """One service level of a wait."""

    warn_seconds: int
    late_seconds: int
    percent: int = 100
    """So many are in time. Of an average: not used."""
    is_average: bool = False
    """`late_seconds` is the target of the average."""

    def standing(self, since: datetime, now: datetime) -> Standing:
        """Of whoever has waited since then."""
        waited = now - since
        if waited >= timedelta(seconds=self.late_seconds):
            return Standing.LATE
        return Standing.SOON if waited >= timedelta(seconds=self.warn_seconds) else Standing.IN_TIME


@dataclass(frozen=True)
class Share:
    """One service level of a share of cases."""

    warn_percent: int
    percent: int


@dataclass(frozen=True)
class Levels:
    """All of them, by name."""

    seller: Level
    waits: Mapping[str, Level] = field(default_factory=dict)
    shares: Mapping[str, Share] = field(default_factory=dict)


WAITS: Final = ("voice", "chat", "escalation", "member_callback")
SHARES: Final = ("self_service", "automation")
NOT_ROUTINE: Final = frozenset({CaseKind.QUESTION, CaseKind.COMPLAINT, CaseKind.SELLER_CLAIM})
"""Kinds that people are for."""


@dataclass(frozen=True, kw_only=True)
class Waited:
    """Of one level since some moment, as the database counts it."""

    ended: int = 0
    in_time: int = 0
    seconds: float = 0.0
    """Of all that ended, together."""
    waiting: int = 0
    soon: int = 0
    late: int = 0
    longest_since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Cases since some moment, by what matters for shares."""

    kind: CaseKind
    by_machine: bool
    """No person was needed so far."""
    done: bool
    count: int


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One level against its target, for the board."""

    name: str
    unit: str
    """seconds or percent."""
    actual: int | None
    """None: nothing is decided yet."""
    target: int
    limit_seconds: int = 0
    """Of a percentage of waits: what in time means."""
    standing: Standing
    waited: Waited = Waited()


def wait_figure(name: str, level: Level, waited: Waited) -> Figure:
    """An average is bad when it is above its target, a share of those in time when it is below."""
    if level.is_average:
        average = round(waited.seconds / waited.ended) if waited.ended else None
        standing = _standing(waited, missed=average is not None and average > level.late_seconds)
        return Figure(
            name=name, unit="seconds", actual=average, target=level.late_seconds, standing=standing, waited=waited
        )
    percent = 100 * waited.in_time // waited.ended if waited.ended else None
    standing = _standing(waited, missed=percent is not None and percent < level.percent)
    return Figure(
        name=name, unit="percent", actual=percent, target=level.percent, limit_seconds=level.late_seconds,
        standing=standing, waited=waited,
    )  # fmt: skip


def share_figure(name: str, share: Share, counted: list[Counted]) -> Figure:
    """Of self-service: among what is done or with people; of automation: among all of routine kinds."""
    if name == "self_service":
        among = [one for one in counted if one.done or not one.by_machine]
    else:
        among = [one for one in counted if one.kind not in NOT_ROUTINE]
    every, good = sum(one.count for one in among), sum(one.count for one in among if one.by_machine)
    percent = 100 * good // every if every else None
    standing = Standing.IN_TIME
    if percent is not None and percent < share.warn_percent:
        standing = Standing.LATE if percent < share.percent else Standing.SOON
    return Figure(name=name, unit="percent", actual=percent, target=share.percent, standing=standing)


def _standing(waited: Waited, *, missed: bool) -> Standing:
    if missed or waited.late:
        return Standing.LATE
    return Standing.SOON if waited.soon else Standing.IN_TIME
