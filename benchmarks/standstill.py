"""When the whole machine stood still. A shared virtual machine may be stopped for tenths of a second, many times a
minute; a programme inside sees only that its clock has jumped, and its own latency looks bad.

One small process on each core, at real-time priority where that is allowed, naps over and over. Where all of them at
once were not woken, no core ran anything: that is a standstill, and no load of ours can make one. Without real-time
priority `is_sure` is False, and our own load would count too: nothing may be taken off a figure then.
"""

import os
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Self

Span = tuple[float, float]
"""From and until, `time.monotonic()`, which all processes of a machine share."""
NAP_SECONDS = 0.02
LATE_SECONDS = 0.03
"""Naps that last so long are written down; their first 20 ms are not counted, so no figure is too kind to us."""


class Standstills:
    """Watches while it is open."""

    def __init__(self) -> None:
        self._watchers: list[subprocess.Popen[str]] = []
        self._late: dict[int, list[Span]] = {}
        self.is_sure = True

    def __enter__(self) -> Self:
        for core in sorted(os.sched_getaffinity(0)):
            watcher = subprocess.Popen([sys.executable, __file__, str(core)], stdout=subprocess.PIPE, text=True)
            assert watcher.stdout is not None
            self.is_sure = watcher.stdout.readline() == "sure\n" and self.is_sure
            self._late[core] = []
            self._watchers.append(watcher)
            threading.Thread(target=self._read, args=(watcher, self._late[core]), daemon=True).start()
        self._began = time.monotonic()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for watcher in self._watchers:
            watcher.kill()

    def seconds(self, since: float, until: float) -> float:
        """How long the machine stood still between two times; ask a little after `until`."""
        spans = [(since, until)]
        for late in self._late.values():
            spans = [both for one in spans for other in tuple(late) if (both := _overlap(one, other))]
        return sum(end - begin for begin, end in spans)

    def share(self) -> float:
        """How much of the time watched so far it stood still, 0 to 1."""
        now = time.monotonic()
        return self.seconds(self._began, now) / (now - self._began)

    @staticmethod
    def _read(watcher: "subprocess.Popen[str]", late: list[Span]) -> None:
        assert watcher.stdout is not None
        for line in watcher.stdout:
            begin, end = line.split()
            late.append((float(begin), float(end)))


def _overlap(one: Span, other: Span) -> Span | None:
    begin, end = max(one[0], other[0]), min(one[1], other[1])
    return (begin, end) if begin < end else None


def watch(core: int) -> None:
    """Print each late nap of this core, until the parent is gone."""
    os.sched_setaffinity(0, {core})
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
        print("sure", flush=True)
    except OSError:
        print("unsure", flush=True)
    parent, last = os.getppid(), time.monotonic()
    while os.getppid() == parent:
        time.sleep(NAP_SECONDS)
        now = time.monotonic()
        if now - last > LATE_SECONDS:
            print(last + NAP_SECONDS, now, flush=True)
        last = now


if __name__ == "__main__":
    if len(sys.argv) == 2:
        watch(int(sys.argv[1]))
    else:
        with Standstills() as machine:
            time.sleep(10)
            print(f'{{"standstill_share": {machine.share():.3f}, "is_sure": {str(machine.is_sure).lower()}}}')
