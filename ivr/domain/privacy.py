"""What is erased of whom, and when, by where their telephone number begins. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class PrivacyRules:
    """grammars/privacy.yaml; by beginnings of E.164 numbers."""

    erase_by_phone: tuple[str, ...] = ()
    call_log_days: Mapping[str, int] = field(default_factory=dict)

    def may_erase(self, number: str) -> bool:
        """Whether its owner may have everything erased by telephone."""
        return number.startswith(self.erase_by_phone) if self.erase_by_phone else False
