"""Commits four and five of a dial: what the carrier answered to requests for calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from ivr.domain.callbacks import Attempt, Callback, Leg, LegState, Outcome, Party
from ivr.errors import CarrierRejected, Conflict
from ivr.service import attempts
from ivr.service.afterwards import HangUp
from ivr.service.dial_tools import DialTools
from ivr.service.guests import guest_gone
from ivr.service.scenes import Scene
from ivr.service.timeline import record

log = structlog.get_logger(__name__)

NUMBER_ERRORS: Final = frozenset({13223, 13224, 13225, 13226, 13227, 21211, 21214, 21215, 21216, 21217, 21421, 21614})
"""The carrier will not dial this number at all (twilio.md section 10): no use in trying it again."""
BUSY_CARRIER: Final = 429
BUSY_SECONDS, REFUSED_SECONDS, UNREACHED_SECONDS = 2.0, 60.0, 10.0
"""Rest after: too many requests without Retry-After; another refusal (credentials, our number); no connection."""


@dataclass(frozen=True)
class Answer:
    """What came of one request. Neither SID nor refusal: it was surely not sent."""

    leg: Leg
    """As it was when it passed the point of no return."""
    sid: str = ""
    refusal: CarrierRejected | None = None


class Answers:
    """Writes them down."""

    def __init__(self, tools: DialTools) -> None:
        self._tools = tools

    def keep(self, answers: Sequence[Answer]) -> None:
        """In one transaction. One that conflicts for ever spoils no other: the reconciler asks the carrier about it."""
        try:
            self._tools.scenes.run(lambda scene: self._write(scene, answers))
        except Conflict:
            if len(answers) > 1:
                for answer in answers:
                    self.keep([answer])
                return
            log.warning("answer_not_kept", leg=answers[0].leg.id)
        if any(answer.sid for answer in answers):
            self._tools.checkpoint("placed")

    def _write(self, scene: Scene, answers: Sequence[Answer]) -> None:
        legs = {leg.id: leg for leg in scene.uow.legs.several([answer.leg.id for answer in answers])}
        for answer in answers:
            leg = legs.get(answer.leg.id)
            if answer.sid:
                self._placed(scene, leg, answer.sid)
            elif leg is not None and leg.state == LegState.PLACING:
                if answer.refusal is not None:
                    self._rejected(scene, leg, answer.refusal)
                elif leg.placing_at == answer.leg.placing_at:
                    _back_to_intent(scene, leg)

    def _placed(self, scene: Scene, leg: Leg | None, sid: str) -> None:
        """Keep the SID; if the leg is no longer waiting for it, take back the call just made."""
        if leg is None:
            scene.after.append(HangUp(sid))
        elif leg.state == LegState.PLACING:
            self._tools.reports.placed(scene, leg, sid, how="request")
        elif leg.sid != sid:
            record(scene.uow, scene.now, "stray_call", subject=leg, data={"sid": sid, "leg_state": leg.state.value})
            scene.after.append(HangUp(sid))

    def _rejected(self, scene: Scene, leg: Leg, error: CarrierRejected) -> None:
        """The carrier surely dialed nothing: end the attempt, at no cost, by what the refusal means."""
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


def _back_to_intent(scene: Scene, leg: Leg) -> None:
    """We surely sent nothing, and nobody decided otherwise meanwhile."""
    leg.state, leg.placing_at, leg.owner, leg.lease_until_at = LegState.INTENT, None, None, None
    record(scene.uow, scene.now, "leg_withheld", subject=leg, data={"why": "frozen"})


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
