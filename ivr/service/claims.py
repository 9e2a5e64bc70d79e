"""Claims of customers against sellers: opened, decided and paid, each in one transaction with its timeline."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ivr.domain.cases import Case, CaseStatus
from ivr.domain.claim_notices import NoticeKind
from ivr.domain.claims import OFFER_STANDS, Claim, ClaimState
from ivr.domain.dialogue.effects import Decide
from ivr.domain.dialogue.heard import Decided
from ivr.domain.money import minor_units
from ivr.domain.orders import Order
from ivr.domain.policy import Decision, Facts, Rules, Ruling, Topic, decide
from ivr.domain.policy.claim_facts import asking_facts, deciding_facts
from ivr.domain.policy.gathering import REFUNDS_SPAN, Request, gather, settled_at
from ivr.domain.policy.rules import Payer
from ivr.domain.policy.stored import as_data
from ivr.domain.sellers import Seller
from ivr.domain.settlements import FINAL, Settlement, SettlementKind, settlement_key
from ivr.domain.staff import AuditLine
from ivr.service.cases import resolve_case
from ivr.service.claim_notices import ClaimNotices
from ivr.service.countries import country_of
from ivr.service.handovers import settle
from ivr.service.ports import Clock, Commerce, NumberRules
from ivr.service.sellers import Sellers
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id, record
from ivr.service.trust import TrustRecord

AUTOMATIC = "rules"
"""Who has decided, in the audit log, where nobody of the staff has."""
TAKE, REFUSE = "take", "refuse"
"""What a customer says to an offer."""


@dataclass(frozen=True)
class ClaimCase:
    """A claim with its case, in an open transaction."""

    uow: UnitOfWork
    claim: Claim
    case: Case
    now: datetime


@dataclass(frozen=True)
class ClaimDesk:
    """Opens and decides. A second claim or payment breaks a key: the step runs again and sees the first."""

    clock: Clock
    commerce: Commerce
    sellers: Sellers
    rules: Rules
    notices: ClaimNotices
    trust: TrustRecord
    numbers: NumberRules

    # --- what the customer asks -------------------------------------------------------------------------------

    def decide(self, uow: UnitOfWork, case: Case, request: Request, wanted: Decide) -> Decided:
        """What the rules say to a caller who claims something; done at once where nothing is left to choose."""
        now, order = self.clock.now(), request.order
        claim = uow.claims.of_order(order.id)
        if claim is not None and claim.state is ClaimState.ANSWERED and wanted.choice in (TAKE, REFUSE):
            claim.offer_taken = wanted.choice == TAKE
            return self._told(uow, self.settle(ClaimCase(uow, claim, case, now), order), request, wanted)
        asked = gather(request, now)
        facts = replace(asked, values={**asked.values, **asking_facts(wanted.reason, wanted.evidence, claim)})
        ruling = decide(self.rules, Topic.SELLER_CLAIM, facts, now.date())
        record(uow, now, "decided", subject=case, data=as_data(ruling, now.date()))
        if ruling.decision is Decision.CLAIM:
            self._open(uow, case, order, ruling, wanted)
        elif ruling.decision is Decision.AGENT and claim is not None:
            self._reopen(ClaimCase(uow, claim, case, now))
        return self._told(uow, ruling, request, wanted)

    def _reopen(self, of: ClaimCase) -> None:
        """A person looks at it, in the case that the customer is speaking about now; what is paid stays paid."""
        of.claim.case_id = of.case.id
        if of.claim.state is ClaimState.DECIDED:
            of.claim.move(ClaimState.ESCALATED)
        self.escalate(of)

    def _told(self, uow: UnitOfWork, ruling: Ruling, request: Request, wanted: Decide) -> Decided:
        claim, before = uow.claims.of_order(request.order.id), request.settled
        offered = claim is not None and ruling.decision is Decision.OFFER
        price = claim.amount_minor if claim is not None else 0
        return Decided(
            ruling,
            request.order,
            self.clock.now(),
            choice=wanted.choice,
            settled_at=settled_at(before),
            settled_minor=next((one.amount_minor for one in before if one.kind in FINAL), 0),
            claim_minor=price * claim.share // 100 if claim is not None and offered else price,
            claim_due_at=claim.due_at if claim is not None else None,
        )

    def _open(self, uow: UnitOfWork, case: Case, order: Order, ruling: Ruling, wanted: Decide) -> None:
        now, seller = self.clock.now(), self.sellers.of_order(order.id)
        assert seller is not None, "only what a seller sold is claimed from one"
        claim = Claim(
            id=new_id(),
            case_id=case.id,
            order_id=order.id,
            seller_id=seller.id,
            number=order.number,
            cause=wanted.reason,
            evidence=wanted.evidence or "none",
            amount_minor=minor_units(order.amount, order.currency) or 0,
            currency=ruling.facts.currency,
            opened_at=now,
            holds_seller=ruling.rule.holds_seller,
        )
        claim.due_at = now + timedelta(hours=ruling.rule.hours)
        claim.move(ClaimState.WAITING_FOR_SELLER)
        uow.claims.add(claim)
        data = {"seller": seller.name, "cause": claim.cause, "due_at": claim.due_at.isoformat(), "rule": ruling.rule.id}
        record(uow, now, "claim_opened", subject=case, data=data)
        if claim.holds_seller:
            record(uow, now, "seller_held", subject=case, data={"seller": seller.name})
        self.trust.add(uow, claim, now, "opened", {"held": claim.holds_seller})
        for kind in (NoticeKind.ASKED, NoticeKind.REMINDER):
            self.notices.to_seller(uow, claim, seller, kind, now)

    # --- what follows from an answer, or from none ------------------------------------------------------------

    def settle(self, of: ClaimCase, order: Order | None) -> Ruling:
        """Decide a claim by the rules as things stand now, and do what they say."""
        ruling = decide(self.rules, Topic.CLAIM_OUTCOME, self._facts(of, order), of.now.date())
        record(of.uow, of.now, "decided", subject=of.case, data=as_data(ruling, of.now.date()))
        of.claim.rule_id = ruling.rule.id
        match ruling.decision:
            case Decision.APPROVE:
                assert ruling.rule.pays is not None, "content/policy_rules.py sees to it"
                self.pay(of, ruling.amount_minor, ruling.rule.pays)
            case Decision.DENY:
                self.deny(of)
            case Decision.TELL:
                self.close(of, "settled_otherwise")
            case _:
                of.claim.move(ClaimState.ESCALATED)
                of.claim.due_at = None
                self.escalate(of)
                self._tell_customer(of, NoticeKind.CALL)
        return ruling

    def offered(self, of: ClaimCase) -> None:
        """The seller offers a part: the customer has some days to take it."""
        of.claim.move(ClaimState.ANSWERED)
        of.claim.due_at = of.now + OFFER_STANDS
        self._tell_customer(of, NoticeKind.CALL)

    def _facts(self, of: ClaimCase, order: Order | None) -> Facts:
        """Of an order that the shop does not tell any more nothing makes sense: a person looks at it."""
        claim, now = of.claim, of.now
        if order is None:
            return Facts({**deciding_facts(claim, now), "settled": "none", "data_ok": False}, claim.currency)
        request = Request(
            order=order,
            caller=claim.number,
            country=country_of(self.numbers, claim.number),
            settled=of.uow.settlements.of_order(claim.order_id),
            refunds=of.uow.settlements.count_final(claim.number, now - REFUNDS_SPAN),
            sold_by_seller=True,
        )
        known = gather(request, now)
        return replace(known, values={**known.values, **deciding_facts(claim, now)})

    def pay(self, of: ClaimCase, minor: int, payer: Payer, *, by: str = AUTOMATIC) -> None:
        """Refund the customer, charge whoever bears it. The settlement's key allows it once. Raises IllegalMove."""
        claim = of.claim
        claim.move(ClaimState.DECIDED)
        claim.pay(minor, payer)
        settle(
            of.uow,
            Settlement(
                key=settlement_key(claim.order_id, SettlementKind.REFUND),
                kind=SettlementKind.REFUND,
                order_id=claim.order_id,
                number=claim.number,
                case_id=of.case.id,
                rule_id=claim.rule_id,
                amount_minor=minor,
                currency=claim.currency,
                at=of.now,
            ),
            of.now,
        )
        paid = {"amount_minor": minor, "currency": claim.currency}
        record(of.uow, of.now, "settled", subject=of.case, data={"kind": "refund", "rule": claim.rule_id, **paid})
        charged = {"payer": payer.value, "seller": claim.seller_id, **paid}
        record(of.uow, of.now, "claim_charged", subject=of.case, data=charged)
        self._end(of, "claim_paid", {**charged, "by": by})
        self._tell_customer(of, NoticeKind.PAID)

    def deny(self, of: ClaimCase, *, by: str = AUTOMATIC) -> None:
        """Nothing is paid; the customer may ask for a person. Raises IllegalMove."""
        of.claim.move(ClaimState.DECIDED)
        self._end(of, "claim_denied", {"by": by})
        self._tell_customer(of, NoticeKind.CALL)

    def close(self, of: ClaimCase, why: str) -> None:
        """It ended otherwise. Raises IllegalMove."""
        of.claim.move(ClaimState.CLOSED)
        self._end(of, "claim_closed", {"why": why})

    def _end(self, of: ClaimCase, what: str, data: dict[str, object]) -> None:
        """The case is resolved, the audit log and the seller's trust record have it, the seller is told."""
        claim, uow = of.claim, of.uow
        claim.decided_at, claim.due_at = of.now, None
        about = {"rule": claim.rule_id, "cause": claim.cause, **data}
        record(uow, of.now, what, subject=of.case, data=about)
        if of.case.status is not CaseStatus.CLOSED:
            resolve_case(uow, of.now, of.case, what)
        log = AuditLine(
            id=new_id(), at=of.now, user_id="", name=str(data.get("by", AUTOMATIC)), what=what, about=of.case.number,
            data=about,
        )  # fmt: skip
        uow.staff.log(log)
        outcome = {"rule": claim.rule_id, "charged_minor": claim.charged_minor, "currency": claim.currency}
        self.trust.add(uow, claim, of.now, what, {**outcome, "answer": claim.answer.value if claim.answer else "none"})
        if (seller := self.seller(claim)) is not None:
            kind = NoticeKind.CHARGED if claim.charged_minor else NoticeKind.ENDED
            self.notices.to_seller(uow, claim, seller, kind, of.now)

    def escalate(self, of: ClaimCase, *, by: str = AUTOMATIC) -> None:
        """A person is wanted: from now on the time until one has it in hand is taken."""
        if of.claim.escalate(of.now):
            record(of.uow, of.now, "claim_escalated", subject=of.case, data={"cause": of.claim.cause, "by": by})

    def _tell_customer(self, of: ClaimCase, kind: NoticeKind) -> None:
        self.notices.to_customer(of.uow, of.claim, of.case, kind, of.now)

    def seller(self, claim: Claim) -> Seller | None:
        """As the shop has them on file now."""
        return self.sellers.get(claim.seller_id)
