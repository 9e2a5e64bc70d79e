"""What a run tries out: the policy, and how fast clock, telephones and people are."""

from dataclasses import dataclass, replace
from datetime import time

from ivr.domain.hours import OpeningHours
from ivr.domain.policies import CallbackRules
from ivr.domain.retries import MAX_TRIES


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What is tried out."""

    name: str = "callbacks"
    callbacks: bool = True
    """Whether callbacks are offered at all."""
    agents: int = 20
    offer_seconds: int = 120
    """A callback is offered when the high end of the honest wait reaches this."""
    tries: int = MAX_TRIES
    """How often a customer is rung before a person decides."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast clock, telephones and people are."""

    tick_seconds: float = 0.5
    """Of the dispatcher, as in production (scheduler.TICK_SECONDS); 0: at once after everything that happens."""
    sweep_seconds: float = 5.0
    """As in production (scheduler.SWEEP_SECONDS); 0: only when an agent's wrap-up ends, to the moment."""
    ring_seconds: float = 1.0
    """From our request until the telephone rings."""
    agent_seconds: tuple[float, float] = (2.0, 6.0)
    """Ringing until an agent picks up: anywhere between."""
    whisper_seconds: tuple[float, float] = (3.0, 6.0)
    """From there to key 1."""
    customer_seconds: tuple[float, float] = (4.0, 18.0)
    """Ringing until a customer picks up."""
    join_seconds: float = 0.5
    """From a document to the conference."""
    goodbye_seconds: float = 4.0
    """The last words to somebody whose other side was not reached."""
    away_seconds: float = 300.0
    """Until an agent who was set away comes back."""


IDEAL = Pace(
    tick_seconds=0,
    sweep_seconds=0,
    ring_seconds=0,
    agent_seconds=(0, 0),
    whisper_seconds=(0, 0),
    customer_seconds=(0, 0),
    join_seconds=0,
    goodbye_seconds=0,
)
"""Telephones and people that take no time, as Erlang's formulas assume."""


def rules_of(
    policy: Policy, base: CallbackRules | None = None, *, zone: str, dials_per_second: float | None = None
) -> CallbackRules:
    """The rules of a simulated day: the given ones, open from 9 to 19, with room for its dials."""
    base = base or CallbackRules()
    rate = base.dial.dials_per_second if dials_per_second is None else dials_per_second
    dial = replace(base.dial, tries_per_callback=policy.tries, dials_per_day=0, dials_per_second=rate)
    return replace(base, dial=dial, opening=OpeningHours.daily(zone, time(9), time(19)))
