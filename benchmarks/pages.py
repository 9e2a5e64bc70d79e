"""Every page with many stored rows: time on the server, bytes that a browser really transfers, first contentful paint.

    python benchmarks/pages.py [--rows 100000] [--times 20] [--paints 5] [--filled FILE]

A server of its own process on SQLite in a file with `rows` cases and callbacks (stored_rows.py: two of five still
open). Server time: a request over loopback on a kept connection, as the browser's share of it is nothing. Bytes and
paint: chromium with an empty cache, styles and scripts included, as sent over the wire.

The peer is the least that this stack can do: one Flask route that reads 50 callbacks from the same file by plain
SQL and fills a bare Jinja table, without style, script, sign-in or session, under the same uvicorn and thread pool. No
callback system's page can be had here to run beside ours; what a page of ours costs above that floor is what ours
does. The last line is one JSON object; status 1 if a page misses a target (100 ms at 95 %, 150 kB, 1 s).
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from consoles import environment, signed_in
from page_rows import ADMIN, more_rows
from playwright.sync_api import Browser, sync_playwright
from stored_rows import Rows, noon_before

from ivr.storage import SqlStore

KEY = "a-key-of-the-benchmark"
ENOUGH_MS, ENOUGH_KB, ENOUGH_PAINT_MS = 100, 150, 1000
PAINT = """() => new Promise((done) => {
    const found = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    if (found()) return done(found());
    new PerformanceObserver(() => found() && done(found())).observe({ type: "paint", buffered: true });
})"""
PEER = '''
import os, sqlite3, sys
import uvicorn
from a2wsgi import WSGIMiddleware
from flask import Flask, render_template_string
app = Flask("peer")
PAGE = """<!doctype html><html lang=en><meta charset=utf-8><title>Callbacks</title><h1>Callbacks</h1><table>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"""
SQL = "SELECT number, status, skill, due_at, promised_by_at, tries FROM callbacks ORDER BY created_at DESC LIMIT 50"
@app.get("/")
def page():
    with sqlite3.connect(sys.argv[1]) as database:
        return render_template_string(PAGE, rows=database.execute(SQL).fetchall())
uvicorn.run(WSGIMiddleware(app, workers=24), fd=int(sys.argv[2]), log_level="warning")
'''


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of one page; bytes and paint are None where no browser shows it."""

    median_ms: float
    most_ms: float
    """95 %."""
    cpu_ms: float
    """What the server's process spent on one, by the kernel's ticks: the same however busy the machine is."""
    kb: float | None = None
    paint_ms: float | None = None

    @property
    def is_enough(self) -> bool:
        """Whether it keeps what was promised."""
        shown = (self.kb or 0) <= ENOUGH_KB and (self.paint_ms or 0) <= ENOUGH_PAINT_MS
        return self.most_ms <= ENOUGH_MS and shown


@dataclass(frozen=True)
class Place:
    """A running server, and a browser that is signed in where it must be."""

    client: httpx.Client
    pid: int
    times: int
    paints: int

    def timed(self, path: str) -> Figures:
        """Server time."""
        spent, ticks = [], 0
        for turn in range(self.times + 2):
            ticks = ticks_of(self.pid) if turn == 2 else ticks
            begun = time.perf_counter()
            answer = self.client.get(path)
            spent.append(1000 * (time.perf_counter() - begun))
            assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        cpu_ms = 1000 * (ticks_of(self.pid) - ticks) / os.sysconf("SC_CLK_TCK") / self.times
        spent = sorted(spent[2:])  # the first ones compile templates
        most = spent[min(len(spent) - 1, int(0.95 * len(spent)))]
        return Figures(median_ms=round(median(spent), 1), most_ms=round(most, 1), cpu_ms=round(cpu_ms, 1))

    def shown(self, browser: Browser, path: str) -> Figures:
        """All of it."""
        looks = [self._look(browser, path) for _ in range(self.paints)]
        paints, kbs = zip(*looks, strict=True)
        timed = self.timed(path)
        return Figures(**asdict(timed) | {"kb": round(max(kbs), 1), "paint_ms": round(median(paints))})

    def _look(self, browser: Browser, path: str) -> tuple[float, float]:
        address = str(self.client.base_url).rstrip("/")
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        context.add_cookies([{"name": c.name, "value": c.value or "", "url": address} for c in self.client.cookies.jar])
        page = context.new_page()
        wire, sizes = context.new_cdp_session(page), []
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        wire.send("Network.enable")
        page.goto(address + path, wait_until="load")
        paint = float(page.evaluate(PAINT))
        page.wait_for_timeout(200)  # what scripts fetch at once counts, too
        context.close()
        return paint, sum(sizes) / 1000


def ticks_of(pid: int) -> int:
    """Processor time that a process has had, its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def settled(pid: int) -> None:
    """Wait until a server that has just started has read its grammars: what that costs, start.py tells."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        before = ticks_of(pid)
        time.sleep(1)
        if ticks_of(pid) - before <= 5:
            return


@contextmanager
def running(command: Sequence[str], listening: socket.socket, env: dict[str, str]) -> Iterator[tuple[str, int]]:
    """A server on this socket; its address and process."""
    server = subprocess.Popen(command, env=env, pass_fds=[listening.fileno()])
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        yield address, server.pid
    finally:
        server.terminate()
        server.wait(30)


def stored(folder: Path, options: argparse.Namespace) -> Path:
    """The database; one that was filled before is copied."""
    file = folder / "ringback.db"
    if options.filled:
        shutil.copy(options.filled, file)
    url = f"sqlite:///{file}"
    store = SqlStore(url)
    store.migrate()
    store.close()
    if options.filled:
        return file
    Rows(url, noon_before(datetime.now(UTC)), 20).grow(options.rows)
    return file


def sent(client: httpx.Client, page: str, path: str, form: dict[str, str]) -> httpx.Response:
    """A form as a browser sends it."""
    found = client.get(page)
    token = found.text.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post(path, data=form | {"csrf_token": token}, headers={"Referer": str(client.base_url) + page})
    assert answer.status_code in (200, 303), (path, answer.status_code, answer.text[:500])
    return answer


def orders_of(client: httpx.Client) -> str:
    """The path of a customer's list of orders."""
    pair = {"number": "+12025550143", "order": "1815908", "show": "orders"}
    shown = sent(client, "/?lang=en-US", "/callbacks?lang=en-US", pair).text
    return "/o/" + shown.split('name="orders" value="')[1].split('"')[0]


def pages_of(client: httpx.Client) -> dict[str, str]:
    """Names and addresses, one new callback's among them."""
    days = {"country": "US", "region": "office", "year": str(datetime.now(UTC).year)}
    sent(client, "/supervisor/holidays", "/supervisor/holidays/public", days)
    body = {"number": "+12025550143", "kind": "track_order", "order": "1815908", "words": "Where is it?"}
    asked = client.post("/api/v1/callbacks", json=body, headers={"Authorization": f"Bearer {KEY}"})
    assert asked.status_code == 201, asked.text
    made = asked.json()
    supervisor = {f"supervisor: {name}": f"/supervisor/{name}" for name in (
        "callbacks", "callbacks?q=99", "callbacks?late=1", "callbacks?status=done", f"callbacks/{made['id']}",
        f"cases/{made['case']}", "day", "shifts", "audit", "calls", "claims", "holidays", "content", "content?q=agent",
        "hearing", "users",
    )}  # fmt: skip
    return {
        "customer: form": "/?lang=en-US",
        "customer: orders": orders_of(client),
        "customer: chat": "/chat?lang=en-US",
        "customer: follow": f"/callbacks/{made['id']}?lang=en-US",
        "customer: Arabic": "/?lang=ar",
        "widget: form": "/embed/?lang=en-US",
        "help": "/help?lang=en-US",
        "help: search": "/help?lang=en-US&q=where+is+my+parcel",
        "agent: console": "/agent/",
        "agent: case": f"/agent/cases/{made['case']}",
        "supervisor: board": "/supervisor/",
        **supervisor,
    }


DATA = {
    "widget: script": "/widget.js", "agent: live part": "/agent/?part=1", "board: live part": "/supervisor/?part=1",
    "api: callbacks": "/api/v1/callbacks?limit=100", "api: cases": "/api/v1/cases?limit=100",
    "api: slots": "/api/v1/slots?number=%2B12025550143",
}  # fmt: skip
"""What browsers and programs fetch, and nobody looks at."""


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Figures]:
    """All pages, and the peer's between two halves of them: a busy machine is busy for both."""
    file, found = stored(folder, options), {}
    with socket.create_server(("127.0.0.1", 0)) as ours, socket.create_server(("127.0.0.1", 0)) as theirs:
        env = environment(folder, ours.getsockname()[1]) | {
            "IVR_API_KEYS": KEY, "IVR_WIDGET_SITES": "http://localhost:8080", "IVR_CALLING_HOURS": "always",
        }  # fmt: skip
        del env["IVR_LOCALES"]
        links = more_rows(env)
        serve = [sys.executable, "-m", "ivr", "serve", "--web-only", "--fd", str(ours.fileno())]
        peer = [sys.executable, "-c", PEER, str(file), str(theirs.fileno())]
        with (
            running(serve, ours, env) as (address, pid), running(peer, theirs, dict(os.environ)) as (floor, floor_pid),
            sync_playwright() as playwright,
        ):  # fmt: skip
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            client = signed_in(address, ADMIN)
            settled(pid)
            place = Place(client, pid, options.times, options.paints)
            floor_place = Place(httpx.Client(base_url=floor, timeout=60), floor_pid, options.times, options.paints)
            for name, path in (pages_of(client) | links).items():
                if name == "supervisor: board":
                    found["PEER: bare list"] = tell("PEER: bare list", floor_place.shown(browser, "/"))
                found[name] = tell(name, place.shown(browser, path))
            nobody = Place(httpx.Client(base_url=address, timeout=60), pid, options.times, options.paints)
            found["sign-in"] = tell("sign-in", nobody.shown(browser, "/sign-in?lang=en-US"))
            client.headers["Authorization"] = f"Bearer {KEY}"
            found |= {name: tell(name, place.timed(path)) for name, path in DATA.items()}
            browser.close()
    return found


def tell(name: str, figures: Figures) -> Figures:
    """A line of the table."""
    kb = "" if figures.kb is None else f"{figures.kb:8.1f} kB"
    paint: Any = "" if figures.paint_ms is None else f"{figures.paint_ms:6.0f} ms"
    missed = "" if figures.is_enough else "  MISSED"
    times = f"{figures.median_ms:7.1f} {figures.most_ms:7.1f} ms {figures.cpu_ms:6.1f} ms CPU"
    print(f"{name[:44]:44} {times} {kb} {paint}{missed}", flush=True)
    return figures


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--filled", type=Path, help="a database that was filled like this before")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--paints", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(options, Path(folder))
    missed = [name for name, figures in found.items() if not figures.is_enough and not name.startswith("PEER")]
    print(json.dumps({"rows": options.rows, "missed": missed} | {name: asdict(one) for name, one in found.items()}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
