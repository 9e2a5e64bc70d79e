"""Tells the shop what was changed about accounts: tried until it has it, or a person has to decide."""

from dataclasses import dataclass, field
from functools import partial

import structlog

from ivr.domain.accounts import AccountChange, ChangeStatus
from ivr.domain.cases import CaseStatus
from ivr.domain.handovers import LEASE, retry_handover_at
from ivr.errors import Conflict, ShopRefused, ShopUnavailable
from ivr.service.breaker import Breaker
from ivr.service.customer_accounts import CustomerAccounts
from ivr.service.scenes import Scene, Scenes
from ivr.service.shop_answers import answer_of, while_due
from ivr.service.timeline import record

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class AccountSweep:
    """Any number of processes may run one, as service.handovers.HandoverSweep."""

    scenes: Scenes
    shop: CustomerAccounts
    breaker: Breaker = field(default_factory=Breaker)

    def sweep(self) -> None:
        """One round."""
        while_due(self.scenes, self.breaker, lambda uow, now: uow.account_changes.due(now), self._next)

    def _next(self) -> bool:
        try:
            change = self.scenes.run(_claim)
            if change is not None:
                answer = answer_of(self.breaker, partial(self.shop.carry_out, change))
                self.scenes.run(partial(_write_down, key=change.key, tries=change.tries, answer=answer))
        except Conflict:
            log.info("account_change_settled_by_another")
            return False
        return change is not None


def _claim(scene: Scene) -> AccountChange | None:
    change = scene.uow.account_changes.due(scene.now)
    if change is not None:
        change.tries, change.due_at = change.tries + 1, scene.now + LEASE
    return change


def _write_down(scene: Scene, key: str, tries: int, answer: ShopRefused | ShopUnavailable | None) -> None:
    change = scene.uow.account_changes.get(key)
    if change is None or change.status is not ChangeStatus.WAITING or change.tries != tries:
        return
    again_at = retry_handover_at(change.tries, scene.now) if isinstance(answer, ShopUnavailable) else None
    if again_at is not None:
        change.due_at = again_at
        return
    case = scene.uow.cases.get(change.case_id)
    if answer is None:
        change.end(ChangeStatus.DONE, scene.now)
        record(scene.uow, scene.now, "account_change_told", subject=case, data={"kind": change.kind.value})
        return
    reason = answer.reason if isinstance(answer, ShopRefused) else "shop_unavailable"
    change.end(ChangeStatus.FAILED, scene.now, reason)
    data = {"kind": change.kind.value, "reason": reason}
    record(scene.uow, scene.now, "account_change_failed", subject=case, data=data)
    if case is not None and case.status in (CaseStatus.RESOLVED, CaseStatus.OPEN):
        case.move(CaseStatus.WAITING_AGENT)
