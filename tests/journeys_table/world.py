"""Runs the journeys of the tables by typing: the real dialogue, services, rules and SQLite; no telephone, no HTTP."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from ivr.bootstrap import Ivr, build
from ivr.cli.no_carrier import NoPhone
from ivr.domain.cases import Case, Event
from ivr.domain.claims import Answer, SellerAnswer
from ivr.domain.hearing import Hypothesis
from ivr.domain.orders import Order, OrderStatus
from ivr.domain.sellers import Seller
from ivr.domain.settlements import Settlement
from ivr.domain.turn import Next, Turn
from ivr.service.claim_sweep import ClaimSweep
from ivr.service.scenes import Scene
from ivr.service.seller_answers import SellerAnswers
from ivr.service.sellers import NoSellers
from ivr.service.timeline import new_id
from ivr.settings import Settings
from tests.fakes.clock import FakeClock

HERE = Path(__file__).parent
NOW = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
NUMBERS = {
    "US": "+1202555{:04}",
    "DE": "+49151234{:05}",
    "FR": "+336123{:05}",
    "IN": "+919876{:06}",
    "SA": "+9665012{:05}",
    "BR": "+55119876{:05}",
    "KR": "+821012{:06}",
    "JP": "+819012{:06}",
    "MX": "+5255123{:05}",
    "GB": "+447911{:06}",
    "ES": "+346123{:05}",
}
"""Telephones of customers by country, one a journey."""
PRICES = {
    "US": "USD",
    "DE": "EUR",
    "FR": "EUR",
    "ES": "EUR",
    "IN": "INR",
    "SA": "SAR",
    "BR": "BRL",
    "KR": "KRW",
    "JP": "JPY",
    "MX": "MXN",
    "GB": "GBP",
}


class TableShop:
    """ports.Commerce over the orders of the journeys."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}

    def customer_name(self, number: str) -> str | None:
        return None

    def recent_orders(self, number: str, locale: str) -> Sequence[Order]:
        return [order for order in self.orders.values() if order.number == number]

    def find_orders(self, digits: str, locale: str) -> Sequence[Order]:
        return [order for order in self.orders.values() if order.id.endswith(digits)]

    def order(self, order_id: str, locale: str) -> Order | None:
        return self.orders.get(order_id)

    def cancel(self, order_id: str) -> bool:
        order = self.orders[order_id]
        if order.status is OrderStatus.PREPARING:
            self.orders[order_id] = replace(order, status=OrderStatus.CANCELED)
        return self.orders[order_id].status is OrderStatus.CANCELED


class TableSellers(NoSellers):
    """service.sellers.Sellers: one seller, of the journey in hand."""

    sold: dict[str, str] = {}  # noqa: RUF012  replaced for each journey

    def of_order(self, order_id: str) -> Seller | None:
        return self.get(self.sold.get(order_id, ""))

    def get(self, seller_id: str) -> Seller | None:
        return Seller(id=seller_id, name="Northwind", number="+12025550188") if seller_id else None


@dataclass
class Told:
    """What a journey led to."""

    name: str
    turns: list[tuple[str, list[str]]] = field(default_factory=list)
    """What was said, and the keys of the prompts that followed."""
    texts: list[str] = field(default_factory=list)
    decided: list[Event] = field(default_factory=list)
    settlements: Sequence[Settlement] = ()
    case: Case | None = None
    most_turns: int = 0
    """Answers of the caller in the longest of its calls."""
    seconds: float = 0.0
    """Of the longest prompt."""

    @property
    def rules(self) -> list[str]:
        return [event.data["rule"] for event in self.decided]

    @property
    def contained(self) -> bool:
        """Ended without an agent or a callback being offered in its last turns."""
        return not any(key.startswith(("offer_", "connecting_", "hold_")) for _, keys in self.turns for key in keys)


class Line:
    """One system for all journeys; each has a telephone and an order of its own."""

    def __init__(self, url: str) -> None:
        self.clock, self.shop, self.serial = FakeClock(NOW), TableShop(), count(1)
        settings = replace(Settings.from_env({}), database_url=url)
        self.sellers = TableSellers()
        ports = {"commerce": self.shop, "sellers": self.sellers, "clock": self.clock}
        self.ivr: Ivr = build(settings, phone=NoPhone(), messenger=None, **ports)
        self.deadlines = ClaimSweep(self.ivr.engine.scenes, self.ivr.claims)

    def travel(self, journey: dict[str, Any]) -> Told:
        """Carry a journey out."""
        serial, now = next(self.serial), NOW
        if "day" in journey:
            now = datetime.combine(journey["day"], NOW.time(), UTC)
        self.clock.set(now)
        number = NUMBERS[journey.get("country", "US")].format(serial)
        orders = self._orders(journey, number, serial)
        caller = {"own": number, "other": NUMBERS["US"].format(9000 + serial), "hidden": ""}[journey.get("by", "own")]
        self._history(number, journey.get("refunds", 0), now)
        self.sellers.sold = dict.fromkeys((order.id for order in orders), journey.get("sold_by", ""))
        told = self._talk(Told(journey["name"]), journey, caller, orders[0].id[-7:])
        with self.ivr.store.read() as uow:
            mine = [event for event in uow.settlements.decisions(1000) if event.call_sid is None]
            case_ids = {c.id for c in uow.cases.recent(400) if c.order_id in {o.id for o in orders}}
            told.decided = [event for event in reversed(mine) if event.case_id in case_ids]
            told.settlements = [row for order in orders for row in uow.settlements.of_order(order.id)]
            told.case = max((uow.cases.get(i) for i in case_ids), key=lambda c: c.opened_at, default=None)
        return told

    def _orders(self, journey: dict[str, Any], number: str, serial: int) -> list[Order]:
        rows = journey["order"] if isinstance(journey["order"], list) else [journey["order"]]
        made = [self._order(row, number, journey.get("country", "US"), serial * 10 + i) for i, row in enumerate(rows)]
        self.shop.orders.update({order.id: order for order in made})
        return made

    def _order(self, row: dict[str, Any], number: str, country: str, serial: int) -> Order:
        now = self.clock.now()

        def hours(name: str) -> datetime | None:
            return now - timedelta(hours=row[name]) if name in row else None

        return Order(
            id=f"1{serial:09}{serial:07}",
            number=number,
            item=row.get("item", "lamp"),
            status=OrderStatus(row.get("status", "delivered")),
            ordered_at=hours("ordered") or now - timedelta(days=1000),
            expected_at=hours("late") or now + timedelta(days=2),
            delivered_at=hours("delivered"),
            left_at="at the front door",
            amount=str(row.get("amount", "40.00")),
            currency=row.get("currency", PRICES[country]),
            recalled=row.get("recalled", False),
            installments_left=row.get("installments_left", 0),
        )

    def _history(self, number: str, refunds: int, now: datetime) -> None:
        from ivr.domain.cases import CaseKind
        from ivr.domain.settlements import SettlementKind
        from ivr.service.cases import Opening, open_case

        if not refunds:
            return
        with self.ivr.store.begin() as uow:
            opening = Opening(
                kind=CaseKind.QUESTION, customer_id=None, order_id=None, words="", locale="en-US", source="phone"
            )
            case = open_case(uow, now, opening)
            for i in range(refunds):
                uow.settlements.add(
                    Settlement(
                        key=f"{number}/{i}",
                        kind=SettlementKind.REFUND,
                        order_id=f"old{i}",
                        number=number,
                        case_id=case.id,
                        rule_id="before",
                        at=now - timedelta(days=10),
                    )
                )
            uow.commit()

    def _talk(self, told: Told, journey: dict[str, Any], caller: str, digits: str) -> Told:
        turn, sid, answers = self._ring(caller, journey), "", 0
        turn, sid = turn
        for said, *_ in journey["turns"]:
            if isinstance(said, dict):
                self.ivr.calls.ended(sid)
                self._meanwhile(said, digits)
                turn, sid = self._ring(caller, journey)
                answers = 0
                continue
            turn = self._answer(sid, turn, str(said).replace("{digits}", digits))
            answers += 1
            told.most_turns = max(told.most_turns, answers)
            told.turns.append((str(said), [say.key for say in turn.say]))
            told.texts += [self.ivr.speaker.text(turn.locale, say) for say in turn.say]
        if turn.next not in (Next.HANG_UP, Next.JOIN):
            self.ivr.calls.ended(sid)
        return told

    def _ring(self, caller: str, journey: dict[str, Any]) -> tuple[Turn, str]:
        sid = f"CA{new_id()}"
        turn = self.ivr.calls.arrive(sid, caller, "+12025550100")
        locale = journey.get("locale", "en-US")
        if turn.locale != locale:
            with self.ivr.store.begin() as uow:
                call = uow.calls.get(sid)
                call.dialogue = replace(call.dialogue, locale=locale)
                uow.commit()
        return turn, sid

    def _answer(self, sid: str, turn: Turn, said: str) -> Turn:
        calls = self.ivr.calls
        if said.startswith("#"):
            return calls.keys(sid, turn.number, said[1:])
        return calls.speech(sid, turn.number, [Hypothesis(said)], engine="typed", audio_seconds=0.0)

    def _meanwhile(self, what: dict[str, Any], digits: str) -> None:
        """Hours pass; the shop changes its mind; the seller answers."""
        (order,) = self.shop.find_orders(digits, "en-US")
        self.shop.orders[order.id] = replace(order, **what.get("becomes", {}))
        if "seller" in what:
            given = SellerAnswer(
                kind=Answer(what["seller"]), proof=what.get("proof", False), share=what.get("share", 0)
            )
            self.ivr.engine.scenes.run(lambda scene: self._seller_says(scene, order.id, given))
        self.clock.advance(3600 * what.get("hours", 0))
        self.deadlines.sweep()

    def _seller_says(self, scene: Scene, order_id: str, given: SellerAnswer) -> None:
        claim = scene.uow.claims.of_order(order_id)
        assert claim is not None
        SellerAnswers(self.ivr.claims).answer(scene, claim.id, given, how="test")


def journeys() -> Iterator[dict[str, Any]]:
    """All of them, by file and in order."""
    for path in sorted(HERE.glob("*.yaml")):
        for journey in yaml.safe_load(path.read_text("utf-8")):
            yield {**journey, "file": path.stem}
