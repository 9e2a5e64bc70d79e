"""The store's small guard rows in memory."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ivr.domain.rates import after_token
from ivr.simulation.shelves import Journal


class MemoryGuards:
    """service.store.Guards."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._webhooks: set[tuple[str, str, str]] = set()
        self._hits: dict[str, list[datetime]] = defaultdict(list)
        self._rates: dict[str, datetime] = {}
        self._quiet: set[str] = set()
        self._beats: dict[str, datetime] = {}
        self._notes: dict[str, Mapping[str, Any]] = {}

    def is_new_webhook(self, call_sid: str, kind: str, sequence: str) -> bool:
        """True the first time."""
        key = (call_sid, kind, sequence)
        if key in self._webhooks:
            return False
        self._webhooks.add(key)
        self._journal.undo.append(lambda: self._webhooks.discard(key))
        return True

    def saw_webhook(self, call_sid: str, kind: str, sequence: str) -> bool:
        """Whether it was new once."""
        return (call_sid, kind, sequence) in self._webhooks

    def count_hit(self, key: str, now: datetime, window_seconds: int) -> int:
        """Exact sliding window."""
        hits = self._hits[key]
        hits.append(now)
        self._journal.undo.append(hits.pop)
        return sum(at > now - timedelta(seconds=window_seconds) for at in hits)

    def take_hit_back(self, key: str, at: datetime) -> None:
        """Nobody signs in here."""
        raise NotImplementedError

    def take_token(self, name: str, per_second: float, now: datetime) -> bool:
        """False if the rate is used up."""
        if per_second <= 0:
            return True
        before = self._rates.get(name)
        then = after_token(before, per_second, now)
        if then is None:
            return False
        self._rates[name] = then
        self._journal.undo.append(lambda: self._put_back(self._rates, name, before))
        return True

    def lock(self, name: str) -> None:
        """One transaction at a time anyway."""

    def do_not_call(self, number: str) -> bool:
        """Whether the number is on the list."""
        return number in self._quiet

    def do_not_call_among(self, numbers: Sequence[str]) -> frozenset[str]:
        """Those that are on the list."""
        return frozenset(self._quiet.intersection(numbers))

    def add_do_not_call(self, number: str, at: datetime, reason: str) -> None:
        """Put it on the list."""
        self._quiet.add(number)

    def wants_no_messages(self, address: str) -> bool:
        """Nobody is written to here."""
        return False

    def opt_out(self, address: str, at: datetime, how: str) -> None:
        """Nobody is written to here."""

    def opt_in(self, address: str) -> None:
        """Nobody is written to here."""

    def beat(self, node: str, role: str, at: datetime) -> None:
        """Heartbeat."""
        self._beats[role] = at

    def last_beat_at(self, role: str) -> datetime | None:
        """Of this role."""
        return self._beats.get(role)

    def steady_since(self, role: str, now: datetime) -> datetime | None:
        """A simulated clock only goes from event to event."""
        return None

    def get_note(self, key: str) -> Mapping[str, Any] | None:
        """None if there is none."""
        return self._notes.get(key)

    def set_note(self, key: str, value: Mapping[str, Any] | None, *, expires_at: datetime | None = None) -> None:
        """None removes it."""
        before = self._notes.get(key)
        self._put_back(self._notes, key, None if value is None else dict(value))
        self._journal.undo.append(lambda: self._put_back(self._notes, key, before))

    def sweep(self, now: datetime, *, kept_since: datetime) -> int:
        """Nothing here outlives the simulation."""
        return 0

    def _put_back(self, kept: dict[str, Any], key: str, value: Any) -> None:
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = value
