"""A customer claims something from a seller: what is wrong, whether it can be shown, what the seller offers."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ivr.domain.cases import CaseKind
from ivr.domain.dialogue.effects import Decide, EstimateWait, OpenCase
from ivr.domain.dialogue.questions import ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Intent
from ivr.domain.policy import Topic
from ivr.domain.policy.facts import CAUSES

CHOICES = ("take", "refuse")
"""What is said to an offer, in the order of their keys."""


def answer_cause(dialogue: Dialogue, intent: Intent) -> Step | None:
    """What is wrong, in words or by number; the last number is for everything else."""
    said = intent.slots.get("cause")
    if intent.name == "seller_claim" and said in CAUSES:
        return _claim(dialogue, str(said))
    index = intent.slots.get("index")
    if intent.name != "choice" or not isinstance(index, int):
        return None
    if index == len(CAUSES) + 1:
        return _something_else(dialogue)
    return _claim(dialogue, CAUSES[index - 1]) if 1 <= index <= len(CAUSES) else None


def _claim(dialogue: Dialogue, cause: str) -> Step | None:
    """Whoever began with a return has a claim from here on: a case of its own kind."""
    wanted = replace(dialogue, why=cause)
    if dialogue.want == CaseKind.SELLER_CLAIM or dialogue.order is None:
        return _decide(wanted)
    moved = replace(wanted, want=CaseKind.SELLER_CLAIM.value, explaining=True)
    return Step(moved, (OpenCase(CaseKind.SELLER_CLAIM, dialogue.reason, dialogue.order.id),))


def _something_else(dialogue: Dialogue) -> Step:
    """Other reasons to return; of a claim, a person listens."""
    if dialogue.want == CaseKind.RETURN_REFUND:
        return Step(ask(dialogue, State.RETURN_REASON))
    return Step(dialogue, (EstimateWait(),))


def answer_evidence(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Whether it can be shown."""
    if intent.name not in ("yes", "no"):
        return None
    return _decide(replace(dialogue, evidence=intent.name))


def answer_offer(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Take the seller's offer, or not."""
    index = intent.slots.get("index")
    if intent.name != "choice" or index not in (1, 2):
        return None
    return _decide(dialogue, CHOICES[int(index) - 1])


def _decide(dialogue: Dialogue, choice: str = "") -> Step | None:
    if dialogue.order is None:
        return None
    asked = Decide(Topic.SELLER_CLAIM, dialogue.order.id, dialogue.case_id, dialogue.why, choice, dialogue.evidence)
    return Step(dialogue, (asked,))


CLAIM_ANSWERS: Mapping[State, Callable[[Dialogue, Intent], Step | None]] = {
    State.CLAIM_CAUSE: answer_cause,
    State.CLAIM_EVIDENCE: answer_evidence,
    State.CLAIM_OFFER: answer_offer,
}
