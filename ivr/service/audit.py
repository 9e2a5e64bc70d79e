"""The audit: judges the whole dial ledger, in one moment of the database, and names every broken promise.

The database finds what looks wrong (storage/ledger.py), so that a million callbacks do not pass through Python; what it
finds is judged here, by the rules of domain/ledger.py.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from ivr.domain.callbacks import Callback
from ivr.domain.ledger import PATIENCE, Entry, Promise, Replay, Violation, judge_time
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
        with self._store.read() as uow:
            self.read = Read(*uow.ledger.counted())
            yield from self._replayed(uow)
            yield from self._timed(uow)
            yield from self._promises(uow)

    def _replayed(self, uow: UnitOfWork) -> Iterator[Violation]:
        """Numbers and callbacks that were dialed out of turn, in the order in which it was written down."""
        replay, (numbers, callback_ids) = Replay(), uow.ledger.disordered()
        if not numbers and not callback_ids:
            return
        entries = partial(uow.ledger.entries, limit=self._page, numbers=numbers, callback_ids=callback_ids)
        for entry in paged(entries):
            yield from replay.read(entry.line, entry.leg)

    def _timed(self, uow: UnitOfWork) -> Iterator[Violation]:
        """Every dial to a customer, held against its window and the hours where the number may lie."""
        for entry in paged(partial(uow.ledger.customers_dials, limit=self._page)):
            yield from judge_time(entry.line, entry.leg, self._zones(entry.leg.number), entry.zone)

    def _zones(self, number: str) -> Sequence[str]:
        try:
            return self._numbers.check(number).zones
        except NumberRefused:
            return ()  # by today's numbering plan; the customer's own zone is known

    def _promises(self, uow: UnitOfWork) -> Iterator[Violation]:
        now = self._clock.now()
        suspects = uow.ledger.suspects(now - PATIENCE)
        for start in range(0, len(suspects), self._page):
            page = uow.ledger.callbacks(suspects[start : start + self._page])
            yield from chain.from_iterable(p.judge(now, self._rules) for p in gathered(uow, page))


def paged(read: Callable[[int], Sequence[Entry]]) -> Iterator[Entry]:
    """All entries of pages that are asked for by the last serial seen."""
    last = 0
    while entries := read(last):
        yield from entries
        last = entries[-1].line.serial


def gathered(uow: UnitOfWork, callbacks: Sequence[Callback]) -> Iterator[Promise]:
    """Callbacks with everything that was done for them."""
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
