"""Asks the shop's rules about an order and does what they decide, in the call's own transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from ivr.domain.cases import Case
from ivr.domain.dialogue.effects import Decide
from ivr.domain.dialogue.heard import Decided
from ivr.domain.drop_offs import DropOff, nearest
from ivr.domain.handovers import FAILED
from ivr.domain.messages import Channel, MessageKind
from ivr.domain.orders import Order
from ivr.domain.outreach import News
from ivr.domain.policy import Decision, Rules, Ruling, Topic, decide
from ivr.domain.policy.facts import EXPRESS, MISSING_PART, WAIT
from ivr.domain.policy.gathering import REFUNDS_SPAN, Request, gather, settled_at, traced_at
from ivr.domain.policy.rules import Anchor
from ivr.domain.policy.stored import as_data
from ivr.domain.settlements import FINAL, SENT_BACK, Settlement, SettlementKind, settlement_key
from ivr.domain.variants import with_id
from ivr.errors import NotFound, ShopUnavailable
from ivr.service.cases import WORDS_LIMIT
from ivr.service.claims import ClaimDesk
from ivr.service.countries import country_of
from ivr.service.drop_offs import DropOffs
from ivr.service.guides import Guides, NoGuides, tried
from ivr.service.handovers import settle
from ivr.service.notices import Addressee, Notices
from ivr.service.ports import Clock, Commerce, NumberRules
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record

log = structlog.get_logger(__name__)

AT_ONCE = {
    Decision.KEEP_ITEM: SettlementKind.REFUND,
    Decision.REFUND_NOW: SettlementKind.REFUND,
    Decision.CREDIT: SettlementKind.CREDIT,
    Decision.SEND_PART: SettlementKind.PART,
    Decision.TRACE: SettlementKind.TRACE,
}
"""Done without a further question."""
CHOSEN = {
    (Decision.SEND_BACK, "drop_off"): SettlementKind.RETURN,
    (Decision.SEND_BACK, "label"): SettlementKind.RETURN,
    (Decision.SHARE, "share"): SettlementKind.REFUND,
    (Decision.EXCHANGE, "drop_off"): SettlementKind.EXCHANGE,
    (Decision.EXCHANGE, "label"): SettlementKind.EXCHANGE,
    (Decision.EXPEDITE, EXPRESS): SettlementKind.EXPEDITE,
    (Decision.SETTLE, "refund"): SettlementKind.REFUND,
    (Decision.SETTLE, "replacement"): SettlementKind.REPLACEMENT,
}
"""Done once it was chosen, if the rules still say so."""
NO_GUIDES = NoGuides()
PAGES = {Decision.LINK: MessageKind.ADDRESS}
"""Decided by a link to a page."""
PENDING = SENT_BACK | {SettlementKind.TRACE, SettlementKind.EXPEDITE}
"""Not over when it is settled."""
REFUNDED = frozenset({SettlementKind.REFUND}) | SENT_BACK
BACK = frozenset({Decision.SEND_BACK, Decision.EXCHANGE})


@dataclass(frozen=True)
class Asking:
    """One question to the rules: who asks, about which order, for which case."""

    uow: UnitOfWork
    case: Case
    order: Order
    caller: str | None
    """The number that calls, E.164."""
    locale: str


@dataclass(frozen=True)
class Care:
    """Decides and settles. A second settlement of one item breaks its key: the step runs again and sees the first."""

    clock: Clock
    commerce: Commerce
    numbers: NumberRules
    rules: Rules
    notices: Notices | None = None
    """None: nothing is told by message."""
    claims: ClaimDesk | None = None
    """None: the shop has no sellers."""
    shop_places: DropOffs | None = None
    """None: the shop knows no places to hand a return in."""
    guides: Guides = NO_GUIDES

    def asking(self, uow: UnitOfWork, wanted: Decide, *, caller: str | None, locale: str) -> Asking:
        """Read the case and the order again. Raises NotFound if the shop does not know the order any more."""
        case, order = uow.cases.get(wanted.case_id), self.commerce.order(wanted.order_id, locale)
        if case is None or order is None:
            raise NotFound("the shop no longer knows this order; look it up again by its number")
        return Asking(uow, case, order, caller, locale)

    def decide(self, asking: Asking, wanted: Decide) -> Decided:
        """The ruling, on the case's timeline, with what it leads to at once or by the choice."""
        now, uow, order = self.clock.now(), asking.uow, asking.order
        before = uow.settlements.of_order(order.id)
        steps = tried(uow, asking.case, self.guides.guide(order.kind, asking.locale))
        request = self._request(asking, wanted, before, now)
        if wanted.topic is Topic.SELLER_CLAIM and self.claims is not None:
            return self.claims.decide(uow, asking.case, request, wanted)
        request = replace(request, steps=steps.state(by_staff=wanted.by_staff))
        ruling = decide(self.rules, wanted.topic, gather(request, now), now.date())
        record(uow, now, "decided", subject=asking.case, data=as_data(ruling, now.date()))
        kind = AT_ONCE.get(ruling.decision) or CHOSEN.get((ruling.decision, wanted.choice))
        if kind is SettlementKind.PART and wanted.words:
            asking.case.summary = wanted.words[:WORDS_LIMIT]  # the shop has to know which one
        places = self._places(asking, ruling, wanted)
        if kind is not None:
            _settle(asking, ruling, kind, replace(wanted, places=places), now)
        page = MessageKind.RETURN if kind in SENT_BACK else PAGES.get(ruling.decision)
        told = self._tell(asking, page, now) if page is not None else None
        return Decided(
            ruling,
            order,
            now,
            payout=self._payout(ruling, now) if kind in REFUNDED else (),
            choice=wanted.choice if kind is not None else "",
            places=places,
            told=told.value if told else "",
            variant=_exchanged_for(order, wanted, before),
            settled_at=settled_at(before),
            settled_minor=next((one.amount_minor for one in before if one.kind in FINAL), 0),
            traced_at=traced_at(before) or now,
            guide=steps.guide,
            trail=steps.trail,
        )

    def _places(self, asking: Asking, ruling: Ruling, wanted: Decide) -> tuple[DropOff, ...]:
        """Nobody waits for a return because the shop does not tell them."""
        if ruling.decision not in BACK or self.shop_places is None:
            return ()
        if wanted.places is not None:
            return wanted.places
        try:
            return nearest(tuple(self.shop_places.drop_offs(asking.order.id, asking.locale)))
        except ShopUnavailable as error:
            log.warning("drop_offs_unknown", error=str(error))
            return ()

    def ruling(self, asking: Asking, wanted: Decide) -> Ruling:
        """What the rules say, and nothing more."""
        now, before = self.clock.now(), asking.uow.settlements.of_order(asking.order.id)
        return decide(self.rules, wanted.topic, gather(self._request(asking, wanted, before, now), now), now.date())

    def _tell(self, asking: Asking, page: MessageKind, now: datetime) -> Channel | None:
        """A page, by a message that is asked for in this moment: so at any hour."""
        if self.notices is None:
            return None
        order = asking.order
        addressee = Addressee(number=order.number, email=order.email, at_any_hour=True)
        return self.notices.write(asking.uow, asking.case, page, addressee, now)

    def _request(self, asking: Asking, wanted: Decide, before: Sequence[Settlement], now: datetime) -> Request:
        order, uow, lacks_part = asking.order, asking.uow, wanted.reason == MISSING_PART
        return Request(
            order=order,
            caller=asking.caller,
            country=country_of(self.numbers, order.number),
            reason=wanted.reason,
            waits=wanted.choice == WAIT,
            variant=wanted.variant,
            settled=before,
            payout_failed=_has_failed(uow, before),
            recalled=uow.outreaches.of_order(order.id, News.DEFECT) is not None,
            refunds=uow.settlements.count_final(order.number, now - REFUNDS_SPAN),
            parts=uow.settlements.count_parts(order.number, now - REFUNDS_SPAN) if lacks_part else None,
            sold_by_seller=self.claims is not None and self.claims.sellers.of_order(order.id) is not None,
        )

    def _payout(self, ruling: Ruling, now: datetime) -> tuple[str, ...]:
        if not ruling.amount_minor:
            return ()
        return decide(self.rules, Topic.PAYOUT, ruling.facts, now.date()).rule.reasons


def _has_failed(uow: UnitOfWork, settled: Sequence[Settlement]) -> bool:
    """Whether a refund among them was not carried out by the shop, for good."""
    refunds = (uow.handovers.get(one.key) for one in settled if one.kind is SettlementKind.REFUND)
    return any(handover is not None and handover.status in FAILED for handover in refunds)


def _settle(asking: Asking, ruling: Ruling, kind: SettlementKind, wanted: Decide, now: datetime) -> None:
    order = asking.order
    amount = 0 if kind is SettlementKind.TRACE else ruling.amount_minor
    settle(
        asking.uow,
        Settlement(
            key=settlement_key(order.id, kind),
            kind=kind,
            order_id=order.id,
            number=order.number,
            case_id=asking.case.id,
            rule_id=ruling.rule.id,
            way=wanted.choice if kind in SENT_BACK else "",
            variant=wanted.variant if kind is SettlementKind.EXCHANGE else "",
            amount_minor=amount,
            currency=ruling.facts.currency,
            at=now,
            until_at=_until(order, ruling, now) if kind in PENDING else None,
            places=wanted.places,
        ),
        now,
    )
    data = {"kind": kind.value, "amount_minor": amount, "currency": ruling.facts.currency, "rule": ruling.rule.id}
    if kind is SettlementKind.EXCHANGE:
        data["for"] = _exchanged_for(order, wanted, ())
    record(asking.uow, now, "settled", subject=asking.case, data=data)


def _exchanged_for(order: Order, wanted: Decide, before: Sequence[Settlement]) -> str:
    """As it is spoken; what the shop does not have any more is another one of the item."""
    variant = with_id(order.variants, wanted.variant or next((one.variant for one in before if one.variant), ""))
    return variant.label if variant is not None else order.item


def _until(order: Order, ruling: Ruling, now: datetime) -> datetime:
    """As the dialogue tells it."""
    rule = ruling.rule
    if ruling.decision is Decision.EXPEDITE and order.express_at is not None:
        return order.express_at
    begins = now if rule.counts_from is Anchor.TRACE else order.delivered_at or now
    return begins + timedelta(days=rule.days, hours=rule.hours)
