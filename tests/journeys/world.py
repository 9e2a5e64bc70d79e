"""A whole small call centre: real app, real database, the local carrier with its telephones, a clock that can be moved.

People act through handsets. The dispatcher runs when a test says so, so that what happens between two of its rounds is
the test's own choice.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

import pytest
import uvicorn

from ivr.bootstrap import Ivr, build
from ivr.carrier import CarrierOptions, Handset, LocalCarrier, TelephoneState
from ivr.carrier.page import PhonesPage, phones_page
from ivr.domain.agents import Agent, AgentStatus
from ivr.domain.callbacks import Attempt, Callback, CallbackStatus, Leg, Party
from ivr.domain.calls import Call
from ivr.domain.cases import Case, Event
from ivr.parts import Overrides
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id
from ivr.settings import Settings
from ivr.web.server import UVICORN
from tests.journeys.wire import Wire

T = TypeVar("T")
ACCOUNT, TOKEN = "AC" + "1" * 32, "a-token-of-the-tests"
API_KEY = "a-key-of-the-tests"
OURS = "+12025550100"
STRANGER = "+12025550147"
"""A number that the demo shop does not know."""
ADA = "+12025550143"
"""A customer of the demo shop with two orders."""
KIM_AGENT, LEE_AGENT = "+12025550171", "+12025550172"
ORDER = "1815908"
"""The end of the number of Ada's tea kettle, which is marked delivered."""
PHONES = partial(phones_page, PhonesPage(customer=STRANGER, agent=KIM_AGENT))
"""Routes of the page with both telephones."""
PATIENCE = 60.0
"""Wall seconds after which something that must happen has not happened."""


class MovableClock:
    """ports.Clock: the machine's time, and as much more as a test says."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)

    def becomes_afternoon(self) -> None:
        """Go on to 20:00 UTC: an hour at which "today" and "tomorrow" mean the same dates all over America."""
        now = self.now()
        at = now.replace(hour=20, minute=0)
        self._ahead += (at if at > now else at + timedelta(days=1)) - now


class Killed(BaseException):
    """The process dies here."""


@dataclass
class World:
    """One call centre; a context manager that ends everything it started."""

    database_url: str
    hearing: str = "gather"
    options: CarrierOptions = field(default_factory=CarrierOptions)
    settings: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[str, Any] = field(default_factory=dict)
    """Parts of the app that take long to make and never change, by their names in bootstrap."""
    overrides: Overrides = field(default_factory=Overrides)
    """Parts that stand in for others."""

    def __enter__(self) -> Self:
        self.clock = MovableClock()
        self.kill_at = ""
        self._stack = ExitStack()
        with ExitStack() as stack:
            self.carrier = stack.enter_context(LocalCarrier(ACCOUNT, TOKEN, self.options, routes=PHONES()))
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            self._stack = stack
            self.ivr = self.dispatch = self.process("one")
            self.store = self.ivr.store
            self.ivr.load_models()
            self.wire = Wire(self.ivr.asgi())
            stack.enter_context(Serving(self.wire, listening))
            self._stack = stack.pop_all()
        self.carrier.number(
            OURS,
            voice_url=f"{self.url}/voice",
            fallback_url=f"{self.url}/voice/fallback",
            status_callback=f"{self.url}/voice/status",
            sms_url=f"{self.url}/text",
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def process(self, node: str) -> Ivr:
        """The parts of one more process on the same database, which may be killed at a checkpoint."""
        more: Overrides = {"clock": self.clock, "node": node, "checkpoint": self._checkpoint, **self.overrides}
        ivr = self._stack.enter_context(build(Settings.from_env(self.environment), **more))
        vars(ivr).update(self.shared)
        return ivr

    @property
    def environment(self) -> dict[str, str]:
        """The app's settings as `python -m ivr` takes them."""
        return {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_BASE": self.carrier.url,
            "IVR_PUBLIC_URL": self.url,
            "IVR_PHONE_NUMBER": OURS,
            "IVR_DATABASE_URL": self.database_url,
            "IVR_HEARING": self.hearing,
            "IVR_CALLING_HOURS": "always",
            "IVR_DIAL_RATE": "0",
            "IVR_RING_SECONDS_AGENT": "60",
            "IVR_RING_SECONDS_CUSTOMER": "60",
            "IVR_API_KEYS": API_KEY,
            **self.settings,
        }

    def _checkpoint(self, name: str) -> None:
        if name == self.kill_at:
            self.kill_at = ""
            raise Killed(name)

    # --- people ------------------------------------------------------------------------------------------------

    def phone(self, number: str = STRANGER, **more: Any) -> Handset:
        """Somebody's telephone."""
        return self.carrier.handset(number, **more)

    def calls_in(self, number: str = STRANGER, **more: Any) -> Handset:
        """Somebody phones us and is greeted."""
        phone = self.phone(number)
        phone.dial(OURS, **more)
        phone.hears("computer is listening", PATIENCE)
        return phone

    def agent(self, name: str = "Kim", number: str = KIM_AGENT, **more: Any) -> Handset:
        """An agent, available unless `status` says otherwise, and their telephone."""
        with self.store.begin() as uow:
            uow.agents.add(Agent(id=new_id(), name=name, number=number, **{"status_at": self.clock.now(), **more}))
            uow.commit()
        return self.phone(number)

    def set_agent(self, status: AgentStatus, name: str = "Kim") -> None:
        """The agent changes their status."""
        with self.store.begin() as uow:
            agent = uow.agents.by_name(name)
            assert agent is not None
            agent.move(status, self.clock.now())
            uow.commit()

    def asks_for_callback(self, number: str = STRANGER) -> Callback:
        """Somebody phones in, takes a callback as soon as possible while no agent is free, and hangs up."""
        caller = self.calls_in(number)
        caller.press("5")
        caller.hears("I can call you back", PATIENCE)
        caller.press("1")
        caller.hears("We will call you as soon as possible", PATIENCE)
        self.hangs_up(caller)
        return self.callback(number)

    def hangs_up(self, caller: Handset) -> None:
        """A caller hangs up, and we know it."""
        (call,) = [call for call in self.calls() if call.is_live]
        caller.hang_up()
        self.until(lambda: not self.read(lambda uow: uow.calls.get(call.sid)).is_live, "the call is over")

    def accepts(self, agent: Handset) -> None:
        """The agent's telephone rings, they hear the whisper and press 1."""
        self.rings(agent)
        agent.answer()
        agent.hears("Press 1 to take it", PATIENCE)
        agent.press("1")

    def talk(self, agent: Handset, customer: Handset) -> None:
        """Both hear each other, then the agent hangs up and the customer rates the effort with 2."""
        customer.joined_with(agent, PATIENCE)
        self.until(lambda: any(a.joined_at for a in self.attempts()), "the row says that they are joined")
        agent.hang_up()
        customer.hears("How easy was it", PATIENCE)
        customer.press("2")
        customer.hears("Goodbye", PATIENCE)
        customer.hung_up(PATIENCE)

    # --- time --------------------------------------------------------------------------------------------------

    @contextmanager
    def unhurried(self) -> Iterator[None]:
        """Call time is wall time in here: what the app takes to answer in a stream is not multiplied."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.carrier.exchange.clock, "hurry", lambda: None)
            yield

    def tick(self) -> int:
        """One round of the dispatcher, in whatever process it runs now."""
        return self.dispatch.dispatcher.tick()

    def sweep(self) -> None:
        """One round of the sweeps."""
        self.dispatch.engine.reconciler.sweep()
        self.dispatch.engine.housekeeper.sweep()
        self.dispatch.engine.call_ends.sweep()

    def send(self) -> None:
        """One round of the outbox."""
        self.dispatch.engine.outbox.sweep()

    def rings(self, handset: Handset) -> None:
        """Let the dispatcher run until this telephone rings."""

        def is_ringing() -> bool:
            self.tick()
            return handset.state is TelephoneState.RINGING

        self.until(is_ringing, f"{handset.number} rings")

    def until(self, check: Callable[[], T], what: str) -> T:
        """Wait until this is so; fails saying what is not."""
        deadline = time.monotonic() + PATIENCE
        while not (found := check()):
            assert time.monotonic() < deadline, f"not within {PATIENCE:g} s: {what}"
            self.carrier.hurry()
            time.sleep(0.01)
        return found

    # --- rows --------------------------------------------------------------------------------------------------

    def read(self, look: Callable[[UnitOfWork], T]) -> T:
        with self.store.read() as uow:
            return look(uow)

    def callbacks(self, *numbers: str) -> list[Callback]:
        """All callbacks, oldest first; of these numbers if any are given."""
        found = self.read(lambda uow: uow.callbacks.listed(list(CallbackStatus), 1000))
        return sorted((c for c in found if not numbers or c.number in numbers), key=lambda c: c.created_at)

    def callback(self, number: str = STRANGER) -> Callback:
        """The only callback of a number."""
        (callback,) = self.callbacks(number)
        return callback

    def cases(self) -> list[Case]:
        """All cases, oldest first."""
        return list(reversed(self.read(lambda uow: uow.cases.recent(1000))))

    def case(self) -> Case:
        """The only case."""
        (case,) = self.cases()
        return case

    def attempts(self) -> list[Attempt]:
        """All attempts, in the order in which they began."""

        def look(uow: UnitOfWork) -> list[Attempt]:
            of_callbacks = [a for c in self.callbacks() for a in uow.attempts.of_callback(c.id)]
            return of_callbacks + [a for call in self.calls() for a in uow.attempts.of_hold(call.sid)]

        return sorted(self.read(look), key=lambda attempt: attempt.started_at)

    def legs(self, party: Party | None = None) -> list[Leg]:
        """All legs, oldest first."""
        found = self.read(lambda uow: [leg for a in self.attempts() for leg in uow.legs.of_attempt(a.id)])
        return sorted((leg for leg in found if party in (None, leg.party)), key=lambda leg: leg.created_at)

    def calls(self) -> list[Call]:
        """The rows of all inbound calls, as far as the carrier knows them."""
        rows = [self.read(lambda uow, sid=c.sid: uow.calls.get(sid)) for c in self.carrier.calls]
        return [row for row in rows if row is not None]

    def agent_row(self, name: str = "Kim") -> Agent:
        """An agent."""
        agent = self.read(lambda uow: uow.agents.by_name(name))
        assert agent is not None
        return agent

    def events(self, case: Case | None = None) -> list[Event]:
        """A case's timeline, oldest first."""
        return list(self.read(lambda uow: uow.events.of_case((case or self.case()).id)))

    def carrier_rings(self, number: str) -> bool:
        """Whether a leg to a number lives, by our own rows."""
        return self.read(lambda uow: uow.legs.live_for_number(number)) is not None

    def rung(self, number: str) -> int:
        """How many calls the carrier made to a number."""
        return sum(call.to == number and call.direction != "inbound" for call in self.carrier.calls)

    # --- the end -----------------------------------------------------------------------------------------------

    def failures(self) -> float:
        """Webhooks that raised."""
        counted = (sample for metric in self.ivr.services.metrics.failures.collect() for sample in metric.samples)
        return sum(sample.value for sample in counted if sample.name.endswith("_total"))

    def must_be_quiet(self) -> None:
        """When all have hung up nothing is left alive, here or at the carrier, and nothing broke."""
        for phone in self.carrier.handsets:
            phone.hang_up()
        self.until(lambda: not any(leg.is_live for leg in self.legs()), "no leg is alive")
        self.until(lambda: not any(call.is_live for call in self.calls()), "no call is alive")
        self.until(lambda: self.carrier.is_idle, "nothing is on its way")
        assert all(attempt.ended_at for attempt in self.attempts())
        assert self.carrier.crashes == []


class Serving:
    """An ASGI app under a real uvicorn in a thread."""

    def __init__(self, app: Any, listening: socket.socket) -> None:
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, **UVICORN))  # type: ignore[arg-type]
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]})

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + PATIENCE
        while not self._server.started:
            assert time.monotonic() < deadline, "the app does not start"
            time.sleep(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
