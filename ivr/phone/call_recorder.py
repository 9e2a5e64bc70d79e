"""recording_ports.CallRecorder over the carrier's Recordings of calls, through the official client.

The customer's own call is recorded, not the conference: it is what the customer says and hears. So a conference that is
made anew, or an agent who hands over, changes nothing, and what a coach whispers to the agent is not in it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import requests
from twilio.rest import Client

from ivr.errors import CallGone, CarrierRejected, CarrierUnclear, NotFound
from ivr.phone.client import GONE_CODES, Account, connect
from ivr.phone.http import PIECE_BYTES, TIMEOUT_SECONDS, carrier_errors
from ivr.phone.recordings import OURS as ANSWERS
from ivr.phone.recordings import is_recording_sid
from ivr.service.recording_ports import CarriersRecording

EVENTS: Final = ["in-progress completed absent"]
"""One value, parted by spaces: the carrier's description of its API wants it so, unlike a call's events."""
LIST_LIMIT: Final = 50


class TwilioCallRecorder:
    """Records, stops, lists, deletes. Threads may share it."""

    def __init__(self, account: Account, client: Client | None = None) -> None:
        self._account = account
        self._client = client or connect(account)

    def start(self, call_sid: str, recording_id: str) -> str:
        """Both sides, a channel each. Raises CallGone, CarrierRejected or CarrierUnclear."""
        try:
            with carrier_errors(self._client):
                made = self._client.calls(call_sid).recordings.create(
                    recording_channels="dual",
                    recording_track="both",
                    trim="do-not-trim",
                    recording_status_callback=f"{self._account.public_url.rstrip('/')}/voice/recording/{recording_id}",
                    recording_status_callback_method="POST",
                    recording_status_callback_event=EVENTS,
                )
        except CarrierRejected as error:
            if error.carrier_code in GONE_CODES:
                raise CallGone("the call has ended meanwhile") from error
            raise
        if not is_recording_sid(str(made.sid)):
            raise CarrierUnclear("the carrier's answer names no recording; it is looked for")
        return str(made.sid)

    def stop(self, call_sid: str, sid: str) -> None:
        """What is over already, or never was, is no error. Raises CarrierRejected or CarrierUnclear."""
        self._if_there(lambda: self._client.calls(call_sid).recordings(sid).update(status="stopped"))

    def delete(self, sid: str) -> None:
        """Twice is once. Raises CarrierRejected or CarrierUnclear."""
        self._if_there(lambda: self._client.recordings(sid).delete())

    def of_call(self, call_sid: str) -> Sequence[CarriersRecording]:
        """Those that were asked for while it lasted. Raises CarrierRejected or CarrierUnclear."""
        with carrier_errors(self._client):
            listed = self._client.recordings.list(call_sid=call_sid, limit=LIST_LIMIT, page_size=LIST_LIMIT)
        return [_listed(one) for one in listed if _word(one.source) != ANSWERS]

    def sound(self, sid: str, *, channels: int = 1) -> Iterator[bytes]:
        """The file in pieces. Raises NotFound, CarrierRejected or CarrierUnclear before the first one.

        The address is made of the account's own, never taken from a request.
        """
        base = self._client.get_hostname(self._client.api.base_url)
        url = f"{base}/2010-04-01/Accounts/{self._account.sid}/Recordings/{sid}.wav?RequestedChannels={channels}"
        session = self._client.http_client.session
        with carrier_errors(self._client):
            credentials = (self._client.username, self._client.password)
            answer = session.get(url, auth=credentials, timeout=TIMEOUT_SECONDS, stream=True)
        if answer.status_code == 200:
            return _pieces(answer)
        answer.close()
        if answer.status_code == 404:
            raise NotFound("the carrier does not have this recording any more")
        if 400 <= answer.status_code < 500:
            raise CarrierRejected(f"the carrier does not hand a recording out ({answer.status_code})")
        raise CarrierUnclear(f"the carrier answered {answer.status_code} to the request for a recording")

    def _if_there(self, act: Any) -> None:
        try:
            with carrier_errors(self._client):
                act()
        except CarrierRejected as error:
            if error.carrier_code not in GONE_CODES:
                raise


def _pieces(answer: requests.Response) -> Iterator[bytes]:
    with answer:
        yield from answer.iter_content(PIECE_BYTES)


def _listed(one: Any) -> CarriersRecording:
    return CarriersRecording(str(one.sid), _word(one.status), int(one.duration or 0))


def _word(value: Any) -> str:
    return str(getattr(value, "value", value))
