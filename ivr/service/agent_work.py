"""What an agent does at their desk between calls: say whether they take calls, and take somebody out of the line."""

from datetime import timedelta
from typing import Final

from ivr.domain.agents import Agent, AgentStatus
from ivr.domain.callbacks import Attempt, Callback, CallbackStatus
from ivr.domain.policies import CallbackRules
from ivr.errors import IllegalMove, NotFound
from ivr.service import attempts
from ivr.service.finding import agent_of, wanted_agents
from ivr.service.gate import Gate
from ivr.service.scenes import Scene, Scenes
from ivr.service.staff_log import Member, log_act
from ivr.service.timeline import record

SETTABLE: Final = (AgentStatus.AVAILABLE, AgentStatus.AWAY, AgentStatus.WRAP_UP, AgentStatus.OFFLINE)
IN_HAND: Final = (AgentStatus.RESERVED, AgentStatus.BUSY)
AFTER_CALL_SECONDS: Final = 900
"""After-call work that an agent asked for ends by itself then, lest it be forgotten."""


class AgentWork:
    """The use cases. All may raise NotFound, and IllegalMove with what to do instead."""

    def __init__(self, scenes: Scenes, gate: Gate, rules: CallbackRules) -> None:
        self._scenes = scenes
        self._gate = gate
        self._rules = rules

    def set_status(self, member: Member, status: str) -> None:
        """Available, away (a break), wrap_up (after-call work) or offline; not while a call has them."""
        if status not in SETTABLE:
            raise IllegalMove("choose available, break, after-call work or offline")
        self._scenes.run(lambda scene: self._set_status(scene, member, AgentStatus(status)))

    def _set_status(self, scene: Scene, member: Member, status: AgentStatus) -> None:
        agent = _agent(scene, member)
        if agent.status in IN_HAND:
            raise IllegalMove("a call has you now; set this when it is over")
        if agent.status == status:
            return
        agent.move(status, scene.now)
        if status == AgentStatus.WRAP_UP:
            agent.back_at = scene.now + timedelta(seconds=AFTER_CALL_SECONDS)
        record(scene.uow, scene.now, "agent_status_set", data={"agent": agent.name, "status": status.value})
        log_act(scene.uow, scene.now, member, "status_set", about=agent.name, data={"status": status.value})

    def take(self, member: Member, callback_id: str) -> str:
        """Ring this agent for this callback now, out of turn; returns the attempt's id. Twice is no error.

        Of two agents the second is told who was faster.
        """
        return self._scenes.run(lambda scene: self._take(scene, member, callback_id))

    def _take(self, scene: Scene, member: Member, callback_id: str) -> str:
        agent, callback = _agent(scene, member), scene.uow.callbacks.get(callback_id)
        if callback is None or not agent.can_take(callback.skill, callback.locale):
            raise NotFound("no such callback in your line")
        tried = scene.uow.attempts.of_callback(callback.id)
        live = next((attempt for attempt in tried if attempt.ended_at is None), None)
        if live is not None and live.agent_id == agent.id:
            return live.id
        self._refuse_taken(scene, callback, live)
        self._refuse_given(scene, callback, agent)
        self._refuse_unfit(scene, callback, agent)
        if agent.status != AgentStatus.AVAILABLE:
            agent.move(AgentStatus.AVAILABLE, scene.now)
        ring_first = callback.ring_first or self._rules.dial.ring_first
        leg = attempts.begin(scene.uow, callback, agent, attempts.Beginning(len(tried) + 1, ring_first), scene.now)
        record(scene.uow, scene.now, "callback_taken", subject=callback, data={"agent": agent.name})
        log_act(scene.uow, scene.now, member, "callback_taken", about=callback.id)
        return leg.attempt_id or ""

    def _refuse_taken(self, scene: Scene, callback: Callback, live: Attempt | None) -> None:
        if live is not None:
            faster = scene.uow.agents.get(live.agent_id)
            raise IllegalMove(f"{faster.name if faster else 'somebody'} was faster and has taken this callback")
        if callback.status != CallbackStatus.SCHEDULED:
            raise IllegalMove(f"this callback cannot be taken any more: it is {callback.status}")

    def _refuse_given(self, scene: Scene, callback: Callback, agent: Agent) -> None:
        wanted = scene.uow.agents.get(wanted_agents(scene.uow, [callback], scene.now).get(callback.id, agent.id))
        if wanted is not None and wanted.id != agent.id:
            raise IllegalMove(f"a supervisor has given this callback to {wanted.name}; take another one")

    def _refuse_unfit(self, scene: Scene, callback: Callback, agent: Agent) -> None:
        if agent.status in IN_HAND:
            raise IllegalMove("a call has you already; take the next one when it is over")
        if callback.due_at > scene.now:
            raise IllegalMove("it was promised for later; it is never rung before its time")
        uow, numbers = scene.uow, [agent.number, callback.number]
        if uow.legs.live_numbers(numbers) | uow.calls.live_numbers(numbers, scene.now):
            raise IllegalMove("your telephone, or the customer's, is on the line already; try again in a moment")
        shut = self._gate.is_shut(uow, scene.now)
        why = self._gate.why_not(uow, callback, scene.now, for_seconds=self._rules.dial.reserve_seconds)
        if shut or why:
            raise IllegalMove(f"nobody may be rung just now ({why or 'the limit of dials'}); it keeps its place")


def _agent(scene: Scene, member: Member) -> Agent:
    agent = agent_of(scene.uow, member)
    if agent is None:
        raise NotFound("your account is tied to no agent; an administrator adds it with `users add … --agent`")
    return agent
