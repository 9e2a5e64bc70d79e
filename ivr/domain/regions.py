"""Where telephone numbers lie inside a country: regions by ISO 3166-2, told by how a number begins. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Whereabouts:
    """Where a telephone number may lie: its owner's clock, laws and days off."""

    zones: tuple[str, ...]
    """Every IANA zone."""
    country: str = ""
    """ISO 3166; empty: unknown."""
    regions: tuple[str, ...] = ()
    """Every region of the country (ISO 3166-2); none: its numbers do not tell."""

    @property
    def places(self) -> tuple[str, ...]:
        """The country, and its regions."""
        return (self.country, *self.regions) if self.country else ()


@dataclass(frozen=True, eq=False)
class Regions:
    """grammars/regions.yaml."""

    names: Mapping[str, str] = field(default_factory=dict)
    """By region."""
    beginnings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Regions by the beginning of an E.164 number."""

    def of(self, number: str) -> tuple[str, ...]:
        """The regions of the longest beginning that is known."""
        starts = (number[:end] for end in range(len(number), 1, -1))
        return next((self.beginnings[start] for start in starts if start in self.beginnings), ())

    def places(self, countries: Iterable[str]) -> dict[str, str]:
        """These countries and their regions, each with its name."""
        found = {}
        for country in sorted(countries):
            found[country] = country
            inside = (region for region in self.names if region.startswith(f"{country}-"))
            found |= {region: f"{region}, {self.names[region]}" for region in sorted(inside)}
        return found

    def numbers(self, region: str) -> tuple[str, ...]:
        """How its numbers begin."""
        return tuple(start for start, regions in self.beginnings.items() if region in regions)
