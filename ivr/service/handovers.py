"""Settlements are handed over to the shop: tried until it has carried them out, or a person has to decide.

A try is a commit that postpones the next one, the request, a commit that says what came of it. A process that dies in
between asks once more under the same key, which the shop carries out once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from ivr.domain.cases import Case, CaseStatus
from ivr.domain.handovers import LEASE, Handover, HandoverStatus, retry_handover_at
from ivr.domain.messages import MessageKind
from ivr.domain.settlements import SENT_BACK, Settlement, SettlementKind
from ivr.errors import Conflict, IllegalMove, NotFound, ShopRefused, ShopUnavailable
from ivr.service.breaker import Breaker
from ivr.service.fulfilment import Errand, Fulfilment, Receipt
from ivr.service.notices import Addressee, Notices
from ivr.service.scenes import Scene, Scenes
from ivr.service.shop_answers import answer_of, while_due
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record

log = structlog.get_logger(__name__)

LOOK_FIRST: Final = timedelta(hours=6)
"""So long after a search has begun the shop is first asked what became of it."""


@dataclass(frozen=True)
class Given:
    """One try."""

    errand: Errand
    tries: int


def settle(uow: UnitOfWork, settlement: Settlement, now: datetime) -> None:
    """Keep a settlement, and have the shop carry it out."""
    uow.settlements.add(settlement)
    uow.handovers.add(Handover(key=settlement.key, case_id=settlement.case_id, due_at=now, created_at=now))


@dataclass(frozen=True)
class HandoverSweep:
    """Any number of processes may run one: a claim is one conditional update of one row."""

    scenes: Scenes
    shop: Fulfilment
    breaker: Breaker = field(default_factory=Breaker)
    checkpoint: Callable[[str], None] = lambda name: None
    notices: Notices | None = None
    """Tells customers that something promised was not done; None: nobody is told."""

    def sweep(self) -> None:
        """One round."""
        while_due(self.scenes, self.breaker, lambda uow, now: uow.handovers.due(now), self._next)

    def _next(self) -> bool:
        try:
            given = self.scenes.run(_claim)
        except Conflict:
            return False
        if given is None:
            return False
        self.checkpoint("handover_claimed")
        answer = answer_of(self.breaker, partial(self.shop.carry_out, given.errand))
        self._settle(given, answer)
        return True

    def _settle(self, given: Given, answer: Receipt | ShopRefused | ShopUnavailable) -> None:
        try:
            self.scenes.run(partial(self._write_down, given=given, answer=answer))
        except Conflict:
            log.info("handover_settled_by_another")

    def _write_down(self, scene: Scene, given: Given, answer: Receipt | ShopRefused | ShopUnavailable) -> None:
        handover = scene.uow.handovers.get(given.errand.key)
        if handover is None or handover.status is not HandoverStatus.WAITING or handover.tries != given.tries:
            return
        match answer:
            case Receipt():
                _done(scene, handover, given.errand, answer)
            case ShopRefused():
                self._failed(scene, handover, given.errand, HandoverStatus.REFUSED, answer.reason)
            case _:
                again_at = retry_handover_at(handover.tries, scene.now)
                if again_at is None:
                    self._failed(scene, handover, given.errand, HandoverStatus.GIVEN_UP, "shop_unavailable")
                else:
                    handover.due_at = again_at

    def _failed(self, scene: Scene, handover: Handover, errand: Errand, status: HandoverStatus, reason: str) -> None:
        """What was promised is not done: the case waits for a person, with the reason, and the customer is told."""
        handover.end(status, scene.now, reason=reason)
        case = scene.uow.cases.get(handover.case_id)
        data = {"kind": errand.kind.value, "status": status.value, "reason": reason}
        record(scene.uow, scene.now, "handover_failed", subject=case, data=data)
        log.error("handover_failed", kind=errand.kind.value, status=status.value, reason=reason)
        if case is not None and case.status in (CaseStatus.RESOLVED, CaseStatus.OPEN):
            case.move(CaseStatus.WAITING_AGENT)
        settlement = scene.uow.settlements.get(handover.key)
        if self.notices is not None and case is not None and settlement is not None:
            self.notices.write(scene.uow, case, MessageKind.NEWS, Addressee(number=settlement.number), scene.now)


def _claim(scene: Scene) -> Given | None:
    handover = scene.uow.handovers.due(scene.now)
    settlement = scene.uow.settlements.get(handover.key) if handover else None
    if handover is None or settlement is None:
        return None
    handover.tries, handover.due_at = handover.tries + 1, scene.now + LEASE
    case = scene.uow.cases.get(settlement.case_id)
    return Given(_errand(settlement, case), handover.tries)


def _errand(settlement: Settlement, case: Case | None) -> Errand:
    return Errand(
        key=settlement.key,
        kind=settlement.kind,
        order_id=settlement.order_id,
        amount_minor=settlement.amount_minor,
        currency=settlement.currency,
        way=settlement.way,
        return_number=case.number if case is not None and settlement.kind in SENT_BACK else "",
        words=case.summary if case is not None and settlement.kind is SettlementKind.PART else "",
        variant=settlement.variant,
        rule_id=settlement.rule_id,
        at=settlement.at,
        answer_by=settlement.until_at if settlement.kind is SettlementKind.TRACE else None,
        promised_at=settlement.until_at if settlement.kind is SettlementKind.EXPEDITE else None,
    )


def _done(scene: Scene, handover: Handover, errand: Errand, receipt: Receipt) -> None:
    handover.end(HandoverStatus.DONE, scene.now, reference=receipt.reference)
    if errand.kind is SettlementKind.TRACE:
        handover.watch_at = scene.now + LOOK_FIRST
    data = {"kind": errand.kind.value, "reference": receipt.reference}
    record(scene.uow, scene.now, "handed_over", subject=scene.uow.cases.get(handover.case_id), data=data)


def try_again(uow: UnitOfWork, case_id: str, key: str, now: datetime, by: str) -> None:
    """A person has cleared the way. Raises NotFound; IllegalMove if it has not failed."""
    handover = uow.handovers.get(key)
    if handover is None or handover.case_id != case_id:
        raise NotFound("there is no such settlement; look at the case again")
    if handover.status in (HandoverStatus.WAITING, HandoverStatus.DONE):
        raise IllegalMove("it is carried out, or being tried, already; reload the page")
    handover.again(now)
    record(uow, now, "handover_again", subject=uow.cases.get(case_id), data={"by": by})
