"""Where the law lets a telephone ring until 21 o'clock; everywhere else nobody is rung after 20. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ivr.domain.regions import Whereabouts

NEVER: frozenset[int] = frozenset()


@dataclass(frozen=True, eq=False)
class EveningLaw:
    """grammars/calling_hours.yaml: weekdays (0 Monday) with such an evening, by country and region."""

    weekdays: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def at(self, where: Whereabouts) -> frozenset[int]:
        """The weekdays on which every place in which a number may lie allows it."""
        country = self.weekdays.get(where.country, NEVER)
        regions = [self.weekdays.get(region, country) for region in where.regions]
        return _in_all(regions or [country, *self._within(where.country)])

    def _within(self, country: str) -> Iterable[frozenset[int]]:
        """A number that does not tell its region may lie in the strictest."""
        return (days for place, days in self.weekdays.items() if place.startswith(f"{country}-"))


def _in_all(places: Iterable[frozenset[int]]) -> frozenset[int]:
    first, *others = places
    return first.intersection(*others)
