"""How amounts of money are said, as content hands it over."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class CurrencyUnit(Protocol):
    """How one currency is said and written."""

    @property
    def words(self) -> Sequence[str]:
        """Its unit."""

    @property
    def signs(self) -> Sequence[str]:
        """What is written for it."""

    @property
    def minor(self) -> Sequence[str]:
        """Its smaller coins."""

    @property
    def digits(self) -> int:
        """Its decimals."""


class MoneyWords(Protocol):
    """How amounts of money are said."""

    @property
    def default(self) -> str:
        """The locale's currency, ISO 4217."""

    @property
    def units(self) -> Mapping[str, CurrencyUnit]:
        """By ISO 4217 code."""

    @property
    def joins(self) -> Sequence[str]:
        """Between units and coins."""

    @property
    def of(self) -> Sequence[str]:
        """Between a number and its unit."""
