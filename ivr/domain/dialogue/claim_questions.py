"""What is asked about claims against sellers: of the customer, and of the seller."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from ivr.domain.claims import SHARES
from ivr.domain.dialogue.asking import Question, boolean, by_number
from ivr.domain.dialogue.values import Dialogue, State
from ivr.domain.hearing import Pace
from ivr.domain.intents import Builtin, Expects
from ivr.domain.money import spoken_money
from ivr.domain.policy.facts import CAUSES
from ivr.domain.turn import At, Phrase, Say, SayArg

CLAIM_DIGITS: Final = (7, 8, 9)
"""Digits of a claim's number: its case's."""


def _cause(d: Dialogue) -> Question:
    return by_number(Say("ask_claim_cause"), len(CAUSES) + 1, "seller_claim")


def _evidence(d: Dialogue) -> Question:
    return boolean(Say("ask_claim_evidence"))


def _offer(d: Dialogue) -> Question:
    return by_number(Say("ask_claim_offer"), 2)


def _number(d: Dialogue) -> Question:
    expects = Expects(builtins=(Builtin.DIGITS,), digit_lengths=CLAIM_DIGITS)
    say = (Say("ask_claim_number"),)
    return Question(say, expects, key_count=max(CLAIM_DIGITS), pace=Pace.DIGITS, wait_seconds=8)


def _answer(d: Dialogue) -> Question:
    claim = d.claim
    if claim is None:
        raise ValueError("no claim to answer")
    args: dict[str, SayArg] = {
        "item": claim.item,
        "amount": spoken_money(claim.amount_minor, claim.currency),
        "what": Phrase(f"cause_{claim.cause}"),
        "until": At(claim.due_at, d.caller.zone, claim.now),
    }
    asked = by_number(Say("ask_claim_answer"), 3, "claim_answer")
    return replace(asked, say=(Say("claim_told", args), *asked.say))


def _proof(d: Dialogue) -> Question:
    return boolean(Say("ask_claim_proof"))


def _share(d: Dialogue) -> Question:
    return by_number(Say("ask_claim_share"), len(SHARES))


CLAIM_QUESTIONS: Final[Mapping[State, Callable[[Dialogue], Question]]] = {
    State.CLAIM_CAUSE: _cause,
    State.CLAIM_EVIDENCE: _evidence,
    State.CLAIM_OFFER: _offer,
    State.SELLER_NUMBER: _number,
    State.SELLER_ANSWER: _answer,
    State.SELLER_PROOF: _proof,
    State.SELLER_SHARE: _share,
}
