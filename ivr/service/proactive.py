"""News about orders: each opens its case, and is brought to the customer in the way they agreed to.

By telephone if they agreed to calls (outreach.py rings), else by text; whoever agreed to neither hears it when they
call. News that leaves them a choice is given to a person where nobody could be told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from ivr.domain.cases import Case, CaseStatus, Customer
from ivr.domain.handovers import Handover
from ivr.domain.messages import MessageKind
from ivr.domain.orders import Order
from ivr.domain.outreach import ABOUT, TO_SETTLE, News, Outreach, OutreachStatus, outreach_key
from ivr.errors import Conflict, NotFound, ShopRefused, ShopUnavailable
from ivr.service.cases import Opening, open_case
from ivr.service.fulfilment import Fulfilment, SearchState
from ivr.service.notices import Addressee, Notices
from ivr.service.opting import has_opted_out
from ivr.service.ports import Commerce
from ivr.service.scenes import Scene, Scenes
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id, record

log = structlog.get_logger(__name__)

LOOK_EVERY: Final = timedelta(hours=6)
"""So often the shop is asked whether a search has found something."""
ASK_AGAIN: Final = timedelta(minutes=10)
BATCH: Final = 50
WRITES: Final = {News.SUBSCRIPTION: MessageKind.RENEWAL}
"""News that has a message of its own."""


def declined(number: str) -> str:
    """What is kept of a number that wants no calls with news; promised callbacks still ring."""
    return f"news:{number}"


@dataclass(frozen=True)
class Proactive:
    """Takes news in."""

    scenes: Scenes
    commerce: Commerce | None
    """None: there are no orders, and no news of them."""
    notices: Notices

    def happened(self, kind: News, order_id: str) -> bool:
        """News of one order; False: it is known already. Raises NotFound, ShopUnavailable, Conflict."""
        order = self.order(order_id)
        if order is None:
            raise NotFound("the shop has no such order; give all seventeen digits")
        return self.scenes.run(lambda scene: self.take(scene, kind, order))

    def order(self, order_id: str) -> Order | None:
        """As the shop tells it. Raises ShopUnavailable."""
        return self.commerce.order(order_id, "en-US") if self.commerce is not None else None

    def defect(self, shop: Fulfilment, batch: str) -> tuple[int, int]:
        """A defect in a batch: how many orders it has, and how many of their customers are told now."""
        orders: Sequence[Order] = shop.orders_of_batch(batch, "en-US")
        return len(orders), sum(self.happened(News.DEFECT, order.id) for order in orders)

    def take(
        self,
        scene: Scene,
        kind: News,
        order: Order,
        *,
        asked: bool = False,
        key: str = "",
        details: Mapping[str, str] | None = None,
    ) -> bool:
        """In the caller's step. `asked`: it answers what the customer asked for, so a message needs no consent."""
        uow, now, key = scene.uow, scene.now, key or outreach_key(order.id, kind)
        if uow.outreaches.of_key(key) is not None:
            return False
        case = _case(uow, kind, order, now)
        record(uow, now, "order_news", subject=case, data={"news": kind.value, "agreed": list(order.news_by)})
        outreach = Outreach(
            id=new_id(), key=key, kind=kind, case_id=case.id, order_id=order.id, details=details,
            number=order.number, email=order.email, due_at=now, created_at=now,
        )  # fmt: skip
        uow.outreaches.add(outreach)
        if "call" not in order.news_by or has_opted_out(uow, declined(order.number)):
            self.write_instead(uow, outreach, now, "no_calls", may_write=asked or "text" in order.news_by)
        return True

    def write_instead(
        self, uow: UnitOfWork, outreach: Outreach, now: datetime, reason: str, *, may_write: bool = True
    ) -> None:
        """Nobody is rung any more: by message, else a person sees to it if something is to be decided."""
        case = uow.cases.get(outreach.case_id)
        told = None
        if case is not None and may_write and not outreach.is_over(now):
            kind = WRITES.get(outreach.kind, MessageKind.NEWS)
            by_mail = outreach.email if kind is MessageKind.NEWS else ""  # a word in answer is heard by text only
            told = self.notices.write(uow, case, kind, Addressee(number=outreach.number, email=by_mail), now)
        outreach.end(OutreachStatus.WRITTEN if told else OutreachStatus.UNREACHED, now, reason)
        if told is None:
            record(uow, now, "news_untold", subject=case, data={"news": outreach.kind.value, "reason": reason})
        if told is None and case is not None and outreach.kind in TO_SETTLE and case.status is CaseStatus.OPEN:
            case.move(CaseStatus.WAITING_AGENT)


@dataclass(frozen=True)
class SearchWatch:
    """Asks the shop about searches that run; their ends are news."""

    proactive: Proactive
    shop: Fulfilment

    def sweep(self) -> None:
        """One round; safe in several processes."""
        scenes = self.proactive.scenes
        for _ in range(BATCH):
            with scenes.store.read() as uow:
                found = uow.handovers.watched(scenes.clock.now())
            if found is None or not self._look(found.key):
                return

    def _look(self, key: str) -> bool:
        scenes = self.proactive.scenes
        with scenes.store.read() as uow:
            settlement = uow.settlements.get(key)
        assert settlement is not None, "a handover belongs to a settlement"
        try:
            order = self.proactive.order(settlement.order_id)
            state: SearchState | None = self.shop.search_state(settlement.order_id)
        except ShopUnavailable as error:
            log.warning("search_unanswered", error=str(error))
            order, state = None, None
        except ShopRefused:
            order, state = None, SearchState.NOT_FOUND
        try:
            scenes.run(lambda scene: self._write_down(scene, key, order, state, settlement.until_at or scene.now))
        except Conflict:
            return False
        return state is not None

    def _write_down(
        self, scene: Scene, key: str, order: Order | None, state: SearchState | None, until_at: datetime
    ) -> None:
        handover = scene.uow.handovers.get(key)
        if handover is None or handover.watch_at is None or handover.watch_at > scene.now:
            return
        if state is None:
            handover.watch_at = scene.now + ASK_AGAIN
        elif state is SearchState.RUNNING and scene.now < until_at:
            handover.watch_at = min(until_at, scene.now + LOOK_EVERY)
        else:  # what is not found when the customer was told to hear of it, is lost
            self._over(scene, handover, order, News.FOUND if state is SearchState.FOUND else News.LOST)

    def _over(self, scene: Scene, handover: Handover, order: Order | None, kind: News) -> None:
        handover.watch_at = None
        case = scene.uow.cases.get(handover.case_id)
        record(scene.uow, scene.now, "search_over", subject=case, data={"found": kind is News.FOUND})
        if order is not None:
            self.proactive.take(scene, kind, order, asked=True)


def _case(uow: UnitOfWork, kind: News, order: Order, now: datetime) -> Case:
    """The customer's open case about it, or a new one; settled ones are not opened again."""
    customer = uow.customers.by_number(order.number)
    if customer is None:
        customer = Customer(id=new_id(), number=order.number)
        uow.customers.add(customer)
    opening = Opening(
        kind=ABOUT[kind], customer_id=customer.id, order_id=order.id, words="", locale=customer.locale, source="news"
    )
    return open_case(uow, now, opening)
