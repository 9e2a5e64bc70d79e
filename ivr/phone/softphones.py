"""Tokens by which an agent's browser becomes a telephone: Twilio's Voice SDK."""

from dataclasses import dataclass
from typing import Final

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

VALID_SECONDS: Final = 600
"""The SDK asks for another one before; a stolen one is soon worth nothing."""


@dataclass(frozen=True, kw_only=True)
class SoftphoneKey:
    """What signs them: an API key, never the account's own token."""

    account_sid: str
    key_sid: str
    secret: str
    app_sid: str = ""
    """The TwiML app that outgoing calls go to; empty: calls come in only."""

    def token(self, name: str) -> str:
        """A token for the softphone of this name, for VALID_SECONDS."""
        token = AccessToken(self.account_sid, self.key_sid, self.secret, identity=name, ttl=VALID_SECONDS)
        token.add_grant(VoiceGrant(outgoing_application_sid=self.app_sid or None, incoming_allow=True))
        return str(token.to_jwt())
