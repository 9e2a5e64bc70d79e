"""The use cases of the marketplace, for pages and the API."""

from dataclasses import dataclass

from ivr.domain.claims import Claim, SellerAnswer
from ivr.domain.service_levels import Level, Levels
from ivr.service.claim_rulings import ClaimRulings
from ivr.service.claims import ClaimDesk
from ivr.service.scenes import Scenes
from ivr.service.seller_answers import SellerAnswers


@dataclass(frozen=True)
class Marketplace:
    """Customer, seller and us."""

    scenes: Scenes
    desk: ClaimDesk
    levels: Levels
    """How soon people must be attended to."""

    @property
    def level(self) -> Level:
        """How soon a person must have an escalated claim in hand."""
        return self.levels.seller

    @property
    def answers(self) -> SellerAnswers:
        """Of sellers."""
        return SellerAnswers(self.desk)

    @property
    def rulings(self) -> ClaimRulings:
        """Of persons."""
        return ClaimRulings(self.scenes, self.desk)

    def answer(self, claim_id: str, given: SellerAnswer, *, how: str) -> Claim:
        """A seller's answer, in a transaction of its own. Raises NotFound, ClaimRefused."""
        return self.scenes.run(lambda scene: self.answers.answer(scene, claim_id, given, how=how))
