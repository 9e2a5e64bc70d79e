"""The store's calls in memory."""

from collections.abc import Sequence
from datetime import datetime

from ivr.domain.calls import LONGEST_CALL, Call
from ivr.domain.dialogue import Dialogue
from ivr.simulation.shelves import Journal, Shelf


class MemoryCalls(Shelf[Call]):
    """service.store.Calls."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal, "sid", lambda call: call.is_live)

    def live(self) -> Sequence[Call]:
        """Oldest first."""
        return [self.touch(call) for call in self.alive()]

    def last_dialogue(self, number: str, since: datetime) -> Dialogue | None:
        """None are kept."""
        return None

    def lasting(self, since: datetime) -> Sequence[str]:
        """Oldest first."""
        return [call.sid for call in self.alive() if call.started_at <= since]

    def resumed(self, now: datetime) -> frozenset[str]:
        """Ids of the callbacks whose code was told in a call that began lately and has not ended."""
        lately = (call for call in self.alive() if call.started_at > now - LONGEST_CALL)
        return frozenset(call.resumes_id for call in lately if call.resumes_id is not None)

    def live_numbers(self, numbers: Sequence[str], now: datetime) -> frozenset[str]:
        """Those whose call began lately and has not ended."""
        lately = {call.from_number for call in self.alive() if call.started_at > now - LONGEST_CALL}
        return frozenset(number for number in numbers if number in lately)
