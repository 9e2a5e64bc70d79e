"""The carrier's card terminal and the provider's page: service.payments.Payments."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from ivr.domain.accounts import Bill

PAY_LANGUAGES: Final = {
    "en-US": "en-US", "en-GB": "en-GB", "es-ES": "es-ES", "es-US": "es-MX", "fr-FR": "fr-FR", "de-DE": "de-DE",
    "it-IT": "it-IT",
}  # fmt: skip
"""In which languages Twilio's `<Pay>` asks, by our locales (its page lists no more); else nobody is sent there."""
MOST: Final = 1_000_000
"""The largest `chargeAmount`, in the currency's large unit: a phone for 1,200,000 won is more."""


@dataclass(frozen=True)
class CarrierPayments:
    """Where cards go: never through us."""

    connector: str = ""
    """Its name in the carrier's account; empty: no terminal."""
    address: str = ""
    """Of the provider's page; empty: there is none."""

    def takes_keypad(self, locale: str, bill: Bill) -> bool:
        """Where a connector is set, in the terminal's languages, up to its largest amount."""
        return bool(self.connector) and locale in PAY_LANGUAGES and Decimal(bill.amount) <= MOST

    def page(self, number: str, bill: Bill | None) -> str:
        """The provider knows the order, and asks for the card itself."""
        if not self.address or bill is None:
            return self.address
        asked = urlencode({"order": bill.order_id, "amount": bill.amount, "currency": bill.currency})
        return f"{self.address}{'&' if '?' in self.address else '?'}{asked}"
