"""The dispatcher: takes the next in the one line for whom an agent is free, and has both telephones rung.

Any number of processes may run one: a claim is one transaction on rows that the others skip, and the database allows
one live leg per number. Nothing is kept in memory between ticks.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from ivr.domain.agents import Agent
from ivr.domain.callbacks import Attempt, Callback, CallbackStatus, Hold, Leg, LegState, Party
from ivr.errors import Conflict
from ivr.service import attempts
from ivr.service.dial_tools import DialTools
from ivr.service.free import EVERYBODY, Free
from ivr.service.line import in_order
from ivr.service.placing import Placer, lease
from ivr.service.scenes import Scene
from ivr.service.telling import STALE

BATCH: Final = 500
"""Attempts begun in one transaction when no rate bounds them: those reserved last are rung about a second later."""
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
LOOK: Final = 20
"""Due callbacks and free agents looked at beyond what is begun: some may not ring now, some passed each other on."""


class Dispatcher:
    """One process's dispatcher."""

    def __init__(self, tools: DialTools, node: str) -> None:
        self._tools = tools
        self._rules = tools.rules.dial
        self._node = node
        self._placer = Placer(tools, node)
        self._batch = BATCH

    def tick(self) -> int:
        """Claim and place whatever is due. Returns how many legs were handed to the carrier."""
        is_anyone_due, is_leg_left = self._look()
        waiting = self.take() if is_leg_left else ()
        begun = self.claim() if is_anyone_due else ()
        if begun:
            self._tools.checkpoint("claimed")
        mine = (*waiting, *begun)
        seen = self._placer.place(mine)
        self._give_back(mine[seen:])
        return seen

    def _look(self) -> tuple[bool, bool]:
        """Whether somebody in the line is due, and whether legs wait for whoever places them.

        Without a lock: on SQLite an idle dispatcher would hold up all who write, twice a second.
        """
        with self._tools.scenes.store.read() as uow:
            now = self._tools.scenes.clock.now()
            first_due_at = uow.callbacks.next_due_at(BEGINNING)
            is_due = first_due_at is not None and first_due_at <= now
            return is_due or bool(uow.holds.waiting()), bool(uow.legs.to_place(now, 1))

    def next_wake_at(self) -> datetime | None:
        """When the next promise falls due (aware UTC); None: none is known."""
        with self._tools.scenes.store.read() as uow:
            return uow.callbacks.next_due_at(self._tools.scenes.clock.now())

    def claim(self) -> tuple[str, ...]:
        """Commit one: reserve agents for the first in line, write attempts and legs to place. Returns the legs' ids."""
        try:
            claimed = self._tools.scenes.run(self._claim)
        except Conflict:
            self._batch = 1  # one row of a batch conflicts for ever? one at a time shows and skips it
            return ()
        self._batch = BATCH
        return claimed

    def take(self) -> tuple[str, ...]:
        """Own the legs that nobody places: customers' legs, and those of a process that died before `placing`."""
        try:
            return self._tools.scenes.run(self._take)
        except Conflict:
            return ()

    def _take(self, scene: Scene) -> tuple[str, ...]:
        waiting = scene.uow.legs.to_place(scene.now, BATCH)
        for leg in waiting:
            lease(leg, self._node, scene=scene, seconds=self._rules.lease_seconds)
        # Customers first: an agent is on the line for them.
        return tuple(leg.id for leg in sorted(waiting, key=lambda leg: leg.party == Party.AGENT))

    def _give_back(self, leg_ids: Sequence[str]) -> None:
        """The rate is used up: let whoever has the next token place them."""
        if leg_ids:
            self._tools.scenes.run(lambda scene: self._free(scene, leg_ids))

    def _free(self, scene: Scene, leg_ids: Sequence[str]) -> None:
        for leg_id in leg_ids:
            leg = scene.uow.legs.get(leg_id)
            if leg is not None and leg.state == LegState.INTENT and leg.owner == self._node:
                leg.owner = leg.lease_until_at = None

    def _claim(self, scene: Scene) -> tuple[str, ...]:
        room = 0 if self._tools.gate.is_shut(scene.uow, scene.now) else self._room(scene)
        if room <= 0:
            return ()
        free = self._free_agents(scene, room + LOOK)
        begun, are_left = self._begin_for(scene, free, room)
        if are_left and free.is_cut and len(begun) < room:
            # None of these many fits somebody who waits, it seems: ask all the others, too.
            more, _ = self._begin_for(scene, self._free_agents(scene, EVERYBODY), room - len(begun))
            begun += more
        return tuple(begun)

    def _begin_for(self, scene: Scene, free: Free, room: int) -> tuple[list[str], bool]:
        """The legs begun, and whether somebody in the line was looked at in vain."""
        if not free:
            return [], free.is_cut  # those who are idle longest may all be off shift
        teams = scene.uow.agents.teams(scene.now) if free.is_cut else ()
        kinds = [team.kind for team in teams if team.free] if free.is_cut else free.kinds()
        due = scene.uow.callbacks.due(scene.now, min(len(free), room) + LOOK, kinds)
        known = Known(scene, in_order(scene.uow.holds.waiting(), due))
        if free.is_cut and (others := free.lacks(known.agent_ids())):
            free.join(self._at_hand(scene, scene.uow.agents.available(len(others), others)))
        begun: list[str] = []
        for entry in known.line:
            if len(begun) >= room or not free:
                break
            agent = self._agent_for(known, entry, free)
            if agent is not None:
                free.take(agent)
                begun.append(self._begin(known, entry, agent))
        return begun, len(begun) < len(known.line)

    def _free_agents(self, scene: Scene, limit: int) -> Free:
        """Available, on shift, and not on the line with us, by our dial or by their own; the longest idle first."""
        idle = scene.uow.agents.available(limit)
        return Free(self._at_hand(scene, idle), is_cut=len(idle) == limit)

    def _at_hand(self, scene: Scene, idle: Sequence[Agent]) -> list[Agent]:
        numbers = [agent.number for agent in idle]
        on_the_line = scene.uow.legs.live_numbers(numbers) | scene.uow.calls.live_numbers(numbers, scene.now)
        return [agent for agent in idle if agent.number not in on_the_line and agent.works_at(scene.now)]

    def _room(self, scene: Scene) -> int:
        """How many may be begun: no more agents are reserved than can be rung within about two seconds."""
        rate = self._rules.dials_per_second
        if rate <= 0:
            return self._batch
        waiting = len(scene.uow.legs.in_state(LegState.INTENT, scene.now + timedelta(seconds=1)))
        return min(self._batch, max(1, int(rate * 2)) - waiting)

    def _agent_for(self, known: "Known", entry: Callback | Hold, free: Free) -> Agent | None:
        """Who met them last, else the longest idle, of those who fit and have not just passed it on. None: not now."""
        fitting = free.fitting(entry.skill, entry.locale)
        if not fitting or not self._may_begin(known, entry):
            return None
        since = known.scene.now - timedelta(seconds=self._rules.pass_seconds)
        passed = attempts.passed_by(known.tried(entry), since)
        wanted = known.wanted(entry)  # unless they have just passed it on
        only = {wanted} if wanted and wanted not in passed else None
        chosen: Iterable[Agent] = (a for a in fitting if a.id not in passed and (only is None or a.id in only))
        if met := known.met(entry):  # who knows the case, if they are free: nobody is kept waiting for them
            chosen = sorted(chosen, key=lambda agent: agent.id != met)
        return next(iter(chosen), None)

    def _may_begin(self, known: "Known", entry: Callback | Hold) -> bool:
        if isinstance(entry, Hold):
            return self._still_holds(known.scene, entry) and self._tools.rules.agents_hours.allows(known.scene.now)
        if entry.number in known.ringing:  # they wait on the line, or an earlier call is still ending
            return known.waiting(entry) is not None and entry.status == CallbackStatus.SCHEDULED
        # As every leg still has to pass before it is dialed.
        seconds = self._rules.reserve_seconds
        why = self._tools.gate.why_not_now(entry, known.do_not_call, known.scene.now, for_seconds=seconds)
        if not why and self._tools.gate.is_stale(known.scene.uow, entry, known.scene.now):
            why = STALE
        if why:
            self._tools.gate.turn_away(known.scene.uow, entry, why, known.scene.now)
        return not why and entry.status == CallbackStatus.SCHEDULED

    def _still_holds(self, scene: Scene, hold: Hold) -> bool:
        call = scene.uow.calls.get(hold.call_sid)
        if call is not None and call.is_live:
            return True
        hold.status = "left"
        return False

    def _begin(self, known: "Known", entry: Callback | Hold, agent: Agent) -> str:
        scene, number = known.scene, len(known.tried(entry)) + 1
        ring_first, waiting = Party.AGENT, None
        if isinstance(entry, Callback):
            ring_first, waiting = entry.ring_first or self._rules.ring_first, known.waiting(entry)
        how = attempts.Beginning(number, ring_first, waiting)
        leg = attempts.begin(scene.uow, entry, agent, how, scene.now)
        lease(leg, self._node, scene=scene, seconds=self._rules.lease_seconds)
        return leg.id


class Known:
    """What a claim must know of everybody in the line, asked for once and not entry by entry."""

    def __init__(self, scene: Scene, line: Sequence[Callback | Hold]) -> None:
        self.scene, self.line = scene, line
        due = [entry for entry in line if isinstance(entry, Callback)]
        numbers = [callback.number for callback in due]
        self.ringing = scene.uow.legs.live_numbers(numbers)
        self.do_not_call = scene.uow.guards.do_not_call_among(numbers)
        self._given = scene.uow.staff.assignments([callback.id for callback in due])
        self._met = scene.uow.attempts.met_agents([entry.case_id for entry in line])
        self._tried: dict[str, list[Attempt]] = defaultdict(list)
        for attempt in scene.uow.attempts.of_callbacks([callback.id for callback in due]):
            self._tried[attempt.callback_id or ""].append(attempt)

    def wanted(self, entry: Callback | Hold) -> str:
        """The agent to whom a supervisor gave it; empty: whoever fits."""
        if isinstance(entry, Hold):
            return ""
        given = self._given.get(entry.id)
        return given.agent_id if given is not None and given.binds(entry, self.scene.now) else ""

    def agent_ids(self) -> set[str]:
        """Those who know somebody in the line, or were given one by name: looked for however long others are idle."""
        return {*self._met.values(), *(given.agent_id for given in self._given.values())}

    def met(self, entry: Callback | Hold) -> str:
        """The agent who talked with them about this case last; empty: nobody has."""
        return self._met.get(entry.case_id, "")

    def waiting(self, callback: Callback) -> Leg | None:
        """The leg on which this callback's customer, rung first, waits for the next agent."""
        if callback.number not in self.ringing:
            return None
        leg = self.scene.uow.legs.live_for_number(callback.number)
        return leg if attempts.is_waiting(leg, callback) else None

    def tried(self, entry: Callback | Hold) -> Sequence[Attempt]:
        """All attempts for it so far, by number."""
        if isinstance(entry, Hold):
            return self.scene.uow.attempts.of_hold(entry.call_sid)
        return self._tried[entry.id]
