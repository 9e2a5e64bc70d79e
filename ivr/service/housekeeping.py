"""Housekeeping between calls: windows that close, wrap-up that ends, rows that a dead process left behind."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

import structlog

from ivr.domain.agents import Agent, AgentStatus
from ivr.domain.callbacks import Attempt, CallbackStatus, Leg, LegState, Outcome, Party
from ivr.errors import Conflict
from ivr.service import addresses, attempts
from ivr.service.afterwards import Redirect
from ivr.service.dial_tools import DialTools
from ivr.service.guards import DISPATCH
from ivr.service.scenes import Scene
from ivr.service.timeline import record

log = structlog.get_logger(__name__)

UNCLEAR_SECONDS: Final = 15
"""An agent does not wait longer than the ringing time and this for a dial that nobody has heard of."""
LOST_SECONDS: Final = 5
"""A caller on hold who was sent to the agent and has not arrived is sent again after this."""
LIMIT: Final = 200


class Housekeeper:
    """Heals; every part is one short transaction, safe to run in several processes."""

    def __init__(self, tools: DialTools) -> None:
        self._tools = tools
        self._rules = tools.rules.dial

    def sweep(self) -> None:
        """One round."""
        parts = (self._agents, self._attempts, self._callbacks, self._windows)
        for part in parts:
            self._run(part)

    def _run(self, part: Callable[[Scene], None]) -> None:
        try:
            self._tools.scenes.run(part)
        except Conflict:
            log.info("housekeeping_postponed", part=part.__name__)

    # --- agents ----------------------------------------------------------------------------------------------

    def _agents(self, scene: Scene) -> None:
        """Wrap-up and asked-for rests end; an agent whom no live attempt holds any more is set free."""
        wrapped = scene.now - timedelta(seconds=self._rules.wrap_up_seconds)
        for agent in scene.uow.agents.all():
            rests = agent.status in (AgentStatus.AWAY, AgentStatus.WRAP_UP)
            is_back = rests and agent.back_at is not None and agent.back_at <= scene.now
            is_wrapped = agent.status == AgentStatus.WRAP_UP and agent.back_at is None and agent.status_at <= wrapped
            if is_wrapped or is_back:
                agent.move(AgentStatus.AVAILABLE, scene.now)
            elif agent.status in (AgentStatus.RESERVED, AgentStatus.BUSY) and self._is_forgotten(scene, agent):
                agent.move(AgentStatus.WRAP_UP, scene.now)

    def _is_forgotten(self, scene: Scene, agent: Agent) -> bool:
        attempt = scene.uow.attempts.get(agent.attempt_id) if agent.attempt_id else None
        if attempt is None:
            return True
        leg = attempts.leg_of(scene.uow, attempt, Party.AGENT)
        return attempt.ended_at is not None and (leg is None or not leg.is_live)

    # --- attempts --------------------------------------------------------------------------------------------

    def _attempts(self, scene: Scene) -> None:
        is_steady = self._is_steady(scene)
        for attempt in scene.uow.attempts.live():
            legs = scene.uow.legs.of_attempt(attempt.id)
            if is_steady and self._is_stuck(scene, attempt, legs):
                record(scene.uow, scene.now, "attempt_stuck", subject=attempt)
                scene.after.extend(self._tools.outcomes.next_agent(scene.uow, attempt, Outcome.FAILED, scene.now))
            elif attempt.hold_call_sid and attempt.accepted_at and attempt.joined_at is None:
                self._fetch_again(scene, attempt)

    def _is_steady(self, scene: Scene) -> bool:
        """After a jump of the clock nobody is late: whoever may still come is given the time anew (domain.steady)."""
        ring = max(self._rules.agent_ring_seconds, self._rules.customer_ring_seconds)
        longest = timedelta(seconds=max(self._rules.stuck_seconds, ring + UNCLEAR_SECONDS))
        steady = scene.uow.guards.steady_since(DISPATCH, scene.now)
        return steady is None or steady + longest <= scene.now

    def _is_stuck(self, scene: Scene, attempt: Attempt, legs: Sequence[Leg]) -> bool:
        """Nothing rings for it, a dial stays unclear, a caller never arrives, or the agent presses nothing."""
        stuck = scene.now - timedelta(seconds=self._rules.stuck_seconds)
        legs = [leg for leg in legs if leg.party != Party.GUEST]
        if not any(leg.is_live for leg in legs):
            return attempt.started_at < stuck
        if any(self._is_unclear(scene, leg) for leg in legs):
            return True
        if attempt.joined_at is not None:
            return False
        agent_leg = next((leg for leg in legs if leg.party == Party.AGENT), None)
        if attempt.accepted_at is None:
            return agent_leg is not None and agent_leg.answered_at is not None and agent_leg.answered_at < stuck
        return self._is_awaited(scene, attempt) and attempt.accepted_at < stuck

    def _is_unclear(self, scene: Scene, leg: Leg) -> bool:
        ring = self._rules.agent_ring_seconds if leg.party == Party.AGENT else self._rules.customer_ring_seconds
        patience = timedelta(seconds=ring + UNCLEAR_SECONDS)
        return leg.state == LegState.PLACING and leg.placing_at is not None and leg.placing_at + patience < scene.now

    def _is_awaited(self, scene: Scene, attempt: Attempt) -> bool:
        """Whether the caller on hold has not been served the document that joins them."""
        hold = attempts.hold_of(scene.uow, attempt)
        return hold is not None and hold.status == "connecting"

    def _fetch_again(self, scene: Scene, attempt: Attempt) -> None:
        """The redirect of the caller on hold may have been lost with the process that was to send it."""
        lost = timedelta(seconds=LOST_SECONDS)
        if not self._is_awaited(scene, attempt):
            return
        if attempt.hold_call_sid and attempt.accepted_at and attempt.accepted_at + lost < scene.now:
            scene.after.append(Redirect(attempt.hold_call_sid, addresses.join(attempt.id)))

    # --- callbacks -------------------------------------------------------------------------------------------

    def _callbacks(self, scene: Scene) -> None:
        """A callback that is DIALING without a live attempt goes back into the line."""
        for callback in scene.uow.callbacks.listed([CallbackStatus.DIALING], LIMIT):
            tried = scene.uow.attempts.of_callback(callback.id)
            if all(attempt.ended_at is not None for attempt in tried):
                callback.move(CallbackStatus.SCHEDULED)
                record(scene.uow, scene.now, "callback_reopened", subject=callback)

    def _windows(self, scene: Scene) -> None:
        """Windows that closed: an unproven callback expires, a promise moves into its next window or to a person."""
        for callback in scene.uow.callbacks.closing_before(scene.now):
            if callback.status == CallbackStatus.UNVERIFIED:
                callback.move(CallbackStatus.EXPIRED)
                callback.reason, callback.ended_at = "unverified", scene.now
                record(scene.uow, scene.now, "callback_expired", subject=callback, data={"reason": "unverified"})
            else:
                self._tools.gate.reschedule(scene.uow, callback, scene.now, "window_closed")
