"""What rules may ask about a claim against a seller."""

from datetime import datetime

from ivr.domain.claims import Claim, ClaimState
from ivr.domain.policy.facts import Value

STANDS = {
    ClaimState.OPENED: "waiting",
    ClaimState.WAITING_FOR_SELLER: "waiting",
    ClaimState.ANSWERED: "offered",
    ClaimState.ESCALATED: "escalated",
    ClaimState.DECIDED: "denied",
    ClaimState.PAID: "closed",
    ClaimState.CLOSED: "closed",
}


def asking_facts(cause: str, evidence: str, claim: Claim | None) -> dict[str, Value]:
    """Of a customer who claims something; `claim`: the one that there is about this order."""
    return {
        "cause": cause or "none",
        "evidence": evidence or "none",
        "claim": STANDS[claim.state] if claim is not None else "none",
    }


def deciding_facts(claim: Claim, now: datetime) -> dict[str, Value]:
    """Of a claim that is to be decided."""
    facts: dict[str, Value] = {
        "cause": claim.cause,
        "evidence": claim.evidence,
        "claim": STANDS[claim.state],
        "seller_answer": claim.answer.value if claim.answer else "none",
        "seller_proof": claim.proof,
        "offer_taken": claim.offer_taken,
        "answer_overdue": claim.due_at is not None and now >= claim.due_at,
    }
    return facts | ({"share": claim.share} if claim.offer_taken else {})
