"""The processes of dispatch.py: dispatchers that start together, a carrier that answers fast, people who pick up."""

import asyncio
import json
import logging
import multiprocessing
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

import structlog
from dispatch_world import CountingPhone, Place

from ivr.domain.callbacks import Leg, Party
from ivr.errors import IvrError
from ivr.scheduler import CallbackClock
from ivr.service.engine import CallbackEngine

CONTEXT = multiprocessing.get_context("forkserver")
IDLE_ROUNDS = 3
"""A dispatcher that found nothing so often in a row is done."""


@dataclass(frozen=True)
class Done:
    """What one dispatcher did; times by time.monotonic, which all processes of a machine share."""

    began: float
    ended: float
    count: int
    cpu_seconds: float
    """Of this process; the database's own are not in it."""
    dialed: list[tuple[str, str, Any, float]]


def claims(place: Place, node: str, start: Any, seconds: float, told: Any) -> None:
    """Claim in batches, and nothing else."""
    engine, phone, store = place.engine(node)
    _until_idle(lambda: len(engine.dispatcher.claim()), phone, start, seconds, told)
    store.close()


def dials(place: Place, node: str, start: Any, seconds: float, told: Any) -> None:
    """Whole ticks: claim, placing, the request, placed."""
    engine, phone, store = place.engine(node)
    _until_idle(engine.dispatcher.tick, phone, start, seconds, told)
    store.close()


def _until_idle(work: Callable[[], int], phone: CountingPhone, start: Any, seconds: float, told: Any) -> None:
    _hush()
    start.wait()
    began = ended = time.monotonic()
    cpu = time.process_time()
    found = idle = 0
    while idle < IDLE_ROUNDS and ended < began + seconds:
        done = work()
        found, idle = found + done, 0 if done else idle + 1
        ended = time.monotonic() if done else ended
    told.put(Done(began, ended, found, time.process_time() - cpu, phone.dialed))


def _hush() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)


def at_once(job: Callable[..., None], place: Place, dispatchers: int, seconds: float) -> list[Done]:
    """Run it in so many processes, and gather what they did."""
    start, told = CONTEXT.Barrier(dispatchers), CONTEXT.Queue()
    arguments = [(place, f"node{i}", start, seconds, told) for i in range(dispatchers)]
    processes = [CONTEXT.Process(target=job, args=each, daemon=True) for each in arguments]
    for process in processes:
        process.start()
    done = [told.get(timeout=seconds + 120) for _ in processes]
    for process in processes:
        process.join()
    return done


# --- on time ---------------------------------------------------------------------------------------------------------


def keeps_time(place: Place, node: str, stop: Any, told: Any) -> None:
    """A dispatcher as `python -m ivr dispatch` runs it, and agents who pick up at once and press 1."""
    _hush()
    engine, phone, store = place.engine(node)
    people = People(engine, phone)
    sweeps = (engine.reconciler, engine.housekeeper, engine.call_ends)
    clock = CallbackClock(engine.dispatcher, sweeps, store=store, clock=phone.clock, node=node)
    clock.start()
    told.put(None)  # ready
    stop.wait()
    clock.stop()
    people.leave()
    told.put((phone.dialed, people.accepted))
    store.close()


class People:
    """Picks up every agent's telephone, beside the dispatcher."""

    def __init__(self, engine: CallbackEngine, phone: CountingPhone) -> None:
        self._legs = engine.legs
        self.accepted: dict[str, Any] = {}
        """Attempt: when its agent had pressed 1, by the engine's clock."""
        self._ringing: queue.Queue[tuple[Leg, str] | None] = queue.Queue()
        self._place, self._clock = phone.place, phone.clock
        phone.place = self._rings  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._pick_up, daemon=True)
        self._thread.start()

    def _rings(self, leg: Leg, **how: Any) -> str:
        sid = self._place(leg, **how)
        if leg.party == Party.AGENT:
            self._ringing.put((leg, sid))
        return sid

    def _pick_up(self) -> None:
        while (ringing := self._ringing.get()) is not None:
            leg, sid = ringing
            with suppress(IvrError):
                self._legs.answered(leg.id, sid)
                self._legs.keyed(leg.id, "1", turn=1)
                self.accepted[leg.attempt_id or ""] = self._clock.now()

    def leave(self) -> None:
        """All telephones that rang are answered first."""
        self._ringing.put(None)
        self._thread.join()


@contextmanager
def dispatchers(place: Place, number: int) -> Iterator[Callable[[], list[tuple[Any, Any]]]]:
    """So many that keep time; call what is given to stop them and to hear what they did."""
    stop, told = CONTEXT.Event(), CONTEXT.Queue()
    processes = [
        CONTEXT.Process(target=keeps_time, args=(place, f"node{i}", stop, told), daemon=True) for i in range(number)
    ]
    for process in processes:
        process.start()
    for _ in processes:
        told.get(timeout=60)

    def finish() -> list[tuple[Any, Any]]:
        stop.set()
        return [told.get(timeout=120) for _ in processes]

    yield finish
    for process in processes:
        process.join(timeout=30)


# --- the carrier -----------------------------------------------------------------------------------------------------


@contextmanager
def answerer() -> Iterator[str]:
    """The address of a carrier that makes a call of every request, in a process of its own."""
    told = CONTEXT.Queue()
    process = CONTEXT.Process(target=_serve, args=(told,), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{told.get(timeout=60)}"
    process.kill()
    process.join()


def _serve(told: Any) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(_Answers, "127.0.0.1", 0)
        told.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


class _Answers(asyncio.Protocol):
    """HTTP/1.1 as far as the client goes: one request after the other, each with its length."""

    numbers = count()

    def connection_made(self, transport: Any) -> None:
        self._transport, self._read = transport, b""

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, ends, body = self._read.partition(b"\r\n\r\n")
        if not ends or len(body) < self._length(head):
            return
        self._read = body[self._length(head) :]
        answer = json.dumps({"sid": f"CA{next(self.numbers):032x}", "status": "queued"}).encode()
        top = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
        self._transport.write(top.encode() + answer)

    def _length(self, head: bytes) -> int:
        _, _, rest = head.lower().partition(b"content-length:")
        return int(rest.split(b"\r\n", 1)[0] or 0)
