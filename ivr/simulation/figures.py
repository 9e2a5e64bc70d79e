"""What a run came to."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.simulation.centre import Centre
from ivr.simulation.lab import Guest


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of one run; waits in seconds."""

    policy: str
    calls: int
    answered: int
    """On the telephone, by an agent."""
    abandoned: int
    abandonment: float
    """Of all who called."""
    wait_median: float
    """On the telephone, until an agent was on the line; those who were answered."""
    wait_p95: float
    called_back: int
    """Took a callback and talked to an agent."""
    callbacks: int
    callback_wait_median: float
    """Off the telephone, from the promise until the customer's telephone first rang."""
    callback_wait_p95: float
    kept: int
    broken: int
    kept_share: float
    """Of all promises that were decided."""
    needs_human: int
    lost: int
    """Promises that are neither done nor left to a person nor still to be rung: must be 0."""
    idle: float
    """Share of the agents' time in which they waited for work."""
    ringing: float
    """Share in which an agent was reserved: rung, whispering, waiting for the customer's answer."""
    talking: float
    inversions_per_1000: float
    most_overtaken: int
    dials: int
    served: int
    """Talked to an agent, either way."""

    def as_data(self) -> dict[str, Any]:
        """As JSON, rounded."""
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


def figures_of(centre: Centre) -> Figures:
    """Read them from a finished run."""
    guests, promises = list(centre.lab.guests.values()), _promises(centre)
    live = [guest for guest in guests if not guest.callback_id]
    waits = _seconds(guest.waited_seconds for guest in live if guest.answered_at)
    rung = _seconds((c.first_rung_at - c.created_at).total_seconds() if c.first_rung_at else None for c in promises)
    abandoned = sum(guest.abandoned_at is not None for guest in live)
    kept, broken = (sum(c.was_kept is wanted for c in promises) for wanted in (True, False))
    ledger = centre.ledger
    return Figures(
        policy=centre.lab.setting.policy.name,
        calls=len(guests),
        answered=len(waits),
        abandoned=abandoned,
        abandonment=abandoned / max(1, len(guests)),
        wait_median=percentile(waits, 0.5),
        wait_p95=percentile(waits, 0.95),
        called_back=sum(guest.answered_at is not None for guest in guests if guest.callback_id),
        callbacks=len(promises),
        callback_wait_median=percentile(rung, 0.5),
        callback_wait_p95=percentile(rung, 0.95),
        kept=kept,
        broken=broken,
        kept_share=kept / max(1, kept + broken),
        needs_human=sum(c.status == CallbackStatus.NEEDS_HUMAN for c in promises),
        lost=lost_promises(promises),
        idle=ledger.share(AgentStatus.AVAILABLE),
        ringing=ledger.share(AgentStatus.RESERVED),
        talking=ledger.share(AgentStatus.BUSY),
        inversions_per_1000=ledger.turns.per_1000,
        most_overtaken=max(ledger.turns.overtaken.values(), default=0),
        dials=len(centre.lab.phone.dialed),
        served=served(guests),
    )


def served(guests: Sequence[Guest]) -> int:
    """How many talked to an agent."""
    return sum(guest.answered_at is not None for guest in guests)


def lost_promises(promises: Sequence[Callback]) -> int:
    """How many have neither an end nor a next step."""
    settled = (CallbackStatus.DONE, CallbackStatus.CANCELED, CallbackStatus.NEEDS_HUMAN, CallbackStatus.SCHEDULED)
    return sum(callback.status not in settled for callback in promises)


def percentile(values: Sequence[float], share: float) -> float:
    """By the nearest rank; the median as usual; 0 of nothing."""
    if not values:
        return 0.0
    return median(values) if share == 0.5 else sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _promises(centre: Centre) -> list[Callback]:
    with centre.lab.store.read() as uow:
        booked = (uow.callbacks.get(guest.callback_id) for guest in centre.lab.guests.values() if guest.callback_id)
        return [callback for callback in booked if callback is not None]


def _seconds(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]
