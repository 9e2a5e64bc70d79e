"""Telephone numbers of the account, as IncomingPhoneNumbers shows them."""

from dataclasses import dataclass, field
from typing import Any

from ivr.carrier.formats import API_VERSION, new_sid, rfc2822, utc_now


@dataclass
class AccountNumber:
    """One number and where its calls go."""

    account_sid: str
    phone_number: str
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    sms_application_sid: str = ""
    friendly_name: str = ""
    sid: str = field(default_factory=lambda: new_sid("PN"))
    created: str = field(default_factory=lambda: rfc2822(utc_now()) or "")

    def body(self) -> dict[str, Any]:
        """The number as REST shows it."""
        changeable = {name: getattr(self, name) for name in CHANGEABLE.values()}
        return (
            dict.fromkeys(_UNUSED)
            | changeable
            | {
                "sid": self.sid,
                "sms_application_sid": self.sms_application_sid or None,
                "account_sid": self.account_sid,
                "phone_number": self.phone_number,
                "friendly_name": self.friendly_name or self.phone_number,
                "api_version": API_VERSION,
                "beta": False,
                "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
                "origin": "hosted",
                "status": "in-use",
                "voice_receive_mode": "voice",
                "voice_caller_id_lookup": False,
                "emergency_status": "Inactive",
                "address_requirements": "none",
                "date_created": self.created,
                "date_updated": self.created,
                "uri": f"/{API_VERSION}/Accounts/{self.account_sid}/IncomingPhoneNumbers/{self.sid}.json",
            }
        )


_UNUSED = (
    "address_sid",
    "bundle_sid",
    "emergency_address_sid",
    "emergency_address_status",
    "identity_sid",
    "trunk_sid",
    "type",
    "voice_application_sid",
)
CHANGEABLE = {
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsFallbackUrl": "sms_fallback_url",
    "SmsFallbackMethod": "sms_fallback_method",
    "SmsApplicationSid": "sms_application_sid",
    "FriendlyName": "friendly_name",
}
"""REST parameter to field."""
