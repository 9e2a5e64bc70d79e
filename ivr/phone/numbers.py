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
TEXT_FIELDS: Final = ("sms_url", "sms_method", "sms_application_sid")
"""Taken only when we send texts: else they stay whoever's they are."""


class TwilioNumbers:
    """The account's incoming numbers."""

    def __init__(self, account: Account, client: Client | None = None, *, texts: bool = False) -> None:
        self._account = account
        self._fields = (*FIELDS, *TEXT_FIELDS) if texts else FIELDS
        self._client = client or connect(account)

    def point_here(self) -> dict[str, str]:
        """Let our number call this server; returns what `restore` needs. Raises NotFound, CarrierRejected/Unclear."""
        number = self._find()
        before = {"sid": str(number.sid)} | {name: str(getattr(number, name) or "") for name in self._fields}
        with carrier_errors(self._client):
            self._client.incoming_phone_numbers(number.sid).update(**self._ours())
        return before

    def present(self) -> dict[str, str]:
        """What our number points at now. Raises NotFound, CarrierRejected or CarrierUnclear."""
        number = self._find()
        return {name: str(getattr(number, name) or "") for name in self._fields}

    def restore(self, before: Mapping[str, str]) -> None:
        """Undo `point_here`. Raises CarrierRejected or CarrierUnclear."""
        with carrier_errors(self._client):
            kept = {name: before[name] for name in (*FIELDS, *TEXT_FIELDS) if name in before}
            self._client.incoming_phone_numbers(before["sid"]).update(**kept)

    def _find(self) -> Any:
        with carrier_errors(self._client):
            found = self._client.incoming_phone_numbers.list(phone_number=self._account.number, limit=1)
        if not found:
            raise NotFound("IVR_PHONE_NUMBER is not among the account's numbers: buy it or correct the setting")
        return found[0]

    def _ours(self) -> dict[str, str]:
        base = self._account.public_url.rstrip("/")
        ours = {
            "voice_url": f"{base}/voice",
            "voice_method": "POST",
            "voice_fallback_url": f"{base}/voice/fallback",
            "voice_fallback_method": "POST",
            "status_callback": f"{base}/voice/status",
            "status_callback_method": "POST",
            "voice_application_sid": "",
            "sms_url": f"{base}/text",
            "sms_method": "POST",
            "sms_application_sid": "",
        }
        return {name: ours[name] for name in self._fields}
