"""The port of payments. No part of it ever sees a card's digits: the carrier's terminal or the provider's page do."""

from typing import Protocol

from ivr.domain.accounts import Bill


class Payments(Protocol):
    """How money is taken."""

    def takes_keypad(self, locale: str, bill: Bill) -> bool:
        """Whether the carrier's card terminal can ask for a card in this language, and take so much."""

    def page(self, number: str, bill: Bill | None) -> str:
        """The address of the provider's own page, for a bill or to change the way of paying; empty: there is none."""


class NoPayments:
    """Nothing is taken: a person helps."""

    def takes_keypad(self, locale: str, bill: Bill) -> bool:
        """Never."""
        return False

    def page(self, number: str, bill: Bill | None) -> str:
        """There is none."""
        return ""
