"""Live callers on hold: on the way to the agent who accepted, back into the line, or gone.

Every method runs its own transaction, may be called again or late without harm, and does its work at the carrier after
the commit.
"""

from ivr.domain.callbacks import Outcome
from ivr.service import attempts
from ivr.service.outcomes import Outcomes
from ivr.service.places import Places
from ivr.service.scenes import Scene, Scenes
from ivr.service.timeline import record


class HeldLegs:
    """The caller's side of an attempt that is made for somebody on the line."""

    def __init__(self, scenes: Scenes, outcomes: Outcomes, places: Places) -> None:
        self._places = places
        self._scenes = scenes
        self._outcomes = outcomes

    def caller_joins(self, attempt_id: str, call_sid: str) -> bool:
        """A caller on hold is sent to the agent who accepted: serve the join document. False: the agent is gone."""
        return self._scenes.run(lambda scene: self._caller_joins(scene, attempt_id, call_sid))

    def _caller_joins(self, scene: Scene, attempt_id: str, call_sid: str) -> bool:
        attempt = scene.uow.attempts.get(attempt_id)
        if attempt is None or attempt.hold_call_sid != call_sid or attempt.accepted_at is None:
            return False
        if attempt.ended_at is not None:
            return False
        hold = attempts.hold_of(scene.uow, attempt)
        if hold is not None and hold.status == "connecting":
            hold.status = "joining"
        return True

    def caller_left_conference(self, call_sid: str) -> bool:
        """The conference of a live caller is over, they are still there: whether they have talked with the agent.

        If not, the agent was lost on the way: the caller waits on at the old place.
        """
        return self._scenes.run(lambda scene: self._caller_left_conference(scene, call_sid))

    def _caller_left_conference(self, scene: Scene, call_sid: str) -> bool:
        attempt = scene.uow.attempts.live_of_hold(call_sid)
        if attempt is None:
            tried = scene.uow.attempts.of_hold(call_sid)
            return bool(tried) and tried[-1].outcome == Outcome.JOINED
        met, actions = self._outcomes.have_met(scene.uow, attempt, scene.now)
        scene.after.extend(actions)
        if met:
            scene.after.extend(self._outcomes.conversation_over(scene.uow, attempt, scene.now))
            return True
        actions = self._outcomes.next_agent(scene.uow, attempt, Outcome.AGENT_HUNG_UP, scene.now)
        # This very answer brings the caller back: no redirect of the same call beside it.
        scene.after.extend(action for action in actions if getattr(action, "call_sid", None) != call_sid)
        return False

    def caller_left(self, call_sid: str) -> None:
        """A live caller hung up, left the line or the conference: the agent who rings or talks for them is freed."""
        self._scenes.run(lambda scene: self._caller_left(scene, call_sid))

    def _caller_left(self, scene: Scene, call_sid: str) -> None:
        hold = scene.uow.holds.get(call_sid)
        attempt = scene.uow.attempts.live_of_hold(call_sid)
        met, actions = self._outcomes.have_met(scene.uow, attempt, scene.now) if attempt else (False, ())
        scene.after.extend(actions)
        if hold is not None and hold.status in ("waiting", "connecting", "joining"):
            hold.status = "left"
            call = scene.uow.calls.get(call_sid)
            record(scene.uow, scene.now, "hold_left", call=call)
            if call is not None:
                self._places.dropped(scene.uow, hold, call, scene.now)
        if attempt is None:
            return
        if met:
            scene.after.extend(self._outcomes.conversation_over(scene.uow, attempt, scene.now))
        else:
            scene.after.extend(attempts.end(scene.uow, attempt, Outcome.CUSTOMER_HUNG_UP, scene.now))
