"""A turn at the carrier's card terminal: `<Pay>`, whose digits never come to us."""

from collections.abc import Sequence
from typing import Final

from twilio.twiml.voice_response import VoiceResponse

from ivr.domain.turn import Turn
from ivr.phone.payments import PAY_LANGUAGES
from ivr.phone.twiml_say import Spoken, say

TRIES: Final = 3
SECONDS: Final = 10
"""Between two keys: people look for their card."""


def pay(response: VoiceResponse, turn: Turn, texts: Sequence[Spoken], *, connector: str, paid_path: str) -> None:
    """Say what comes, then let the carrier ask for number, date and security code, and charge."""
    charge = turn.charge
    say(response, texts, slow=turn.slow)
    if charge is None:
        return
    response.pay(
        action=paid_path,
        payment_connector=connector,
        charge_amount=charge.amount,
        currency=charge.currency.lower(),
        description=charge.description,
        language=PAY_LANGUAGES.get(turn.locale, "en-US"),
        max_attempts=TRIES,
        timeout=SECONDS,
        postal_code=False,
    )


def outcome(result: str) -> str:
    """What `Result` means: paid, declined, failed (surely nothing was charged), unclear."""
    return _OUTCOMES.get(result, "unclear")


_OUTCOMES: Final = {
    "success": "paid",
    "payment-connector-error": "declined",
    "too-many-failed-attempts": "failed",
    "caller-interrupted-with-star": "failed",
    "caller-hung-up": "failed",
    "validation-error": "failed",
}
"""Of Twilio's results; `internal-error` and what is new say nothing about the money."""
