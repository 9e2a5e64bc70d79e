"""Attempts: how one try begins, ends and is taken back; what that does to agent, callback and hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.agents import Agent, AgentStatus
from ivr.domain.answered import PERSON_THERE
from ivr.domain.callbacks import Attempt, Callback, CallbackStatus, Hold, Leg, LegState, Outcome, Party
from ivr.domain.outreach import OutreachStatus
from ivr.domain.recordings import RecordingStatus
from ivr.errors import IllegalMove, NotFound
from ivr.service import addresses
from ivr.service.afterwards import Action, Actions, HangUp, Redirect, StopRecording
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id, record

PASSED_ON = frozenset({Outcome.DECLINED, Outcome.LATER, Outcome.AGENT_NO_ANSWER, Outcome.AGENT_HUNG_UP})
"""Outcomes after which another agent is tried at once, at no cost to the customer."""
AGENT_LOST = PASSED_ON | {Outcome.REJECTED, Outcome.ABSENT, Outcome.FAILED}
"""Outcomes after which a customer who is on the line already waits for the next agent."""


@dataclass(frozen=True)
class Beginning:
    """How an attempt begins."""

    number: int
    ring_first: Party = Party.AGENT
    waiting: Leg | None = None
    """The customer's leg of an attempt before: they were rung first and wait on the line."""


def begin(uow: UnitOfWork, entry: Callback | Hold, agent: Agent, how: Beginning, now: datetime) -> Leg:
    """Reserve the agent and write down the intent to ring whoever is first; nothing is dialed yet."""
    attempt = Attempt(id=new_id(), case_id=entry.case_id, agent_id=agent.id, number=how.number, started_at=now)
    attempt.customer_first = how.waiting is not None or how.ring_first == Party.CUSTOMER
    if isinstance(entry, Callback):
        attempt.callback_id = entry.id
        entry.move(CallbackStatus.DIALING)
        entry.dials += 1
        entry.reason = ""
    else:
        attempt.hold_call_sid = entry.call_sid
        entry.status = "connecting"
    agent.move(AgentStatus.RESERVED, now, attempt.id)
    uow.attempts.add(attempt)
    party, to = Party.AGENT, agent.number
    if how.waiting is not None:
        how.waiting.attempt_id, how.waiting.waits_since_at = attempt.id, None
    elif attempt.customer_first and isinstance(entry, Callback):
        party, to = Party.CUSTOMER, entry.number
    leg = intend(uow, attempt, party, number=to, now=now)
    data = {"number": attempt.number, "agent": agent.name, "first": party.value}
    record(uow, now, "attempt_started", subject=attempt, data=data)
    return leg


def intend(uow: UnitOfWork, attempt: Attempt, party: Party, *, number: str, now: datetime) -> Leg:
    """Write down the intent to ring one number."""
    leg = Leg(
        id=new_id(),
        attempt_id=attempt.id,
        callback_id=attempt.callback_id,
        party=party,
        number=number,
        created_at=now,
    )
    uow.legs.add(leg)
    return leg


def end(uow: UnitOfWork, attempt: Attempt, outcome: Outcome, now: datetime) -> Actions:
    """End an attempt once: stop what rings for it, free its agent. Returns what to do after the commit."""
    if attempt.ended_at is not None:
        return ()
    attempt.ended_at, attempt.outcome = now, outcome
    record(uow, now, "attempt_ended", subject=attempt, data={"outcome": outcome.value})
    release(uow, attempt, now)
    if attempt.customer_first and outcome in AGENT_LOST:
        _let_wait(uow, attempt, now)
    stopped = (action for leg in uow.legs.of_attempt(attempt.id) for action in _stop(uow, leg, outcome, now))
    return (*_stop_recording(uow, attempt, now), *stopped)


def release(uow: UnitOfWork, attempt: Attempt, now: datetime, to: AgentStatus = AgentStatus.AVAILABLE) -> Agent | None:
    """Let go of the agent if this attempt still holds them; one who is talking stays busy until their leg ends."""
    agent = uow.agents.get(attempt.agent_id)
    if agent is None or agent.attempt_id != attempt.id:
        return None
    if agent.status == AgentStatus.BUSY and attempt.joined_at is not None and to == AgentStatus.AVAILABLE:
        return None
    agent.move(to, now)
    return agent


def withdraw(uow: UnitOfWork, callback: Callback, now: datetime, why: str) -> Actions:
    """Stop the live attempt of a callback that was canceled, moved or served otherwise.

    Raises IllegalMove when agent and customer are talking already.
    """
    attempt = next((a for a in uow.attempts.of_callback(callback.id) if a.ended_at is None), None)
    if attempt is None:
        return _stop_code_call(uow, callback, now)
    if attempt.joined_at is not None:
        raise IllegalMove("the customer is talking to an agent about it; end that call instead")
    record(uow, now, "attempt_withdrawn", subject=attempt, data={"why": why})
    return end(uow, attempt, Outcome.CANCELED, now)


def requeue(uow: UnitOfWork, attempt: Attempt, reason: str = "") -> None:
    """Put whom the attempt was for back into the line, at their old place, due as before."""
    if attempt.callback_id is not None:
        callback = callback_of(uow, attempt)
        if callback.status == CallbackStatus.DIALING:
            callback.move(CallbackStatus.SCHEDULED)
            callback.reason = reason
    elif (hold := hold_of(uow, attempt)) is not None and hold.status in ("connecting", "joining"):
        hold.status = "waiting"


def of_leg(uow: UnitOfWork, leg: Leg | None) -> Attempt | None:
    """The attempt that a leg belongs to; a call that tells a code has none."""
    return uow.attempts.get(leg.attempt_id) if leg is not None and leg.attempt_id is not None else None


def is_wanted(uow: UnitOfWork, leg: Leg) -> bool:
    """Whether what a leg is dialed for still stands: its attempt, or the callback whose number is to be proven."""
    if leg.party == Party.NEWS:
        news = uow.outreaches.of_leg(leg.id)
        return news is not None and news.status is OutreachStatus.RINGING
    if leg.party == Party.UNPROVEN:
        callback = uow.callbacks.get(leg.callback_id or "")
        return callback is not None and callback.status == CallbackStatus.UNVERIFIED
    attempt = of_leg(uow, leg)
    return attempt is not None and attempt.ended_at is None


def callback_of(uow: UnitOfWork, attempt: Attempt) -> Callback:
    """The callback an attempt is for. Raises NotFound."""
    callback = uow.callbacks.get(attempt.callback_id or "")
    if callback is None:
        raise NotFound("this attempt is not for a callback")
    return callback


def hold_of(uow: UnitOfWork, attempt: Attempt) -> Hold | None:
    """The waiting caller an attempt is for, if it is for one."""
    return uow.holds.get(attempt.hold_call_sid) if attempt.hold_call_sid else None


def leg_of(uow: UnitOfWork, attempt: Attempt, party: Party) -> Leg | None:
    """The attempt's leg to a party, if there is one."""
    return next((leg for leg in uow.legs.of_attempt(attempt.id) if leg.party == party), None)


def is_waiting(leg: Leg | None, callback: Callback) -> bool:
    """Whether this callback's customer was rung first and waits on this leg for the next agent."""
    return leg is not None and leg.callback_id == callback.id and leg.waits_since_at is not None


def passed_by(tried: Iterable[Attempt], since: datetime) -> set[str]:
    """Ids of the agents who passed this one on lately: they are not rung for it again at once."""
    return {
        attempt.agent_id
        for attempt in tried
        if attempt.outcome in PASSED_ON and attempt.ended_at is not None and attempt.ended_at > since
    }


def _stop_code_call(uow: UnitOfWork, callback: Callback, now: datetime) -> Actions:
    """The call that tells a code for this callback, if there is one now, has no sense any more."""
    leg = uow.legs.live_for_number(callback.number)
    if leg is None or leg.party != Party.UNPROVEN or leg.callback_id != callback.id:
        return ()
    return tuple(_stop(uow, leg, Outcome.CANCELED, now))


def _stop_recording(uow: UnitOfWork, attempt: Attempt, now: datetime) -> Actions:
    """What the two said is recorded, and nothing after it; one that is just being started is found by its sweep."""
    recording = uow.recordings.of_attempt(attempt.id)
    if recording is None:
        return ()
    if recording.status is RecordingStatus.AGREED:
        recording.delete("never_started", now)
    if recording.status is not RecordingStatus.RUNNING or recording.sid is None:
        return ()
    return (StopRecording(recording.call_sid, recording.sid),)


def _let_wait(uow: UnitOfWork, attempt: Attempt, now: datetime) -> None:
    """A customer who was rung first, and is a person, waits for the next agent."""
    leg = leg_of(uow, attempt, Party.CUSTOMER)
    is_person = leg is not None and leg.picked_up is not None and leg.picked_up.stage in PERSON_THERE
    if leg is not None and is_person and leg.state == LegState.PLACED:
        leg.waits_since_at = now
        record(uow, now, "customer_waits", subject=leg)


def _stop(uow: UnitOfWork, leg: Leg, outcome: Outcome, now: datetime) -> list[Action]:
    """A leg that was never requested just ends; one that rings is hung up; one being requested is left to its placer.

    A leg in PLACING may exist at the carrier: it stays live, so that its number is not rung twice, until the placer or
    the reconciler knows; whoever learns its SID hangs it up because its attempt has ended.
    """
    if leg.state == LegState.INTENT:
        leg.state, leg.outcome, leg.ended_at = LegState.ENDED, Outcome.CANCELED, now
        leg.owner = leg.lease_until_at = None
        return []
    if leg.state != LegState.PLACED or leg.sid is None:
        return []
    if leg.party == Party.GUEST and leg.joins_at is None:
        return [HangUp(leg.sid)]
    if outcome == Outcome.JOINED:
        return []  # the conference's end leads each side to its own last document
    if leg.waits_since_at is not None:
        return [Redirect(leg.sid, addresses.present(leg.id))]
    if leg.answered_at is not None:
        return [Redirect(leg.sid, addresses.news(leg.id))]  # nobody is hung up on without a word
    return [HangUp(leg.sid)]
