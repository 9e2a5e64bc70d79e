"""Ports that need nothing of the world: numbers that all lie in one zone, and a speaker without words."""

from ivr.domain.turn import Say
from ivr.service.ports import CheckedNumber


class OneZoneNumbers:
    """ports.NumberRules: every number is a mobile in one zone."""

    def __init__(self, zone: str) -> None:
        self._zone = zone

    def check(self, number: str, country: str | None = None) -> CheckedNumber:
        """As it is."""
        return CheckedNumber(number, "US", "mobile", (self._zone,))


class SilentSpeaker:
    """ports.Speaker: nobody listens here."""

    locales: tuple[str, ...] = ("en-US",)

    def text(self, locale: str, say: Say) -> str:
        """The key."""
        return say.key

    def voice(self, locale: str) -> tuple[str, str]:
        """None."""
        return "", ""
