"""A whole small call centre under test: real engine, real store, a carrier that is told what people do."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from ivr.domain.agents import Agent
from ivr.domain.answered import Cue, Spoke
from ivr.domain.callbacks import Attempt, Callback, CallbackStatus, Leg, Party
from ivr.domain.calls import Call
from ivr.domain.cases import Case, CaseKind, Customer, case_number
from ivr.domain.ledger import Violation
from ivr.domain.messages import MessageKind, MessageRules
from ivr.domain.policies import CallbackRules, DialRules
from ivr.domain.turn import Turn
from ivr.service.audit import Audit
from ivr.service.booking import BookingRequest
from ivr.service.engine import CallbackEngine, EnginePorts
from ivr.service.ports import Commerce, Speaker
from ivr.service.store import Store
from ivr.understanding.numbers import PhoneNumbers
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeMailer, FakeMessenger, KeySpeaker
from tests.fakes.phone import FakeCall, FakePhone
from tests.fakes.recorder import FakeRecorder
from tests.fakes.rooms import FakeRooms

CUSTOMER = "+12025550143"
OTHER_CUSTOMER = "+12025550144"
WORDS = "it says delivered but I don't have it"
AGENT = "+12025550171"
OTHER_AGENT = "+12025550172"
EVERYTHING = MessageRules(texts=True, mails=True, kinds=frozenset(MessageKind))
"""Messages are written in every test, so that whatever happens they never undo it; sent only where `send` is called."""
RULES = CallbackRules(dial=DialRules(dials_per_second=0, pass_seconds=120), messages=EVERYTHING)


class Killed(BaseException):
    """The process dies here."""


@dataclass
class World:
    """Acts for people and carrier, and reads the rows."""

    store: Store
    rules: CallbackRules = RULES
    clock: FakeClock = field(default_factory=FakeClock)
    kill_at: str = ""
    """The checkpoint at which the process dies, once."""
    node: str = "one"
    commerce: Commerce | None = None

    def __post_init__(self) -> None:
        self.phone = FakePhone(self.clock)
        self.messenger = FakeMessenger()
        self.mailer = FakeMailer()
        self.rooms = FakeRooms()
        self.recorder = FakeRecorder()
        self.speaker: Speaker = KeySpeaker()
        self.start()

    def start(self, node: str = "") -> None:
        """A new process on the same database."""
        self.engine = CallbackEngine(
            self.ports(),
            self.rules,
            node=node or self.node,
            public_url="https://voice.example.com",
            monotonic=self.clock.monotonic,
            checkpoint=self._checkpoint,
        )

    def ports(self) -> EnginePorts:
        """What every process works over."""
        return EnginePorts(
            store=self.store,
            clock=self.clock,
            phone=self.phone,
            messenger=self.messenger,
            speaker=self.speaker,
            numbers=PhoneNumbers("US"),
            mailer=self.mailer,
            commerce=self.commerce,
            rooms=self.rooms,
            recorder=self.recorder,
        )

    def _checkpoint(self, name: str) -> None:
        if name == self.kill_at:
            self.kill_at = ""
            raise Killed(name)

    # --- people -----------------------------------------------------------------------------------------------

    def agent(self, name: str = "Ada", number: str = AGENT, **more: object) -> str:
        """An agent who is available; returns the id."""
        agent = Agent(id=name, name=name, number=number, status_at=self.clock.now(), **more)  # type: ignore[arg-type]
        with self.store.begin() as uow:
            uow.agents.add(agent)
            uow.commit()
        return name

    def case(
        self, number: str = CUSTOMER, skill: str = "general", summary: str = WORDS, order_id: str | None = None
    ) -> str:
        """A case of the customer who holds the number; returns the id."""
        with self.store.begin() as uow:
            customer = uow.customers.by_number(number)
            if customer is None:
                customer = Customer(id=f"customer{number}", number=number, name="Grace")
                uow.customers.add(customer)
            serial = uow.cases.next_serial()
            case = Case(
                id=f"case{serial}",
                number=case_number(serial),
                kind=CaseKind.DELIVERED_NOT_RECEIVED,
                skill=skill,
                customer_id=customer.id,
                summary=summary,
                order_id=order_id,
                opened_at=self.clock.now(),
            )
            uow.cases.add(case)
            uow.commit()
        return case.id

    def request(self, number: str = CUSTOMER, **more: object) -> BookingRequest:
        """What somebody asks for, with a new case."""
        return replace(BookingRequest(case_id=self.case(number), number=number), **more)  # type: ignore[arg-type]

    def book(self, number: str = CUSTOMER, **more: object) -> str:
        """A promised callback; returns the id."""
        request = self.request(number, **more)
        with self.store.begin() as uow:
            callback = self.engine.bookings.book(uow, request)
            uow.commit()
        return callback.id

    def cancel(self, callback_id: str) -> None:
        """The customer takes it back."""
        with self.store.begin() as uow:
            _, actions = self.engine.bookings.cancel(uow, callback_id, by="customer")
            uow.commit()
        self.engine.afterwards.run(actions)

    def move(self, callback_id: str, at: datetime | None) -> None:
        """The customer moves it."""
        with self.store.begin() as uow:
            _, actions = self.engine.bookings.move(uow, callback_id, at=at)
            uow.commit()
        self.engine.afterwards.run(actions)

    def hold(self, sid: str = "CA" + "9" * 32, number: str = CUSTOMER) -> str:
        """A live caller waits in the line; returns the CallSid."""
        case_id = self.case(number)
        with self.store.begin() as uow:
            call = Call(sid=sid, from_number=number, case_id=case_id, started_at=self.clock.now())
            uow.calls.add(call)
            case = uow.cases.get(case_id)
            assert case is not None
            self.engine.line.enter(uow, call, case)
            uow.commit()
        return sid

    # --- time and the carrier ---------------------------------------------------------------------------------

    def tick(self, seconds: float = 0) -> None:
        """Time goes on, then the dispatcher runs, then what the carrier reports is delivered."""
        self.clock.advance(seconds)
        self.engine.dispatcher.tick()
        self.deliver()

    def sweep(self, seconds: float = 0) -> None:
        """Time goes on, then the sweeps run."""
        self.clock.advance(seconds)
        self.engine.reconciler.sweep()
        self.engine.housekeeper.sweep()
        self.deliver()

    def send(self, seconds: float = 0) -> None:
        """Time goes on, then the outbox runs."""
        self.clock.advance(seconds)
        self.engine.outbox.sweep()

    def restart(self, seconds: float = 0) -> None:
        """Another process takes over after some time."""
        self.clock.advance(seconds)
        self.start(node="two")

    def deliver(self) -> None:
        """Deliver every status callback that waits."""
        while self.phone.webhooks:
            call, status, sequence = self.phone.webhooks.popleft()
            self.engine.legs.status(call.leg_id, call.sid, call_status=status, sequence=str(sequence))

    def report(self, call: FakeCall, *statuses: str) -> None:
        """The call goes through these statuses; each is delivered."""
        for status in statuses:
            self.phone.report(call, status)
        self.deliver()

    def ringing(self, party: Party) -> FakeCall:
        """The newest live call to a party."""
        return [call for call in self.phone.live() if call.party == party][-1]

    def answer(self, party: Party) -> Turn:
        """The party picks up, plainly a person: status callbacks, verdict, and what they hear then."""
        turn = self.picks_up(party)
        if party != Party.CUSTOMER:
            return turn
        self.verdict("human")
        return self.keyed(None, turn.number)

    def picks_up(self, party: Party = Party.CUSTOMER) -> Turn:
        """Somebody or something picks up: status callbacks, and the first document."""
        call = self.ringing(party)
        self.report(call, "ringing", "in-progress")
        return self.engine.legs.answered(call.leg_id, call.sid)

    def picks_up_again(self) -> Turn:
        """The carrier asks for the customer's first document once more."""
        call = self.ringing(Party.CUSTOMER)
        return self.engine.legs.answered(call.leg_id, call.sid)

    def verdict(self, answered_by: str) -> None:
        """The carrier says who answered the customer's telephone."""
        call = self.ringing(Party.CUSTOMER)
        self.engine.legs.machine(call.leg_id, answered_by, sid=call.sid)
        self.deliver()

    def keyed(self, key: str | None, turn: int) -> Turn:
        """The called customer's answer to a document; None: nothing was pressed."""
        result = self.engine.legs.keyed(self.ringing(Party.CUSTOMER).leg_id, key, turn=turn)
        self.deliver()
        return result

    def hears(self, cue: Cue, turn: int, *, ends: bool = False) -> Turn:
        """Something is heard on the called customer's telephone."""
        result = self.engine.legs.spoke(self.ringing(Party.CUSTOMER).leg_id, Spoke(cue, turn, ends))
        self.deliver()
        return result

    def agent_takes_it(self) -> Turn:
        """The agent's phone rings, they pick up and press 1; the customer's leg is dialed."""
        self.tick()
        self.answer(Party.AGENT)
        turn = self.press("1")
        self.tick()
        return turn

    def meet(self) -> None:
        """Agent and called customer enter the conference, as the carrier tells."""
        for party in (Party.AGENT, Party.CUSTOMER):
            self.enter(self.ringing(party))

    def enter(self, call: FakeCall) -> None:
        """One of our calls enters its attempt's conference."""
        with self.store.read() as uow:
            leg = uow.legs.get(call.leg_id)
        assert leg is not None
        self.engine.legs.entered(leg.attempt_id, call.sid)
        self.deliver()

    def press(self, key: str | None, turn: int = 1) -> Turn:
        """The agent's answer to the whisper."""
        result = self.engine.legs.keyed(self.ringing(Party.AGENT).leg_id, key, turn=turn)
        self.deliver()
        return result

    def hang_up(self, party: Party) -> None:
        """The party hangs up."""
        self.report(self.ringing(party), "completed")

    def misses(self, status: str = "no-answer") -> None:
        """An agent takes it, and the customer is rung in vain."""
        self.agent_takes_it()
        self.report(self.ringing(Party.CUSTOMER), "ringing", status)

    def messages(self, callback_id: str) -> list[tuple[str, str, str]]:
        """Channel, kind and where it stands (or why it was dropped) of all messages about a callback, oldest first."""
        with self.store.read() as uow:
            found = uow.messages.of_callback(callback_id)
        return [(str(m.channel), str(m.kind), m.reason or str(m.status)) for m in found]

    # --- rows -------------------------------------------------------------------------------------------------

    def callback(self, callback_id: str) -> Callback:
        with self.store.read() as uow:
            found = uow.callbacks.get(callback_id)
        assert found is not None
        return found

    def agent_row(self, agent_id: str = "Ada") -> Agent:
        with self.store.read() as uow:
            found = uow.agents.get(agent_id)
        assert found is not None
        return found

    def case_row(self, case_id: str) -> Case:
        with self.store.read() as uow:
            found = uow.cases.get(case_id)
        assert found is not None
        return found

    def attempts(self, callback_id: str) -> list[Attempt]:
        with self.store.read() as uow:
            return list(uow.attempts.of_callback(callback_id))

    def legs(self, callback_id: str, party: Party) -> list[Leg]:
        with self.store.read() as uow:
            found = [leg for a in uow.attempts.of_callback(callback_id) for leg in uow.legs.of_attempt(a.id)]
        return [leg for leg in found if leg.party == party]

    def kinds(self, callback_id: str) -> list[str]:
        """The kinds of events on the callback's case, oldest first."""
        with self.store.read() as uow:
            callback = uow.callbacks.get(callback_id)
            assert callback is not None
            return [event.kind for event in uow.events.of_case(callback.case_id)]

    def is_open(self, callback_id: str) -> bool:
        return self.callback(callback_id).status in (CallbackStatus.SCHEDULED, CallbackStatus.DIALING)


def audited(world: World) -> list[Violation]:
    """What `python -m ivr audit` would find in the rows."""
    ports = world.ports()
    return list(Audit(ports.store, ports.clock, ports.numbers, world.rules.dial).violations())


def spoken(turn: Turn) -> list[str]:
    """The keys of what a turn says."""
    return [say.key for say in turn.say]
