"""Rows in memory: what a transaction read or added is remembered, so that it can be undone."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Journal:
    """What the transaction that is open has touched; nothing while none is."""

    def __init__(self) -> None:
        self.is_open = False
        self.seen: dict[Any, tuple[Shelf[Any], dict[str, Any]]] = {}
        self.added: list[tuple[Shelf[Any], Any]] = []
        self.undo: list[Callable[[], object]] = []

    def begin(self) -> None:
        """A transaction starts. Raises RuntimeError inside another one."""
        if self.is_open:
            raise RuntimeError("the simulation has one transaction at a time")
        self.is_open = True

    def end(self) -> None:
        """Forget what was touched."""
        self.is_open = False
        self.seen, self.added, self.undo = {}, [], []

    def roll_back(self) -> None:
        """Undo all of it."""
        for row, (_, before) in self.seen.items():
            vars(row).update(before)
        for shelf, row in self.added:
            shelf.remove(row)
        for step in reversed(self.undo):
            step()

    def settle(self) -> None:
        """After a commit: put every touched row where it is found next time."""
        for row, (shelf, before) in self.seen.items():
            shelf.settle(row, before)
        for shelf, row in self.added:
            shelf.settle(row, {})


class Shelf(Generic[T]):
    """All rows of one kind by key; those that are still alive apart, because queries ask for them."""

    def __init__(self, journal: Journal, key: str, is_alive: Callable[[T], bool]) -> None:
        self._journal = journal
        self._key = key
        self._is_alive = is_alive
        self._rows: dict[str, T] = {}
        self._alive: dict[str, T] = {}
        self.on_settled: Callable[[T, dict[str, Any]], object] = lambda row, before: None
        """Called for each row that a commit wrote, with what it was before (empty: new)."""

    def add(self, row: T) -> None:
        """A new row."""
        self._journal.added.append((self, row))
        self._rows[getattr(row, self._key)] = self._alive[getattr(row, self._key)] = row

    def remove(self, row: T) -> None:
        """Take back an addition."""
        self._rows.pop(getattr(row, self._key), None)
        self._alive.pop(getattr(row, self._key), None)

    def get(self, key: str) -> T | None:
        """By key."""
        row = self._rows.get(key)
        return self.touch(row) if row is not None else None

    def touch(self, row: T) -> T:
        """Remember what the row was before whoever gets it may change it."""
        journal = self._journal
        if journal.is_open and row not in journal.seen:
            journal.seen[row] = (self, vars(row).copy())
        return row

    def alive(self) -> Iterator[T]:
        """Those that are alive, in the order in which they came; changes of this transaction count."""
        return iter([row for row in self._alive.values() if self._is_alive(row)])

    def everything(self) -> list[T]:
        """All rows, in the order in which they came."""
        return list(self._rows.values())

    def settle(self, row: T, before: dict[str, Any]) -> None:
        """Keep it among the living, or not."""
        key = getattr(row, self._key)
        if self._is_alive(row):
            self._alive.setdefault(key, row)
        else:
            self._alive.pop(key, None)
        self.on_settled(row, before)
