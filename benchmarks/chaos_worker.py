"""One dispatching process of chaos.py: forked from a parent that has imported everything, killed at any instruction.

The mutants are engines with one safeguard taken out: what chaos.py is worth shows in whether it catches them.
"""

import logging
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from multiprocessing.synchronize import Event
from typing import Any

import psycopg
import structlog
from chaos_world import OURS, RULES, World

from ivr.domain.callbacks import Leg, LegState
from ivr.domain.policies import CallbackRules
from ivr.errors import CarrierRejected, CarrierUnclear
from ivr.phone.client import Account, connect
from ivr.scheduler import CallbackClock, Pace
from ivr.service.dispatch import Dispatcher
from ivr.service.gate import Gate
from ivr.service.placing import Placer
from ivr.service.scenes import Scene
from ivr.storage.attempts import SqlLegs
from ivr.understanding.numbers import PhoneNumbers


def _warm_up() -> None:
    """What is imported when it is first needed; done once, in the server that forks all processes.

    One that lives for a second must not spend a fifth of it so.
    """
    psycopg.Connection  # noqa: B018  the package imports its parts by name
    connect(Account(sid="AC" + "1" * 32, auth_token="x", number=OURS, public_url="http://app", api_base="http://x"))
    PhoneNumbers("US").check(OURS)


_warm_up()
PACE = Pace(tick_seconds=0.1, sweep_seconds=0.5, beat_seconds=1.0)


class Announced:
    """A dispatcher that tells when it has done its first round."""

    def __init__(self, dispatcher: Dispatcher, done: Event | None) -> None:
        self._dispatcher, self._done = dispatcher, done
        self.next_wake_at = dispatcher.next_wake_at

    def tick(self) -> int:
        """A round."""
        placed = self._dispatcher.tick()
        if self._done is not None:
            self._done.set()
        return placed


def work(world: World, node: str, at_work: Event | None = None) -> None:
    """Dispatch until killed; `at_work`, which the parent must hold, is set after the first round."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ports = world.ports()
    engine = world.engine(ports, node, MUTANTS[world.mutant]() if world.mutant else RULES)
    sweeps = (engine.reconciler, engine.housekeeper, engine.call_ends)
    dispatcher = Announced(engine.dispatcher, at_work)
    clock = CallbackClock(dispatcher, sweeps, store=ports.store, clock=ports.clock, node=node, pace=PACE)
    clock.start()
    while True:
        signal.pause()


# --- mutants ---------------------------------------------------------------------------------------------------------


def no_settle_time() -> CallbackRules:
    """An unclear dial is looked up at once, though the carrier's list lags."""
    return replace(RULES, dial=replace(RULES.dial, settle_seconds=0, look_seconds=0))


def no_lease() -> CallbackRules:
    """Whoever sees a leg that is not placed places it."""

    def is_mine(self: Placer, scene: Scene, leg: Leg) -> bool:
        return leg.state in (LegState.INTENT, LegState.PLACING)

    def to_place(self: SqlLegs, now: datetime, limit: int) -> Sequence[Leg]:
        return [*self.in_state(LegState.INTENT, now), *self.in_state(LegState.PLACING, now)][:limit]

    Placer._is_mine, SqlLegs.to_place = is_mine, to_place  # type: ignore[method-assign]
    return RULES


def blind_retry() -> CallbackRules:
    """No answer, or a 5xx, counts as "not dialed"."""
    request: Callable[..., Any] = Placer._request

    def certain(self: Placer, leg: Leg, begun_at: float) -> Any:
        place = self._tools.phone.place

        def placed(*args: Any, **kwargs: Any) -> str:
            try:
                return place(*args, **kwargs)
            except CarrierUnclear as error:
                raise CarrierRejected("surely not dialed") from error

        sure = Placer(replace(self._tools, phone=_With(self._tools.phone, placed)), self._node)
        return request(sure, leg, begun_at)

    Placer._request = certain  # type: ignore[method-assign]
    return RULES


def no_hours() -> CallbackRules:
    """The window is not looked at again when the telephone is dialed."""
    Gate.why_not_yet = lambda self, *args, **kwargs: ""  # type: ignore[assignment, method-assign]
    return RULES


class _With:
    """A phone whose `place` is another one."""

    def __init__(self, phone: Any, place: Callable[..., str]) -> None:
        self._phone, self.place = phone, place

    def __getattr__(self, name: str) -> Any:
        return getattr(self._phone, name)


MUTANTS: dict[str, Callable[[], CallbackRules]] = {
    "no-settle-time": no_settle_time,
    "no-lease": no_lease,
    "blind-retry": blind_retry,
    "no-hours": no_hours,
}
