"""A person decides a claim that was taken to them: who pays, or nobody; with a reason in timeline and audit log."""

from dataclasses import dataclass
from typing import Final

from ivr.domain.claims import ClaimState
from ivr.domain.policy.rules import Payer
from ivr.domain.settlements import FINAL
from ivr.errors import CallbackRefused, IllegalMove, NotFound
from ivr.service.claims import ClaimCase, ClaimDesk
from ivr.service.scenes import Scene, Scenes
from ivr.service.staff_log import Member, log_act
from ivr.service.supervising import read_reason
from ivr.service.timeline import record

DENY: Final = "deny"
RULINGS: Final = (*(payer.value for payer in Payer), DENY)
BY_PERSON: Final = "person"
"""In the place of a rule's id."""


@dataclass(frozen=True)
class ClaimRulings:
    """The use case."""

    scenes: Scenes
    desk: ClaimDesk

    def rule(self, member: Member, claim_id: str, ruling: str, reason: str) -> None:
        """Refund at somebody's cost, or deny.

        Raises NotFound, CallbackRefused (`staff_reason`, `ruling`), IllegalMove.
        """
        if ruling not in RULINGS:
            raise CallbackRefused("ruling", f"a claim is decided by one of {', '.join(RULINGS)}")
        why = read_reason(reason)
        self.scenes.run(lambda scene: self._rule(scene, member, claim_id, ruling, why))

    def _rule(self, scene: Scene, member: Member, claim_id: str, ruling: str, why: str) -> None:
        uow, now = scene.uow, scene.now
        claim = uow.claims.get(claim_id)
        case = uow.cases.get(claim.case_id) if claim is not None else None
        if claim is None or case is None:
            raise NotFound("there is no such claim")
        if claim.state is not ClaimState.ESCALATED:
            raise IllegalMove(f"this claim is {claim.state}: only one that was taken to a person is decided by one")
        data = {"by": member.name, "ruling": ruling, "reason": why}
        record(uow, now, "claim_ruled", subject=case, data=data)
        log_act(uow, now, member, "claim_ruled", about=case.number, data=data)
        claim.rule_id, claim.attended_at = BY_PERSON, claim.attended_at or now
        of = ClaimCase(uow, claim, case, now)
        if any(row.kind in FINAL for row in uow.settlements.of_order(claim.order_id)):
            self.desk.close(of, "settled_otherwise")
        elif ruling == DENY:
            self.desk.deny(of, by=member.name)
        else:
            self.desk.pay(of, claim.amount_minor, Payer(ruling), by=member.name)
