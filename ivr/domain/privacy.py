"""What is erased of whom, and when, and who is not rung unasked, by where their telephone number begins. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ivr.domain.hours import Hours, OpeningHours, Overlap, Within


@dataclass(frozen=True)
class PrivacyRules:
    """grammars/privacy.yaml; by beginnings of E.164 numbers."""

    erase_by_phone: tuple[str, ...] = ()
    call_log_days: Mapping[str, int] = field(default_factory=dict)
    unasked_calls: Mapping[str, str] = field(default_factory=dict)
    """Weekly hours in which news may be rung, on the number's own clock."""

    def may_erase(self, number: str) -> bool:
        """Whether its owner may have everything erased by telephone."""
        return number.startswith(self.erase_by_phone) if self.erase_by_phone else False

    def unasked(self, number: str, zones: Iterable[str], hours: Hours) -> Hours:
        """The hours, narrowed by the law of the number's state, in all zones in which it may lie."""
        weekly = next((text for begins, text in self.unasked_calls.items() if number.startswith(begins)), "")
        return Within(hours, Overlap(tuple(OpeningHours.parse(weekly, zone) for zone in zones))) if weekly else hours
