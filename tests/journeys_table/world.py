"""Runs the journeys of the tables by typing: the real dialogue, services, rules and SQLite; no telephone, no HTTP."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from ivr.bootstrap import Ivr, build
from ivr.domain.cases import Case, CaseKind, CaseStatus, Event
from ivr.domain.claims import Answer, SellerAnswer
from ivr.domain.handovers import HandoverStatus
from ivr.domain.hearing import Hypothesis
from ivr.domain.outreach import News
from ivr.domain.policy.rules import Topic
from ivr.domain.settlements import Settlement, SettlementKind
from ivr.domain.turn import Next, Turn
from ivr.parts import Overrides
from ivr.service.cases import Opening, open_case
from ivr.service.claim_sweep import ClaimSweep
from ivr.service.renewals import Renewals
from ivr.service.scenes import Scene
from ivr.service.seller_answers import SellerAnswers
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id
from ivr.settings import Settings
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeMessenger
from tests.fakes.phone import FakePhone
from tests.journeys_table.shop import NUMBERS, SELLER, Movable, TableAccounts, TableSellers, TableShop
from tests.tables import table

HERE = Path(__file__).parent
OURS = "+12025550100"
NOW = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
LIMITS = "limits"
"""This table holds no journeys of its own: the same ones on both sides of a rule's limits."""
SECONDS = 7
"""Between two answers, so that the timeline tells which came first."""
AGENT = ("offer_", "connecting_", "hold_")
"""Prompts that lead to a person."""
PROMISES = ("callback_booked", "callback_moved", "callback_kept", "callback_canceled", "callback_verified")


@dataclass
class Told:
    """What a journey led to."""

    name: str
    turns: list[tuple[str, list[str]]] = field(default_factory=list)
    """What was said, and the keys of the prompts that followed."""
    texts: list[tuple[str, str, str]] = field(default_factory=list)
    """Locale, key and words of each prompt."""
    decided: list[Event] = field(default_factory=list)
    settlements: Sequence[Settlement] = ()
    case: Case | None = None
    """The last that was opened."""
    others: list[str] = field(default_factory=list)
    """What was read or promised where no rule had to decide: an article, a callback."""
    most_turns: int = 0
    """Answers of the caller in the longest of its calls."""

    paid_by: list[str] = field(default_factory=list)
    """The rules about how money is paid that were told."""

    @property
    def rules(self) -> list[str]:
        """Every ruling in order, `@` with the region that changed the rule; then how it is paid."""
        return [ruled(event.data["rule"], event.data["region"]) for event in self.decided] + self.paid_by

    @property
    def kind(self) -> str:
        """The kind of its first case."""
        assert self.case is not None
        return self.decided[0].data["topic"] if self.decided else self.case.kind.value

    @property
    def decision(self) -> str:
        """What was decided in the end."""
        return self.decided[-1].data["decision"] if self.decided else ""

    @property
    def contained(self) -> bool:
        """Ended without an agent: none was offered, asked for or promised."""
        offered = any(key.startswith(AGENT) for _, keys in self.turns for key in keys)
        return not offered and self.case is not None and self.case.status is not CaseStatus.WAITING_AGENT


def ruled(rule: str, region: str) -> str:
    """A rule's id as the tables write it."""
    return f"{rule}@{region}" if region else rule


class Line:
    """One system for all journeys; each has a telephone and an order of its own."""

    def __init__(self, ivr: Ivr, clock: Movable, shop: TableShop, sellers: TableSellers) -> None:
        self.ivr, self.clock, self.shop, self.sellers = ivr, clock, shop, sellers
        self.serial = count(1)
        self.deadlines = ClaimSweep(ivr.engine.scenes, ivr.claims)
        ways = (rule.base for rule in ivr.policies.topics[Topic.PAYOUT])
        self.ways = {reason: rule.id for rule in ways for reason in rule.reasons}
        """Rules about how money is paid, by what is said of them."""
        self.accounts, self.texts = TableAccounts(clock), FakeMessenger()

    @classmethod
    def typed(cls, url: str) -> "Line":
        """Everything is typed, and time stands still between two answers."""
        clock, shop, sellers = FakeClock(NOW), TableShop(), TableSellers()
        settings = replace(Settings.from_env({}), database_url=url)
        accounts, texts = TableAccounts(clock), FakeMessenger()
        ports: Overrides = {
            "commerce": shop,
            "drop_offs": shop,
            "sellers": sellers,
            "clock": clock,
            "phone": FakePhone(clock),
        }
        line = cls(build(settings, messenger=texts, accounts=accounts, **ports), clock, shop, sellers)
        line.accounts, line.texts = accounts, texts
        return line

    def travel(self, journey: dict[str, Any]) -> Told:
        """Carry a journey out."""
        assert isinstance(self.clock, FakeClock)
        self.clock.set(datetime.combine(journey["day"], NOW.time(), UTC) if "day" in journey else NOW)
        trip = self.begin(journey)
        trip.talk()
        return trip.told()

    def begin(self, journey: dict[str, Any]) -> "Trip":
        """Its order is in the shop, and what was before it in the books."""
        trip = Trip(self, journey, next(self.serial))
        self._history(trip.number, SettlementKind.REFUND, journey.get("refunds", 0))
        self._history(trip.number, SettlementKind.PART, journey.get("parts", 0))
        self.accounts.member = journey.get("member", {})
        self.sellers.sold = dict.fromkeys((order.id for order in trip.orders), journey.get("sold_by", ""))
        return trip

    def _history(self, number: str, kind: SettlementKind, many: int) -> None:
        if not many:
            return
        now = self.clock.now()
        with self.ivr.store.begin() as uow:
            opening = Opening(
                kind=CaseKind.QUESTION, customer_id=None, order_id=None, words="", locale="en-US", source="phone"
            )
            case = open_case(uow, now, opening)
            for i in range(many):
                uow.settlements.add(
                    Settlement(
                        key=f"{number}/{i}",
                        kind=kind,
                        order_id=f"old{i}",
                        number=number,
                        case_id=case.id,
                        rule_id="before",
                        at=now - timedelta(days=10),
                    )
                )
            uow.commit()


class Trip:
    """One journey under way."""

    def __init__(self, line: Line, journey: dict[str, Any], serial: int) -> None:
        self.line, self.ivr, self.journey = line, line.ivr, journey
        self.number = NUMBERS[journey.get("country", "US")].format(serial)
        self.orders = line.shop.stock(journey, self.number, serial, line.clock.now())
        self.digits = self.orders[0].id[-7:] if self.orders else ""
        others = {"own": self.number, "other": NUMBERS["US"].format(9000 + serial), "hidden": ""}
        self.caller = others[journey.get("by", "own")]
        self.sids: list[str] = []
        self.found = Told(journey["name"])

    def told(self) -> Told:
        """What the rows say about it."""
        with self.ivr.store.read() as uow:
            cases = self._cases(uow)
            events = [event for case in cases for event in uow.events.of_case(case.id)]
            decided = [event for event in events if event.kind == "decided" and event.call_sid is None]
            self.found.decided = sorted(decided, key=lambda event: event.at)
            self.found.settlements = [row for order in self.orders for row in uow.settlements.of_order(order.id)]
            self.found.case = max(cases, key=lambda case: case.number, default=None)
            said = dict.fromkeys(key for _, keys in self.found.turns for key in keys)
            self.found.paid_by = [self.line.ways[key] for key in said if key in self.line.ways]
            if not decided:
                self.found.others = [_other(event) for event in events if event.kind in ("answer_read", *PROMISES)]
        return self.found

    def _cases(self, uow: UnitOfWork) -> list[Case]:
        found = {}
        for number in {self.number, self.caller} - {""}:
            customer = uow.customers.by_number(number)
            found |= {case.id: case for case in uow.cases.of_customer(customer.id, 20)} if customer else {}
        calls = [uow.calls.get(sid) for sid in self.sids]
        mine = [uow.cases.get(call.case_id) for call in calls if call is not None and call.case_id]
        return list((found | {case.id: case for case in mine if case is not None}).values())

    def talk(self) -> None:
        """By typing."""
        turn, answers = None, 0
        for said, *_ in self.journey["turns"]:
            if isinstance(said, dict):
                self._hang_up(turn)
                self.meanwhile(said)
                turn, answers = self._rung(said), 0
                continue
            if turn is None:
                turn = self._ring(self.caller)
            self.line.clock.advance(SECONDS)
            turn = self._answer(turn, self.words(str(said)))
            answers += 1
            self.found.most_turns = max(self.found.most_turns, answers)
            self.found.turns.append((str(said), [say.key for say in turn.say]))
            self.found.texts += [(turn.locale, say.key, self.ivr.speaker.text(turn.locale, say)) for say in turn.say]
        if turn is not None and turn.next is Next.HOLD:
            self._hang_up(turn)  # or later callers would wait behind this one; all others may stay on the line

    def words(self, said: str) -> str:
        """What is said, with the numbers that are known only now."""
        said = said.replace("{digits}", self.digits)
        if "{code}" in said:
            said = said.replace("{code}", self._code())
        if "{claim}" not in said:
            return said
        with self.ivr.store.read() as uow:
            claim = uow.claims.of_order(self.orders[0].id)
            case = uow.cases.get(claim.case_id) if claim is not None else None
        assert case is not None
        return said.replace("{claim}", case.number)

    def _code(self) -> str:
        """Of the newest text message."""
        sent = self.line.texts.sent
        return "".join(filter(str.isdigit, sent[-1][1]))[:6] if sent else ""

    def _hang_up(self, turn: Turn | None) -> None:
        if turn is not None and turn.next not in (Next.HANG_UP, Next.JOIN):
            self.ivr.calls.ended(self.sids[-1])

    def _ring(self, caller: str) -> Turn:
        self.sids.append(f"CA{new_id()}")
        turn = self.ivr.calls.arrive(self.sids[-1], caller, OURS)
        return self._in_language(turn)

    def _in_language(self, turn: Turn) -> Turn:
        locale = self.journey.get("locale", "en-US")
        if turn.locale != locale:
            with self.ivr.store.begin() as uow:
                call = uow.calls.get(self.sids[-1])
                assert call is not None
                assert call.dialogue is not None
                call.dialogue = replace(call.dialogue, locale=locale)
                uow.commit()
        return turn

    def _answer(self, turn: Turn, said: str) -> Turn:
        calls, sid = self.ivr.calls, self.sids[-1]
        if said.startswith("#"):
            return calls.keys(sid, turn.number, said[1:])
        return calls.speech(sid, turn.number, [Hypothesis(said)], engine="typed", audio_seconds=0.0)

    def meanwhile(self, what: dict[str, Any]) -> None:
        """Hours pass; the shop changes its mind; the seller answers."""
        if "becomes" in what:
            self.line.shop.changes(self.digits, what["becomes"], self.line.clock.now())
        if "seller" in what:
            given = SellerAnswer(
                kind=Answer(what["seller"]), proof=what.get("proof", False), share=what.get("share", 0)
            )
            self.ivr.engine.scenes.run(lambda scene: self._seller_says(scene, given))
        if what.get("refused"):
            self.ivr.engine.scenes.run(self._shop_refuses)
        self.line.clock.advance(3600 * what.get("hours", 0))
        if "hours" in what and self.journey.get("sold_by"):
            self.line.deadlines.sweep()

    def _rung(self, what: dict[str, Any]) -> Turn | None:
        """Whose call comes next: the seller's, one of ours with news, or (None) the customer's."""
        if "news" in what:
            return self._news(News(what["news"]))
        return self._ring(SELLER) if what.get("rings") == "seller" else None

    def _shop_refuses(self, scene: Scene) -> None:
        """To carry out what was settled last."""
        settled = scene.uow.settlements.of_order(self.orders[0].id)[-1]
        handover = scene.uow.handovers.get(settled.key)
        assert handover is not None
        handover.end(HandoverStatus.REFUSED, scene.now, reason="amount")

    def _seller_says(self, scene: Scene, given: SellerAnswer) -> None:
        claim = scene.uow.claims.of_order(self.orders[0].id)
        assert claim is not None
        SellerAnswers(self.ivr.claims).answer(scene, claim.id, given, how="test")

    def _news(self, kind: News) -> Turn:
        """We ring the customer, who answers."""
        if kind is News.SUBSCRIPTION:
            assert Renewals(self.ivr.engine.proactive, self.line.accounts).membership_ends(self.number)
        else:
            assert self.ivr.engine.proactive.happened(kind, self.orders[0].id)
        self.ivr.engine.outreach.sweep()
        self.ivr.engine.dispatcher.tick()
        assert isinstance(self.ivr.phone, FakePhone)
        call = self.ivr.phone.calls[-1]
        assert call.to == self.number
        self.sids.append(call.sid)
        return self._in_language(self.ivr.calls.tell_news(call.sid, call.leg_id))


def _other(event: Event) -> str:
    return event.data["article"] if event.kind == "answer_read" else event.kind


def journeys() -> Iterator[dict[str, Any]]:
    """All of them, by file and in order."""
    for path in sorted(HERE.glob("*.yaml")):
        for journey in table(path):
            yield {**journey, "file": path.stem}
