"""What the carrier has recorded of callers: fetched once within limits, deleted, and looked for when left over."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from twilio.rest import Client

from ivr.errors import CarrierRejected
from ivr.phone.client import GONE_CODES, Account, connect
from ivr.phone.http import carrier_errors, file_of
from ivr.service.ports import LeftRecording

MAX_BYTES: Final = 2 * 1024 * 1024
"""Four times the longest answer in the carrier's format (16 bit at 8,000 Hz)."""
FETCH_SECONDS: Final = 6.0
"""All in all, however slowly the bytes come."""
LIST_LIMIT: Final = 1000
OURS: Final = "RecordVerb"
_SID: Final = re.compile(r"RE[0-9a-f]{32}")
_IN_URL: Final = re.compile(r"/Recordings/(RE[0-9a-f]{32})(?:\.\w+)?$")


def recording_sid(url: str) -> str:
    """The recording that a RecordingUrl names; empty if it names none."""
    found = _IN_URL.search(url)
    return found[1] if found else ""


def is_recording_sid(text: str) -> bool:
    """Whether it is one."""
    return _SID.fullmatch(text) is not None


class TwilioRecordings:
    """ports.CallRecordings over REST. Threads may share it."""

    def __init__(self, account: Account, client: Client | None = None) -> None:
        self._account = account
        self._client = client or connect(account)

    def sound(self, recording_sid: str) -> bytes:
        """The sound as a WAV file. Raises NotFound, CarrierRejected, CarrierUnclear or AudioError.

        The address is made of the account's own, never taken from a request.
        """
        path = f"{self._account.sid}/Recordings/{recording_sid}.wav"
        return file_of(
            self._client, path, "recording", most_bytes=MAX_BYTES, most_seconds=FETCH_SECONDS, yet=", or not yet"
        )

    def delete(self, recording_sid: str) -> None:
        """Delete it; twice is once. Raises CarrierRejected or CarrierUnclear."""
        try:
            with carrier_errors(self._client):
                self._client.recordings(recording_sid).delete()
        except CarrierRejected as error:
            if error.carrier_code not in GONE_CODES:
                raise

    def left(self, since: datetime, before: datetime) -> Sequence[LeftRecording]:
        """Answers that were recorded between the two and are still there. Raises CarrierRejected or CarrierUnclear."""
        with carrier_errors(self._client):
            listed = self._client.recordings.list(
                date_created_after=since, date_created_before=before, limit=LIST_LIMIT, page_size=LIST_LIMIT
            )
        ours = [r for r in listed if str(getattr(r.source, "value", r.source)) == OURS]
        old = [r for r in ours if r.date_created is None or r.date_created < before]
        return [LeftRecording(str(r.sid), str(r.call_sid)) for r in old]
