"""Carries out what concerns claims in a seller's call."""

from dataclasses import dataclass

from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue import heard
from ivr.service.claims import ClaimDesk
from ivr.service.exchange import Exchange
from ivr.service.seller_answers import SellerAnswers


@dataclass(frozen=True)
class SellerCalls:
    """Who calls from a seller's telephone on file may answer that seller's claims, no others."""

    answers: SellerAnswers | None = None
    """None: the shop has no sellers."""

    @classmethod
    def of(cls, desk: ClaimDesk) -> "SellerCalls":
        """Over the claims of a shop."""
        return cls(SellerAnswers(desk))

    def carry_out(self, exchange: Exchange, effect: wanted.Effect) -> heard.Result | None:
        """Do one effect."""
        number = exchange.call.from_number or ""
        if self.answers is None:
            return heard.ClaimFound(None) if isinstance(effect, wanted.FindClaim) else None
        match effect:
            case wanted.FindClaim(digits):
                found = self.answers.find(exchange.uow, number, digits)
                if found.claim is not None:
                    exchange.call.case_id = found.claim.case_id
                return found
            case wanted.AnswerClaim():
                return self.answers.say(effect, exchange.scene)
            case wanted.EscalateClaim(claim_id):
                self.answers.escalate(exchange.scene, claim_id)
        return None
