"""The way from a person who answered to the agent: straight into the conference, or, rung first, through a short wait.

A customer who was rung first hears music until the reserved agent has accepted. Is that agent lost, the customer is
told, stays on the line and is offered to the next one by the one line itself, at the old place.
"""

from datetime import timedelta
from typing import Final

from ivr.domain.callbacks import Attempt, CallbackStatus, Leg, Outcome, Party
from ivr.domain.policies import DialRules
from ivr.domain.turn import Next, Say, Turn
from ivr.service import attempts
from ivr.service.leg_turns import Told
from ivr.service.outcomes import Outcomes
from ivr.service.scenes import Scene
from ivr.service.timeline import record

LATER_KEY: Final = "1"
NEWS_SECONDS: Final = 25
"""So long it is news that an agent was lost; the music is longer, and the sentence is not said twice."""


class CustomerFirst:
    """What a person who answered hears next. All methods run in the scene's transaction."""

    def __init__(self, rules: DialRules, outcomes: Outcomes) -> None:
        self._rules = rules
        self._outcomes = outcomes

    def ring_agent(self, scene: Scene, attempt: Attempt) -> None:
        """The reserved agent's telephone may ring now: most likely a person has answered. A repetition does nothing."""
        if not attempt.customer_first or attempts.leg_of(scene.uow, attempt, Party.AGENT) is not None:
            return
        agent = scene.uow.agents.get(attempt.agent_id)
        if agent is None or agent.attempt_id != attempt.id or scene.uow.legs.live_for_number(agent.number) is not None:
            scene.after.extend(self._outcomes.next_agent(scene.uow, attempt, Outcome.FAILED, scene.now))
        else:
            attempts.intend(scene.uow, attempt, Party.AGENT, number=agent.number, now=scene.now)

    def present(self, scene: Scene, leg: Leg, told: Told) -> Turn:
        """The conference if an agent is there for them, music while one is looked for, else the last words."""
        attempt = told.attempt
        if self._agent_is_there(scene, attempt):
            leg.joins_at = leg.joins_at or scene.now
            return told.customer_joins("agent_joins" if attempt.customer_first else "customer_connecting")
        if attempt.ended_at is None and attempt.customer_first:
            return _waits(leg, told, "customer_waits")
        if leg.waits_since_at is not None:
            return self._waits_on(scene, leg, told)
        return self._later(scene, told) if leg.outcome == Outcome.CUSTOMER_HUNG_UP else told.after_talk()

    def pressed(self, scene: Scene, leg: Leg, told: Told, key: str | None) -> Turn | None:
        """While they wait, key 1: rather be rung again. None: that changes nothing."""
        attempt = told.attempt
        waits = leg.waits_since_at is not None or (attempt.ended_at is None and attempt.accepted_at is None)
        if key != LATER_KEY or not attempt.customer_first or not waits:
            return None
        return self._rather_later(scene, leg, told, "customer_keeps_promise")

    def _agent_is_there(self, scene: Scene, attempt: Attempt) -> bool:
        agent_leg = attempts.leg_of(scene.uow, attempt, Party.AGENT)
        is_live = attempt.ended_at is None and agent_leg is not None and agent_leg.is_live
        return is_live and (attempt.accepted_at is not None or not attempt.customer_first)

    def _waits_on(self, scene: Scene, leg: Leg, told: Told) -> Turn:
        callback = attempts.callback_of(scene.uow, told.attempt)
        since = leg.waits_since_at or scene.now
        if callback.status not in (CallbackStatus.SCHEDULED, CallbackStatus.DIALING):
            leg.waits_since_at = None
            return told.after_talk()
        if since + timedelta(seconds=self._rules.waiting_seconds) < scene.now:
            return self._rather_later(scene, leg, told, "waited_in_vain")
        is_news = scene.now - since < timedelta(seconds=NEWS_SECONDS)
        return _waits(leg, told, "customer_next_agent" if is_news else "customer_waits")

    def _rather_later(self, scene: Scene, leg: Leg, told: Told, reason: str) -> Turn:
        """They keep the promise and the place; next time an agent is on the line before they are rung."""
        attempt = told.attempt
        record(scene.uow, scene.now, reason, subject=attempt)
        actions = attempts.end(scene.uow, attempt, Outcome.CUSTOMER_HUNG_UP, scene.now)
        leg.waits_since_at, leg.outcome = None, Outcome.CUSTOMER_HUNG_UP
        self._outcomes.ring_again(scene.uow, attempts.callback_of(scene.uow, attempt), scene.now, reason)
        # This very answer is their last document: no redirect of the same call beside it.
        scene.after.extend(action for action in actions if getattr(action, "call_sid", None) != leg.sid)
        return self._later(scene, told)

    def _later(self, scene: Scene, told: Told) -> Turn:
        return told.last("customer_later", told.next_try(scene.now))


def _waits(leg: Leg, told: Told, key: str) -> Turn:
    number = leg.picked_up.turn if leg.picked_up else 0
    return Turn(number=number, locale=told.locale, say=(Say(key),), next=Next.HOLD, state="customer_waits")
