"""One webhook or sweep step: a transaction that is repeated on conflict, then its work at the carrier."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from ivr.errors import Conflict
from ivr.service.afterwards import Action, Afterwards
from ivr.service.ports import Clock
from ivr.service.shop_time import one_step
from ivr.service.store import Store, UnitOfWork

TRIES = 6
"""How often a step is repeated when another process changed the same rows first."""
T = TypeVar("T")


@dataclass(frozen=True)
class Scene:
    """One step in its open transaction."""

    uow: UnitOfWork
    now: datetime
    after: list[Action]
    """What must be done at the carrier after the commit."""


class Scenes:
    """Runs steps: commit, then the actions. A step only reads and writes rows, so it may run several times."""

    def __init__(self, store: Store, clock: Clock, afterwards: Afterwards) -> None:
        self.store = store
        self.clock = clock
        self.afterwards = afterwards

    def run(self, step: Callable[[Scene], T]) -> T:
        """Run a step to its commit. Raises Conflict only after TRIES conflicts in a row."""
        with one_step():
            result, after = self._committed(step)
        self.afterwards.run(after)
        return result

    def _committed(self, step: Callable[[Scene], T]) -> tuple[T, list[Action]]:
        for last in (False,) * (TRIES - 1) + (True,):
            try:
                return self._once(step)
            except Conflict:
                if last:
                    raise
        raise AssertionError("the last try returns or raises")

    def _once(self, step: Callable[[Scene], T]) -> tuple[T, list[Action]]:
        with self.store.begin() as uow:
            scene = Scene(uow, self.clock.now(), [])
            result = step(scene)
            uow.commit()
            return result, scene.after
