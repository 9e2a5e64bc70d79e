"""The carrier's REST side through the official client: calls, texts, and what a number points at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from twilio.rest import Client

from ivr.domain.callbacks import Leg
from ivr.errors import CallGone, CarrierRejected, CarrierUnclear
from ivr.phone.http import QuietHttpClient, carrier_errors
from ivr.phone.signature import is_call_sid
from ivr.service.ports import PlacedCall

STATUS_EVENTS: Final = ["initiated", "ringing", "answered", "completed"]
"""A list, never one string: that gets a 201 and then no callback at all (21626)."""
GONE_CODES: Final = frozenset({21220, 20404})
LIST_SLACK: Final = timedelta(seconds=5)
"""The carrier's times are whole seconds by its own clock."""
LIST_LIMIT: Final = 200


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whose calls these are, and where the carrier finds us."""

    sid: str
    auth_token: str
    number: str
    """E.164: whom our calls come from."""
    public_url: str
    api_base: str = ""
    """Empty: Twilio."""
    time_limit_seconds: int = 3600
    """The longest a leg may last."""


def connect(account: Account) -> Client:
    """The official client: one pool of connections, no retries, no logging of numbers."""
    client = Client(account.sid, account.auth_token, http_client=QuietHttpClient(account.api_base))
    if account.api_base:
        client.api.base_url = account.api_base.rstrip("/")
    return client


class TwilioPhone:
    """ports.Phone over REST. Threads may share it."""

    def __init__(self, account: Account, client: Client | None = None) -> None:
        self._account = account
        self._client = client or connect(account)

    def place(self, leg: Leg, *, detect_machine: bool, ring_seconds: int) -> str:
        """Dial the leg. Raises CarrierRejected (surely not dialed) or CarrierUnclear (reconcile)."""
        with carrier_errors(self._client):
            call = self._client.calls.create(
                to=leg.number,
                from_=self._account.number,
                timeout=ring_seconds,
                time_limit=self._account.time_limit_seconds,
                **self._addresses(leg.id),
                **(self._machine_detection(leg.id) if detect_machine else {}),
            )
        if not is_call_sid(call.sid):
            raise CarrierUnclear("the carrier's answer names no call; the reconciler will look for it")
        return str(call.sid)

    def redirect(self, call_sid: str, path: str) -> None:
        """Make a live call fetch another document. Raises CallGone, CarrierRejected or CarrierUnclear."""
        self._update(call_sid, url=self._url(path), method="POST")

    def hang_up(self, call_sid: str) -> None:
        """End or cancel a call; `completed` ends one that still rings, too."""
        try:
            self._update(call_sid, status="completed")
        except CallGone:
            return

    def find_calls(self, to: str, since: datetime) -> Sequence[PlacedCall]:
        """Calls to a number since then, newest first. Raises CarrierUnclear.

        The carrier's own filter goes by start_time, which a queued call has not got: one that exists would be missed.
        """
        earliest = since - LIST_SLACK
        try:
            with carrier_errors(self._client):
                calls = self._client.calls.list(to=to, limit=LIST_LIMIT, page_size=50)
        except CarrierRejected as error:
            raise CarrierUnclear(str(error)) from error
        return [_placed(call) for call in calls if call.date_created is None or call.date_created >= earliest]

    def fetch(self, call_sid: str) -> PlacedCall | None:
        """One call; None if the carrier does not know it. Raises CarrierUnclear."""
        try:
            with carrier_errors(self._client):
                return _placed(self._client.calls(call_sid).fetch())
        except CarrierRejected as error:
            if error.carrier_code in GONE_CODES:
                return None
            raise CarrierUnclear(str(error)) from error

    def _update(self, call_sid: str, **change: str) -> None:
        try:
            with carrier_errors(self._client):
                self._client.calls(call_sid).update(**change)
        except CarrierRejected as error:
            if error.carrier_code in GONE_CODES:
                raise CallGone("the call has ended meanwhile") from error
            raise

    def _addresses(self, leg_id: str) -> dict[str, Any]:
        return {
            "url": self._url(f"/voice/leg/{leg_id}/answer"),
            "method": "POST",
            "fallback_url": self._url(f"/voice/leg/{leg_id}/fallback"),
            "fallback_method": "POST",
            "status_callback": self._url(f"/voice/leg/{leg_id}/status"),
            "status_callback_method": "POST",
            "status_callback_event": STATUS_EVENTS,
        }

    def _machine_detection(self, leg_id: str) -> dict[str, str]:
        # async_amd as text: True would be sent as "True", which the carrier does not know. A person is told as soon as
        # with Enable; a machine at the end of its greeting, when a message is kept.
        return {
            "machine_detection": "DetectMessageEnd",
            "async_amd": "true",
            "async_amd_status_callback": self._url(f"/voice/leg/{leg_id}/machine"),
            "async_amd_status_callback_method": "POST",
        }

    def _url(self, path: str) -> str:
        return self._account.public_url.rstrip("/") + path


class TwilioMessenger:
    """ports.Messenger over REST."""

    def __init__(self, account: Account, client: Client | None = None) -> None:
        self._account = account
        self._client = client or connect(account)

    def send_text(self, number: str, text: str, status_path: str = "") -> str:
        """Send to an E.164 number; its SID. Raises CarrierRejected or CarrierUnclear."""
        told = {"status_callback": self._account.public_url.rstrip("/") + status_path} if status_path else {}
        with carrier_errors(self._client):
            return str(self._client.messages.create(to=number, from_=self._account.number, body=text, **told).sid)

    def find_text(self, number: str, part: str, since: datetime) -> str | None:
        """The SID of a text to this number since then that holds `part`. Raises CarrierUnclear."""
        try:
            with carrier_errors(self._client):
                sent = self._client.messages.list(to=number, limit=LIST_LIMIT, page_size=50)
        except CarrierRejected as error:
            raise CarrierUnclear(str(error)) from error
        earliest = since - LIST_SLACK
        mine = (text for text in sent if part in (text.body or ""))
        return next(
            (str(text.sid) for text in mine if text.date_created is None or text.date_created >= earliest), None
        )


def _placed(call: Any) -> PlacedCall:
    return PlacedCall(
        sid=str(call.sid),
        to=str(call.to),
        status=str(getattr(call.status, "value", call.status)),
        started_at=call.start_time or call.date_created,
        answered_by=call.answered_by or None,
    )
