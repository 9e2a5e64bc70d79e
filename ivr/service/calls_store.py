"""The ports of calls with their dialogues, and of codes that prove numbers; parts of the store's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from ivr.domain.calls import Call, Verification
from ivr.domain.dialogue import Dialogue


class Calls(Protocol):
    """Inbound calls with their dialogues."""

    def add(self, call: Call) -> None: ...
    def get(self, sid: str) -> Call | None: ...
    def last_dialogue(self, number: str, since: datetime) -> Dialogue | None:
        """Where the newest call of a number that has ended stood, if it began since."""

    def live(self) -> Sequence[Call]: ...
    def lasting(self, since: datetime) -> Sequence[str]:
        """CallSids of live ones that began at or before this, oldest first; their dialogues are not read."""

    def live_numbers(self, numbers: Sequence[str], now: datetime) -> frozenset[str]:
        """Which of these are in a call with us now."""


class Verifications(Protocol):
    """Codes sent to numbers given on the web."""

    def add(self, verification: Verification) -> None: ...
    def of_callback(self, callback_id: str) -> Verification | None:
        """The newest."""
