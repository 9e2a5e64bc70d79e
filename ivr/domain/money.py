"""Amounts: whole numbers of a currency's smallest unit, and back to what is spoken."""

from decimal import Decimal, InvalidOperation

from ivr.domain.policy.facts import CURRENCIES
from ivr.domain.turn import Money

MOST = 10**12
"""No honest price has more of the smallest unit."""


def minor_units(amount: str, currency: str) -> int | None:
    """A shop's decimal amount; None if it is not positive, too exact, absurd, or in a currency we do not know."""
    if currency not in CURRENCIES:
        return None
    try:
        minor = Decimal(amount).scaleb(CURRENCIES[currency])
    except InvalidOperation:
        return None
    return int(minor) if minor.is_finite() and minor == minor.to_integral_value() and 0 < minor <= MOST else None


def spoken_money(minor: int, currency: str) -> Money:
    """1999 USD: "19.99"."""
    decimals = CURRENCIES[currency]
    return Money(f"{Decimal(minor).scaleb(-decimals):.{decimals}f}", currency)
