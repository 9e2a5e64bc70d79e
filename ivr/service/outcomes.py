"""What follows when a leg ends: agent away, next agent, next try by rule, done, or a person decides."""

from datetime import datetime, timedelta
from typing import Protocol

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import RESUMABLE, Attempt, Callback, CallbackStatus, Leg, LegState, Outcome, Party
from ivr.domain.calls import Call
from ivr.domain.cases import CaseStatus
from ivr.domain.policies import CallbackRules
from ivr.domain.retries import retry_at
from ivr.domain.turn import Say
from ivr.errors import IllegalMove
from ivr.service import addresses, attempts
from ivr.service.afterwards import Action, Actions, HangUp, Redirect, SendText
from ivr.service.gate import Gate
from ivr.service.guests import guest_gone
from ivr.service.line import Line
from ivr.service.scenes import Scene
from ivr.service.store import UnitOfWork
from ivr.service.telling import Telling
from ivr.service.timeline import record

ENDED = {
    "completed": None,
    "busy": Outcome.BUSY,
    "no-answer": Outcome.NO_ANSWER,
    "failed": Outcome.FAILED,
    "canceled": Outcome.CANCELED,
}
"""Call statuses that end a leg, and as what; `completed` depends on what happened before."""


class NewsLegs(Protocol):
    """service.outreach.OutreachSweep, as legs that bring news meet it."""

    def may_place(self, scene: Scene, leg: Leg) -> bool: ...
    def leg_over(self, uow: UnitOfWork, leg: Leg, now: datetime) -> None: ...


class Outcomes:
    """The rules of endings. All methods run in the caller's unit of work; run the actions after the commit."""

    def __init__(self, rules: CallbackRules, gate: Gate, line: Line, telling: Telling, news: NewsLegs) -> None:
        self._news = news
        self._rules = rules
        self._gate = gate
        self._line = line
        self._telling = telling

    def leg_ended(self, uow: UnitOfWork, leg: Leg, outcome: Outcome | None, now: datetime) -> Actions:
        """A leg is over at the carrier; None: it was answered and completed. A second end changes nothing."""
        if leg.state == LegState.ENDED:
            return ()
        leg.state, leg.ended_at = LegState.ENDED, now
        leg.outcome = leg.outcome or outcome
        record(uow, now, "leg_ended", subject=leg, data={"party": leg.party.value, "outcome": outcome or "completed"})
        attempt = attempts.of_leg(uow, leg)
        if leg.party == Party.NEWS:
            self._news.leg_over(uow, leg, now)
        if attempt is None:
            return ()
        if leg.party == Party.GUEST:
            guest_gone(uow, leg, attempt, now)
            return ()
        if leg.party == Party.AGENT:
            return self._agent_gone(uow, leg, attempt, outcome, now)
        return self._customer_gone(uow, leg, attempt, outcome, now)

    def agent_away(self, uow: UnitOfWork, attempt: Attempt, now: datetime) -> Actions:
        """The agent's phone rang out, or nobody pressed a key: away and told; the next agent is tried at once."""
        agent = attempts.release(uow, attempt, now, to=AgentStatus.AWAY)
        texts: tuple[Action, ...] = ()
        if agent is not None:
            record(uow, now, "agent_set_away", subject=attempt, data={"agent": agent.name})
            texts = (SendText(agent.number, Say("agent_set_away", {"name": agent.name}), agent.locales[0]),)
        return (*self.next_agent(uow, attempt, Outcome.AGENT_NO_ANSWER, now), *texts)

    def agent_later(self, uow: UnitOfWork, attempt: Attempt, now: datetime) -> Actions:
        """The agent wants no call for a while, and comes back by themselves; the next one is tried at once."""
        agent = attempts.release(uow, attempt, now, to=AgentStatus.AWAY)
        if agent is not None:
            agent.back_at = now + timedelta(seconds=self._rules.dial.later_seconds)
            data = {"agent": agent.name, "back_at": agent.back_at.isoformat()}
            record(uow, now, "agent_rests", subject=attempt, data=data)
        return self.next_agent(uow, attempt, Outcome.LATER, now)

    def next_agent(self, uow: UnitOfWork, attempt: Attempt, outcome: Outcome, now: datetime) -> Actions:
        """End the attempt without cost to the customer; the line offers the same one to another agent at once."""
        hold = attempts.hold_of(uow, attempt)
        is_sent = attempt.ended_at is None and hold is not None and hold.status == "joining"
        actions = attempts.end(uow, attempt, outcome, now)
        self._back_in_line(uow, attempt, now, outcome.value)
        if hold is not None and is_sent:  # or they would wait in an empty conference
            actions = (*actions, Redirect(hold.call_sid, addresses.LEFT))
        return actions

    def customer_missed(self, uow: UnitOfWork, attempt: Attempt, outcome: Outcome, now: datetime) -> Actions:
        """The customer was rung in vain: next try by rule, inside the hours, at the old place; the agent is freed."""
        callback = attempts.callback_of(uow, attempt)
        actions = attempts.end(uow, attempt, outcome, now)
        callback.tries += 1
        callback.outcome = outcome.value
        if attempt.customer_first and outcome == Outcome.CUSTOMER_HUNG_UP:
            callback.ring_first = Party.AGENT  # whoever did not want to wait is not made to wait again
        self._case_to(uow, attempt, CaseStatus.WAITING_AGENT)
        again_at = retry_at(outcome, callback.tries, now, most=self._rules.dial.tries_per_callback)
        if again_at is None or callback.dials >= self._rules.dial.dials_per_callback:
            self._gate.give_to_person(uow, callback, now, outcome.value)
        else:
            self._gate.reschedule(uow, callback, again_at, outcome.value, now=now)
        return actions

    def ring_again(self, uow: UnitOfWork, callback: Callback, now: datetime, reason: str) -> None:
        """A customer who was rung first and has waited in vain: soon, at the old place, once an agent is there."""
        callback.tries += 1
        callback.ring_first, callback.outcome = Party.AGENT, Outcome.CUSTOMER_HUNG_UP.value
        if callback.tries >= self._rules.dial.tries_per_callback:
            self._gate.give_to_person(uow, callback, now, reason)
            return
        soon = now + timedelta(seconds=self._rules.dial.again_seconds)
        self._gate.reschedule(uow, callback, soon, reason, now=now)

    def joined(self, uow: UnitOfWork, attempt: Attempt, now: datetime) -> Actions:
        """Both are in the conference: the agent is busy, the case is with them. A repetition changes nothing.

        An open callback of a caller who phoned in is closed in the same transaction.
        """
        if attempt.joined_at is not None or attempt.ended_at is not None:
            return ()
        attempt.joined_at = now
        agent = uow.agents.get(attempt.agent_id)
        if agent is not None and agent.attempt_id == attempt.id:
            agent.move(AgentStatus.BUSY, now, attempt.id)
        self._attended(uow, attempt, now)
        record(uow, now, "joined", subject=attempt, data={"agent": agent.name if agent else ""})
        hold = attempts.hold_of(uow, attempt)
        if hold is None:
            return ()
        hold.status, hold.joined_at = "joined", now
        return self.close_by_phone_in(uow, uow.calls.get(hold.call_sid), attempt, now)

    def have_met(self, uow: UnitOfWork, attempt: Attempt, now: datetime) -> tuple[bool, Actions]:
        """Whether a live attempt's two people have talked: the carrier said so, or both stayed on the line for long.

        The second is for a conference event that was lost: nobody is rung again after a good talk.
        """
        if attempt.joined_at is not None:
            return True, ()
        since = self._together_since(uow, attempt)
        if since is None or now - since < timedelta(seconds=self._rules.dial.unseen_seconds):
            return False, ()
        actions = self.joined(uow, attempt, now)
        attempt.joined_at = since
        return True, actions

    def _together_since(self, uow: UnitOfWork, attempt: Attempt) -> datetime | None:
        if attempt.hold_call_sid is not None:
            hold = attempts.hold_of(uow, attempt)
            return attempt.accepted_at if hold is not None and hold.status == "joining" else None
        leg = attempts.leg_of(uow, attempt, Party.CUSTOMER)
        return leg.joins_at if leg is not None and leg.outcome is None else None

    def conversation_over(self, uow: UnitOfWork, attempt: Attempt, now: datetime) -> Actions:
        """They have talked: the promise is done, the case carries it. The agent's leg ends with the customer's."""
        if attempt.ended_at is not None or attempt.joined_at is None:
            return ()
        actions = attempts.end(uow, attempt, Outcome.JOINED, now)
        self._measure(uow, attempt, now)
        case = uow.cases.get(attempt.case_id)
        if case is not None and case.status == CaseStatus.WITH_AGENT:
            case.move(CaseStatus.RESOLVED)
            case.outcome = "talked_with_agent"
        if attempt.callback_id is not None:
            callback = attempts.callback_of(uow, attempt)
            callback.tries += 1
            self._close(uow, callback, now, "joined")
        agent_leg = attempts.leg_of(uow, attempt, Party.AGENT)
        last = (HangUp(agent_leg.sid),) if agent_leg and agent_leg.is_live and agent_leg.sid else ()
        return (*actions, *last)

    def close_by_phone_in(self, uow: UnitOfWork, call: Call | None, attempt: Attempt, now: datetime) -> Actions:
        """The customer reached an agent by phoning in: an open callback of theirs is done with, and stops ringing."""
        callback = _phoned_about(uow, call) or uow.callbacks.open_for_case(attempt.case_id)
        if callback is None or callback.id == attempt.callback_id:
            return ()
        try:
            actions = attempts.withdraw(uow, callback, now, "phoned_in")
        except IllegalMove:
            return ()  # served at this moment, on another line
        self._close(uow, callback, now, "phoned_in")
        return actions

    def first_rung(self, uow: UnitOfWork, leg: Leg, at: datetime) -> None:
        """Keep the moment at which the customer's telephone first rang: it decides whether the promise was kept."""
        callback = uow.callbacks.get(leg.callback_id) if leg.callback_id and leg.party == Party.CUSTOMER else None
        if callback is not None and callback.first_rung_at is None:
            callback.first_rung_at = at
            record(uow, at, "customer_rung", subject=leg, data={"kept": bool(callback.was_kept)})

    def _agent_gone(
        self, uow: UnitOfWork, leg: Leg, attempt: Attempt, outcome: Outcome | None, now: datetime
    ) -> Actions:
        met, actions = self.have_met(uow, attempt, now) if attempt.ended_at is None else (False, ())
        if met or attempt.joined_at is not None:
            actions = (*actions, *self.conversation_over(uow, attempt, now))
            attempts.release(uow, attempt, now, to=AgentStatus.WRAP_UP)
            return actions
        if attempt.ended_at is not None:
            return ()
        if leg.answered_at is None and outcome in (Outcome.BUSY, Outcome.NO_ANSWER, Outcome.FAILED):
            return self.agent_away(uow, attempt, now)
        return self.next_agent(uow, attempt, Outcome.AGENT_HUNG_UP, now)

    def _customer_gone(
        self, uow: UnitOfWork, leg: Leg, attempt: Attempt, outcome: Outcome | None, now: datetime
    ) -> Actions:
        if outcome not in (Outcome.FAILED, Outcome.CANCELED):
            self.first_rung(uow, leg, leg.placing_at or now)  # if its `ringing` was lost
        if leg.waits_since_at is not None:
            leg.waits_since_at = None
            self.ring_again(uow, attempts.callback_of(uow, attempt), now, "customer_hung_up")
        if attempt.ended_at is not None:
            return ()
        if outcome is None and not self._left_in_greeting(leg, now):
            met, actions = self.have_met(uow, attempt, now)
            if met:
                return (*actions, *self.conversation_over(uow, attempt, now))
        if outcome is None:
            leg.outcome = Outcome.CUSTOMER_HUNG_UP
            attempt.joined_at = None
        # Canceled while the attempt lives: not by us. Somebody at the carrier did; for the customer it is a failure.
        missed = Outcome.FAILED if outcome == Outcome.CANCELED else outcome or Outcome.CUSTOMER_HUNG_UP
        return self.customer_missed(uow, attempt, missed, now)

    def _left_in_greeting(self, leg: Leg, now: datetime) -> bool:
        greeting = timedelta(seconds=self._rules.dial.greeting_seconds)
        return leg.answered_at is not None and now - leg.answered_at < greeting

    def _back_in_line(self, uow: UnitOfWork, attempt: Attempt, now: datetime, reason: str) -> None:
        self._case_to(uow, attempt, CaseStatus.WAITING_AGENT)
        if attempt.callback_id is not None:
            callback = attempts.callback_of(uow, attempt)
            if callback.dials >= self._rules.dial.dials_per_callback and callback.status == CallbackStatus.DIALING:
                self._gate.give_to_person(uow, callback, now, "too_many_dials")
                return
        attempts.requeue(uow, attempt, reason)

    def _close(self, uow: UnitOfWork, callback: Callback, now: datetime, reason: str) -> None:
        unproven = callback.status == CallbackStatus.UNVERIFIED
        callback.move(CallbackStatus.CANCELED if unproven else CallbackStatus.DONE)
        callback.reason, callback.outcome, callback.ended_at = reason, reason, now
        callback.revision += 1
        record(uow, now, "callback_done", subject=callback, data={"how": reason, "kept": callback.was_kept})
        self._telling.done(uow, callback, now)

    def _case_to(self, uow: UnitOfWork, attempt: Attempt, status: CaseStatus) -> None:
        case = uow.cases.get(attempt.case_id)
        if case is not None and case.status not in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
            case.move(status)

    def _attended(self, uow: UnitOfWork, attempt: Attempt, now: datetime) -> None:
        case = uow.cases.get(attempt.case_id)
        if case is not None and case.status not in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
            case.attend(now)

    def _measure(self, uow: UnitOfWork, attempt: Attempt, now: datetime) -> None:
        """How long this customer took an agent from all others: rung, asked, talking, writing it up."""
        case = uow.cases.get(attempt.case_id)
        if case is not None and attempt.joined_at is not None:
            taken = (now - attempt.started_at).total_seconds() + self._rules.dial.wrap_up_seconds
            self._line.measure(uow, case.skill, taken)


def _phoned_about(uow: UnitOfWork, call: Call | None) -> Callback | None:
    """The callback whose code was told in this call, else the one of its number."""
    if call is None:
        return None
    taken_up = uow.callbacks.get(call.resumes_id) if call.resumes_id else None
    if taken_up is not None and taken_up.status in RESUMABLE:
        return taken_up
    return uow.callbacks.open_for_number(call.from_number) if call.from_number else None
