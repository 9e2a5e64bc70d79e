"""The one-time token of a media stream: a signature proves who opens the socket, the token which call it may be for."""

import hashlib
import hmac
import secrets
from typing import Final

from ivr.service.store import Store

_NONCE_BYTES: Final = 16


class StreamTokens:
    """Issues and takes tokens. Any process with the same auth token can take what another one issued."""

    def __init__(self, *, secret: str, store: Store) -> None:
        self._key = hashlib.sha256(b"ringback-stream:" + secret.encode()).digest()
        self._store = store

    def issue(self, call_sid: str) -> str:
        """A new token for one stream of this call."""
        nonce = secrets.token_hex(_NONCE_BYTES)
        return f"{nonce}.{self._mac(nonce, call_sid)}"

    def take(self, call_sid: str, token: str) -> bool:
        """Whether the token is for this call and is used for the first time."""
        nonce, _, mac = token.partition(".")
        if not nonce.isascii() or not hmac.compare_digest(mac.encode(), self._mac(nonce, call_sid).encode()):
            return False
        with self._store.begin() as uow:
            is_new = uow.guards.is_new_webhook(call_sid, "stream-token", nonce)
            uow.commit()
        return is_new

    def _mac(self, nonce: str, call_sid: str) -> str:
        return hmac.new(self._key, f"{call_sid}:{nonce}".encode(), hashlib.sha256).hexdigest()
