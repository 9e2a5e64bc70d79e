"""What is erased of whom, and when, and who is not rung unasked, by where their telephone number begins. Pure."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from ivr.domain.hours import Hours, OpeningHours, Overlap, RestDays, Within


@dataclass(frozen=True)
class PrivacyRules:
    """grammars/privacy.yaml; by beginnings of E.164 numbers."""

    erase_by_phone: tuple[str, ...] = ()
    call_log_days: Mapping[str, int] = field(default_factory=dict)
    unasked_calls: Mapping[str, str] = field(default_factory=dict)
    """Weekly hours in which news may be rung, on the number's own clock."""
    rest_days: Mapping[str, Container[date]] = field(default_factory=dict)
    """Dates on which it may not, in the same states."""

    def may_erase(self, number: str) -> bool:
        """Whether its owner may have everything erased by telephone."""
        return number.startswith(self.erase_by_phone) if self.erase_by_phone else False

    def unasked(self, number: str, zones: Iterable[str], hours: Hours) -> Hours:
        """The hours, narrowed by the law of the number's state, in all zones in which it may lie."""
        begins = next((start for start in self.unasked_calls if number.startswith(start)), None)
        if begins is None:
            return hours
        zones, days = tuple(zones), self.rest_days.get(begins, ())
        weekly = (OpeningHours.parse(self.unasked_calls[begins], zone) for zone in zones)
        return Within(hours, Overlap((*weekly, *(RestDays(zone, days) for zone in zones))))
