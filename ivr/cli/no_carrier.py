"""A telephone line that rings nobody, for commands that only talk to the dialogue."""

from collections.abc import Sequence
from datetime import datetime

from ivr.domain.callbacks import Leg
from ivr.errors import CallGone, CarrierRejected
from ivr.service.ports import PlacedCall


class NoPhone:
    """ports.Phone without a carrier: nothing can be dialed or redirected."""

    def place(self, leg: Leg, *, detect_machine: bool, ring_seconds: int) -> str:
        """Raises CarrierRejected."""
        raise CarrierRejected("this command dials nobody; run `serve` for that")

    def redirect(self, call_sid: str, path: str) -> None:
        """Raises CallGone."""
        raise CallGone("there is no live call at a carrier")

    def hang_up(self, call_sid: str) -> None:
        """Nothing to end."""

    def find_calls(self, to: str, since: datetime) -> Sequence[PlacedCall]:
        """None."""
        return ()

    def fetch(self, call_sid: str) -> PlacedCall | None:
        """None."""
        return None
