"""A carrier on the agenda: the Phone port without a network, with an hour of storm if wanted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from typing import Protocol

from ivr.domain.callbacks import Leg, Party
from ivr.domain.calls import OVER
from ivr.errors import CallGone, CarrierRejected, CarrierUnclear
from ivr.service.ports import PlacedCall
from ivr.simulation.agenda import Agenda


@dataclass(eq=False)
class SimulatedCall:
    """One call at the carrier, ours or theirs."""

    sid: str
    to: str
    started_at: datetime
    leg_id: str = ""
    """Empty: somebody phoned in."""
    party: Party = Party.CUSTOMER
    status: str = "queued"
    sequence: int = -1

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.status not in OVER


class Exchange(Protocol):
    """Who lives at the other end: people, and the webhooks they cause."""

    def rings(self, call: SimulatedCall, ring_seconds: int) -> None:
        """We dialed it."""

    def redirected(self, call: SimulatedCall, path: str) -> None:
        """We sent a live call to another document."""

    def hung_up(self, call: SimulatedCall) -> None:
        """We ended a call."""


def no_storm(now: datetime) -> bool:
    """Fair weather."""
    return False


class SimulatedPhone:
    """ports.Phone. In a storm every request fails, in turn: refused, 429, and unclear ones that were never made."""

    def __init__(self, agenda: Agenda, *, storm: Callable[[datetime], bool] = no_storm) -> None:
        self._agenda = agenda
        self._storm = storm
        self._faults = cycle(("refused", "busy", "unclear"))
        self._calls: dict[str, SimulatedCall] = {}
        self.exchange: Exchange | None = None
        self.dialed: list[SimulatedCall] = []
        """All that we placed."""
        self.refused = 0
        """Requests for calls that failed."""

    def phone_in(self, number: str) -> SimulatedCall:
        """Somebody calls us."""
        return self._make(number, status="in-progress")

    def call(self, sid: str) -> SimulatedCall:
        """By CallSid; KeyError for one that never was."""
        return self._calls[sid]

    def place(self, leg: Leg, *, detect_machine: bool, ring_seconds: int) -> str:
        """Dial, or fail by the weather."""
        if self._storm(self._agenda.now()):
            self.refused += 1
            self._fail()
        call = self._make(leg.number)
        call.leg_id, call.party = leg.id, leg.party
        self.dialed.append(call)
        if self.exchange is not None:
            self.exchange.rings(call, ring_seconds)
        return call.sid

    def redirect(self, call_sid: str, path: str) -> None:
        """Raises CallGone if it has ended."""
        self._weather()
        call = self._calls.get(call_sid)
        if call is None or not call.is_live:
            raise CallGone("this call has ended")
        if self.exchange is not None:
            self.exchange.redirected(call, path)

    def hang_up(self, call_sid: str) -> None:
        """One that has ended is no error."""
        self._weather()
        call = self._calls.get(call_sid)
        if call is not None and call.is_live and self.exchange is not None:
            self.exchange.hung_up(call)

    def find_calls(self, to: str, since: datetime) -> Sequence[PlacedCall]:
        """By number."""
        self._weather()
        return [self._listed(call) for call in self.dialed if call.to == to and call.started_at >= since]

    def fetch(self, call_sid: str) -> PlacedCall | None:
        """By CallSid."""
        self._weather()
        call = self._calls.get(call_sid)
        return self._listed(call) if call is not None else None

    def _make(self, number: str, status: str = "queued") -> SimulatedCall:
        call = SimulatedCall(f"CA{len(self._calls):032x}", number, self._agenda.now(), status=status)
        self._calls[call.sid] = call
        return call

    def _listed(self, call: SimulatedCall) -> PlacedCall:
        return PlacedCall(call.sid, call.to, call.status, call.started_at)

    def _weather(self) -> None:
        if self._storm(self._agenda.now()):
            raise CarrierUnclear("the carrier does not answer")

    def _fail(self) -> None:
        match next(self._faults):
            case "refused":
                raise CarrierRejected("connection refused")
            case "busy":
                raise CarrierRejected("too many requests", carrier_code=20429, retry_after_seconds=3.0)
        raise CarrierUnclear("the carrier did not answer in time")
