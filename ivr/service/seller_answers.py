"""Sellers answer claims: from their telephone, by a link, or by the API; one use case behind the three."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ivr.domain.cases import Case, is_case_number
from ivr.domain.claims import Answer, Claim, SellerAnswer
from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue import heard
from ivr.errors import ClaimRefused, NotFound
from ivr.service.claims import ClaimCase, ClaimDesk
from ivr.service.hashing import hashed
from ivr.service.scenes import Scene
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record

GUESSES: Final = 10
"""Claim numbers that do not fit, from one telephone in an hour."""
HOUR: Final = int(timedelta(hours=1).total_seconds())


@dataclass(frozen=True)
class SellerAnswers:
    """All in the caller's unit of work."""

    desk: ClaimDesk

    def find(self, uow: UnitOfWork, number: str, digits: str) -> heard.ClaimFound:
        """A claim by its number, for the seller whose telephone on file this is; other sellers' stay hidden."""
        seller, now = self.desk.sellers.by_number(number), self.desk.clock.now()
        key = hashed(f"claim:{number}")
        if seller is None or uow.guards.count_hit(key, now, HOUR) > GUESSES:
            return heard.ClaimFound(None)
        case = uow.cases.by_number(digits) if is_case_number(digits) else None
        claim = uow.claims.of_case(case.id) if case is not None else None
        if case is None or claim is None or claim.seller_id != seller.id:
            return heard.ClaimFound(None)
        uow.guards.take_hit_back(key, now)
        return heard.ClaimFound(self.view(claim, case))

    def view(self, claim: Claim, case: Case) -> heard.ClaimView:
        """What a seller is told of it: nothing about the customer but what they say is wrong."""
        now = self.desk.clock.now()
        order = self.desk.commerce.order(claim.order_id, case.locale)
        return heard.ClaimView(
            id=claim.id,
            case_id=case.id,
            case_number=case.number,
            item=order.item if order is not None else "",
            cause=claim.cause,
            amount_minor=claim.amount_minor,
            currency=claim.currency,
            due_at=claim.due_at or now,
            now=now,
            is_waiting=claim.answer is None and claim.due_at is not None and now < claim.due_at,
        )

    def say(self, effect: wanted.AnswerClaim, scene: Scene) -> heard.ClaimAnswered:
        """By telephone: what came of it is told, a refusal too."""
        given = SellerAnswer(kind=Answer(effect.answer), proof=effect.proof, share=effect.share)
        try:
            claim = self.answer(scene, effect.claim_id, given, how="phone")
        except ClaimRefused as refused:
            return heard.ClaimAnswered(refused.reason, 0, "")
        told = claim.refunded_minor or claim.amount_minor * claim.share // 100
        return heard.ClaimAnswered(given.kind.value, told, claim.currency)

    def answer(self, scene: Scene, claim_id: str, given: SellerAnswer, *, how: str) -> Claim:
        """Take an answer and do at once what follows from it. The same answer again changes nothing.

        Raises NotFound, ClaimRefused (`claim_over`, `claim_answered`, `claim_share`, `claim_reply`).
        """
        uow, now = scene.uow, scene.now
        claim = uow.claims.get(claim_id)
        case = uow.cases.get(claim.case_id) if claim is not None else None
        if claim is None or case is None:
            raise NotFound("there is no such claim")
        try:
            is_new = claim.take(given.checked(), now)
        except ClaimRefused as refused:
            record(uow, now, "claim_answer_refused", subject=case, data={"why": refused.reason, "how": how})
            raise
        if is_new:
            self._follow(ClaimCase(uow, claim, case, now), given, how)
        return claim

    def escalate(self, scene: Scene, claim_id: str) -> None:
        """A seller asks for a person: the time until one has it in hand is taken."""
        claim = scene.uow.claims.get(claim_id)
        case = scene.uow.cases.get(claim.case_id) if claim is not None else None
        if claim is not None and case is not None:
            self.desk.escalate(ClaimCase(scene.uow, claim, case, scene.now), by="seller")

    def _follow(self, of: ClaimCase, given: SellerAnswer, how: str) -> None:
        data = {"answer": given.kind.value, "proof": given.proof, "share": given.share, "reply": given.reply}
        record(of.uow, of.now, "claim_answered", subject=of.case, data={**data, "how": how})
        self.desk.trust.add(of.uow, of.claim, of.now, "answered", data)
        if given.kind is Answer.OFFER:
            self.desk.offered(of)
        else:
            self.desk.settle(of, self.desk.commerce.order(of.claim.order_id, of.case.locale))
