"""A carrier's REST side that behaves as Twilio's does, with the faults that matter."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Lock

from ivr.domain.callbacks import Leg, Party
from ivr.errors import CallGone, CarrierRejected, CarrierUnclear
from ivr.service.ports import Clock, PlacedCall

LIVE = frozenset({"queued", "ringing", "in-progress"})


class Fault(StrEnum):
    """What may go wrong with one request for a call."""

    TOO_MANY = "429"
    REFUSED_CONNECTION = "refused connection"
    BAD_NUMBER = "number can't be dialed"
    BAD_CREDENTIALS = "401"
    CREATED_500 = "500 although the call was made"
    LOST_500 = "500 and no call"
    CREATED_TIMEOUT = "time-out although the call was made"
    LOST_TIMEOUT = "time-out and no call"


REJECTIONS = {
    Fault.TOO_MANY: lambda: CarrierRejected("too many", carrier_code=20429, retry_after_seconds=3.0),
    Fault.REFUSED_CONNECTION: lambda: CarrierRejected("connection refused"),
    Fault.BAD_NUMBER: lambda: CarrierRejected("bad number", carrier_code=21217),
    Fault.BAD_CREDENTIALS: lambda: CarrierRejected("credentials", carrier_code=20003),
}


@dataclass
class FakeCall:
    """One call at the carrier."""

    sid: str
    to: str
    leg_id: str
    party: Party
    placed_at: datetime
    status: str = "queued"
    sequence: int = -1
    detect_machine: bool = False
    path: str = ""
    """Where it was redirected to last."""

    @property
    def is_live(self) -> bool:
        return self.status in LIVE


class FakePhone:
    """ports.Phone. `webhooks` are the status callbacks that wait to be delivered."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self.calls: list[FakeCall] = []
        self.faults: deque[Fault] = deque()
        self.list_is_down = False
        self.hidden: set[str] = set()
        """SIDs that the carrier's list does not show yet."""
        self.redirects: list[tuple[str, str]] = []
        """All that were asked for, those of calls made elsewhere too."""
        self.webhooks: deque[tuple[FakeCall, str, int]] = deque()
        self.on_place: Callable[[FakeCall], None] = lambda call: None
        """Called after the call is made and before the request returns."""

    def place(self, leg: Leg, *, detect_machine: bool, ring_seconds: int) -> str:
        fault = self.faults.popleft() if self.faults else None
        if fault in REJECTIONS:
            raise REJECTIONS[fault]()
        if fault in (Fault.LOST_500, Fault.LOST_TIMEOUT):
            raise CarrierUnclear(fault)
        call = self._make(leg, detect_machine)
        self.on_place(call)
        if fault is not None:
            raise CarrierUnclear(fault)
        return call.sid

    def _make(self, leg: Leg, detect_machine: bool) -> FakeCall:
        with self._lock:
            call = FakeCall(f"CA{len(self.calls):032x}", leg.number, leg.id, leg.party, self._clock.now())
            call.detect_machine = detect_machine
            self.calls.append(call)
        return call

    def redirect(self, call_sid: str, path: str) -> None:
        self.redirects.append((call_sid, path))
        call = self.find(call_sid)
        if call is None or call.status != "in-progress":
            raise CallGone("gone")
        call.path = path

    def hang_up(self, call_sid: str) -> None:
        call = self.find(call_sid)
        if call is not None and call.is_live:
            self.report(call, "completed" if call.status == "in-progress" else "canceled")

    def find_calls(self, to: str, since: datetime) -> Sequence[PlacedCall]:
        if self.list_is_down:
            raise CarrierUnclear("503")
        shown = [call for call in self.calls if call.to == to and call.sid not in self.hidden]
        return [_placed(call) for call in shown if call.placed_at >= since]

    def fetch(self, call_sid: str) -> PlacedCall | None:
        if self.list_is_down:
            raise CarrierUnclear("503")
        call = self.find(call_sid)
        return _placed(call) if call else None

    def find(self, call_sid: str) -> FakeCall | None:
        return next((call for call in self.calls if call.sid == call_sid), None)

    def report(self, call: FakeCall, status: str) -> None:
        """The call moves on; its status callback waits in `webhooks`."""
        call.status = status
        call.sequence += 1
        self.webhooks.append((call, status, call.sequence))

    def live(self, number: str = "") -> list[FakeCall]:
        """Calls that ring or are connected."""
        return [call for call in self.calls if call.is_live and number in ("", call.to)]


def _placed(call: FakeCall) -> PlacedCall:
    return PlacedCall(call.sid, call.to, call.status, call.placed_at)
