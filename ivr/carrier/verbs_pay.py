"""Pay: the card terminal. It asks by itself, keeps the digits to itself, and tells the action what came of it.

After Twilio's page on the verb: the number, the date and the security code are asked for one after the other, each as
often as maxAttempts allows; the star ends it; of the card only its last four digits are told.
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element

from ivr.carrier.attributes import action, flag, number
from ivr.carrier.documents import Jump
from ivr.carrier.formats import new_sid
from ivr.carrier.speaking import say
from ivr.carrier.waiting import first_of

if TYPE_CHECKING:
    from ivr.carrier.script import Script

STAR: Final = "*"
ASKED: Final = {
    "payment-card-number": "Please enter your credit card number, followed by the pound key.",
    "expiration-date": "Please enter the expiration date, two digits for the month and two for the year.",
    "security-code": "Please enter the security code of your card, followed by the pound key.",
}
LONGEST: Final = {"payment-card-number": 19, "expiration-date": 4, "security-code": 4}


class Interrupted(Exception):
    """The star."""


class TooOften(Exception):
    """Nothing right was keyed in all attempts."""


@dataclass(frozen=True)
class Outcome:
    """What the action is told."""

    result: str
    error: str = ""


async def pay_verb(script: "Script", element: Element) -> Jump:
    """Collect a card, charge it by the connector, and go on to the action."""
    call = script.call
    terminal = Terminal(script, element)
    call.on_key, call.keys_are_private = terminal.keys.put_nowait, True
    try:
        card = {step: await terminal.ask(step) for step in _steps(element)}
    except Interrupted:
        return action(element, [("Result", "caller-interrupted-with-star")])
    except TooOften:
        return action(element, [("Result", "too-many-failed-attempts")])
    finally:
        call.on_key, call.keys_are_private = None, False
    return action(element, _told(script, element, card))


def _steps(element: Element) -> list[str]:
    code = [] if not flag(element, "securityCode", default=True) else ["security-code"]
    return ["payment-card-number", "expiration-date", *code]


def _told(script: "Script", element: Element, card: dict[str, str]) -> list[tuple[str, str]]:
    """The parameters of the action; of the card only what is masked."""
    digits = card["payment-card-number"]
    told = [
        ("PaymentMethod", element.get("paymentMethod", "credit-card")),
        ("PaymentCardNumber", "x" * (len(digits) - 4) + digits[-4:]),
        ("PaymentCardType", "amex" if digits.startswith("3") else "mastercard" if digits.startswith("5") else "visa"),
        ("ExpirationDate", card["expiration-date"]),
        ("SecurityCode", "*" * len(card.get("security-code", ""))),
    ]
    refused = ("Result", "payment-connector-error")
    if digits in script.exchange.options.declined_cards:
        return [refused, ("PayErrorCode", "64012"), ("PaymentError", "Your card was declined."), *told]
    if digits in script.exchange.options.lost_cards:
        lost = "Payment Gateway rejected charge creation. Got malformed response from Payment Provider"
        return [refused, ("PayErrorCode", "64008"), ("PaymentError", lost), *told]
    is_charge = float(element.get("chargeAmount", "0") or 0) > 0
    kept = ("PaymentConfirmationCode" if is_charge else "PaymentToken", new_sid("ch_"))
    return [("Result", "success"), kept, *told]


class Terminal:
    """One card terminal on one call."""

    def __init__(self, script: "Script", element: Element) -> None:
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self._script = script
        self._language = element.get("language", "en-US")
        self._timeout_seconds = number(script, element, name="timeout")
        self._attempts = int(number(script, element, name="maxAttempts"))

    async def ask(self, step: str) -> str:
        """The digits of one step. Raises Interrupted, TooOften."""
        for _ in range(self._attempts):
            digits = await self._attempt(step)
            if _is_right(step, digits):
                return digits
        raise TooOften

    async def _attempt(self, step: str) -> str:
        prompt = self._script.exchange.spawn(
            say(self._script.exchange, self._script.call, text=ASKED[step], language=self._language)
        )
        digits = ""
        try:
            while len(digits) < LONGEST[step]:
                key = asyncio.ensure_future(self.keys.get())
                timer = asyncio.ensure_future(self._silence(prompt))
                await first_of(key, timer)
                timer.cancel()
                if not key.done():
                    key.cancel()
                    break
                prompt.cancel()
                if key.result() == "#":
                    break
                if key.result() == STAR:
                    raise Interrupted
                digits += key.result()
        finally:
            prompt.cancel()
        return digits

    async def _silence(self, prompt: "asyncio.Task[None]") -> None:
        await asyncio.gather(prompt, return_exceptions=True)
        await self._script.exchange.clock.sleep(self._timeout_seconds)


def _is_right(step: str, digits: str) -> bool:
    match step:
        case "payment-card-number":
            return 13 <= len(digits) <= 19 and _luhn(digits)
        case "expiration-date":
            return len(digits) == 4 and 1 <= int(digits[:2]) <= 12
    return len(digits) in (3, 4)


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(n // 10 + n % 10 for n in doubled) % 10 == 0
