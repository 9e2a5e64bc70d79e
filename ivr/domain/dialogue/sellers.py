"""A seller calls from the telephone on file: hears a claim, and accepts, disputes, or offers a part."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ivr.domain.claims import SHARES, Answer
from ivr.domain.dialogue.effects import AnswerClaim, EstimateWait, FindClaim
from ivr.domain.dialogue.heard import ClaimAnswered, ClaimFound
from ivr.domain.dialogue.questions import ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Intent
from ivr.domain.money import spoken_money
from ivr.domain.turn import Say, SayArg

TRIES = 3
ANSWERS = tuple(answer.value for answer in Answer)
"""In the order of their keys."""


def answer_number(dialogue: Dialogue, intent: Intent) -> Step | None:
    """The claim's number."""
    digits = intent.slots.get("value")
    return Step(dialogue, (FindClaim(digits),)) if intent.name == "digits" and isinstance(digits, str) else None


def claim_found(dialogue: Dialogue, result: object) -> Step:
    """Tell it and ask for the answer; one that is over is said to be over, and a person can be asked for."""
    assert isinstance(result, ClaimFound)
    claim = result.claim
    if claim is None:
        return _unknown(dialogue)
    known = replace(dialogue, claim=claim, case_id=claim.case_id, case_number=claim.case_number, now=claim.now)
    if not claim.is_waiting:
        return Step(ask(known, State.ANYTHING_ELSE, Say("claim_over")))
    return Step(ask(known, State.SELLER_ANSWER))


def _unknown(dialogue: Dialogue) -> Step:
    failures = dialogue.failures + 1
    if failures >= TRIES:
        return Step(replace(dialogue, preface=(Say("claim_unknown"),)), (EstimateWait(),))
    return Step(ask(dialogue, State.SELLER_NUMBER, Say("claim_unknown"), failures=failures))


def answer_claim(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Accept, dispute, offer: by key or word."""
    index, said = intent.slots.get("index"), intent.slots.get("answer")
    if intent.name == "choice" and isinstance(index, int) and 1 <= index <= len(ANSWERS):
        said = ANSWERS[index - 1]
    match said:
        case Answer.ACCEPT.value:
            return _answered(dialogue, Answer.ACCEPT)
        case Answer.DISPUTE.value:
            return Step(ask(dialogue, State.SELLER_PROOF))
        case Answer.OFFER.value:
            return Step(ask(dialogue, State.SELLER_SHARE))
    return None


def answer_proof(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Whether the seller can prove it."""
    if intent.name not in ("yes", "no"):
        return None
    return _answered(dialogue, Answer.DISPUTE, proof=intent.name == "yes")


def answer_share(dialogue: Dialogue, intent: Intent) -> Step | None:
    """How much of the price is offered."""
    index = intent.slots.get("index")
    if intent.name != "choice" or not isinstance(index, int) or not 1 <= index <= len(SHARES):
        return None
    return _answered(dialogue, Answer.OFFER, share=SHARES[index - 1])


def _answered(dialogue: Dialogue, answer: Answer, *, proof: bool = False, share: int = 0) -> Step | None:
    if dialogue.claim is None:
        return None
    return Step(dialogue, (AnswerClaim(dialogue.claim.id, answer.value, proof, share),))


def claim_answered(dialogue: Dialogue, result: object) -> Step:
    """Say what came of the answer."""
    assert isinstance(result, ClaimAnswered)
    key = f"claim_{result.outcome}" if result.outcome in ANSWERS else "claim_over"
    args: dict[str, SayArg] = {}
    if result.outcome in (Answer.ACCEPT, Answer.OFFER):
        args["amount"] = spoken_money(result.amount_minor, result.currency)
    return Step(ask(dialogue, State.ANYTHING_ELSE, Say(key, args)))


SELLER_ANSWERS: Mapping[State, Callable[[Dialogue, Intent], Step | None]] = {
    State.SELLER_NUMBER: answer_number,
    State.SELLER_ANSWER: answer_claim,
    State.SELLER_PROOF: answer_proof,
    State.SELLER_SHARE: answer_share,
}
