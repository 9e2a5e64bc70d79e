"""A carrier that fails as carriers do, and the people on its telephones: the other side of chaos.py.

Its REST side is spoken to by the real client over HTTP. Its webhooks are delivered to the engine's own handlers; some
are lost, some come twice. Everybody picks up; customers hang up when they have met their agent.
"""

import json
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from ivr.domain.callbacks import Party
from ivr.domain.turn import Next
from ivr.errors import IvrError
from ivr.service.engine import CallbackEngine
from ivr.service.store import Store

LAG_SECONDS = 6.0
"""A call that was made is in the list so much later: with the client's time-out still less than the settle time."""
LOST, TWICE = 0.1, 0.1
"""Shares of status callbacks."""
LOST_WHILE_LIVE = 0.5
"""Share of those that tell of ringing and answer: else an unclear dial would be known before it is looked for."""
PATIENCE = 60.0


@dataclass(frozen=True)
class Manners:
    """How long people take, in seconds, at least and at most."""

    rings_after: tuple[float, float] = (0.2, 1.2)
    """From the request to the first ring."""
    rings_for: tuple[float, float] = (1.0, 6.0)
    """Until somebody picks up."""
    thinks: tuple[float, float] = (0.1, 5.0)
    """An agent listens before pressing 1: the customers' evening may come meanwhile."""


SLOW = Manners()
QUICK = Manners(rings_after=(0.05, 0.3), rings_for=(0.05, 0.1), thinks=(0.0, 0.1))


class Reply(StrEnum):
    """How one request for a call is answered."""

    MADE = "201"
    TOO_MANY = "429"
    LOST_500 = "500, no call"
    MADE_500 = "500 after the call was made"
    MADE_SILENT = "the call was made, no answer"
    MADE_CUT = "the call was made, the answer breaks off"


BAD = tuple(reply for reply in Reply if reply is not Reply.MADE)


@dataclass
class CarriedCall:
    """One outbound call."""

    sid: str
    to: str
    leg_id: str
    made_at: datetime
    made: float = field(default_factory=time.monotonic)
    reply: str = ""
    """How the request for it was answered."""
    status: str = "queued"
    rang_at: datetime | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def document(self) -> dict[str, Any]:
        """As REST shows it."""
        return {
            "sid": self.sid,
            "to": self.to,
            "status": self.status,
            "date_created": format_datetime(self.made_at, usegmt=True),
        }


class Carrier:
    """The ledger of calls, the faults, the people. A context manager that serves on `url`; `connect` it first."""

    _engine: CallbackEngine
    _store: Store

    def __init__(self, now: Callable[[], datetime], *, faults: float, seed: str, manners: Manners) -> None:
        self._manners = manners
        self._now, self._faults, self._chance = now, faults, random.Random(seed)
        self._lock = threading.Lock()
        self.calls: dict[str, CarriedCall] = {}
        self.replies: dict[str, int] = {}
        self.unheard = 0
        """Webhooks that failed for good: whoever got no document so is rung again, rightly."""
        self._inside: dict[str, set[str]] = {}
        self._people = ThreadPoolExecutor(240, "telephone")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def connect(self, engine: CallbackEngine, store: Store) -> None:
        """Who takes the webhooks."""
        self._engine, self._store = engine, store

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._people.shutdown(wait=False, cancel_futures=True)

    def chance(self, share: float) -> bool:
        """Whether it happens this time."""
        with self._lock:
            return self._chance.random() < share

    # --- REST ----------------------------------------------------------------------------------------------------

    def create(self, form: dict[str, str]) -> tuple[Reply, CarriedCall | None]:
        """A request for a call, and how it will be answered."""
        with self._lock:
            reply = self._chance.choice(BAD) if self._chance.random() < self._faults else Reply.MADE
            self.replies[reply] = self.replies.get(reply, 0) + 1
            if reply in (Reply.TOO_MANY, Reply.LOST_500):
                return reply, None
            leg_id = urlsplit(form["Url"]).path.split("/")[3]
            call = CarriedCall(f"CA{len(self.calls):032x}", form["To"], leg_id, self._now(), reply=reply)
            self.calls[call.sid] = call
        self._people.submit(self._lives, call)
        return reply, call

    def listed(self, to: str) -> list[CarriedCall]:
        """What the list shows by now, newest first."""
        old = time.monotonic() - LAG_SECONDS
        with self._lock:
            return [call for call in reversed(self.calls.values()) if call.to == to and call.made <= old]

    def change(self, call: CarriedCall, form: dict[str, str]) -> None:
        """End a call, or send it to another document: the person there says goodbye."""
        if form.get("Status") == "completed" and call.status in ("queued", "ringing"):
            call.status = "canceled"
        call.over.set()

    # --- people --------------------------------------------------------------------------------------------------

    def _lives(self, call: CarriedCall) -> None:
        """Whatever goes wrong meanwhile, no call lasts for ever."""
        try:
            self._rings(call)
        finally:
            call.status = call.status if call.status == "canceled" else "completed"
        self._tell(call, 3)

    def _rings(self, call: CarriedCall) -> None:
        seconds = self._chance.uniform(*self._manners.rings_after)
        call.over.wait(seconds)
        if call.status == "queued":
            # By the carrier's clock: on a busy machine this thread may wake up later.
            call.status, call.rang_at = "ringing", call.made_at + timedelta(seconds=seconds)
            self._tell(call, 1)
            call.over.wait(self._chance.uniform(*self._manners.rings_for))
        if call.status == "ringing":
            call.status = "in-progress"
            self._tell(call, 2)
            self._talks(call)

    def _talks(self, call: CarriedCall) -> None:
        legs = self._engine.legs
        turn = self._try(lambda: legs.answered(call.leg_id, call.sid))
        if turn is None or turn.next is Next.HANG_UP or (whose := self._try(lambda: self._whose(call))) is None:
            return
        attempt_id, party = whose
        if party is Party.AGENT and call.over.wait(self._chance.uniform(*self._manners.thinks)):
            return
        turn = self._try(lambda: legs.keyed(call.leg_id, "1", turn=1))  # agents accept, customers prove to be people
        if turn is None or turn.next is not Next.JOIN:
            return
        self._meets(call, attempt_id, party)

    def _meets(self, call: CarriedCall, attempt_id: str, party: Party) -> None:
        with self._lock:
            self._inside.setdefault(attempt_id, set()).add(call.sid)
        self._try(lambda: self._engine.legs.entered(attempt_id, call.sid))
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not call.over.wait(0.1):
            inside = {sid for sid in self._inside[attempt_id] if not self.calls[sid].over.is_set()}
            if len(inside) > 1 and party is Party.CUSTOMER:
                break
        call.over.set()

    def _whose(self, call: CarriedCall) -> tuple[str, Party]:
        with self._store.read() as uow:
            leg = uow.legs.get(call.leg_id)
            assert leg is not None
            return leg.attempt_id or "", leg.party

    def _tell(self, call: CarriedCall, sequence: int) -> None:
        if self.chance(LOST if call.status in ("completed", "canceled") else LOST_WHILE_LIVE):
            return
        leg_id, sid, told = call.leg_id, call.sid, {"call_status": call.status, "sequence": str(sequence)}
        for _ in range(1 + self.chance(TWICE)):
            self._try(lambda: self._engine.legs.status(leg_id, sid, **told))

    def _try(self, webhook: Callable[[], Any]) -> Any:
        """A webhook that failed is sent again, there and at the fallback address, as the carrier does.

        Who gets no document at all hangs up: ringing them once more is right, but would look like a fault here.
        """
        for wait in (0.2, 1.0, 2.0, 4.0, 8.0, 0.0):
            try:
                return webhook()
            except IvrError:
                time.sleep(wait)
        self.unheard += 1
        return None


def _handler(carrier: Carrier) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            """Nothing."""

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            name = address.path.removesuffix(".json").rsplit("/", 1)[1]
            if carrier.chance(0.2):
                self._answer(500, {"code": 20500, "message": "try later", "status": 500})
            elif name == "Calls":
                to = parse_qs(address.query)["To"][0]
                self._answer(200, {"calls": [call.document() for call in carrier.listed(to)]})
            else:
                self._one(carrier.calls.get(name))

        def do_POST(self) -> None:
            form = {key: values[0] for key, values in parse_qs(self._body()).items()}
            name = urlsplit(self.path).path.removesuffix(".json").rsplit("/", 1)[1]
            if name == "Calls":
                self._create(form)
                return
            call = carrier.calls.get(name)
            if call is not None:
                carrier.change(call, form)
            self._one(call)

        def _create(self, form: dict[str, str]) -> None:
            reply, call = carrier.create(form)
            match reply:
                case Reply.TOO_MANY:
                    self._answer(429, {"code": 20429, "message": "too many", "status": 429}, retry_after="0")
                case Reply.LOST_500 | Reply.MADE_500:
                    self._answer(500, {"code": 20500, "message": "internal", "status": 500})
                case Reply.MADE_SILENT:
                    time.sleep(3)
                    self.close_connection = True
                case Reply.MADE_CUT:
                    self._answer(201, '{"sid": "CA12')
                case _:
                    assert call is not None
                    self._answer(201, call.document())

        def _one(self, call: CarriedCall | None) -> None:
            if call is None:
                self._answer(404, {"code": 20404, "message": "not found", "status": 404})
            else:
                self._answer(200, call.document())

        def _body(self) -> str:
            return self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()

        def _answer(self, status: int, document: dict[str, Any] | str, retry_after: str = "") -> None:
            body = (document if isinstance(document, str) else json.dumps(document)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if retry_after:
                self.send_header("Retry-After", retry_after)
            self.end_headers()
            self.wfile.write(body)

    return Handler
