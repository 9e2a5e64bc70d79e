"""Sellers of the marketplace: who sells through the shop on their own account."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Seller:
    """A seller as the shop has them on file."""

    id: str
    name: str
    number: str
    """The telephone on file, E.164: only from here claims are answered by phone."""
    email: str = ""
    locale: str = "en-US"
    zone: str = "UTC"
    """IANA zone in which they are told times."""
