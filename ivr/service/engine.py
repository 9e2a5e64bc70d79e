"""The callback engine put together: every use case of callbacks over one set of ports and rules."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ivr.domain.policies import CallbackRules
from ivr.service.afterwards import Afterwards
from ivr.service.booking import Bookings
from ivr.service.call_ends import CallEnds
from ivr.service.code_calls import CodeCalls
from ivr.service.dispatch import Dispatcher
from ivr.service.gate import Gate
from ivr.service.housekeeping import Housekeeper
from ivr.service.incoming_texts import IncomingTexts
from ivr.service.legs import Legs
from ivr.service.letters import Letters
from ivr.service.line import Line
from ivr.service.links import Links
from ivr.service.outbox import Outbox, OutboxTools
from ivr.service.outcomes import Outcomes
from ivr.service.placing import DialTools
from ivr.service.ports import Clock, Mailer, Messenger, NumberRules, Phone, Speaker
from ivr.service.quiet import QuietHours
from ivr.service.reconcile import Reconciler
from ivr.service.reports import Reports
from ivr.service.retention import Retention
from ivr.service.scenes import Scenes
from ivr.service.store import Store
from ivr.service.telling import Telling
from ivr.service.verification import DoNotCall, NumberProofs


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


def no_checkpoint(name: str) -> None:
    """Nothing is killed in production."""


class CallbackEngine:
    """Holds the use cases: `bookings`, `line`, `legs`, `verification`, `do_not_call`, `dispatcher`, and the sweeps."""

    def __init__(
        self,
        ports: EnginePorts,
        rules: CallbackRules,
        *,
        node: str,
        company: str = "Ringback",
        secret: str = "",
        public_url: str = "",
        monotonic: Callable[[], float] = time.monotonic,
        checkpoint: Callable[[str], None] = no_checkpoint,
    ) -> None:
        """`secret`: what spoken codes and links are made with; the same in all processes."""
        self.rules = rules
        self._timing: dict[str, Any] = {"monotonic": monotonic, "checkpoint": checkpoint}
        self.line = Line(ports.clock, rules.line, rules.opening)
        self.links = Links(secret, public_url)
        self._telling = telling = Telling(rules.messages, ports.numbers)
        self.bookings = Bookings(ports.clock, rules, ports.numbers, telling)
        self.do_not_call = DoNotCall(ports.clock, self.bookings)
        self.afterwards = Afterwards(ports.phone, ports.messenger, ports.speaker)
        gate = Gate(rules, ports.numbers, telling)
        proofs = NumberProofs(ports.clock, rules, bookings=self.bookings, gate=gate, company=company, secret=secret)
        self.verification = proofs
        outcomes = Outcomes(rules, gate, self.line, telling)
        reports = Reports(rules.dial, outcomes)
        self.scenes = scenes = Scenes(ports.store, ports.clock, self.afterwards)
        codes = CodeCalls(proofs, self.bookings, rules, company)
        self.legs = Legs(scenes, rules, outcomes=outcomes, reports=reports, codes=codes, company=company)
        parts: dict[str, Any] = {
            "gate": gate,
            "outcomes": outcomes,
            "reports": reports,
            "proofs": proofs,
            **self._timing,
        }
        self._make_sweeps(DialTools(scenes=scenes, phone=ports.phone, rules=rules, **parts), node)
        self._make_messages(ports, scenes, company)

    def _make_sweeps(self, tools: DialTools, node: str) -> None:
        self.dispatcher = Dispatcher(tools, node)
        self.reconciler = Reconciler(tools)
        self.housekeeper = Housekeeper(tools)
        self.retention = Retention(tools.scenes)
        self.call_ends = CallEnds(tools.scenes, tools.phone, self.legs)

    def _make_messages(self, ports: EnginePorts, scenes: Scenes, company: str) -> None:
        rules = self.rules.messages
        tools = OutboxTools(
            scenes=scenes,
            rules=rules,
            messenger=ports.messenger if rules.texts else None,
            mailer=ports.mailer if rules.mails else None,
            letters=Letters(ports.speaker, self.links, rules, company),
            telling=self._telling,
            quiet=QuietHours(self.rules, ports.numbers),
            **self._timing,
        )
        self.outbox = Outbox(tools)
        self.incoming_texts = IncomingTexts(scenes, ports.speaker, ports.numbers, company)
