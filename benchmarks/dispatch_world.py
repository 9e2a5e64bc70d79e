"""The production engine on a database for dispatch.py: its rules, its clock, telephones that count, agents who wait."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from chaos_world import OURS, Silent
from sqlalchemy import Engine, create_engine
from stored_rows import FIRST_AGENT, tidy

from ivr.domain.agents import Agent
from ivr.domain.callbacks import Callback, Leg, Party
from ivr.domain.cases import Case, CaseKind, Customer
from ivr.domain.policies import CallbackRules, DialRules
from ivr.phone.client import Account, TwilioPhone
from ivr.service.booking import BookingRequest
from ivr.service.cases import Opening, open_case
from ivr.service.dial_tools import REQUESTS_AT_ONCE
from ivr.service.engine import CallbackEngine, EnginePorts
from ivr.service.ports import Phone, PlacedCall
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id
from ivr.storage import SqlStore, engines
from ivr.understanding.numbers import PhoneNumbers

RULES = CallbackRules(dial=DialRules(dials_per_second=0, dials_per_day=0))
"""As shipped, but for the rate limit and the daily cap."""
DUE_NUMBERS = "+12127"
"""The due ones' telephone numbers begin so, behind those of all that are stored."""


@dataclass(frozen=True)
class Shifted:
    """ports.Clock: the machine's time and an offset, so that it is late morning where the customers live."""

    offset: timedelta = timedelta()

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC) + self.offset


@dataclass
class CountingPhone:
    """ports.Phone: hands legs on (to nobody, or to a carrier over HTTP) and writes down what was dialed and when."""

    clock: Shifted
    carrier: Phone | None = None
    dialed: list[tuple[str, str, datetime, float]] = field(default_factory=list)
    """Leg, number, by the engine's clock, by time.monotonic."""

    def place(self, leg: Leg, **how: Any) -> str:
        """A CallSid."""
        sid = self.carrier.place(leg, **how) if self.carrier is not None else f"CA{uuid4().hex}"
        self.dialed.append((leg.id, leg.number, self.clock.now(), time.monotonic()))
        return sid

    def redirect(self, call_sid: str, path: str) -> None:
        """Nobody listens."""

    def hang_up(self, call_sid: str) -> None:
        """Nobody is there."""

    def find_calls(self, to: str, since: datetime) -> Sequence[Any]:
        """Not asked here."""
        return ()

    def fetch(self, call_sid: str) -> PlacedCall:
        """Everybody stays on the line."""
        return PlacedCall(call_sid, "", "in-progress")


@dataclass(frozen=True)
class Place:
    """Where everything is: plain values for a fresh process."""

    database_url: str
    offset: timedelta
    carrier_url: str = ""

    def engine(self, node: str) -> tuple[CallbackEngine, CountingPhone, SqlStore]:
        """The production engine."""
        clock, store = Shifted(self.offset), SqlStore(self.database_url)
        phone = CountingPhone(clock, self._carrier())
        ports = EnginePorts(
            store=store,
            clock=clock,
            phone=phone,
            messenger=None,
            speaker=Silent(),  # type: ignore[arg-type]
            numbers=PhoneNumbers("US"),
            requests_at_once=REQUESTS_AT_ONCE,
        )
        return CallbackEngine(ports, RULES, node=node), phone, store

    def _carrier(self) -> Phone | None:
        if not self.carrier_url:
            return None
        account = {"sid": "AC" + "1" * 32, "auth_token": "x", "number": OURS, "public_url": "http://app"}
        return TwilioPhone(Account(**account, api_base=self.carrier_url))


class Floor:
    """Agents who wait and callbacks that are due: put there before a run, put back after it."""

    def __init__(self, place: Place, agents: int) -> None:
        self.place, self.agents = place, agents
        self._engine: Engine = create_engine(engines.parse(place.database_url))
        self._clock = Shifted(place.offset)

    def staff(self) -> None:
        """All agents, once."""
        store, now = SqlStore(self.place.database_url), self._clock.now()
        with store.begin() as uow:
            for i in range(self.agents):
                number = f"+1646{FIRST_AGENT + i}"
                uow.agents.add(Agent(id=f"agent{i}", name=f"Agent {i}", number=number, status_at=now))
            uow.commit()
        store.close()

    def promise(self, count: int, due_at: Sequence[datetime] = ()) -> None:
        """So many callbacks that are due, or fall due at these moments."""
        store, now = SqlStore(self.place.database_url), self._clock.now()
        with store.begin() as uow:
            for i in range(count):
                self._one(uow, i, due_at[i] if due_at else now - timedelta(seconds=60), now)
            uow.commit()
        store.close()

    def _one(self, uow: UnitOfWork, i: int, due_at: datetime, now: datetime) -> None:
        number, key = f"{DUE_NUMBERS}{i:06}", new_id()
        uow.customers.add(Customer(id=key, number=number))
        uow.cases.add(Case(id=key, number=key, kind=CaseKind.QUESTION, customer_id=key, opened_at=now))
        times = {"ticket_at": min(now, due_at), "due_at": due_at, "created_at": now}
        until = {"promised_by_at": due_at + timedelta(hours=1), "closes_at": due_at + timedelta(hours=5)}
        zone = {"zone": "America/New_York"}
        uow.callbacks.add(Callback(id=key, case_id=key, number=number, asap=True, **zone, **times, **until))

    def clear(self) -> None:
        """Forget the due ones and all that was done for them; everybody is free again."""
        ours = f"SELECT id FROM {{}} WHERE number >= '{DUE_NUMBERS}'"
        callbacks, customers = ours.format("callbacks"), ours.format("customers")
        cases = f"SELECT id FROM cases WHERE customer_id IN ({customers})"
        doomed = [
            ("events", "case_id", cases),
            ("legs", "callback_id", callbacks),
            ("attempts", "callback_id", callbacks),
        ]
        doomed += [("callbacks", "id", callbacks), ("cases", "id", cases), ("customers", "id", customers)]
        statements = [f"DELETE FROM {table} WHERE {key} IN ({found})" for table, key, found in doomed]
        statements += ["UPDATE agents SET status = 'available', attempt_id = NULL WHERE status <> 'available'"]
        if self._engine.dialect.name == "postgresql":
            # Checked one by one, what refers to these rows costs a scan of all legs each.
            statements.insert(0, "SET LOCAL session_replication_role = replica")
        with self._engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        tidy(self.place.database_url)

    def doubled(self) -> int:
        """Callbacks and numbers that more than one live leg was given, by the rows."""
        live = "state IN ('intent', 'placing', 'placed')"
        twice = "SELECT count(*) FROM (SELECT 1 FROM legs WHERE {0} GROUP BY {1} HAVING count(*) > 1) AS twice"
        with self._engine.connect() as connection:
            return sum(
                connection.exec_driver_sql(twice.format(live, by)).scalar() or 0 for by in ("number", "callback_id")
            )

    def waits(self, told: Sequence[tuple[Any, Any]]) -> tuple[list[float], list[float]]:
        """Seconds from due to the agent's leg, and from the agent's key to the customer's leg, of every first one."""
        dialed = {leg: at for calls, _ in told for leg, _, at, _ in calls}
        accepted = {attempt: at for _, keyed in told for attempt, at in keyed.items()}
        with SqlStore(self.place.database_url).read() as uow:
            known = [uow.legs.get(leg) for leg in dialed]
            legs = [leg for leg in known if leg is not None]
            due = {leg.id: callback.due_at for leg in legs if (callback := uow.callbacks.get(leg.callback_id or ""))}
        agents = [(dialed[leg.id] - due[leg.id]).total_seconds() for leg in legs if leg.party == Party.AGENT]
        customers = [leg for leg in legs if leg.party == Party.CUSTOMER and leg.attempt_id in accepted]
        return agents, [(dialed[leg.id] - accepted[leg.attempt_id or ""]).total_seconds() for leg in customers]

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def booked_for(place: Place, seconds: float) -> float:
    """Bookings a second: customer, case and callback in one commit; every second one for a named time."""
    engine, phone, store = place.engine("web")
    began, count = time.perf_counter(), 0
    while time.perf_counter() < began + seconds:
        now = phone.clock.now()
        with store.begin() as uow:
            _book(uow, engine, count, now, now + timedelta(hours=1 + count % 3) if count % 2 else None)
            uow.commit()
        count += 1
    took = time.perf_counter() - began
    store.close()
    return count / took


def _book(uow: UnitOfWork, engine: CallbackEngine, i: int, now: datetime, at: datetime | None) -> None:
    number, key = f"{DUE_NUMBERS}{i:06}", new_id()
    uow.customers.add(Customer(id=key, number=number))
    about = {"kind": CaseKind.QUESTION, "customer_id": key, "order_id": None, "words": "", "locale": "en-US"}
    case = open_case(uow, now, Opening(**about, source="phone"))
    engine.bookings.book(uow, BookingRequest(case_id=case.id, number=number, at=at))
