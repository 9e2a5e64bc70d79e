"""The reconciler: finds what crashes, lost webhooks and unclear answers left behind, and puts it right.

It asks the carrier about unclear dials, closes legs whose end was never told, finds those who have met unannounced, and
heals rows that a dead process left.
A person is the last retry, so that nothing is ever lost.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from ivr.domain.callbacks import Callback, CallbackStatus, Leg, LegState, Outcome, Party
from ivr.domain.calls import LONGEST_CALL
from ivr.domain.steady import counted_from
from ivr.errors import CarrierUnclear
from ivr.service import attempts
from ivr.service.afterwards import HangUp
from ivr.service.dial_tools import DialTools
from ivr.service.guards import DISPATCH
from ivr.service.guests import guest_gone
from ivr.service.outcomes import ENDED
from ivr.service.ports import PlacedCall
from ivr.service.room_looks import RoomLooks
from ivr.service.scenes import Scene
from ivr.service.timeline import record

log = structlog.get_logger(__name__)

LOOKS: Final = 2
"""The carrier's list lags: only what is missing on two looks is believed to be absent."""
CLOCK_SLACK: Final = timedelta(seconds=30)
"""The carrier's clock and ours differ by less."""
POLL_RINGING_SECONDS, POLL_TALKING_SECONDS = 15, 60
"""Between two questions about one leg."""


class Reconciler:
    """Sweeps; each part is safe to run in several processes at once and to die in."""

    def __init__(self, tools: DialTools, room_looks: RoomLooks) -> None:
        self._tools = tools
        self._room_looks = room_looks
        self._rules = tools.rules.dial
        self._asked_at: dict[str, datetime] = {}

    def sweep(self) -> None:
        """One round of everything that asks the carrier."""
        self.settle()
        self.poll()
        self._room_looks.sweep()

    # --- placing, without an answer ---------------------------------------------------------------------------

    def settle(self) -> int:
        """Look for the calls of unclear dials. Returns how many legs were looked for."""
        now = self._tools.scenes.clock.now()
        with self._tools.scenes.store.read() as uow:
            old, steady = uow.legs.in_state(LegState.PLACING, now), uow.guards.steady_since(DISPATCH, now)
            due = [(leg.id, leg.number, leg.placing_at) for leg in old if self._look_is_due(leg, now, steady)]
        for leg_id, number, placing_at in due:
            self._look(leg_id, number, placing_at or now)
        return len(due)

    def _look_is_due(self, leg: Leg, now: datetime, steady: datetime | None) -> bool:
        if leg.placing_at is None:
            return False
        wait = self._rules.settle_seconds + leg.absent_looks * self._rules.look_seconds
        return counted_from(leg.placing_at, steady) + timedelta(seconds=wait) <= now

    def _look(self, leg_id: str, number: str, placing_at: datetime) -> None:
        try:
            calls = self._tools.phone.find_calls(number, placing_at - CLOCK_SLACK)
        except CarrierUnclear as error:
            log.warning("list_unclear", leg=leg_id, error=str(error))
            return
        self._tools.checkpoint("looked")
        self._tools.scenes.run(lambda scene: self._found(scene, leg_id, calls))

    def _found(self, scene: Scene, leg_id: str, calls: Sequence[PlacedCall]) -> None:
        leg = scene.uow.legs.get(leg_id)
        if leg is None or leg.state != LegState.PLACING:
            return
        if not self._look_is_due(leg, scene.now, scene.uow.guards.steady_since(DISPATCH, scene.now)):
            return
        earliest = (leg.placing_at or scene.now) - CLOCK_SLACK
        fresh = [call for call in calls if call.started_at is None or call.started_at >= earliest]
        unknown = [call for call in fresh if scene.uow.legs.by_sid(call.sid) is None]
        if unknown:
            ours = min(unknown, key=lambda call: call.started_at or earliest)
            self._tools.reports.placed(scene, leg, ours.sid, how="list")
            self._tools.reports.apply(scene, leg, ours.status)
            return
        leg.absent_looks += 1
        if leg.absent_looks >= LOOKS:
            self._absent(scene, leg)

    def _absent(self, scene: Scene, leg: Leg) -> None:
        leg.state, leg.outcome, leg.ended_at = LegState.ABSENT, Outcome.ABSENT, scene.now
        leg.owner = leg.lease_until_at = None
        record(scene.uow, scene.now, "leg_absent", subject=leg, data={"party": leg.party.value})
        attempt = attempts.of_leg(scene.uow, leg)
        if leg.party == Party.NEWS:
            self._tools.news.leg_over(scene.uow, leg, scene.now)
        if attempt is not None and leg.party == Party.GUEST:
            guest_gone(scene.uow, leg, attempt, scene.now)
        elif attempt is not None and attempt.ended_at is None:
            scene.after.extend(self._tools.outcomes.next_agent(scene.uow, attempt, Outcome.ABSENT, scene.now))
        callback = scene.uow.callbacks.get(leg.callback_id) if leg.callback_id else None
        waits = callback is not None and callback.status == CallbackStatus.SCHEDULED
        if callback is not None and waits and _absences(scene, callback) >= self._rules.absences_per_callback:
            self._tools.gate.give_to_person(scene.uow, callback, scene.now, "carrier_unclear")

    # --- placed, without an end -------------------------------------------------------------------------------

    def poll(self) -> int:
        """Ask the carrier about legs whose end may have been lost. Returns how many were asked about."""
        now = self._tools.scenes.clock.now()
        with self._tools.scenes.store.read() as uow:
            placed = uow.legs.in_state(LegState.PLACED, now)
            due = [(leg.id, leg.sid) for leg in placed if leg.sid and self._poll_is_due(leg, now)]
            alive = {leg.id for leg in placed}
        self._asked_at = {leg_id: at for leg_id, at in self._asked_at.items() if leg_id in alive}
        for leg_id, sid in due:
            self._asked_at[leg_id] = now
            self._ask(leg_id, sid)
        return len(due)

    def _poll_is_due(self, leg: Leg, now: datetime) -> bool:
        ring = max(self._rules.agent_ring_seconds, self._rules.customer_ring_seconds)
        every = ring + POLL_RINGING_SECONDS if leg.answered_at is None else POLL_TALKING_SECONDS
        last = self._asked_at.get(leg.id)
        if last is not None and leg.answered_at is None:
            every = POLL_RINGING_SECONDS
        since = last or leg.answered_at or leg.placing_at or leg.created_at
        return since + timedelta(seconds=every) <= now

    def _ask(self, leg_id: str, sid: str) -> None:
        try:
            call = self._tools.phone.fetch(sid)
        except CarrierUnclear as error:
            log.warning("fetch_unclear", leg=leg_id, error=str(error))
            return
        self._tools.checkpoint("fetched")
        self._tools.scenes.run(lambda scene: self._fetched(scene, leg_id, call))

    def _fetched(self, scene: Scene, leg_id: str, call: PlacedCall | None) -> None:
        leg = scene.uow.legs.get(leg_id)
        if leg is None or leg.state != LegState.PLACED:
            return
        # A call that the carrier has no record of cannot be ringing.
        status = "failed" if call is None else call.status
        self._tools.reports.apply(scene, leg, status)
        if status not in ENDED and leg.sid and self._is_left_over(scene, leg):
            scene.after.append(HangUp(leg.sid))

    def _is_left_over(self, scene: Scene, leg: Leg) -> bool:
        """Whether its last document must have been heard, or was lost: the attempt, or all of a code, was over then."""
        since, longest = self._last_word(scene, leg)
        steady = scene.uow.guards.steady_since(DISPATCH, scene.now)
        return since is not None and counted_from(since, steady) + longest < scene.now

    def _last_word(self, scene: Scene, leg: Leg) -> tuple[datetime | None, timedelta]:
        """When it began to wait for nothing more than its end, if it does, and how long that may take."""
        stuck = timedelta(seconds=self._rules.stuck_seconds)
        if leg.party == Party.NEWS:
            return leg.answered_at, LONGEST_CALL
        if leg.party == Party.UNPROVEN:
            return leg.answered_at, stuck + timedelta(seconds=self._tools.rules.verification.valid_seconds)
        if leg.waits_since_at is not None:
            return leg.waits_since_at, stuck + timedelta(seconds=self._rules.waiting_seconds)
        attempt = attempts.of_leg(scene.uow, leg)
        return (attempt.ended_at, stuck) if attempt is not None else (leg.created_at, timedelta())


def _absences(scene: Scene, callback: Callback) -> int:
    """How often the carrier swallowed a request for this callback."""
    tried = scene.uow.attempts.of_callback(callback.id)
    return sum(leg.state == LegState.ABSENT for attempt in tried for leg in scene.uow.legs.of_attempt(attempt.id))
