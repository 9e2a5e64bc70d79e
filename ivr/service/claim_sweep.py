"""What happens to claims without anybody's doing: deadlines pass, people attend to them, old ones are closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from ivr.domain.claims import KEPT, Claim, ClaimState
from ivr.errors import IvrError
from ivr.service.claims import ClaimCase, ClaimDesk
from ivr.service.scenes import Scene, Scenes
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record

log = structlog.get_logger(__name__)

LIMIT: Final = 100
ATTENDED: Final = frozenset({"agent_accepted", "joined", "note_added", "case_finished", "claim_ruled"})
"""Lines of the timeline that say that a person has a case in hand."""


@dataclass(frozen=True)
class ClaimSweep:
    """Safe to run in several processes: each claim is one short transaction that looks again."""

    scenes: Scenes
    desk: ClaimDesk

    def sweep(self) -> None:
        """One round."""
        for claim_id in self._overdue():
            try:
                self.scenes.run(lambda scene, claim_id=claim_id: self._expire(scene, claim_id))  # type: ignore[misc]
            except IvrError as error:  # one claim must not hold up the others
                log.error("claim_not_decided", claim=claim_id, code=error.code, error=str(error))
        if self._has_unattended():
            self.scenes.run(self._attend)
        self.scenes.run(self._close)

    def _overdue(self) -> list[str]:
        with self.scenes.store.read() as uow:
            return [claim.id for claim in uow.claims.overdue(self.scenes.clock.now(), LIMIT)]

    def _expire(self, scene: Scene, claim_id: str) -> None:
        """The deadline has passed, if it still has: the rules decide without the answer."""
        claim = scene.uow.claims.get(claim_id)
        case = scene.uow.cases.get(claim.case_id) if claim is not None else None
        if claim is None or case is None or claim.due_at is None or scene.now < claim.due_at:
            return
        who = "seller" if claim.state is ClaimState.WAITING_FOR_SELLER else "customer"
        record(scene.uow, scene.now, "claim_overdue", subject=case, data={"who": who, "cause": claim.cause})
        order = self.desk.commerce.order(claim.order_id, case.locale)
        self.desk.settle(ClaimCase(scene.uow, claim, case, scene.now), order)

    def _has_unattended(self) -> bool:
        with self.scenes.store.read() as uow:
            return bool(uow.claims.unattended())

    def _attend(self, scene: Scene) -> None:
        for claim in scene.uow.claims.unattended():
            claim.attended_at = _attended_at(scene.uow, claim)

    def _close(self, scene: Scene) -> None:
        """Nothing can be said against it any more."""
        for claim in scene.uow.claims.decided_before(scene.now - KEPT, LIMIT):
            claim.move(ClaimState.CLOSED)


def _attended_at(uow: UnitOfWork, claim: Claim) -> datetime | None:
    asked = claim.escalated_at
    events = uow.events.of_case(claim.case_id)
    return next((e.at for e in events if e.kind in ATTENDED and asked is not None and e.at >= asked), None)
