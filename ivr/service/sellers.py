"""The port of the marketplace's sellers."""

from typing import Protocol

from ivr.domain.sellers import Seller


class Sellers(Protocol):
    """Who sold what."""

    def of_order(self, order_id: str) -> Seller | None:
        """None: the shop sold it itself."""

    def get(self, seller_id: str) -> Seller | None:
        """By the shop's id."""

    def by_number(self, number: str) -> Seller | None:
        """Whose telephone on file this is (E.164)."""


class NoSellers:
    """A shop without a marketplace."""

    def of_order(self, order_id: str) -> Seller | None:
        """The shop sells everything itself."""

    def get(self, seller_id: str) -> Seller | None:
        """There is none."""

    def by_number(self, number: str) -> Seller | None:
        """There is none."""
