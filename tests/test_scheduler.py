"""APScheduler as a clock: it survives errors, never doubles a round, beats, and gives up when it can't go on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from ivr.scheduler import CallbackClock, GuardedScheduler, Pace
from ivr.service.store import Store
from tests.fakes.clock import FakeClock

QUICK = Pace(tick_seconds=0.02, sweep_seconds=0.02, beat_seconds=0.02, stalled_seconds=20)
TICKS_ONLY = Pace(tick_seconds=0.1, sweep_seconds=60, beat_seconds=60, stalled_seconds=60)
PATIENCE = 20


class Work:
    """A dispatcher and a sweep that count, wait or fail as told."""

    def __init__(self, act: Callable[[int], None] = lambda n: None) -> None:
        self._act = act
        self.rounds = 0
        self.done = threading.Event()
        self.wake_at: datetime | None = None

    def tick(self) -> int:
        self.rounds += 1
        self._act(self.rounds)
        if self.rounds >= 5:
            self.done.set()
        return 0

    def sweep(self) -> None:
        self.tick()

    def next_wake_at(self) -> datetime | None:
        return self.wake_at


@contextmanager
def running(clock: CallbackClock) -> Iterator[CallbackClock]:
    clock.start()
    try:
        yield clock
    finally:
        clock.stop()


def fails(n: int) -> None:
    if n in (1, 2, 3):
        raise RuntimeError("on purpose")


def test_ticks_and_sweeps_go_on_after_errors(sqlite_store: Store) -> None:
    dispatcher, sweeper = Work(fails), Work(fails)
    with running(CallbackClock(dispatcher, (sweeper,), store=sqlite_store, clock=FakeClock(), node="n", pace=QUICK)):
        assert dispatcher.done.wait(PATIENCE)
        assert sweeper.done.wait(PATIENCE)


def test_a_round_that_still_runs_is_not_doubled(sqlite_store: Store) -> None:
    inside: list[int] = []
    most: list[int] = []
    pause = threading.Event()

    def slow(n: int) -> None:
        inside.append(n)
        most.append(len(inside))
        pause.wait(0.05)
        inside.remove(n)

    dispatcher = Work(slow)
    dispatcher.wake_at = datetime(2026, 3, 10, 16, 0, 0, 5000, tzinfo=UTC)  # always 5 ms ahead: extra wake-ups
    with running(CallbackClock(dispatcher, (), store=sqlite_store, clock=FakeClock(), node="n", pace=QUICK)):
        assert dispatcher.done.wait(PATIENCE)
    assert max(most) == 1


def test_a_long_round_fills_the_log_with_no_warnings(sqlite_store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """It lasts until six ticks have come meanwhile, however slow the machine is."""
    came: list[None] = []
    goes_on = threading.Event()
    dispatcher = Work(lambda n: goes_on.wait(PATIENCE) and None)
    clock = CallbackClock(dispatcher, (), store=sqlite_store, clock=FakeClock(), node="n", pace=TICKS_ONLY)

    def tick() -> None:
        came.append(None)
        if len(came) > 5:
            goes_on.set()
        CallbackClock.tick(clock)

    clock.tick = tick  # type: ignore[method-assign]
    with running(clock):
        assert goes_on.wait(PATIENCE), "a round that runs keeps other ticks from coming"
    warned = [record.getMessage() for record in caplog.records if record.levelno >= 30]
    assert [text for text in warned if "maximum number of running instances" in text] == []
    assert dispatcher.rounds


def test_stopping_in_the_middle_of_a_round_that_plans_a_wake_up_comes_to_its_end(sqlite_store: Store) -> None:
    inside = threading.Event()

    def slow(n: int) -> None:
        inside.set()
        threading.Event().wait(0.3)

    dispatcher = Work(slow)
    dispatcher.wake_at = datetime(2026, 3, 10, 16, 0, 0, 5000, tzinfo=UTC)
    clock = CallbackClock(dispatcher, (), store=sqlite_store, clock=FakeClock(), node="n", pace=QUICK)
    clock.start()
    assert inside.wait(PATIENCE)
    stopping = threading.Thread(target=clock.stop, daemon=True)
    stopping.start()
    stopping.join(PATIENCE)
    assert not stopping.is_alive()


def test_wakes_at_the_due_moment_before_the_next_tick(sqlite_store: Store) -> None:
    clock = FakeClock()
    dispatcher = Work()
    dispatcher.wake_at = clock.now() + timedelta(milliseconds=10)
    rare = Pace(tick_seconds=3600, sweep_seconds=3600, beat_seconds=3600, stalled_seconds=20)
    with running(CallbackClock(dispatcher, (), store=sqlite_store, clock=clock, node="n", pace=rare)):
        assert dispatcher.done.wait(PATIENCE), "no tick but the first would come for an hour"


def test_heartbeat_is_a_row(sqlite_store: Store) -> None:
    clock = FakeClock()
    dispatcher = Work()
    beats = CallbackClock(dispatcher, (), store=sqlite_store, clock=clock, node="n", pace=QUICK)
    beats.beat()
    with sqlite_store.read() as uow:
        assert uow.guards.last_beat_at("dispatch") == clock.now()


def test_process_gives_up_when_no_tick_succeeds(sqlite_store: Store) -> None:
    def always_fails(n: int) -> None:
        raise RuntimeError("database gone")

    gave_up = threading.Event()
    pace = Pace(tick_seconds=0.02, sweep_seconds=3600, beat_seconds=0.02, stalled_seconds=0.3)
    clock = CallbackClock(
        Work(always_fails), (), store=sqlite_store, clock=FakeClock(), node="n", pace=pace, on_stall=gave_up.set
    )
    with running(clock):
        assert gave_up.wait(PATIENCE)


def test_heartbeat_stops_when_ticks_fail(sqlite_store: Store) -> None:
    clock = FakeClock()
    pace = Pace(stalled_seconds=0.0)
    CallbackClock(Work(), (), store=sqlite_store, clock=clock, node="n", pace=pace).beat()
    with sqlite_store.read() as uow:
        assert uow.guards.last_beat_at("dispatch") is None


def test_scheduler_thread_survives_an_error_in_its_own_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    from apscheduler.schedulers.background import BackgroundScheduler

    def broken(self: BackgroundScheduler) -> float:
        raise RuntimeError("job store gone")

    monkeypatch.setattr(BackgroundScheduler, "_process_jobs", broken)
    assert GuardedScheduler()._process_jobs() == 1.0


def test_nothing_is_claimed_after_stop(sqlite_store: Store) -> None:
    dispatcher = Work()
    clock = CallbackClock(dispatcher, (), store=sqlite_store, clock=FakeClock(), node="n", pace=QUICK)
    with running(clock):
        assert dispatcher.done.wait(PATIENCE)
    rounds = dispatcher.rounds
    clock.tick()
    assert dispatcher.rounds == rounds
