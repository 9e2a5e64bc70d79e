"""The audit: reads the whole dial ledger in pages, in one moment of the database, and names every broken promise."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from ivr.domain.callbacks import Callback, Leg
from ivr.domain.ledger import Line, Promise, Replay, Violation, judge_time
from ivr.domain.policies import DialRules
from ivr.errors import NumberRefused
from ivr.service.ports import Clock, NumberRules
from ivr.service.store import Store, UnitOfWork

PAGE = 1000


@dataclass
class Read:
    """How much was read."""

    dials: int = 0
    callbacks: int = 0


class Audit:
    """Reads only; may run beside everything else."""

    def __init__(self, store: Store, clock: Clock, numbers: NumberRules, rules: DialRules, page: int = PAGE) -> None:
        self._store = store
        self._clock = clock
        self._numbers = numbers
        self._rules = rules
        self._page = page
        self.read = Read()

    def violations(self) -> Iterator[Violation]:
        """One by one, as they are found. Raises StorageUnavailable."""
        self.read = Read()
        with self._store.read() as uow:
            yield from self._replayed(uow)
            yield from self._promises(uow)

    # --- dials, in the order in which they were written down --------------------------------------------------

    def _replayed(self, uow: UnitOfWork) -> Iterator[Violation]:
        replay, last = Replay(), 0
        while lines := uow.ledger.lines(last, self._page):
            last = lines[-1].serial
            legs = {leg.id: leg for leg in uow.ledger.legs({line.leg_id for line in lines} - {""})}
            callbacks = {c.id: c for c in uow.ledger.callbacks({leg.callback_id or "" for leg in legs.values()})}
            for line in lines:
                leg = legs.get(line.leg_id)
                if leg is not None:
                    yield from self._line(replay, line, leg, callbacks.get(leg.callback_id or ""))

    def _line(self, replay: Replay, line: Line, leg: Leg, callback: Callback | None) -> Iterator[Violation]:
        self.read.dials += line.kind == "leg_placing"
        yield from replay.read(line, leg)
        if callback is not None:
            yield from judge_time(line, leg, self._zones(callback.number), callback.zone)

    def _zones(self, number: str) -> Sequence[str]:
        try:
            return self._numbers.check(number).zones
        except NumberRefused:
            return ()  # by today's numbering plan; the customer's own zone is known

    # --- promises ---------------------------------------------------------------------------------------------

    def _promises(self, uow: UnitOfWork) -> Iterator[Violation]:
        last, now = "", self._clock.now()
        while callbacks := uow.ledger.page(last, self._page):
            last = callbacks[-1].id
            self.read.callbacks += len(callbacks)
            yield from chain.from_iterable(p.judge(now, self._rules) for p in _gathered(uow, callbacks))


def _gathered(uow: UnitOfWork, callbacks: Sequence[Callback]) -> Iterator[Promise]:
    ids = [callback.id for callback in callbacks]
    attempts, legs, lines = defaultdict(list), defaultdict(list), defaultdict(list)
    for attempt in uow.attempts.of_callbacks(ids):
        attempts[attempt.callback_id].append(attempt)
    for leg in uow.ledger.legs_of([attempt.id for several in attempts.values() for attempt in several]):
        legs[leg.callback_id].append(leg)
    for line in uow.ledger.lines_of(ids):
        lines[line.callback_id].append(line)
    for callback in callbacks:
        yield Promise(
            callback=callback, attempts=attempts[callback.id], legs=legs[callback.id], lines=lines[callback.id]
        )
