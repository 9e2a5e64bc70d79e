"""Open consoles: how soon an event reaches them, what each costs in memory; how fast staff pages come with many rows.

    python benchmarks/consoles.py [--consoles 200] [--rounds 20] [--rows 100000]

A server of its own process, SQLite in a file, `rows` cases and callbacks (a hundred open). The last line is one JSON
object with all figures; status 1 if an event reached fewer than 95 % of the consoles within a second.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import httpx
from sqlalchemy import insert

from ivr.domain.agents import Agent, AgentStatus
from ivr.domain.cases import CaseKind, case_number
from ivr.storage import SqlStore
from ivr.storage.tables import callbacks, cases

PASSWORD = "a password of the benchmark"
PAGES = ("agent/", "agent/?part=1", "supervisor/", "supervisor/callbacks", "supervisor/callbacks?q=99",
         "supervisor/callbacks?late=1", "supervisor/day", "supervisor/audit")  # fmt: skip
BATCH = 5_000


def environment(folder: Path, port: int) -> dict[str, str]:
    """The settings of the server."""
    return os.environ | {
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": "2" * 32,
        "TWILIO_API_BASE": "http://127.0.0.1:9",
        "IVR_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "IVR_PHONE_NUMBER": "+12025550100",
        "IVR_HEARING": "keypad",
        "IVR_DATABASE_URL": f"sqlite:///{folder / 'ringback.db'}",
        "IVR_SUPERVISOR_PASSWORD": PASSWORD,
        "IVR_LOCALES": "en-US",
    }


def fill(store: SqlStore, rows: int) -> None:
    """Cases and callbacks of the last year, all done but a hundred; one agent."""
    now = datetime.now(UTC)
    with store.begin() as uow:
        uow.agents.add(Agent(id="kim", name="Kim", number="+12025550171", status_at=now))
        uow.commit()
    for first in range(0, rows, BATCH):
        numbers = range(first, min(rows, first + BATCH))
        with store._write.begin() as connection:
            connection.execute(insert(cases), [a_case(i, now - timedelta(minutes=5 * i)) for i in numbers])
            connection.execute(insert(callbacks), [a_callback(i, now - timedelta(minutes=5 * i)) for i in numbers])


def a_case(i: int, at: datetime) -> dict[str, object]:
    """The i-th, counted back from now."""
    kind = list(CaseKind)[i % len(CaseKind)]
    return {
        "id": f"{i:032x}", "number": case_number(i + 1), "kind": kind, "priority": 2, "slots": {},
        "status": "waiting_agent" if i < 100 else "closed",
        "skill": "orders", "locale": "en-US", "customer_id": None, "order_id": None,
        "summary": "Where is it?", "source": "phone", "outcome": "", "effort": None, "opened_at": at, "closed_at": None,
        "version": 1,
    }  # fmt: skip


def a_callback(i: int, at: datetime) -> dict[str, object]:
    """That of the i-th case."""
    given = dict.fromkeys(column.name for column in callbacks.columns)
    return given | {
        "id": f"{i:032x}", "case_id": f"{i:032x}", "number": f"+1{2_025_550_000 + i}", "locale": "en-US", "zone": "UTC",
        "asap": True, "ticket_at": at, "due_at": at, "promised_by_at": at + timedelta(minutes=10),
        "closes_at": at + timedelta(hours=2), "skill": "orders", "priority": 2, "source": "phone", "tries": 1,
        "dials": 1, "status": "scheduled" if i < 100 else "done", "outcome": "", "reason": "", "version": 1,
        "created_at": at, "first_rung_at": None if i < 100 else at + timedelta(minutes=3), "email": "", "revision": 0,
        "ended_at": None if i < 100 else at + timedelta(minutes=9),
    }  # fmt: skip


def memory_kib(pid: int) -> int:
    """What the process holds now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def signed_in(address: str, name: str = "supervisor") -> httpx.Client:
    """A supervisor's browser."""
    browser = httpx.Client(base_url=address, timeout=60)
    token = browser.get("/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"name": name, "password": PASSWORD, "csrf_token": token}
    answer = browser.post("/sign-in", data=form, headers={"Referer": address + "/sign-in"})
    assert answer.status_code == 303, answer.text
    return browser


async def watch(client: httpx.AsyncClient, arrived: list[float]) -> None:
    """One console: notes when each event came."""
    async with client.stream("GET", "/agent/events") as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data:"):
                arrived.append(time.monotonic())


async def events(store: SqlStore, browser: httpx.Client, pid: int, options: argparse.Namespace) -> dict[str, float]:
    """Connect all, change something in each round, and look when it came."""
    before, limits = memory_kib(pid), httpx.Limits(max_connections=options.consoles)
    all_arrived: list[list[float]] = [[] for _ in range(options.consoles)]
    async with httpx.AsyncClient(
        base_url=browser.base_url, cookies=browser.cookies, timeout=None, limits=limits
    ) as client:
        watching = [asyncio.create_task(watch(client, arrived)) for arrived in all_arrived]
        while not all(all_arrived):
            await asyncio.sleep(0.05)
        each_kib = (memory_kib(pid) - before) / options.consoles
        delays: list[float] = []
        for turn in range(options.rounds):
            for arrived in all_arrived:
                arrived.clear()
            await asyncio.to_thread(change, store, turn)
            changed = time.monotonic()
            await asyncio.sleep(1.5)
            delays += [(arrived or [float("inf")])[0] - changed for arrived in all_arrived]
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    delays.sort()
    return {
        "event_ms_median": round(1000 * median(delays)),
        "event_ms_95": round(1000 * delays[int(0.95 * len(delays))]),
        "within_1_s_percent": round(100 * sum(delay <= 1 for delay in delays) / len(delays), 2),
        "kib_per_console": round(each_kib, 1),
    }


def change(store: SqlStore, turn: int) -> None:
    """The agent comes or goes."""
    with store.begin() as uow:
        agent = uow.agents.get("kim")
        assert agent is not None
        agent.move(AgentStatus.AWAY if turn % 2 == 0 else AgentStatus.AVAILABLE, datetime.now(UTC))
        uow.commit()


def pages(browser: httpx.Client, times: int = 15) -> dict[str, float]:
    """Median milliseconds of each page, and the bytes of the largest."""
    case = f"agent/cases/{case_number(50)}"
    found: dict[str, float] = {}
    largest = 0
    for path in (*PAGES, case):
        spent = []
        for _ in range(times):
            begun = time.perf_counter()
            answer = browser.get("/" + path)
            spent.append(time.perf_counter() - begun)
            assert answer.status_code == 200, (path, answer.status_code)
            largest = max(largest, len(answer.content))
        found[path] = round(1000 * median(spent), 1)
    return found | {"largest_kb": round(largest / 1000, 1)}


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--consoles", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        store = SqlStore(f"sqlite:///{Path(folder) / 'ringback.db'}")
        store.migrate()
        fill(store, options.rows)
        command = [sys.executable, "-m", "ivr", "serve", "--web-only", "--fd", str(listening.fileno())]
        server = subprocess.Popen(command, env=environment(Path(folder), port), pass_fds=[listening.fileno()])
        try:
            browser = signed_in(f"http://127.0.0.1:{port}")
            figures = {"pages_ms": pages(browser), **asyncio.run(events(store, browser, server.pid, options))}
        finally:
            server.terminate()
            server.wait(30)
            store.close()
    print(json.dumps(figures))
    return 0 if figures["within_1_s_percent"] >= 95 else 1


if __name__ == "__main__":
    sys.exit(main())
