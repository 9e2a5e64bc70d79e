"""Links in messages: signed, so that nobody makes one up; expiring, so that an old message opens nothing.

Short, because a text message costs by its length: 16 bytes of id, three of expiry (in hours), three that tell one
message from another, ten of HMAC-SHA256; 43 characters.
"""

import base64
import binascii
import hmac
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from ivr.errors import LinkExpired, NotFound

TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
"""The last character holds four bits only: the other spellings of it, which base64 would read alike, are no links."""
FOLLOW: Final = b"follow"
STOP: Final = b"stop mail"
RETURN: Final = b"return"
ORDERS: Final = b"orders"
CLAIM: Final = b"claim"
MAIL_TAG: Final = b"mail tag"
MAIL_CASE: Final = b"mail case"
ACCOUNT: Final = b"account"
FINISH: Final = b"finish"
PHOTO: Final = b"photo"
ADDRESS: Final = b"address"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ID, _EXPIRY, _NONCE = 16, 3, 3
_SIGNED: Final = _ID + _EXPIRY + _NONCE


class Links:
    """Makes and reads them. Every process with the same secret reads what another one made."""

    def __init__(self, secret: str, public_url: str) -> None:
        self._key = sha256(b"ringback links:" + secret.encode()).digest()
        self._public_url = public_url.rstrip("/")

    def follow(self, callback_id: str, message_id: str, expires_at: datetime) -> str:
        """The token of the page on which a callback is seen, moved and canceled without signing in."""
        return self._token(FOLLOW, callback_id, _hours(expires_at), message_id)

    def follow_url(self, token: str) -> str:
        """Where a token of `follow` leads."""
        return f"{self._public_url}/c/{token}"

    def send_back(self, case_id: str, message_id: str, expires_at: datetime) -> str:
        """The token of the page that tells how something is sent back."""
        hours = -((_EPOCH - expires_at) // timedelta(hours=1))
        return self._token(RETURN, case_id, hours, message_id)

    def send_back_url(self, token: str) -> str:
        """Where a token of `send_back` leads."""
        return f"{self._public_url}/r/{token}"

    def case_of_return(self, token: str, now: datetime) -> str:
        """The case that a token of `send_back` is for. Raises NotFound, LinkExpired."""
        case_id, hours = self._read(RETURN, token)
        if now >= _EPOCH + timedelta(hours=hours):
            raise LinkExpired("this link is too old; phone us")
        return case_id

    def finish(self, case_id: str, message_id: str, expires_at: datetime) -> str:
        """The token of the page on which a return goes on that a call left half done."""
        return self._token(FINISH, case_id, _hours(expires_at), message_id)

    def finish_url(self, token: str) -> str:
        """Where a token of `finish` leads."""
        return f"{self._public_url}/f/{token}"

    def case_to_finish(self, token: str, now: datetime) -> str:
        """The case that a token of `finish` is for. Raises NotFound, LinkExpired."""
        return self._unexpired(FINISH, token, now)

    def photo(self, case_id: str, message_id: str, expires_at: datetime) -> str:
        """The token of the page that shows the photo of a delivery."""
        return self._token(PHOTO, case_id, _hours(expires_at), message_id)

    def photo_url(self, token: str) -> str:
        """Where a token of `photo` leads."""
        return f"{self._public_url}/p/{token}"

    def case_of_photo(self, token: str, now: datetime) -> str:
        """The case that a token of `photo` is for. Raises NotFound, LinkExpired."""
        return self._unexpired(PHOTO, token, now)

    def address(self, case_id: str, message_id: str, expires_at: datetime) -> str:
        """The token of the page on which the address of a case's order is given."""
        return self._token(ADDRESS, case_id, _hours(expires_at), message_id)

    def address_url(self, token: str) -> str:
        """Where a token of `address` leads."""
        return f"{self._public_url}/d/{token}"

    def case_of_address(self, token: str, now: datetime) -> str:
        """The case that a token of `address` is for. Raises NotFound, LinkExpired."""
        return self._unexpired(ADDRESS, token, now)

    def account(self, case_id: str, message_id: str, expires_at: datetime) -> str:
        """The token of the page on which the details of a case's customer are changed."""
        return self._token(ACCOUNT, case_id, _hours(expires_at), message_id)

    def account_url(self, token: str) -> str:
        """Where a token of `account` leads."""
        return f"{self._public_url}/a/{token}"

    def case_of_account(self, token: str, now: datetime) -> str:
        """The case that a token of `account` is for. Raises NotFound, LinkExpired."""
        return self._unexpired(ACCOUNT, token, now)

    def start_url(self, message_id: str) -> str:
        """The page on which customers ask for a call; what follows tells one message from another, and no more."""
        return f"{self._public_url}/?m={message_id[-8:]}"

    def stop_url(self, callback_id: str) -> str:
        """Where whoever gets e-mail about a callback (or: a message) says "no more"; it never expires."""
        return f"{self._public_url}/no-mail/{self._token(STOP, callback_id, 0, callback_id)}"

    def claim(self, claim_id: str) -> str:
        """The token of the page on which a seller answers a claim without signing in."""
        return self._token(CLAIM, claim_id, 0, claim_id)

    def claim_url(self, token: str) -> str:
        """Where a token of `claim` leads."""
        return f"{self._public_url}/seller/{token}"

    def claim_of(self, token: str) -> str:
        """The claim that a token is for; it never expires: a seller who comes late is told so. Raises NotFound."""
        return self._read(CLAIM, token)[0]

    def callback_of(self, token: str, now: datetime) -> str:
        """The callback that a token of `follow` is for. Raises NotFound, LinkExpired."""
        return self._unexpired(FOLLOW, token, now)

    def ends_at(self, token: str) -> datetime:
        """When a token of `follow` stops working. Raises NotFound."""
        return _EPOCH + timedelta(hours=self._read(FOLLOW, token)[1])

    def mail_tag(self, case_id: str) -> str:
        """What in a mail's subject leads an answer back to its case: 40 bits."""
        return base64.b32encode(self._mac(MAIL_TAG, bytes.fromhex(case_id))[:5]).decode()

    def is_mail_tag(self, case_id: str, tag: str) -> bool:
        """Whether it is that case's."""
        return hmac.compare_digest(self.mail_tag(case_id), tag)

    def mail_case(self, case_id: str, expires_at: datetime) -> str:
        """The token by which whoever wrote a mail goes on with its case on our pages."""
        return self._token(MAIL_CASE, case_id, _hours(expires_at), case_id)

    def mail_case_url(self, token: str) -> str:
        """Where a callback is asked for about it."""
        return f"{self._public_url}/?case={token}"

    def mail_chat_url(self, token: str) -> str:
        """Where it goes on in a chat."""
        return f"{self._public_url}/chat?case={token}"

    def case_of_mail(self, token: str, now: datetime) -> str:
        """The case that a token of `mail_case` is for. Raises NotFound, LinkExpired."""
        return self._unexpired(MAIL_CASE, token, now)

    def case_named(self, token: str, now: datetime) -> str:
        """The same; empty where there is none: what is asked for then begins a case of its own."""
        try:
            return self.case_of_mail(token, now) if token else ""
        except (NotFound, LinkExpired):
            return ""

    def orders(self, opened_id: str, expires_at: datetime) -> str:
        """The token of a list of orders that was opened for somebody."""
        return self._token(ORDERS, opened_id, _hours(expires_at), opened_id)

    def orders_url(self, token: str) -> str:
        """Where a token of `orders` leads."""
        return f"{self._public_url}/o/{token}"

    def orders_of(self, token: str, now: datetime) -> str:
        """What a token of `orders` opens. Raises NotFound, LinkExpired."""
        return self._unexpired(ORDERS, token, now)

    @staticmethod
    def expired() -> LinkExpired:
        """What is told of a link that is too old."""
        return LinkExpired("this link is too old; ask for a new callback, or phone us")

    def callback_of_stop(self, token: str) -> str:
        """The callback that a token of `stop_url` is for. Raises NotFound."""
        return self._read(STOP, token)[0]

    def _token(self, purpose: bytes, callback_id: str, hours: int, message_id: str) -> str:
        signed = bytes.fromhex(callback_id) + hours.to_bytes(_EXPIRY) + bytes.fromhex(message_id)[:_NONCE]
        return base64.urlsafe_b64encode(signed + self._mac(purpose, signed)).decode().rstrip("=")

    def _unexpired(self, purpose: bytes, token: str, now: datetime) -> str:
        what, hours = self._read(purpose, token)
        if now >= _EPOCH + timedelta(hours=hours):
            raise self.expired()
        return what

    def _read(self, purpose: bytes, token: str) -> tuple[str, int]:
        try:
            raw = base64.urlsafe_b64decode(token + "=") if TOKEN.fullmatch(token) else b""
        except binascii.Error:
            raw = b""
        signed = raw[:_SIGNED]
        if not hmac.compare_digest(raw[_SIGNED:], self._mac(purpose, signed)):
            raise NotFound("there is no such link; it may have been cut off")
        return signed[:_ID].hex(), int.from_bytes(signed[_ID : _ID + _EXPIRY])

    def _mac(self, purpose: bytes, signed: bytes) -> bytes:
        return hmac.digest(self._key, purpose + signed, "sha256")[:10]


def _hours(expires_at: datetime) -> int:
    return -((_EPOCH - expires_at) // timedelta(hours=1))
