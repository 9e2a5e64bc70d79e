"""One experiment run from its first caller to its last promise: the clock jumps, the engine ticks and sweeps."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, LegState
from ivr.service.store import Store
from ivr.simulation.agenda import Happening
from ivr.simulation.callers import Callers
from ivr.simulation.carrier import no_storm
from ivr.simulation.lab import Lab, Setting
from ivr.simulation.ledger import Ledger
from ivr.simulation.public import Caller
from ivr.simulation.telephones import Telephones

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
SELDOM_SECONDS = 30
"""Between two sweeps while no agent's wrap-up is to be ended and no storm has left anything behind."""
AT_WORK = (AgentStatus.RESERVED, AgentStatus.BUSY, AgentStatus.WRAP_UP)


class Centre:
    """A call centre for as long as somebody calls or a promise is open, but not longer than `days_after`."""

    def __init__(
        self, setting: Setting, people: Sequence[Caller], *, days_after: float = 3, store: Store | None = None
    ) -> None:
        self.people = people
        first, last = (people[0].at, people[-1].at) if people else (EPOCH, EPOCH)
        opens, closes = _open_hours(first, last, setting)
        self.lab = Lab(setting, min(first, opens), store)
        self.ledger = Ledger(opens, closes)
        self._until = max(last, closes) + timedelta(days=days_after)
        self._agenda, self._engine, self._pace = self.lab.agenda, self.lab.engine, setting.pace
        self._callers = Callers(self.lab)
        self.lab.phone.exchange = Telephones(self.lab, self._callers)
        self._tick_planned = False
        self._wake: Happening | None = None
        self._sweep: Happening | None = None
        self._is_own = False

    def run(self) -> None:
        """To the end."""
        for caller in self.people:
            self._agenda.at(caller.at, lambda caller=caller: self._callers.arrive(caller))  # type: ignore[misc]
        since = self._agenda.now()
        while (next_at := self._agenda.next_at()) is not None and next_at <= self._until:
            if next_at > since:
                self.ledger.spend(self.lab.agents(), since, next_at)
                since = next_at
            self._is_own = False
            self._agenda.step()
            if not self._is_own:
                self._plan_tick()
                self._plan_sweep()

    # --- the dispatcher -------------------------------------------------------------------------------------------

    def _plan_tick(self, later: float = 0.0) -> None:
        """At the next beat of the production clock, or, if it has none, after everything of this moment."""
        if not self._tick_planned:
            self._tick_planned = True
            moment = self._agenda.now() + timedelta(seconds=later)
            self._agenda.at(_beat(moment, self._pace.tick_seconds), self._tick)

    def _tick(self) -> None:
        self._is_own, self._tick_planned = True, False
        now, store = self._agenda.now(), self.lab.store
        with store.read() as uow:
            before = self.ledger.waiting(uow, now)
            has_work = bool(before) or self._has_intents()
        if has_work:  # a tick without any is quick, but there are many
            self._engine.dispatcher.tick()
            with store.read() as uow:
                self.ledger.chosen(before, uow, now)
            if self._has_intents():
                self._plan_tick(later=max(self._pace.tick_seconds, 0.1))
        self._wake_when_due()

    def _has_intents(self) -> bool:
        """Whether legs wait to be placed: for the rate, or for this tick."""
        with self.lab.store.read() as uow:
            return bool(uow.legs.in_state(LegState.INTENT, self._agenda.now() + timedelta(seconds=1)))

    def _wake_when_due(self) -> None:
        """As scheduler.CallbackClock: at the moment the next promise falls due."""
        due_at = self._engine.dispatcher.next_wake_at()
        if due_at is None or (self._wake is not None and not self._wake.is_off and self._wake.at == due_at):
            return
        if self._wake is not None:
            self._wake.call_off()
        self._wake = self._agenda.at(due_at, self._woken)

    def _woken(self) -> None:
        self._wake = None
        self._tick()
        self._plan_sweep()

    # --- the sweeps -----------------------------------------------------------------------------------------------

    def _plan_sweep(self) -> None:
        """At the beat at which it can find something first."""
        if not self._pace.sweep_seconds:
            if self.lab.agents()[AgentStatus.WRAP_UP]:
                self._agenda.after(self.lab.setting.rules.dial.wrap_up_seconds, self._sweep_exactly)
            return
        at = self._next_sweep_at()
        if self._sweep is None or self._sweep.at > at:
            if self._sweep is not None:
                self._sweep.call_off()
            self._sweep = self._agenda.at(at, self._sweep_all)

    def _next_sweep_at(self) -> datetime:
        """Production sweeps at every beat. In fair weather most find nothing; those are left out, to be quick."""
        now, beat = self._agenda.now() + timedelta(milliseconds=1), self._pace.sweep_seconds
        if self.lab.setting.storm is not no_storm:
            return _beat(now, beat)
        wrap_up = timedelta(seconds=self.lab.setting.rules.dial.wrap_up_seconds)
        with self.lab.store.read() as uow:
            ends = [a.status_at + wrap_up for a in uow.agents.all() if a.status == AgentStatus.WRAP_UP]
        return _beat(max(now, min((*ends, now + timedelta(seconds=SELDOM_SECONDS)))), beat)

    def _sweep_all(self) -> None:
        """While nothing at all goes on nothing can be found either."""
        self._is_own, self._sweep = True, None
        for part in (self._engine.reconciler, self._engine.housekeeper, self._engine.call_ends):
            part.sweep()
        self._plan_tick()
        if self._is_busy():
            self._plan_sweep()

    def _sweep_exactly(self) -> None:
        self._is_own = True
        self._engine.housekeeper.sweep()
        self._plan_tick()

    def _is_busy(self) -> bool:
        agents = self.lab.agents()
        with self.lab.store.read() as uow:
            lives = bool(uow.calls.live() or uow.attempts.live())
            due = any(c.due_at <= self._agenda.now() for c in uow.callbacks.listed([CallbackStatus.SCHEDULED], 1))
        return lives or due or any(agents[status] for status in AT_WORK)


def _beat(at: datetime, seconds: float) -> datetime:
    """The first beat not before this moment."""
    if not seconds:
        return at
    return EPOCH + timedelta(seconds=ceil((at - EPOCH).total_seconds() / seconds) * seconds)


def _open_hours(first: datetime, last: datetime, setting: Setting) -> tuple[datetime, datetime]:
    """While agents' time is measured: the opening of one day, or from the first caller to the last."""
    zone = ZoneInfo(setting.zone)
    day = first.astimezone(zone).date()
    if last.astimezone(zone).date() != day or not setting.pace.tick_seconds:
        return first, last
    opens, closes = (datetime.combine(day, clock, zone).astimezone(UTC) for clock in (time(9), time(19)))
    return opens, closes
