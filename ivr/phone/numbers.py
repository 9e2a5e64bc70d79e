"""What one of our numbers points at: set and put back by `python -m ivr connect`."""

from collections.abc import Mapping
from typing import Any, Final

from twilio.rest import Client

from ivr.errors import NotFound
from ivr.phone.client import Account, connect
from ivr.phone.http import carrier_errors

FIELDS: Final = (
    "voice_url",
    "voice_method",
    "voice_fallback_url",
    "voice_fallback_method",
    "status_callback",
    "status_callback_method",
    "voice_application_sid",
)
"""An application overrides all addresses, so it is taken away and given back like them."""


class TwilioNumbers:
    """The account's incoming numbers."""

    def __init__(self, account: Account, client: Client | None = None) -> None:
        self._account = account
        self._client = client or connect(account)

    def point_here(self) -> dict[str, str]:
        """Let our number call this server; returns what `restore` needs. Raises NotFound, CarrierRejected/Unclear."""
        number = self._find()
        before = {"sid": str(number.sid)} | {name: str(getattr(number, name) or "") for name in FIELDS}
        with carrier_errors(self._client):
            self._client.incoming_phone_numbers(number.sid).update(**self._ours())
        return before

    def present(self) -> dict[str, str]:
        """What our number points at now. Raises NotFound, CarrierRejected or CarrierUnclear."""
        number = self._find()
        return {name: str(getattr(number, name) or "") for name in FIELDS}

    def restore(self, before: Mapping[str, str]) -> None:
        """Undo `point_here`. Raises CarrierRejected or CarrierUnclear."""
        with carrier_errors(self._client):
            self._client.incoming_phone_numbers(before["sid"]).update(**{name: before.get(name, "") for name in FIELDS})

    def _find(self) -> Any:
        with carrier_errors(self._client):
            found = self._client.incoming_phone_numbers.list(phone_number=self._account.number, limit=1)
        if not found:
            raise NotFound("IVR_PHONE_NUMBER is not among the account's numbers: buy it or correct the setting")
        return found[0]

    def _ours(self) -> dict[str, str]:
        base = self._account.public_url.rstrip("/")
        return {
            "voice_url": f"{base}/voice",
            "voice_method": "POST",
            "voice_fallback_url": f"{base}/voice/fallback",
            "voice_fallback_method": "POST",
            "status_callback": f"{base}/voice/status",
            "status_callback_method": "POST",
            "voice_application_sid": "",
        }
