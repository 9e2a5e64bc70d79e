"""The dial, five commits (reliability.md 4b): claim, placing, [the carrier's request], placed, outcome.

`placing` is the point of no return: after its commit the request may be sent once, and an unclear answer is never
retried here; the reconciler asks the carrier.
"""

from collections.abc import Container, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from ivr.domain.callbacks import Attempt, CallbackStatus, Leg, LegState, Outcome, Party
from ivr.errors import CarrierRejected, CarrierUnclear
from ivr.service import attempts
from ivr.service.dial_answers import Answer, Answers
from ivr.service.dial_tools import DialTools
from ivr.service.scenes import Scene
from ivr.service.timeline import record

log = structlog.get_logger(__name__)

RATE: Final = "dial"


class Placer:
    """Places the legs that one process owns, some of them at once."""

    def __init__(self, tools: DialTools, node: str) -> None:
        self._tools = tools
        self._rules = tools.rules.dial
        self._node = node
        self._answers = Answers(tools)
        self._threads = ThreadPoolExecutor(tools.requests_at_once, "dial")

    def place(self, leg_ids: Sequence[str]) -> int:
        """Dial these legs in order. Returns how many were seen to: at the next one the rate is used up, try later."""
        at_once = self._tools.requests_at_once
        for start in range(0, len(leg_ids), at_once):
            some = leg_ids[start : start + at_once]
            seen = self._dial(some)
            if seen < len(some):
                return start + seen
        return len(leg_ids)

    def _dial(self, leg_ids: Sequence[str]) -> int:
        """These pass the point of no return together, so that each may be requested at once. How many were seen to."""
        begun_at = self._tools.monotonic()
        legs, seen = self._tools.scenes.run(lambda scene: self._begin(scene, leg_ids))
        if legs:
            self._tools.checkpoint("placing")
            self._send(legs, begun_at)
        return seen

    def _send(self, legs: Sequence[Leg], begun_at: float) -> None:
        """What is answered while others are still asked is written down together."""
        if len(legs) == 1:
            self._keep([self._request(legs[0], begun_at)])
            return
        flying = {self._threads.submit(self._request, leg, begun_at) for leg in legs}
        while flying:
            done, flying = wait(flying, return_when=FIRST_COMPLETED)
            self._keep([request.result() for request in done])

    def _keep(self, answers: Sequence[Answer | None]) -> None:
        clear = [answer for answer in answers if answer is not None]
        if clear:
            self._answers.keep(clear)

    def _request(self, leg: Leg, begun_at: float) -> Answer | None:
        """Ask the carrier for one call. None: the answer is unclear, and the reconciler's matter."""
        if self._tools.monotonic() - begun_at > self._rules.freeze_seconds:
            return Answer(leg)  # frozen in between: somebody may have reconciled it already
        is_ours = leg.party in (Party.AGENT, Party.GUEST)
        ring = self._rules.agent_ring_seconds if is_ours else self._rules.customer_ring_seconds
        try:
            sid = self._tools.phone.place(leg, detect_machine=leg.party == Party.CUSTOMER, ring_seconds=ring)
        except CarrierUnclear as unclear:
            log.warning("dial_unclear", leg=leg.id, error=str(unclear))
            return None
        except CarrierRejected as refusal:
            log.warning("dial_rejected", leg=leg.id, carrier_code=refusal.carrier_code, error=str(refusal))
            return Answer(leg, refusal=refusal)
        self._tools.checkpoint("posted")
        return Answer(leg, sid)

    # --- commit 2: the point of no return --------------------------------------------------------------------

    def _begin(self, scene: Scene, leg_ids: Sequence[str]) -> tuple[list[Leg], int]:
        """Re-check everything and pass the point of no return, until the rate is used up. Copies, and how many seen."""
        legs = {leg.id: leg for leg in scene.uow.legs.several(leg_ids)}
        callbacks = [scene.uow.callbacks.get(leg.callback_id) for leg in legs.values() if leg.callback_id]
        do_not_call = scene.uow.guards.do_not_call_among([callback.number for callback in callbacks if callback])
        room = self._tools.gate.room(scene.uow, scene.now)
        passed: list[Leg] = []
        for seen, leg in enumerate(map(legs.get, leg_ids)):
            if leg is None or not self._is_to_dial(scene, leg, do_not_call):
                continue
            is_shut = len(passed) >= room
            if is_shut and self._has_waited(scene, leg):
                continue
            if is_shut or not self._has_token(scene):
                return passed, seen
            passed.append(self._pass(scene, leg))
        return passed, len(leg_ids)

    def _is_to_dial(self, scene: Scene, leg: Leg, do_not_call: Container[str]) -> bool:
        """Whether it is ours and still wanted; one that may not be rung any more ends."""
        if not self._is_mine(scene, leg):
            return False
        if attempts.is_wanted(scene.uow, leg) and self._may_ring(scene, leg, do_not_call):
            return True
        if leg.state == LegState.INTENT:
            leg.state, leg.outcome, leg.ended_at = LegState.ENDED, Outcome.CANCELED, scene.now
        return False

    def _has_waited(self, scene: Scene, leg: Leg) -> bool:
        """Whether somebody listened to music for this one, who may not be dialed for a while: then no longer."""
        attempt = attempts.of_leg(scene.uow, leg)
        if attempt is None or not self._keeps_waiting(scene, leg, attempt):
            return False
        scene.after.extend(self._tools.outcomes.next_agent(scene.uow, attempt, Outcome.REJECTED, scene.now))
        return True

    def _pass(self, scene: Scene, leg: Leg) -> Leg:
        leg.state, leg.placing_at = LegState.PLACING, scene.now
        terms = self._tools.gate.terms(scene.uow.callbacks.get(leg.callback_id or ""), leg)
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

    def _may_ring(self, scene: Scene, leg: Leg, do_not_call: Container[str]) -> bool:
        """Whether whom it is for still waits, and (callbacks) the gate is open for as long as it takes."""
        if leg.party == Party.NEWS:
            return self._tools.news.may_place(scene, leg)
        attempt = attempts.of_leg(scene.uow, leg)
        if attempt is None:
            return self._may_tell_code(scene, leg)
        return self._may_join(scene, leg, attempt, do_not_call)

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

    def _may_join(self, scene: Scene, leg: Leg, attempt: Attempt, do_not_call: Container[str]) -> bool:
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
        why = self._tools.gate.why_not_yet(callback, do_not_call, scene.now, for_seconds=needed)
        if callback.status == CallbackStatus.DIALING and not why:
            return True
        scene.after.extend(attempts.end(scene.uow, attempt, Outcome.CANCELED, scene.now))
        if callback.status == CallbackStatus.DIALING:
            self._tools.gate.turn_away(scene.uow, callback, why, scene.now)
        return False


def lease(leg: Leg, node: str, *, scene: Scene, seconds: int) -> None:
    """Let one process place a leg for so long; after that any other may."""
    leg.owner, leg.lease_until_at = node, scene.now + timedelta(seconds=seconds)
