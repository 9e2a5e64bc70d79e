"""Any order of people, faults and crashes: a generated history, and what must be true of every one of them."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, Leg, LegState, Party
from ivr.domain.ledger import Breach
from ivr.domain.shifts import worked
from ivr.domain.slots import slot_at, slot_length
from ivr.errors import CallbackRefused, IllegalMove
from ivr.service.renumbering import change_number
from ivr.service.store import Store
from tests.effort import EFFORT
from tests.fakes.phone import FakeCall, Fault
from tests.service.callers import Callers
from tests.service.test_shifts import set_shifts
from tests.service.world import RULES, Killed, World, audited

T = TypeVar("T")
NUMBERS = tuple(f"+120255501{n:02d}" for n in range(3))
AGENTS = {"Ada": "+12025550171", "Bob": "+12025550172"}
NEW_YORK = ZoneInfo("America/New_York")
ENDED = (CallbackStatus.DONE, CallbackStatus.CANCELED, CallbackStatus.EXPIRED, CallbackStatus.NEEDS_HUMAN)
FAULTS = [Fault.CREATED_500, Fault.CREATED_TIMEOUT, *(fault for fault in Fault if fault != Fault.BAD_NUMBER)]
"""Twice as often the worst: the call was made, and we were told otherwise."""
WEIGHTS = {
    "book": 4,
    "move": 2,
    "another_number_is_given": 2,
    "cancel": 2,
    "tick": 3,
    "sweep": 2,
    "a_day_passes": 1,
    "the_dispatcher_dies": 3,
    "the_carrier_fails_next": 4,
    "an_agent_is_rung": 8,
    "a_customer_is_rung": 8,
    "somebody_enters_the_conference": 6,
    "somebody_hangs_up": 4,
    "a_key_comes_late_or_twice": 1,
    "webhooks_arrive": 5,
    "webhooks_get_lost": 1,
    "an_old_webhook_comes_again": 2,
    "the_clock_steps_back": 1,
    "a_customer_phones_in": 2,
    "a_caller_goes_on": 3,
    "an_agent_works_other_hours": 2,
}
SHIFTS = ("", "", "mon-sun 09:00-12:00", "mon-sun 11:00-15:00", "mon-fri 13:00-19:00")
HISTORIES = 2 if EFFORT == 1 else 14 * EFFORT
"""Of forty steps each: far is more than ten thousand steps."""
STEPS_DONE: list[str] = []
STEPS = [name for name, weight in WEIGHTS.items() for _ in range(weight)]


class Promises(RuleBasedStateMachine):
    """Three customers, two agents, one carrier, one dispatcher that dies now and then.

    One rule with weighted steps: Hypothesis would otherwise leave whole rules out of a run, and few would get far.
    """

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.world = World(store, RULES)
        for name, number in AGENTS.items():
            self.world.agent(name, number)
        self.booked = [self.world.book(number) for number in NUMBERS]
        self.callers = Callers(self.world)
        self.seen: list[tuple[FakeCall, str, int]] = []
        self.plan_since = self.world.clock.now()
        """When shifts were changed last, or the clock: what was begun before is not judged by today's."""
        self.world.phone.on_place = self._rings

    @rule(data=st.data(), step=st.sampled_from(STEPS))
    def something_happens(self, data: st.DataObject, step: str) -> None:
        self._data = data
        STEPS_DONE.append(step)
        getattr(self, step)()

    def _pick(self, choices: Sequence[T]) -> T:
        return self._data.draw(st.sampled_from(choices))

    def _rings(self, call: FakeCall) -> None:
        """What must be true whenever the carrier makes a call."""
        assert len(self.world.phone.live(call.to)) == 1, "two live legs to one number"
        local = self.world.clock.now().astimezone(NEW_YORK)
        with self.world.store.read() as uow:
            leg = uow.legs.get(call.leg_id)
            callback = uow.callbacks.get(leg.callback_id or "") if leg else None
        assert leg is not None
        # Calling hours protect customers' telephones, and an agent's ring for a callback is followed by its customer's.
        # Whoever waits on the line is on the telephone already: for them an agent is rung by that agent's own shift.
        if leg.party != Party.AGENT or callback is not None:
            assert 9 <= local.hour < 19, f"a customer would ring at {local}"
        else:
            self._is_for_somebody_on_the_line(leg)
        assert leg.state == LegState.PLACING
        assert callback is None or callback.status == CallbackStatus.DIALING
        if leg.party == Party.AGENT:
            self._is_on_shift(leg)

    def _is_for_somebody_on_the_line(self, leg: Leg) -> None:
        with self.world.store.read() as uow:
            attempt = uow.attempts.get(leg.attempt_id or "")
            call = uow.calls.get(attempt.hold_call_sid or "") if attempt else None
        assert call is not None

    def _is_on_shift(self, leg: Leg) -> None:
        with self.world.store.read() as uow:
            attempt = uow.attempts.get(leg.attempt_id or "")
            agent = uow.agents.get(attempt.agent_id) if attempt else None
        assert attempt is not None
        assert agent is not None
        assert attempt.started_at <= self.plan_since or agent.works_at(attempt.started_at), "rung outside their shifts"

    def _has_room(self, callback_id: str) -> None:
        """What was promised just now, alone in its slot, can be kept by somebody who works then."""
        made = self.world.callback(callback_id)
        at = made.promised_by_at - timedelta(microseconds=1) if made.asap else made.due_at
        rules = self.world.rules.slots
        with self.world.store.read() as uow:
            seconds = self.world.engine.line.handle_seconds(uow, "general")
            slot = slot_at(at, slot_length(rules.slot_seconds, seconds))
            agents, taken = uow.agents.all(), uow.callbacks.places(*slot)
        works = sum((end - start).total_seconds() for a in agents for start, end in worked(a.shifts, *slot))
        if sum(place.promises for place in taken) == 1:
            assert works * (1 + rules.overbooked_most) >= seconds, f"nobody can keep it: {slot}"

    # --- customers -------------------------------------------------------------------------------------------

    def book(self) -> None:
        with suppress(CallbackRefused):
            self.booked.append(self.world.book(self._pick(NUMBERS), at=self._at(None, None, 1, 30, 1440)))
            self._has_room(self.booked[-1])

    def move(self) -> None:
        with suppress(CallbackRefused, IllegalMove):
            self.world.move(self._pick(self.booked), self._at(None, 5, 120))

    def another_number_is_given(self) -> None:
        callback, number = self._pick(self.booked), self._pick(NUMBERS)
        with suppress(CallbackRefused, IllegalMove):
            with self.world.store.begin() as uow:
                _, actions = change_number(self.world.engine.bookings, uow, callback, number)
                uow.commit()
            self.world.engine.afterwards.run(actions)

    def cancel(self) -> None:
        with suppress(IllegalMove):
            self.world.cancel(self._pick(self.booked))

    def _at(self, *minutes: int | None) -> datetime | None:
        chosen = self._pick(minutes)
        return None if chosen is None else self.world.clock.now() + timedelta(minutes=chosen)

    def a_customer_phones_in(self) -> None:
        self.callers.phones_in(self._pick(NUMBERS))

    def a_caller_goes_on(self) -> None:
        if self.callers.sids:
            self.callers.goes_on(self._pick(sorted(self.callers.sids)))

    # --- time and crashes ------------------------------------------------------------------------------------

    def tick(self, seconds: float | None = None) -> None:
        self.world.clock.advance(self._pick([0, 10, 45, 121, 700]) if seconds is None else seconds)
        self.world.engine.dispatcher.tick()

    def sweep(self, seconds: float | None = None) -> None:
        self.world.clock.advance(self._pick([0, 11, 61, 185]) if seconds is None else seconds)
        self.world.engine.reconciler.sweep()
        self.world.engine.housekeeper.sweep()

    def a_day_passes(self) -> None:
        for call in self.world.phone.live():
            self.world.phone.report(call, "completed")
        self.world.clock.advance(self._pick([24, 24, 7]) * 3600)

    def an_agent_works_other_hours(self) -> None:
        set_shifts(self.world, self._pick(SHIFTS), self._pick(sorted(AGENTS)))
        self.plan_since = self.world.clock.now()

    def the_clock_steps_back(self) -> None:
        self.plan_since = max(self.plan_since, self.world.clock.now())
        self.world.clock.advance(-self._pick([3, 60, 3600]))

    def the_dispatcher_dies(self) -> None:
        sweeps = self._pick([False, False, True])
        points = ("looked", "fetched") if sweeps else ("claimed", "placing", "posted", "placed")
        self.world.kill_at = self._pick(points)
        try:
            self.sweep(185) if sweeps else self.tick(1)
        except Killed:
            self.world.start(node=f"node{self.world.clock.now().timestamp()}")
        self.world.kill_at = ""

    def the_carrier_fails_next(self) -> None:
        self.world.phone.faults.append(self._pick(FAULTS))

    # --- telephones ------------------------------------------------------------------------------------------

    def _some(self, party: Party, *statuses: str) -> FakeCall | None:
        found = [call for call in self.world.phone.live() if call.party == party and call.status in statuses]
        return self._pick(found) if found else None

    def _answers(self, call: FakeCall) -> None:
        self.world.phone.report(call, "in-progress")
        self.world.engine.legs.answered(call.leg_id, call.sid)

    def an_agent_is_rung(self) -> None:
        self.tick(1)
        call = self._some(Party.AGENT, "queued", "ringing")
        if call is None:
            return
        does = self._pick(["1", "1", "1", "1", "1", "2", "", "no-answer", "completed"])
        if does == "no-answer":
            self.world.phone.report(call, does)
            return
        self._answers(call)
        if does == "completed":
            self.world.phone.report(call, does)
        else:
            self.world.engine.legs.keyed(call.leg_id, does or None, turn=1 if does else 2)

    def a_customer_is_rung(self) -> None:
        self.tick(1)
        call = self._some(Party.CUSTOMER, "queued", "ringing")
        if call is None:
            return
        does = self._pick(["answers", "answers", "ringing", "machine_end_beep", "human", "busy", "no-answer", "failed"])
        if does in ("ringing", "busy", "no-answer", "failed"):
            self.world.phone.report(call, does)
            return
        self._answers(call)
        if does in ("machine_end_beep", "human"):
            self.world.engine.legs.machine(call.leg_id, does, sid=call.sid)
        self.world.engine.legs.keyed(call.leg_id, self._pick(["1", None]), turn=1)

    def somebody_hangs_up(self) -> None:
        call = self._some(self._pick([Party.AGENT, Party.CUSTOMER]), "in-progress")
        if call is not None:
            self.world.clock.advance(self._pick([1, 60]))
            self.world.phone.report(call, "completed")

    def somebody_enters_the_conference(self) -> None:
        call = self._some(self._pick([Party.AGENT, Party.CUSTOMER]), "in-progress")
        if call is not None:
            self.world.enter(call)

    def a_key_comes_late_or_twice(self) -> None:
        call = self._some(Party.AGENT, "in-progress")
        if call is not None:
            self.world.engine.legs.keyed(call.leg_id, self._pick(["1", "2", None]), turn=self._pick([1, 2]))

    # --- webhooks --------------------------------------------------------------------------------------------

    def webhooks_arrive(self) -> None:
        waiting = list(self.world.phone.webhooks)
        self.world.phone.webhooks.clear()
        self.seen.extend(waiting)
        newest_first, times = self._pick([False, True]), self._pick([1, 2])
        for call, status, sequence in reversed(waiting) if newest_first else waiting:
            for _ in range(times):
                self._deliver(call, status, sequence)

    def webhooks_get_lost(self) -> None:
        self.world.phone.webhooks.clear()

    def an_old_webhook_comes_again(self) -> None:
        if self.seen:
            self._deliver(*self._pick(self.seen))

    def _deliver(self, call: FakeCall, status: str, sequence: int) -> None:
        self.world.engine.legs.status(call.leg_id, call.sid, call_status=status, sequence=str(sequence))

    # --- what must always be true -----------------------------------------------------------------------------

    @invariant()
    def no_number_rings_twice_at_once(self) -> None:
        numbers = [call.to for call in self.world.phone.live()]
        assert len(numbers) == len(set(numbers))

    @invariant()
    def no_promise_is_lost(self) -> None:
        for callback in self.booked:
            row = self.world.callback(callback)
            assert row.status in (*ENDED, CallbackStatus.SCHEDULED, CallbackStatus.DIALING)
            assert row.is_open or row.ended_at is not None or row.status == CallbackStatus.NEEDS_HUMAN

    @invariant()
    def the_audit_finds_nothing(self) -> None:
        """A step may be late here: days pass at once, and nobody has looked yet."""
        assert [v for v in audited(self.world) if v.breach != Breach.NO_NEXT_STEP] == []

    def teardown(self) -> None:
        """Left alone with people who answer, every promise ends, and nobody is held any more."""
        self.world.phone.faults.clear()
        for name in AGENTS:
            set_shifts(self.world, "", name)
        for number in list(self.callers.sids):
            self.callers.hangs_up(number)
        for _ in range(60):
            if not self._unfinished():
                break
            self._round_of_goodwill()
        assert not self._unfinished()
        for _ in range(3):
            self.sweep(400)
            self.world.deliver()
        assert audited(self.world) == []
        statuses = {self.world.agent_row(name).status for name in AGENTS}
        assert statuses <= {AgentStatus.AVAILABLE, AgentStatus.AWAY}

    def _unfinished(self) -> bool:
        return bool(self.world.phone.live()) or any(self.world.callback(c).is_open for c in self.booked)

    def _round_of_goodwill(self) -> None:
        world = self.world
        self._agents_come_back()
        self.sweep(185)
        world.deliver()
        due = [world.callback(c).due_at for c in self.booked if world.callback(c).status == CallbackStatus.SCHEDULED]
        if due and not world.phone.live():
            world.clock.set(max(world.clock.now(), min(due)))
        for _ in range(3):
            world.tick(1)
            self._answer_all()
        world.clock.advance(5)
        for call in world.phone.live():
            world.phone.report(call, "completed" if call.status == "in-progress" else "no-answer")
        world.deliver()

    def _answer_all(self) -> None:
        for call in self.world.phone.live():
            if call.status != "in-progress":
                self._answers(call)
            if call.party == Party.AGENT:
                self.world.engine.legs.keyed(call.leg_id, "1", turn=1)

    def _agents_come_back(self) -> None:
        with self.world.store.begin() as uow:
            for agent in uow.agents.all():
                if agent.status == AgentStatus.AWAY:
                    agent.move(AgentStatus.AVAILABLE, self.world.clock.now())
            uow.commit()


@pytest.mark.timeout(900 * EFFORT)
@pytest.mark.parametrize("database", ["new_store", pytest.param("new_postgres_store", marks=pytest.mark.postgres)])
def test_promises_hold_in_any_history(request: pytest.FixtureRequest, database: str) -> None:
    new_store: Callable[[], Store] = request.getfixturevalue(database)
    STEPS_DONE.clear()
    run_state_machine_as_test(
        lambda: Promises(new_store()),
        settings=settings(max_examples=HISTORIES, stateful_step_count=40, suppress_health_check=list(HealthCheck)),
    )
    assert len(STEPS_DONE) >= (10_000 if EFFORT >= 20 else 30 * HISTORIES)
