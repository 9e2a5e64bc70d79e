"""A turn at the carrier's card terminal: `<Pay>`, whose digits never come to us."""

import re
from collections.abc import Mapping, Sequence
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


def outcome(told: Mapping[str, str]) -> str:
    """What the action's parameters mean: paid, declined, failed (surely nothing was charged), unclear.

    A connector's error is both a card that was refused and a provider whose answer was lost, who may have charged it.
    """
    result = told.get("Result", "")
    if result != "payment-connector-error":
        return _OUTCOMES.get(result, "unclear")
    code, words = told.get("PayErrorCode", ""), told.get("PaymentError", "") + told.get("ConnectorError", "")
    if code in _NOT_TAKEN:
        return "failed"
    return "declined" if code == _CARD_REFUSED or _DECLINED.search(words) else "unclear"


_OUTCOMES: Final = {
    "success": "paid",
    "too-many-failed-attempts": "failed",
    "caller-interrupted-with-star": "failed",
    "caller-hung-up": "failed",
    "validation-error": "failed",
}
"""Of Twilio's results; `internal-error` and what is new say nothing about the money."""
_CARD_REFUSED: Final = "64012"
_NOT_TAKEN: Final = frozenset({"64005", "64007", "64013"})
"""The connector cannot do what was asked: https://www.twilio.com/docs/api/errors."""
_DECLINED: Final = re.compile(r"declin|insufficient[ _]funds|expired[ _]card|incorrect[ _](cvc|number)", re.IGNORECASE)
