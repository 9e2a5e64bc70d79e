"""APScheduler as a clock, never as a ledger: it wakes the dispatcher and the sweeps, and may lose everything.

Job store in memory, one interval job a part, a guarded main loop and a watchdog, because its thread can die silently
while `running` stays true (reliability.md A2, A3). All promises are rows.
"""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from ivr.service.guards import DISPATCH
from ivr.service.ports import Clock
from ivr.service.store import Store

log = structlog.get_logger(__name__)

TICK_SECONDS: Final = 0.5
SWEEP_SECONDS: Final = 5.0
SEND_SECONDS: Final = 2.0
BEAT_SECONDS: Final = 5.0
STALLED_SECONDS: Final = 30.0
THREADS: Final = 8


class Ticks(Protocol):
    """service.dispatch.Dispatcher, as the clock drives it."""

    def tick(self) -> int: ...
    def next_wake_at(self) -> datetime | None: ...


class Sweeps(Protocol):
    """service.reconcile.Reconciler and service.housekeeping.Housekeeper."""

    def sweep(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often things happen; tests shorten it."""

    tick_seconds: float = TICK_SECONDS
    sweep_seconds: float = SWEEP_SECONDS
    send_seconds: float = SEND_SECONDS
    beat_seconds: float = BEAT_SECONDS
    stalled_seconds: float = STALLED_SECONDS


class GuardedScheduler(BackgroundScheduler):  # type: ignore[misc]
    """A BackgroundScheduler whose thread survives an error in its own loop."""

    def _process_jobs(self) -> Any:
        try:
            return super()._process_jobs()
        except Exception:
            log.exception("scheduler_loop_failed")
            return 1.0


def exit_process() -> None:
    """Leave at once, so that the supervisor starts a fresh process; nothing is lost, all promises are rows."""
    os._exit(70)


class CallbackClock:
    """Wakes the dispatcher every half second and at the next due moment, sweeps, beats, and watches itself."""

    def __init__(
        self,
        dispatcher: Ticks,
        sweeps: tuple[Sweeps, ...],
        *,
        store: Store,
        clock: Clock,
        node: str,
        outbox: Sweeps | None = None,
        notices: Sweeps | None = None,
        hooks: Sweeps | None = None,
        shop: tuple[Sweeps, ...] = (),
        mails: Sweeps | None = None,
        pace: Pace | None = None,
        on_stall: Callable[[], None] = exit_process,
    ) -> None:
        self._dispatcher = dispatcher
        self._sweeps = sweeps
        self._outbox = outbox
        self._notices = notices
        self._hooks = hooks
        self._shop = shop
        self._mails = mails
        self._store = store
        self._clock = clock
        self._node = node
        self._pace = pace or Pace()
        self._on_stall = on_stall
        self._ticking = threading.Lock()
        self._sweeping = threading.Lock()
        self._sending = threading.Lock()
        self._posting = threading.Lock()
        self._handing = threading.Lock()
        self._fetching = threading.Lock()
        self._stopping = threading.Event()
        self._ticked_at = time.monotonic()
        self._scheduler = _scheduler()
        self._watchdog = threading.Thread(target=self._watch, name="dispatch-watchdog", daemon=True)

    def start(self) -> None:
        """Begin; call it in the process that does the work, after any fork (A11)."""
        self._ticked_at = time.monotonic()
        for name, job, seconds in (
            ("tick", self.tick, self._pace.tick_seconds),
            ("sweep", self.sweep, self._pace.sweep_seconds),
            ("send", self.send, self._pace.send_seconds),
            ("post", self.post, self._pace.send_seconds),
            *((("hand", self.hand, self._pace.send_seconds),) if self._shop else ()),
            *((("fetch", self.fetch, self._pace.send_seconds),) if self._mails else ()),
            ("beat", self.beat, self._pace.beat_seconds),
        ):
            # The first run is now, not after one interval.
            self._scheduler.add_job(job, "interval", seconds=seconds, id=name, next_run_time=datetime.now(UTC))
        self._scheduler.start()
        self._watchdog.start()

    def stop(self) -> None:
        """Stop claiming, finish the round that runs, return.

        The round ends before APScheduler shuts down: that holds the lock which a round needs to add its wake-up.
        """
        self._stopping.set()
        with self._ticking, self._sweeping, self._sending, self._posting, self._handing, self._fetching:
            pass
        self._scheduler.shutdown(wait=True)
        self._watchdog.join()

    def tick(self) -> None:
        """One round of the dispatcher; a round that is still running is not doubled."""
        if self._stopping.is_set() or not self._ticking.acquire(blocking=False):
            return
        try:
            self._dispatcher.tick()
            self._ticked_at = time.monotonic()
            self._wake_when_due()
        except Exception:
            log.exception("tick_failed")
        finally:
            self._ticking.release()

    def sweep(self) -> None:
        """One round of the sweeps, apart from the tick: asking the carrier may take seconds."""
        self._round(self._sweeping, *self._sweeps)

    def send(self) -> None:
        """One round of the outbox, apart from the sweeps: a mail server that hangs must hold up nobody who is rung."""
        self._round(self._sending, *(part for part in (self._outbox, self._notices) if part))

    def post(self) -> None:
        """One round of webhooks out, apart from the outbox: other people's servers hang, too."""
        self._round(self._posting, *((self._hooks,) if self._hooks else ()))

    def hand(self) -> None:
        """One round of handing settlements over to the shop, apart from all others: a slow shop holds up nobody."""
        self._round(self._handing, *self._shop)

    def fetch(self) -> None:
        """One look into the mailbox, apart from all others: its server hangs, too."""
        self._round(self._fetching, *((self._mails,) if self._mails else ()))

    def _round(self, running: threading.Lock, *parts: Sweeps) -> None:
        if self._stopping.is_set() or not running.acquire(blocking=False):
            return
        try:
            for part in parts:
                part.sweep()
        except Exception:
            log.exception("sweep_failed")
        finally:
            running.release()

    def beat(self) -> None:
        """Leave a heartbeat, while ticks succeed: health is this row, never the scheduler's own word (A2)."""
        if time.monotonic() - self._ticked_at > self._pace.stalled_seconds / 3:
            return
        try:
            with self._store.begin() as uow:
                uow.guards.beat(self._node, DISPATCH, self._clock.now())
                uow.commit()
        except Exception:
            log.exception("beat_failed")

    def _wake_when_due(self) -> None:
        """Wake at the next due moment if it comes before the next tick; only a hint, the tick finds it anyway."""
        due_at = self._dispatcher.next_wake_at()
        if due_at is None or self._stopping.is_set():
            return
        delay = (due_at - self._clock.now()).total_seconds()
        if 0 <= delay < self._pace.tick_seconds:
            at = datetime.now(UTC) + timedelta(seconds=delay)
            self._scheduler.add_job(self.tick, "date", run_date=at, id="wake", replace_existing=True)

    def _watch(self) -> None:
        """Give up when no tick has succeeded for too long: the supervisor starts a fresh process."""
        while not self._stopping.wait(self._pace.stalled_seconds / 10):
            if time.monotonic() - self._ticked_at > self._pace.stalled_seconds:
                log.error("dispatcher_stalled", seconds=self._pace.stalled_seconds)
                self._on_stall()
                return


def _scheduler() -> GuardedScheduler:
    return GuardedScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(THREADS)},
        # No grace: a late tick still ticks (A4, A5). Coalesced: a long pause is one tick, not a burst (A16).
        # Two: the second finds the lock taken and leaves; with one, APScheduler warns of every tick in a long round.
        job_defaults={"coalesce": True, "max_instances": 2, "misfire_grace_time": None},
        timezone=UTC,
    )
