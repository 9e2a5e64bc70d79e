"""ports.Rooms over the carrier's Conferences and Participants, through the official client."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from twilio.rest import Client

from ivr.errors import CallGone, CarrierRejected
from ivr.phone.client import GONE_CODES, Account, connect
from ivr.phone.http import carrier_errors
from ivr.service.ports import RoomChange, RoomMember

HOLD_PATH = "/voice/hold-music"


class TwilioRooms:
    """Who is in a conference, and how they hear each other. Threads may share it."""

    def __init__(self, account: Account, client: Client | None = None) -> None:
        self._client = client or connect(account)
        self._hold_url = account.public_url.rstrip("/") + HOLD_PATH

    def members(self, conference: str) -> Sequence[RoomMember]:
        """Everybody in a running conference, by its name; nobody if it does not run."""
        with carrier_errors(self._client):
            room = self._room(conference)
            return [_member(one) for one in room.participants.list(limit=50)] if room is not None else []

    def change(self, conference: str, call_sid: str, change: RoomChange) -> None:
        """Raises CallGone if they are not in it (any more), CarrierRejected, CarrierUnclear."""
        with _gone_is_gone(), carrier_errors(self._client):
            self._participant(conference, call_sid).update(**self._fields(change))

    def remove(self, conference: str, call_sid: str) -> None:
        """Put somebody out; their call goes on with its next document. Raises as `change`."""
        with _gone_is_gone(), carrier_errors(self._client):
            self._participant(conference, call_sid).delete()

    def _room(self, conference: str) -> Any | None:
        running = self._client.conferences.list(friendly_name=conference, status="in-progress", limit=1)
        return running[0] if running else None

    def _participant(self, conference: str, call_sid: str) -> Any:
        room = self._room(conference)
        if room is None:
            raise CallGone("this conversation is over")
        return self._client.conferences(room.sid).participants(call_sid)

    def _fields(self, change: RoomChange) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "hold": change.hold,
            "muted": change.muted,
            "end_conference_on_exit": change.ends_on_exit,
        }
        if change.hold:
            fields |= {"hold_url": self._hold_url, "hold_method": "POST"}
        if change.coaches is not None:
            fields |= {"coaching": bool(change.coaches), "call_sid_to_coach": change.coaches or None}
        return {name: value for name, value in fields.items() if value is not None}


@contextmanager
def _gone_is_gone() -> Iterator[None]:
    """The carrier's "no such participant" as ours."""
    try:
        yield
    except CarrierRejected as error:
        if error.carrier_code in GONE_CODES:
            raise CallGone("they are not in this conversation any more") from error
        raise


def _member(one: Any) -> RoomMember:
    return RoomMember(
        call_sid=str(one.call_sid), hold=bool(one.hold), muted=bool(one.muted), coaching=bool(one.coaching)
    )
