"""What the carrier's card terminal tells: of all its fields two are read, and no other is kept, logged or passed on."""

from typing import Final

from ivr.domain.dialogue.account_talk import Paid
from ivr.phone.twiml_pay import outcome

LONGEST: Final = 64


def paid_of(result: str, confirmation: str) -> Paid:
    """The outcome, and the provider's own name for the payment."""
    return Paid(outcome(result), confirmation[:LONGEST])
