"""Dispatchers are killed all the time and the carrier fails: is each promise rung exactly once, inside its hours?

    python benchmarks/chaos.py [--promises 1000] [--workers 3] [--faults 0.4] [--database sqlite] [--mutants 120]

Dispatchers are real processes on one database, killed with SIGKILL every 0.2 to 0.6 s; on PostgreSQL all connections
are cut every few seconds, too. Of the carrier's replies 40 % are faulty (429, 500 with and without a call, silence, a
cut answer), of its status callbacks 10 % are lost and 10 % come twice, its list lags and fails. In the middle of it the
customers' day ends, and goes on in the morning. The peers in the same run are mutants of the engine, each with one
safeguard taken out: if nothing caught them, this script would prove nothing. The last line is one JSON object.
"""

import argparse
import json
import multiprocessing
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import time as time_of_day
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from chaos_carrier import SLOW, Carrier, Manners
from chaos_databases import database, tormented
from chaos_worker import MUTANTS, work
from chaos_world import RULES, World, jump, local, next_local

from ivr.domain.agents import Agent
from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import CaseKind, Customer
from ivr.errors import IvrError
from ivr.service.audit import Audit
from ivr.service.booking import BookingRequest
from ivr.service.cases import Opening, open_case

AGENTS = 60
DUSK, NIGHT_SECONDS = time_of_day(18, 59, 55), 14.0
"""When the day ends, just before nobody may be rung any more; agents who listen then press 1 when it is over."""
OPEN = (CallbackStatus.SCHEDULED, CallbackStatus.DIALING)


class Run:
    """One engine under fire."""

    def __init__(self, world: World, carrier: Carrier, promises: int) -> None:
        self.world, self.carrier = world, carrier
        self.ports = world.ports()
        self.engine = world.engine(self.ports, "webhooks")
        self.store, self.clock = self.ports.store, self.ports.clock
        self.numbers = [f"+1212{2_000_000 + i}" for i in range(promises)]
        self.kills = 0
        carrier.connect(self.engine, self.store)

    def promise(self) -> None:
        """Agents who wait, and everybody's callback as soon as possible."""
        with self.store.begin() as uow:
            for i in range(AGENTS):
                number = f"+1646{2_000_000 + i}"
                uow.agents.add(Agent(id=f"agent{i}", name=f"Agent {i}", number=number, status_at=self.clock.now()))
            uow.commit()
        for start in range(0, len(self.numbers), 50):
            with self.store.begin() as uow:
                for number in self.numbers[start : start + 50]:
                    self._book(uow, number)
                uow.commit()

    def _book(self, uow: Any, number: str) -> None:
        customer = Customer(id=f"customer{number}", number=number, name="")
        uow.customers.add(customer)
        wanted = Opening(
            kind=CaseKind.DELIVERED_NOT_RECEIVED,
            customer_id=customer.id,
            order_id=None,
            words="",
            locale="en-US",
            source="phone",
        )
        case = open_case(uow, self.clock.now(), wanted)
        self.engine.bookings.book(uow, BookingRequest(case_id=case.id, number=number))

    def open(self) -> int:
        """Promises without an end, and without a person who was told."""
        with self.store.read() as uow:
            return len(uow.callbacks.listed(OPEN, 100_000))

    def endure(self, arguments: argparse.Namespace, seconds: float) -> None:
        """Until all promises have an end, with a night in the middle, or the time is over; a mutant: until caught."""
        night, until = len(self.numbers) // 2, time.monotonic() + seconds
        with self._processes(arguments):
            while time.monotonic() < until and not (self.world.mutant and self.is_caught()):
                left = self.look()
                if left is not None and night and left <= night:
                    self._night()
                    night = 0
                if left == 0:
                    return
                time.sleep(0.5)

    def is_caught(self) -> bool:
        """Whether somebody was rung twice, or at night; the promises themselves are asked about at the end."""
        calls = [call for call in list(self.carrier.calls.values()) if call.rang_at is not None]
        rung = Counter(call.to for call in calls)
        return any(rung[n] > 1 for n in self.numbers) or any(map(self._outside, calls))

    def look(self) -> int | None:
        """As `open`; None while the database does not answer."""
        try:
            return self.open()
        except IvrError:
            return None  # its connection was cut, too

    def _night(self) -> None:
        """The customers' evening comes, and a moment later the next morning."""
        jump(self.world, next_local(self.clock.now(), DUSK))
        time.sleep(NIGHT_SECONDS)
        jump(self.world, next_local(self.clock.now(), time_of_day(9)))

    @contextmanager
    def _processes(self, arguments: argparse.Namespace) -> Iterator[None]:
        """Dispatchers that die and are started again, until the end."""
        stop = threading.Event()
        nemesis = threading.Thread(target=self._kill, args=(arguments, stop))
        nemesis.start()
        try:
            with tormented(self.world.database_url):
                yield
        finally:
            stop.set()
            nemesis.join()

    def _kill(self, arguments: argparse.Namespace, stop: threading.Event) -> None:
        """Only who has done a round is killed: on a busy machine nobody would ever come to work."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["chaos_worker"])
        chance, count = random.Random(arguments.seed), 0
        living: list[tuple[BaseProcess, Event]] = []
        while not stop.is_set():
            while len(living) < arguments.workers:
                count += 1
                at_work = context.Event()
                process = context.Process(target=work, args=(self.world, f"node{count}", at_work), daemon=True)
                process.start()
                living.append((process, at_work))
            stop.wait(chance.uniform(*arguments.kill_every))
            working = [one for one in living if one[1].is_set()]
            if working:
                victim = chance.choice(working)
                living.remove(victim)
                victim[0].kill()
                victim[0].join()
                self.kills += 1
        for process, _ in living:
            process.kill()

    # --- what came of it -------------------------------------------------------------------------------------------

    def report(self) -> dict[str, Any]:
        """Counts over all promises, from the carrier's own ledger and from the rows."""
        rung = Counter(call.to for call in self.carrier.calls.values() if call.rang_at is not None)
        with self.store.read() as uow:
            rows = {c.number: c for c in uow.callbacks.listed(list(CallbackStatus), 100_000)}
        persons = {n for n, row in rows.items() if row.status is CallbackStatus.NEEDS_HUMAN}
        unfinished = {n for n, row in rows.items() if row.status in OPEN}
        audit = Audit(self.store, self.clock, self.ports.numbers, RULES.dial)
        return {
            "promised": len(rows),
            "once": sum(rung[n] == 1 for n in self.numbers),
            "twice": sum(rung[n] > 1 for n in self.numbers),
            "never": sum(rung[n] == 0 and n not in persons | unfinished for n in self.numbers),
            "unfinished": len(unfinished),
            "outside_hours": sum(self._outside(call) for call in self.carrier.calls.values()),
            "needs_person": len(persons),
            "done": sum(row.status is CallbackStatus.DONE for row in rows.values()),
            "twice_because": [self._story(rows[n]) for n in self.numbers if rung[n] > 1],
            "kills": self.kills,
            "breaches": dict(Counter(str(v.breach) for v in audit.violations())),
            "replies": self.carrier.replies,
            "unheard": self.carrier.unheard,
        }

    def _story(self, callback: Callback) -> list[str]:
        """What the timeline tells of it, and what the carrier knows: who reads it sees why it rang twice."""
        with self.store.read() as uow:
            events = uow.events.of_case(callback.case_id)
        told = [(event.at, f"{event.kind} {dict(event.data)}") for event in events]
        calls = [call for call in self.carrier.calls.values() if call.to == callback.number]
        told += [(call.made_at, f"CARRIER made {call.sid} for leg {call.leg_id}: {call.reply}") for call in calls]
        told += [(call.rang_at, f"CARRIER rings {call.sid}") for call in calls if call.rang_at is not None]
        return [f"{at:%H:%M:%S.%f} {what}" for at, what in sorted(told)]

    def _outside(self, call: Any) -> bool:
        if call.rang_at is None or call.to not in self.numbers:
            return False
        return not RULES.calls_open_at <= local(call.rang_at).time() < RULES.calls_close_at


@contextmanager
def staged(
    kind: str, promises: int, *, faults: float, seed: str, manners: Manners = SLOW, **world: Any
) -> Iterator[Run]:
    """A fresh database, late morning where the customers live, the carrier, and the promises."""
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
        start = World(url, "", str(Path(folder) / "clock"), **world)
        jump(start, next_local(start.clock().now(), time_of_day(11)))
        with Carrier(start.clock().now, faults=faults, seed=seed, manners=manners) as carrier:
            one = Run(replace(start, carrier_url=carrier.url), carrier, promises)
            one.promise()
            yield one
            one.store.close()


def run(arguments: argparse.Namespace, promises: int, mutant: str = "") -> dict[str, Any]:
    """One engine, whole or a mutant."""
    chosen = {"faults": arguments.faults, "seed": f"{arguments.seed}{mutant}", "mutant": mutant}
    with staged(arguments.database, promises, **chosen) as one:
        began = time.monotonic()
        one.endure(arguments, arguments.seconds if not mutant else arguments.seconds / 4)
        return {**one.report(), "seconds": round(time.monotonic() - began)}


def is_sound(told: dict[str, Any]) -> bool:
    """Each promise rung exactly once, or shown to a person, in the time given."""
    return not (is_caught(told) or told["unfinished"])


def is_caught(told: dict[str, Any]) -> bool:
    """Something happened that must never happen; that time ran out proves nothing of a mutant."""
    return bool(told["twice"] or told["never"] or told["outside_hours"] or told["breaches"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--promises", type=int, default=1000)
    parser.add_argument("--mutants", type=int, default=120, help="promises of each mutant's run; 0: none")
    parser.add_argument("--only", nargs="*", default=list(MUTANTS), help="these mutants")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--kill-every", type=float, nargs=2, default=(0.2, 0.6), metavar=("LOW", "HIGH"))
    parser.add_argument("--faults", type=float, default=0.4, help="share of faulty replies to requests for a call")
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    parser.add_argument("--seconds", type=float, default=1800, help="give up after so long")
    parser.add_argument("--seed", default="1")
    arguments = parser.parse_args()
    told: dict[str, Any] = {"engine": run(arguments, arguments.promises)} if arguments.promises else {}
    for name, row in told.items():
        print(name, row, flush=True)
    for mutant in arguments.only if arguments.mutants else ():
        told[mutant] = run(arguments, arguments.mutants, mutant)
        print(mutant, told[mutant], flush=True)
    caught = {name: is_caught(row) for name, row in told.items() if name != "engine"}
    sound = "engine" not in told or is_sound(told["engine"])
    print(json.dumps({"sound": sound, "caught": caught, **told}, default=str))
    return 0 if sound and all(caught.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
