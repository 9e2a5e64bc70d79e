"""Who calls, when, how patient they are and how they pick up: a day made from a seed.

Every caller's luck is drawn before the day begins, so that two policies meet the very same people.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import exp, log
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from ivr.domain.callbacks import Outcome

HOURLY: Final = (0.09, 0.12, 0.13, 0.12, 0.09, 0.10, 0.11, 0.10, 0.08, 0.06)
"""Shares of a day's calls in its ten hours: a peak in the late morning and a smaller one in the afternoon (our own
assumption, after the shape of the arrival curves in Brown et al., JASA 100 (2005) 36-50, section 4)."""


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What people do, as distributions."""

    handle_seconds: float = 300.0
    """Mean conversation."""
    handle_spread: float = 0.8
    """Lognormal, deviation of the logarithm (Brown et al. 2005, section 4.1: service times are lognormal); 0:
    exponential, as Erlang's formulas assume."""
    patience_seconds: float = 300.0
    """Mean patience, exponential, as Erlang A assumes (Mandelbaum and Zeltyn, The Palm/Erlang-A Queue, 2005; the mean
    is our assumption); 0: nobody ever hangs up."""
    accept: float = 0.37
    """Who takes an offered callback (37 % of offered, a US bank: kenan-flagler.unc.edu/news/dont-call-us)."""
    no_answer: float = 0.04
    machine: float = 0.02
    busy: float = 0.01
    """Dials that reach nobody, 7 % together (7 % of accepted callbacks unanswered:
    researchgate.net/publication/332202949; the split is ours)."""
    agent_misses: float = 0.005
    """Rings that an agent does not answer (our assumption)."""

    def told(self) -> tuple[str, ...]:
        """In words, with their sources."""
        spread = f"lognormal, spread {self.handle_spread:g} (shape: Brown et al. 2005)" if self.handle_spread else ""
        misses = f"{self.no_answer:.0%} no answer, {self.machine:.0%} machine, {self.busy:.0%} busy"
        return (
            f"handling time: mean {self.handle_seconds:g} s, {spread or 'exponential (Erlang)'}; the mean is assumed",
            f"patience: {_patience(self.patience_seconds)}",
            f"an offered callback is taken by {self.accept:.0%} (US bank, Kenan-Flagler study)",
            f"a customer's telephone: {misses} (7 % together: researchgate 332202949; the split is assumed)",
            f"an agent's telephone rings out in {self.agent_misses:.1%} of cases (assumed)",
        )


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One person who wants an agent, with their luck."""

    number: str
    at: datetime
    handle_seconds: float
    patience_seconds: float
    """infinity: never hangs up."""
    accepts: bool
    """Takes a callback when it is offered."""
    luck: Random = field(repr=False)
    """For each time their telephone rings."""
    named_at: datetime | None = None
    """They ask for a callback at this moment, whatever the wait is."""


def day_of(
    calls: int, on: date, *, zone: str, seed: int, habits: Habits, shares: Sequence[float] = HOURLY
) -> tuple[Caller, ...]:
    """A day of Poisson arrivals from 9:00 local on, `calls` expected, by hourly shares."""
    luck = Random(f"{seed} {on}")
    opens = datetime.combine(on, time(9), ZoneInfo(zone))
    people = []
    for hour, share in enumerate(shares):
        begins = opens + timedelta(hours=hour)
        people += [(begins + timedelta(seconds=s)) for s in _poisson(calls * share / 3600, 3600, luck)]
    return tuple(person(f"+1{2_020_000_000 + i}", at, luck, habits) for i, at in enumerate(people, 1))


def steady(per_hour: float, hours: float, *, start: datetime, seed: int, habits: Habits) -> tuple[Caller, ...]:
    """Poisson arrivals at one rate: what Erlang's formulas speak of."""
    luck = Random(seed)
    moments = _poisson(per_hour / 3600, hours * 3600, luck)
    return tuple(
        person(f"+1{2_020_000_000 + i}", start + timedelta(seconds=at), luck, habits) for i, at in enumerate(moments, 1)
    )


def person(number: str, at: datetime, luck: Random, habits: Habits, handle_seconds: float | None = None) -> Caller:
    """Draw one person; `handle_seconds` if it is known."""
    drawn = _handle(luck, habits)
    patience = luck.expovariate(1 / habits.patience_seconds) if habits.patience_seconds else float("inf")
    return Caller(
        number=number,
        at=at.astimezone(ZoneInfo("UTC")),
        handle_seconds=drawn if handle_seconds is None else handle_seconds,
        patience_seconds=patience,
        accepts=luck.random() < habits.accept,
        luck=Random(luck.random()),
    )


def picks_up(luck: Random, habits: Habits) -> Outcome | None:
    """What becomes of one ring at a customer's telephone; None: they answer."""
    draw = luck.random()
    for outcome, chance in (
        (Outcome.NO_ANSWER, habits.no_answer),
        (Outcome.MACHINE, habits.machine),
        (Outcome.BUSY, habits.busy),
    ):
        if draw < chance:
            return outcome
        draw -= chance
    return None


def _handle(luck: Random, habits: Habits) -> float:
    if not habits.handle_spread:
        return luck.expovariate(1 / habits.handle_seconds)
    spread = habits.handle_spread
    return exp(luck.gauss(log(habits.handle_seconds) - spread * spread / 2, spread))


def _poisson(per_second: float, seconds: float, luck: Random) -> list[float]:
    moments, at = [], luck.expovariate(per_second)
    while at < seconds:
        moments.append(at)
        at += luck.expovariate(per_second)
    return moments


def _patience(mean: float) -> str:
    if not mean:
        return "endless (Erlang C)"
    return f"exponential, mean {mean:g} s (shape: Erlang A, Mandelbaum and Zeltyn 2005; the mean is assumed)"
