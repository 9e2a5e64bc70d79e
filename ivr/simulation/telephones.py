"""Telephones that we ring: agents who take the whisper, customers who answer or don't, and the webhooks they cause."""

from random import Random

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import Attempt, Leg, Outcome, Party
from ivr.service import attempts
from ivr.service.scenes import Scene
from ivr.simulation.callers import Callers
from ivr.simulation.carrier import SimulatedCall
from ivr.simulation.lab import Lab
from ivr.simulation.public import picks_up

MACHINE_SECONDS = 4.0
"""From a machine's answer to the tone after its greeting."""
MESSAGE_SECONDS = 8.0


class Telephones:
    """carrier.Exchange: what happens at the far end of every call."""

    def __init__(self, lab: Lab, callers: Callers) -> None:
        self._lab = lab
        self._callers = callers
        self._legs = lab.engine.legs
        self._pace = lab.setting.pace
        self._talking: set[str] = set()

    # --- carrier.Exchange -----------------------------------------------------------------------------------------

    def rings(self, call: SimulatedCall, ring_seconds: int) -> None:
        """We dialed: it rings, and is answered or not."""
        after, begins = self._lab.agenda.after, self._pace.ring_seconds
        after(begins, lambda: self._report(call, "ringing"))
        if call.party == Party.AGENT:
            missed = self._lab.luck.random() < self._lab.setting.habits.agent_misses
            if missed:
                after(begins + ring_seconds, lambda: self._agent_missed(call))
            else:
                after(begins + self._lab.between(self._pace.agent_seconds), lambda: self._agent_answers(call))
            return
        self._customer_rings(call, begins, ring_seconds)

    def redirected(self, call: SimulatedCall, path: str) -> None:
        """A live call fetches another document."""
        after, soon = self._lab.agenda.after, self._pace.join_seconds
        kind, _, last = path.removeprefix("/voice/").partition("/")
        if kind == "join":
            after(soon, lambda: self._caller_joins(call, last))
        elif kind == "left":
            after(soon, lambda: self._callers.wait_on(call))
        elif path.endswith("/present"):
            self._legs.present(call.leg_id)
            after(soon + MESSAGE_SECONDS, lambda: self._report(call, "completed"))
        else:
            self._legs.news(call.leg_id)
            self._say_goodbye(call)

    def hung_up(self, call: SimulatedCall) -> None:
        """We ended or canceled a call; the carrier tells of it a moment later."""
        if not call.leg_id:
            self._lab.agenda.after(0, lambda: self._callers.hung_up(call))
            return
        end = "completed" if call.status == "in-progress" else "canceled"
        self._lab.agenda.after(0, lambda: self._report(call, end))

    # --- agents ---------------------------------------------------------------------------------------------------

    def _agent_answers(self, call: SimulatedCall) -> None:
        if not self._report(call, "in-progress"):
            return
        self._legs.agent_answered(call.leg_id, call.sid)
        self._lab.agenda.after(self._lab.between(self._pace.whisper_seconds), lambda: self._agent_accepts(call))

    def _agent_accepts(self, call: SimulatedCall) -> None:
        if not call.is_live:
            return
        self._legs.keyed(call.leg_id, "1", turn=1)
        attempt = self._attempt(call)
        if attempt is None or attempt.ended_at is not None:
            self._say_goodbye(call)
            return
        self._lab.agenda.after(self._pace.join_seconds, lambda: self._enter(call, attempt))

    def _agent_missed(self, call: SimulatedCall) -> None:
        if not self._report(call, "no-answer"):
            return
        number = call.to
        self._lab.agenda.after(self._pace.away_seconds, lambda: self._lab.scenes.run(lambda s: _back(s, number)))

    # --- customers ------------------------------------------------------------------------------------------------

    def _customer_rings(self, call: SimulatedCall, begins: float, ring_seconds: int) -> None:
        luck = self._lab.guests[call.to].caller.luck
        after = self._lab.agenda.after
        match picks_up(luck, self._lab.setting.habits):
            case Outcome.NO_ANSWER:
                after(begins + ring_seconds, lambda: self._report(call, "no-answer"))
            case Outcome.BUSY:
                after(begins, lambda: self._report(call, "busy"))
            case Outcome.MACHINE:
                after(begins + self._ringing(luck), lambda: self._machine_answers(call))
            case _:
                after(begins + self._ringing(luck), lambda: self._customer_answers(call))

    def _ringing(self, luck: Random) -> float:
        return luck.uniform(*self._pace.customer_seconds)

    def _customer_answers(self, call: SimulatedCall) -> None:
        if not self._report(call, "in-progress"):
            return
        turn = self._legs.customer_answered(call.leg_id, call.sid)
        self._legs.machine(call.leg_id, "human", sid=call.sid)
        self._legs.keyed(call.leg_id, None, turn=turn.number)  # who calls and why has been said
        attempt = self._attempt(call)
        if attempt is None or attempt.ended_at is not None:
            self._say_goodbye(call)
            return
        self._lab.agenda.after(self._pace.join_seconds, lambda: self._enter(call, attempt))

    def _machine_answers(self, call: SimulatedCall) -> None:
        if self._report(call, "in-progress"):
            self._legs.customer_answered(call.leg_id, call.sid)
            self._lab.agenda.after(MACHINE_SECONDS, lambda: self._machine_is_found_out(call))

    def _machine_is_found_out(self, call: SimulatedCall) -> None:
        if call.is_live:
            self._legs.machine(call.leg_id, "machine_end_beep", sid=call.sid)

    def _caller_joins(self, call: SimulatedCall, attempt_id: str) -> None:
        if self._callers.join(call, attempt_id):
            self._meet(attempt_id)

    # --- together -------------------------------------------------------------------------------------------------

    def _enter(self, call: SimulatedCall, attempt: Attempt) -> None:
        if call.is_live and attempt.ended_at is None:
            self._legs.entered(attempt.id, call.sid)
            self._meet(attempt.id)

    def _meet(self, attempt_id: str) -> None:
        """If both are there now, they talk."""
        with self._lab.store.read() as uow:
            attempt = uow.attempts.get(attempt_id)
            customer = attempts.leg_of(uow, attempt, Party.CUSTOMER) if attempt else None
            agent = attempts.leg_of(uow, attempt, Party.AGENT) if attempt else None
        if attempt is None or attempt.joined_at is None or attempt_id in self._talking:
            return
        self._talking.add(attempt_id)
        if attempt.hold_call_sid is not None:
            seconds = self._callers.talk(attempt.hold_call_sid)
        else:
            seconds = self._talk(customer) if customer is not None else 0.0
        if agent is not None:
            self._agent_leaves_after(seconds + self._pace.goodbye_seconds, agent)

    def _agent_leaves_after(self, seconds: float, leg: Leg) -> None:
        """Left alone in the conference an agent hangs up, even if our own request to end their call got lost."""
        call = self._lab.phone.call(leg.sid or "")
        self._lab.agenda.after(seconds, lambda: self._report(call, "completed"))

    def _talk(self, leg: Leg) -> float:
        guest = self._lab.guests[leg.number]
        guest.answered_at = self._lab.agenda.now()
        call = self._lab.phone.call(leg.sid or "")
        self._lab.agenda.after(guest.caller.handle_seconds, lambda: self._report(call, "completed"))
        return guest.caller.handle_seconds

    # --- what the carrier tells -----------------------------------------------------------------------------------

    def _report(self, call: SimulatedCall, status: str) -> bool:
        """A status callback; False: the call had ended before."""
        if not call.is_live:
            return False
        call.status = status
        call.sequence += 1
        self._legs.status(call.leg_id, call.sid, call_status=status, sequence=str(call.sequence))
        return True

    def _say_goodbye(self, call: SimulatedCall) -> None:
        self._lab.agenda.after(self._pace.goodbye_seconds, lambda: self._report(call, "completed"))

    def _attempt(self, call: SimulatedCall) -> Attempt | None:
        with self._lab.store.read() as uow:
            return attempts.of_leg(uow, uow.legs.get(call.leg_id))


def _back(scene: Scene, number: str) -> None:
    """An agent who was set away takes calls again, as on the agents' page."""
    agent = scene.uow.agents.by_number(number)
    if agent is not None and agent.status == AgentStatus.AWAY:
        agent.move(AgentStatus.AVAILABLE, scene.now)
