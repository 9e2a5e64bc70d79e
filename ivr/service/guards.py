"""The port of the small rows that keep promises honest; a part of the store's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

DISPATCH: Final = "dispatch"
"""The role of the processes that dial."""


class Guards(Protocol):
    """Small rows that keep promises honest: seen webhooks, limits, the do-not-call list, rates, heartbeats."""

    def is_new_webhook(self, call_sid: str, kind: str, sequence: str) -> bool:
        """True the first time, False for a repetition."""

    def saw_webhook(self, call_sid: str, kind: str, sequence: str) -> bool:
        """Whether it was new once."""

    def count_hit(self, key: str, now: datetime, window_seconds: int) -> int:
        """Count a use of `key` (a number's or an address's hash with what it does); uses in the window, this too."""

    def take_hit_back(self, key: str, at: datetime) -> None:
        """One use of `key` that was counted at this moment counts no more: it turned out to be no misuse."""

    def take_token(self, name: str, per_second: float, now: datetime) -> bool:
        """Token bucket shared by all processes (domain.rates): False if the rate is used up."""

    def lock(self, name: str) -> None:
        """Wait until no other transaction holds this name, and hold it until this one ends."""

    def do_not_call(self, number: str) -> bool: ...
    def do_not_call_among(self, numbers: Sequence[str]) -> frozenset[str]:
        """Which of these are on the list."""

    def add_do_not_call(self, number: str, at: datetime, reason: str) -> None: ...
    def wants_no_messages(self, address: str) -> bool:
        """Whether the owner of a number or an e-mail address has opted out of messages; calls are another matter."""

    def opt_out(self, address: str, at: datetime, how: str) -> None: ...
    def opt_in(self, address: str) -> None: ...
    def beat(self, node: str, role: str, at: datetime) -> None:
        """Heartbeat of a process (`role`: DISPATCH)."""

    def last_beat_at(self, role: str) -> datetime | None: ...
    def steady_since(self, role: str, now: datetime) -> datetime | None:
        """Since when processes in this role have seen time go by without a jump; None: there was none yet."""

    def get_note(self, key: str) -> Mapping[str, Any] | None:
        """A small JSON document by key, such as what `connect` must undo."""

    def set_note(self, key: str, value: Mapping[str, Any] | None, *, expires_at: datetime | None = None) -> None:
        """None removes it; after `expires_at` it may be swept."""

    def sweep(self, now: datetime, *, kept_since: datetime) -> int:
        """Delete uses, notes, photos whose time is over; webhooks, codes, rates, heartbeats older than `kept_since`.

        Returns how many rows went; at most some thousands at once, so that no one waits for it.
        """
