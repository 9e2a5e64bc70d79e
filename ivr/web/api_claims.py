"""Claims against sellers in the API: the shop's own systems answer for a seller, and read where a claim stands."""

from typing import Any, Final

from flask import Response

from ivr.domain.cases import Case, is_case_number
from ivr.domain.claims import Answer, Claim, SellerAnswer
from ivr.errors import CallbackRefused, NotFound
from ivr.web.api_answers import tagged
from ivr.web.api_bodies import read_body, read_text
from ivr.web.desk import Desk
from ivr.web.services import Services

FIELDS: Final = frozenset({"answer", "proof", "share", "reply"})


class ClaimsApi:
    """Handlers."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._store = services.store
        self._market = desk.market

    def claim(self, number: str) -> Response:
        """One claim, by its case's number."""
        return tagged(claim_json(*self._found(number)))

    def answer_claim(self, number: str) -> Response:
        """The seller's answer; the same again changes nothing."""
        given = _given()
        claim, _ = self._found(number)
        self._market.answer(claim.id, given, how="api")
        return tagged(claim_json(*self._found(number)))

    def _found(self, number: str) -> tuple[Claim, Case]:
        with self._store.read() as uow:
            case = uow.cases.by_number(number) if is_case_number(number) else None
            claim = uow.claims.of_case(case.id) if case is not None else None
        if case is None or claim is None:
            raise NotFound("no such claim")
        return claim, case


def _given() -> SellerAnswer:
    body = read_body(FIELDS)
    answer, share, proof = read_text(body, "answer"), body.get("share", 0), body.get("proof", False)
    if answer not in set(Answer):
        raise CallbackRefused("claim_answer", f"answer must be one of {', '.join(Answer)}")
    if not isinstance(share, int) or isinstance(share, bool) or not isinstance(proof, bool):
        raise CallbackRefused("type", "share must be a whole number, proof true or false")
    return SellerAnswer(kind=Answer(answer), proof=proof, share=share, reply=read_text(body, "reply"))


def claim_json(claim: Claim, case: Case) -> dict[str, Any]:
    """A claim as programs see it; instants are UTC."""
    return {
        "case": case.number,
        "order": claim.order_id,
        "seller": claim.seller_id,
        "cause": claim.cause,
        "state": claim.state.value,
        "amount_minor": claim.amount_minor,
        "currency": claim.currency,
        "opened_at": claim.opened_at.isoformat(),
        "due_at": claim.due_at.isoformat() if claim.due_at else None,
        "answer": claim.answer.value if claim.answer else None,
        "proof": claim.proof,
        "share": claim.share,
        "reply": claim.reply,
        "rule": claim.rule_id,
        "payer": claim.payer.value if claim.payer else None,
        "refunded_minor": claim.refunded_minor,
        "charged_minor": claim.charged_minor,
        "held": claim.holds_seller and claim.is_open,
    }
