"""What the carrier's card terminal tells: of its fields only the outcome and the provider's name for it are kept."""

from collections.abc import Mapping
from typing import Final

from ivr.domain.dialogue.account_talk import Paid
from ivr.phone.twiml_pay import outcome

LONGEST: Final = 64


def paid_of(told: Mapping[str, str]) -> Paid:
    """The outcome, and the provider's own name for the payment."""
    return Paid(outcome(told), told.get("PaymentConfirmationCode", "")[:LONGEST])
