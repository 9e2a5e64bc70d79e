"""The callback engine put together: every use case of callbacks over one set of ports and rules."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ivr.domain.policies import AgentsHours, CallbackRules
from ivr.service.afterwards import Afterwards
from ivr.service.agent_work import AgentWork
from ivr.service.booking import Bookings
from ivr.service.call_ends import CallEnds
from ivr.service.case_work import CaseWork
from ivr.service.code_calls import CodeCalls
from ivr.service.consents import Consents
from ivr.service.conversations import Conversations
from ivr.service.customer_first import CustomerFirst
from ivr.service.deliveries import Deliveries
from ivr.service.dial_tools import DialTools
from ivr.service.dispatch import Dispatcher
from ivr.service.first_words import FirstWords
from ivr.service.gate import Gate
from ivr.service.guests import Guests
from ivr.service.held_legs import HeldLegs
from ivr.service.housekeeping import Housekeeper
from ivr.service.legs import Legs
from ivr.service.letters import Letters
from ivr.service.line import Line
from ivr.service.links import Links
from ivr.service.mail_ports import Mailer
from ivr.service.notices import Notices
from ivr.service.outbox import Outbox, OutboxTools
from ivr.service.outcomes import Outcomes
from ivr.service.outreach import OutreachSweep
from ivr.service.places import Places
from ivr.service.ports import Clock, Commerce, Messenger, NumberRules, Phone, Rooms, Speaker
from ivr.service.proactive import Proactive
from ivr.service.quiet import QuietHours
from ivr.service.reconcile import Reconciler
from ivr.service.recorder import Recorder
from ivr.service.recording_ports import CallRecorder
from ivr.service.reports import Reports
from ivr.service.retention import Retention
from ivr.service.room_looks import RoomLooks
from ivr.service.scenes import Scenes
from ivr.service.shop_words import ShopWords
from ivr.service.store import Store
from ivr.service.supervising import Supervising
from ivr.service.telling import Telling
from ivr.service.verification import DoNotCall, NumberProofs
from ivr.service.ways import Ways
from ivr.service.who_answered import WhoAnswered


@dataclass(frozen=True, kw_only=True)
class EnginePorts:
    """What the engine works over."""

    store: Store
    clock: Clock
    phone: Phone
    messenger: Messenger | None
    speaker: Speaker
    numbers: NumberRules
    mailer: Mailer | None = None
    rooms: Rooms | None = None
    """None: nobody is held, added or handed over."""
    recorder: CallRecorder | None = None
    """None: no conversation is recorded."""
    commerce: Commerce | None = None
    """Names the things that cases are about; None: they stay unnamed."""
    requests_at_once: int = 1
    """Requests for calls that the dispatcher may have in flight."""


def no_checkpoint(name: str) -> None:
    """Nothing is killed in production."""


def _always(locale: str) -> bool:
    return True


def _item_of(commerce: Commerce | None) -> Callable[[str, str], str]:
    def item(order_id: str, locale: str) -> str:
        order = commerce.order(order_id, locale) if commerce is not None else None
        return order.item if order is not None else ""

    return item


class CallbackEngine:
    """Holds the use cases: `bookings`, `line`, `legs`, `held`, `conversations`, `dispatcher`, sweeps, ..."""

    def __init__(
        self,
        ports: EnginePorts,
        rules: CallbackRules,
        *,
        node: str,
        company: str = "Ringback",
        secret: str = "",
        public_url: str = "",
        hears: Callable[[str], bool] = _always,
        monotonic: Callable[[], float] = time.monotonic,
        checkpoint: Callable[[str], None] = no_checkpoint,
    ) -> None:
        """`secret`: what spoken codes and links are made with, the same everywhere. `hears`: speech in a locale."""
        self.rules = rules
        self._timing: dict[str, Any] = {"monotonic": monotonic, "checkpoint": checkpoint}
        self.line = Line(ports.clock, rules.line, AgentsHours(rules))
        self.places = Places(self.line, rules.line.place_seconds)
        self.links = Links(secret, public_url)
        self._telling = telling = Telling(rules.messages, ports.numbers)
        self.bookings = Bookings(ports.clock, rules, ports.numbers, telling)
        self.do_not_call = DoNotCall(ports.clock, self.bookings)
        self.afterwards = Afterwards(ports.phone, ports.messenger, ports.speaker, ports.recorder)
        gate = Gate(rules, ports.numbers, telling)
        self.verification = proofs = NumberProofs(
            ports.clock, rules, bookings=self.bookings, gate=gate, company=company, secret=secret
        )
        self.scenes = scenes = Scenes(ports.store, ports.clock, self.afterwards)
        news = self._make_news(ports, company)
        reports = Reports(outcomes := Outcomes(rules, gate, self.line, telling, news))
        self.consents, self.recorder = Consents(rules.recording, ports.numbers), Recorder(scenes, ports.recorder)
        codes = CodeCalls(proofs, self.bookings, rules, company)
        self.legs = self._make_legs(ports, outcomes, reports, codes, company=company, hears=hears)
        self.conversations = Conversations(scenes, ports.rooms, self.bookings) if ports.rooms is not None else None
        self.held = HeldLegs(scenes, outcomes, self.places)
        self._make_work(gate)
        parts: dict[str, Any] = {"gate": gate, "outcomes": outcomes, "reports": reports, "proofs": proofs, "news": news}
        parts |= {"scenes": scenes, "phone": ports.phone, "requests_at_once": ports.requests_at_once}
        self._make_sweeps(DialTools(rules=rules, **parts, **self._timing), node, ports.rooms)
        self._make_messages(ports, scenes, company)

    def _make_work(self, gate: Gate) -> None:
        self.agent_work = AgentWork(self.scenes, gate, self.rules)
        self.case_work = CaseWork(self.scenes, self.bookings)
        self.supervising = Supervising(self.scenes, self.bookings)

    def _make_news(self, ports: EnginePorts, company: str) -> OutreachSweep:
        ways = Ways(self.rules.messages, ports.numbers)
        self.notices = Notices(ways, ports.speaker, self.links, company)
        self.proactive = Proactive(self.scenes, ports.commerce, self.notices)
        self.outreach = OutreachSweep(self.proactive, self.rules, ports.numbers)
        return self.outreach

    def _make_legs(
        self,
        ports: EnginePorts,
        outcomes: Outcomes,
        reports: Reports,
        codes: CodeCalls,
        *,
        company: str,
        hears: Callable[[str], bool],
    ) -> Legs:
        dial, shop = self.rules.dial, ShopWords(company, _item_of(ports.commerce), ports.speaker.text)
        words, customer_first = FirstWords(dial, hears), CustomerFirst(dial, outcomes)
        return Legs(
            self.scenes,
            self.rules,
            outcomes=outcomes,
            reports=reports,
            codes=codes,
            who=WhoAnswered(
                dial, outcomes, words=words, customer_first=customer_first, shop=shop, consents=self.consents
            ),
            guests=Guests(dial, shop),
            shop=shop,
            recorder=self.recorder,
        )

    def _make_sweeps(self, tools: DialTools, node: str, rooms: Rooms | None) -> None:
        self.dispatcher = Dispatcher(tools, node)
        self.reconciler = Reconciler(tools, RoomLooks(tools.scenes, rooms, self.legs.entered))
        self.housekeeper = Housekeeper(tools)
        self.retention = Retention(tools.scenes, self.rules.audit_days, self.rules.privacy)
        self.call_ends = CallEnds(tools.scenes, tools.phone, self.held, self.notices)

    def _make_messages(self, ports: EnginePorts, scenes: Scenes, company: str) -> None:
        rules = self.rules.messages
        tools = OutboxTools(
            scenes=scenes,
            rules=rules,
            messenger=ports.messenger if rules.texts else None,
            mailer=ports.mailer if rules.mails else None,
            letters=Letters(ports.speaker, self.links, rules, company),
            notices=self.notices,
            telling=self._telling,
            quiet=QuietHours(self.rules, ports.numbers),
            **self._timing,
        )
        self.outbox = Outbox(tools)
        self.deliveries = Deliveries(scenes, self._telling)
