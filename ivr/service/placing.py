"""The dial, five commits (reliability.md 4b): claim, placing, [the carrier's request], placed, outcome.

`placing` is the point of no return: after its commit the request may be sent once, and an unclear answer is never
retried here; the reconciler asks the carrier.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog

from ivr.domain.callbacks import Attempt, Callback, CallbackStatus, Leg, LegState, Outcome, Party
from ivr.domain.policies import CallbackRules
from ivr.errors import CarrierRejected, CarrierUnclear, Conflict
from ivr.service import attempts
from ivr.service.afterwards import HangUp
from ivr.service.gate import Gate
from ivr.service.guests import guest_gone
from ivr.service.outcomes import NewsLegs, Outcomes
from ivr.service.ports import Phone
from ivr.service.reports import Reports
from ivr.service.scenes import Scene, Scenes
from ivr.service.timeline import record
from ivr.service.verification import NumberProofs

log = structlog.get_logger(__name__)

NUMBER_ERRORS: Final = frozenset({13223, 13224, 13225, 13226, 13227, 21211, 21214, 21215, 21216, 21217, 21421, 21614})
"""The carrier will not dial this number at all (twilio.md section 10): no use in trying it again."""
BUSY_CARRIER: Final = 429
BUSY_SECONDS, REFUSED_SECONDS, UNREACHED_SECONDS = 2.0, 60.0, 10.0
"""Rest after: too many requests without Retry-After; another refusal (credentials, our number); no connection."""
RATE: Final = "dial"


@dataclass(frozen=True)
class DialTools:
    """What placing works with."""

    scenes: Scenes
    phone: Phone
    rules: CallbackRules
    gate: Gate
    outcomes: Outcomes
    reports: Reports
    proofs: NumberProofs
    news: NewsLegs
    monotonic: Callable[[], float]
    checkpoint: Callable[[str], None]
    """Called after each numbered commit and after the request: tests and journeys kill a process there."""


class Placer:
    """Places the legs that one process owns."""

    def __init__(self, tools: DialTools, node: str) -> None:
        self._tools = tools
        self._rules = tools.rules.dial
        self._node = node

    def place(self, leg_id: str) -> bool:
        """Dial one leg that this process owns. False: the rate is used up, try again later."""
        begun_at = self._tools.monotonic()
        leg = self._tools.scenes.run(lambda scene: self._begin(scene, leg_id))
        if leg is None:
            return True
        if leg.state == LegState.INTENT:
            return False
        self._tools.checkpoint("placing")
        if self._tools.monotonic() - begun_at > self._rules.freeze_seconds:
            self._withdraw(leg)  # frozen in between: somebody may have reconciled it already
            return True
        self._request(leg)
        return True

    def _request(self, leg: Leg) -> None:
        try:
            is_ours = leg.party in (Party.AGENT, Party.GUEST)
            ring = self._rules.agent_ring_seconds if is_ours else self._rules.customer_ring_seconds
            sid = self._tools.phone.place(leg, detect_machine=leg.party == Party.CUSTOMER, ring_seconds=ring)
        except CarrierUnclear as unclear:
            log.warning("dial_unclear", leg=leg.id, error=str(unclear))
        except CarrierRejected as refusal:
            error = refusal
            log.warning("dial_rejected", leg=leg.id, carrier_code=error.carrier_code, error=str(error))
            self._tools.scenes.run(lambda scene: self._rejected(scene, leg.id, error))
        else:
            self._tools.checkpoint("posted")
            self._tools.scenes.run(lambda scene: self._placed(scene, leg.id, sid))
            self._tools.checkpoint("placed")

    # --- commit 2: the point of no return --------------------------------------------------------------------

    def _begin(self, scene: Scene, leg_id: str) -> Leg | None:
        """Re-check everything and pass the point of no return; a copy still INTENT says: no rate left."""
        leg = scene.uow.legs.get(leg_id)
        if leg is None or not self._is_mine(scene, leg):
            return None
        if not attempts.is_wanted(scene.uow, leg) or not self._may_ring(scene, leg):
            if leg.state == LegState.INTENT:
                leg.state, leg.outcome, leg.ended_at = LegState.ENDED, Outcome.CANCELED, scene.now
            return None
        is_shut, attempt = self._tools.gate.is_shut(scene.uow, scene.now), attempts.of_leg(scene.uow, leg)
        if is_shut and attempt is not None and self._keeps_waiting(scene, leg, attempt):
            scene.after.extend(self._tools.outcomes.next_agent(scene.uow, attempt, Outcome.REJECTED, scene.now))
            return None
        if is_shut or not self._has_token(scene):
            leg.owner = leg.lease_until_at = None
            return replace(leg)
        leg.state, leg.placing_at = LegState.PLACING, scene.now
        terms = self._tools.gate.terms(scene.uow.callbacks.get(leg.callback_id or ""), leg.party)
        record(scene.uow, scene.now, "leg_placing", subject=leg, data={"party": leg.party.value} | terms)
        return replace(leg)

    def _is_mine(self, scene: Scene, leg: Leg) -> bool:
        leased = leg.lease_until_at is not None and leg.lease_until_at > scene.now
        return leg.state == LegState.INTENT and leg.owner == self._node and leased

    def _keeps_waiting(self, scene: Scene, leg: Leg, attempt: Attempt) -> bool:
        """Whether somebody would listen to music for another one who may not be dialed for a while."""
        patience = timedelta(seconds=self._rules.shut_seconds)
        waits = leg.party == (Party.AGENT if attempt.customer_first else Party.CUSTOMER)
        return waits and leg.created_at + patience < scene.now

    def _has_token(self, scene: Scene) -> bool:
        rate = self._rules.dials_per_second
        return rate <= 0 or scene.uow.guards.take_token(RATE, rate, scene.now)

    def _may_ring(self, scene: Scene, leg: Leg) -> bool:
        """Whether whom it is for still waits, and (callbacks) the gate is open for as long as it takes."""
        if leg.party == Party.NEWS:
            return self._tools.news.may_place(scene, leg)
        attempt = attempts.of_leg(scene.uow, leg)
        return self._may_tell_code(scene, leg) if attempt is None else self._may_join(scene, leg, attempt)

    def _may_tell_code(self, scene: Scene, leg: Leg) -> bool:
        callback = scene.uow.callbacks.get(leg.callback_id or "")
        newest = scene.uow.verifications.of_callback(leg.callback_id or "")
        if callback is None or newest is None or newest.leg_id != leg.id:
            why = "replaced"
        else:
            why = self._tools.proofs.why_not_ring(scene.uow, callback)
        if why:
            record(scene.uow, scene.now, "code_call_withheld", subject=leg, data={"why": why})
        return not why

    def _may_join(self, scene: Scene, leg: Leg, attempt: Attempt) -> bool:
        if leg.party == Party.GUEST:
            return attempt.joined_at is not None
        if attempt.callback_id is None:
            hold = attempts.hold_of(scene.uow, attempt)
            if hold is not None and hold.status == "connecting":
                return True
            scene.after.extend(attempts.end(scene.uow, attempt, Outcome.CUSTOMER_HUNG_UP, scene.now))
            return False
        callback = attempts.callback_of(scene.uow, attempt)
        is_agent = leg.party == Party.AGENT
        if is_agent and attempt.customer_first and callback.status == CallbackStatus.DIALING:
            return True  # the customer is on the line: their hours were asked about before they were rung
        needed = self._rules.reserve_seconds if is_agent else self._rules.customer_ring_seconds
        why = self._tools.gate.why_not_yet(scene.uow, callback, scene.now, for_seconds=needed)
        if callback.status == CallbackStatus.DIALING and not why:
            return True
        scene.after.extend(attempts.end(scene.uow, attempt, Outcome.CANCELED, scene.now))
        if callback.status == CallbackStatus.DIALING:
            self._tools.gate.turn_away(scene.uow, callback, why, scene.now)
        return False

    # --- commits 4 and 5 -------------------------------------------------------------------------------------

    def _placed(self, scene: Scene, leg_id: str, sid: str) -> None:
        """Keep the SID; if the leg is no longer waiting for it, take back the call just made."""
        leg = scene.uow.legs.get(leg_id)
        if leg is None:
            scene.after.append(HangUp(sid))
        elif leg.state == LegState.PLACING:
            self._tools.reports.placed(scene, leg, sid, how="request")
        elif leg.sid != sid:
            record(scene.uow, scene.now, "stray_call", subject=leg, data={"sid": sid, "leg_state": leg.state.value})
            scene.after.append(HangUp(sid))

    def _rejected(self, scene: Scene, leg_id: str, error: CarrierRejected) -> None:
        """The carrier surely dialed nothing: end the attempt, at no cost, by what the refusal means."""
        leg = scene.uow.legs.get(leg_id)
        if leg is None or leg.state != LegState.PLACING:
            return
        attempt = attempts.of_leg(scene.uow, leg)
        leg.state, leg.outcome, leg.ended_at = LegState.REJECTED, Outcome.REJECTED, scene.now
        record(scene.uow, scene.now, "leg_rejected", subject=leg, data={"carrier_code": error.carrier_code})
        if attempt is not None and attempt.ended_at is not None:
            return
        is_about_number = error.carrier_code in NUMBER_ERRORS
        if not is_about_number:
            self._tools.gate.pause(scene.uow, scene.now, _rest_seconds(error))
        if leg.party == Party.NEWS:
            self._tools.news.leg_over(scene.uow, leg, scene.now)
        if attempt is None:
            return  # a code that was not told: whoever wants it asks again
        if leg.party == Party.GUEST:
            guest_gone(scene.uow, leg, attempt, scene.now)
            return
        if is_about_number:
            self._number_refused(scene, leg, attempt)
            return
        if leg.party == Party.AGENT:
            _refund(scene, attempt)  # a customer's refusal counts: an agent was on the line for it
        scene.after.extend(self._tools.outcomes.next_agent(scene.uow, attempt, Outcome.REJECTED, scene.now))

    def _number_refused(self, scene: Scene, leg: Leg, attempt: Attempt) -> None:
        if leg.party == Party.AGENT:
            scene.after.extend(self._tools.outcomes.agent_away(scene.uow, attempt, scene.now))
            return
        callback = attempts.callback_of(scene.uow, attempt)
        scene.after.extend(attempts.end(scene.uow, attempt, Outcome.REJECTED, scene.now))
        self._tools.gate.give_to_person(scene.uow, callback, scene.now, "carrier_refused_number")

    def _withdraw(self, leg: Leg) -> None:
        """We surely sent nothing: back to INTENT, unless somebody decided otherwise meanwhile."""
        try:
            self._tools.scenes.run(lambda scene: self._back_to_intent(scene, leg))
        except Conflict:
            return  # the reconciler has it

    def _back_to_intent(self, scene: Scene, leg: Leg) -> None:
        now = scene.uow.legs.get(leg.id)
        if now is not None and now.state == LegState.PLACING and now.placing_at == leg.placing_at:
            now.state, now.placing_at, now.owner, now.lease_until_at = LegState.INTENT, None, None, None
            record(scene.uow, scene.now, "leg_withheld", subject=now, data={"why": "frozen"})


def lease(leg: Leg, node: str, *, scene: Scene, seconds: int) -> None:
    """Let one process place a leg for so long; after that any other may."""
    leg.owner, leg.lease_until_at = node, scene.now + timedelta(seconds=seconds)


def _rest_seconds(error: CarrierRejected) -> float:
    if error.retry_after_seconds is not None:
        return error.retry_after_seconds
    if error.carrier_code in (BUSY_CARRIER, 20429):
        return BUSY_SECONDS
    return REFUSED_SECONDS if error.carrier_code else UNREACHED_SECONDS


def _refund(scene: Scene, attempt: Attempt) -> None:
    """An attempt that the carrier refused to begin does not count against the callback."""
    callback: Callback | None = scene.uow.callbacks.get(attempt.callback_id) if attempt.callback_id else None
    if callback is not None:
        callback.dials = max(0, callback.dials - 1)
