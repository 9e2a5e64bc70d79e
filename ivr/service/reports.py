"""What the carrier reports of a leg, by webhook or when asked: whose call it is, where it stands.

Reports come late, twice, out of order, before our own request has returned, or never: the rows decide what is news.
"""

from ivr.domain.callbacks import Leg, LegState
from ivr.service import attempts
from ivr.service.afterwards import HangUp
from ivr.service.outcomes import ENDED, Outcomes
from ivr.service.scenes import Scene
from ivr.service.timeline import record

OVER = frozenset({LegState.ENDED, LegState.ABSENT, LegState.REJECTED})


class Reports:
    """Applies reports to a leg. All methods run in the scene's transaction."""

    def __init__(self, outcomes: Outcomes) -> None:
        self._outcomes = outcomes

    def is_ours(self, scene: Scene, leg: Leg, sid: str) -> bool:
        """Whether this call is the leg's live one; a leg still being placed learns its SID here.

        Any other call that claims to be this leg is a stray one and is hung up: the request of a process that was
        frozen longer than the settle time, most likely (reliability.md 4d).
        """
        if leg.state == LegState.PLACING:
            self.placed(scene, leg, sid, how="webhook")
        if leg.sid == sid:
            return leg.state == LegState.PLACED
        record(scene.uow, scene.now, "stray_call", subject=leg, data={"sid": sid, "leg_state": leg.state.value})
        scene.after.append(HangUp(sid))
        return False

    def placed(self, scene: Scene, leg: Leg, sid: str, *, how: str) -> None:
        """The carrier has the call: commit four of the dial. One that is no longer wanted is hung up at once."""
        leg.state, leg.sid = LegState.PLACED, sid
        leg.owner = leg.lease_until_at = None
        record(scene.uow, scene.now, "leg_placed", subject=leg, data={"party": leg.party.value, "how": how})
        if not attempts.is_wanted(scene.uow, leg):
            scene.after.append(HangUp(sid))

    def status(self, scene: Scene, leg: Leg, sid: str, call_status: str, sequence: int) -> None:
        """One status of one call. Earlier ones that arrive after later ones change nothing; an end always counts."""
        if call_status in ENDED and leg.state in OVER and leg.sid in (None, sid):
            return
        if leg.sid is not None and leg.sid != sid and call_status in ENDED:
            return  # a stray call has ended: that is what we wanted
        if not self.is_ours(scene, leg, sid):
            return
        if sequence <= leg.last_sequence and call_status not in ENDED:
            return
        leg.last_sequence = max(leg.last_sequence, sequence)
        self.apply(scene, leg, call_status)

    def apply(self, scene: Scene, leg: Leg, call_status: str) -> None:
        """Where a placed call stands, by status callback or by asking the carrier."""
        if call_status in ENDED:
            scene.after.extend(self._outcomes.leg_ended(scene.uow, leg, ENDED[call_status], scene.now))
        elif call_status == "ringing":
            self._outcomes.first_rung(scene.uow, leg, scene.now)
        elif call_status == "in-progress":
            self.answered(scene, leg)

    def answered(self, scene: Scene, leg: Leg) -> None:
        """Somebody or something picked up."""
        if leg.answered_at is None:
            leg.answered_at = scene.now
            record(scene.uow, scene.now, "leg_answered", subject=leg, data={"party": leg.party.value})
        self._outcomes.first_rung(scene.uow, leg, scene.now)
