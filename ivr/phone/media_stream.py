"""Messages of a media stream and back (twilio.md section 8). Pure; whatever comes in, nothing is raised."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

MAX_FRAME_BYTES: Final = 64 * 1024
"""A longer frame closes the socket."""
ENCODING: Final = "audio/x-mulaw"
SAMPLE_RATE: Final = 8000


@dataclass(frozen=True)
class Connected:
    """The socket speaks the protocol; carries nothing else."""

    protocol: str


@dataclass(frozen=True)
class Started:
    """Which call this is."""

    stream_sid: str
    call_sid: str
    account_sid: str
    tracks: tuple[str, ...] = ("inbound",)
    parameters: Mapping[str, str] = field(default_factory=dict)


class Media(NamedTuple):
    """A piece of audio; mu-law at 8,000 Hz, any length."""

    stream_sid: str
    track: str
    timestamp_ms: int
    """Milliseconds since the stream began."""
    payload: bytes


@dataclass(frozen=True)
class Dtmf:
    """A key; only `<Connect><Stream>` sends it."""

    stream_sid: str
    digit: str


@dataclass(frozen=True)
class Mark:
    """What we sent up to this mark has been played, or was cleared."""

    stream_sid: str
    name: str


@dataclass(frozen=True)
class Stopped:
    """The stream is over; the call may go on."""

    stream_sid: str
    call_sid: str


@dataclass(frozen=True)
class Malformed:
    """Not a message of the protocol; `reason` is a stable word for counting."""

    reason: str


Message = Connected | Started | Media | Dtmf | Mark | Stopped | Malformed


def read_message(frame: str | bytes) -> Message:
    """One text frame as a message; a binary frame is Malformed like every other thing that is none."""
    return Malformed("binary") if isinstance(frame, bytes) else read_text(frame)


def read_text(frame: str | bytes) -> Message:
    """One text frame, decoded or as its bytes."""
    if len(frame) > MAX_FRAME_BYTES:
        return Malformed("too_long")
    try:
        data = orjson.loads(frame)
    except ValueError:
        return Malformed("not_json")
    try:
        return _READERS[data["event"]](data)
    except (KeyError, TypeError, ValueError, AttributeError):  # binascii.Error is a ValueError
        return Malformed("wrong_fields" if _names_event(data) else "unknown_event")


def _names_event(data: object) -> bool:
    name = data.get("event") if isinstance(data, dict) else None
    return isinstance(name, str) and name in _READERS


def media_message(stream_sid: str, payload: bytes) -> str:
    """Audio for the caller; mu-law at 8,000 Hz without a header."""
    return _written("media", stream_sid, media={"payload": base64.b64encode(payload).decode()})


def mark_message(stream_sid: str, name: str) -> str:
    """A mark that comes back when everything before it was played."""
    return _written("mark", stream_sid, mark={"name": name})


def clear_message(stream_sid: str) -> str:
    """Throw away what was not played yet."""
    return _written("clear", stream_sid)


def _connected(data: Mapping[str, Any]) -> Message:
    return Connected(_text(data["protocol"]))


def _started(data: Mapping[str, Any]) -> Message:
    start = data["start"]
    made = start["mediaFormat"]
    if (made["encoding"], int(made["sampleRate"]), int(made["channels"])) != (ENCODING, SAMPLE_RATE, 1):
        return Malformed("wrong_format")
    parameters = start.get("customParameters") or {}
    return Started(
        stream_sid=_text(start.get("streamSid") or data["streamSid"]),
        call_sid=_text(start["callSid"]),
        account_sid=_text(start["accountSid"]),
        tracks=tuple(_text(track) for track in start.get("tracks", ("inbound",))),
        parameters={_text(name): _text(value) for name, value in parameters.items()},
    )


def _media(data: Mapping[str, Any]) -> Message:
    media = data["media"]
    payload, at = binascii.a2b_base64(media["payload"], strict_mode=True), media["timestamp"]
    timestamp_ms = int(at)
    if timestamp_ms < 0 or isinstance(at, float):
        return Malformed("wrong_fields")
    return Media(_text(data["streamSid"]), _text(media.get("track", "inbound")), timestamp_ms, payload)


def _dtmf(data: Mapping[str, Any]) -> Message:
    digit = _text(data["dtmf"]["digit"])
    return Dtmf(_text(data["streamSid"]), digit) if digit in _KEYS else Malformed("wrong_fields")


def _mark(data: Mapping[str, Any]) -> Message:
    return Mark(_text(data["streamSid"]), _text(data["mark"]["name"]))


def _stopped(data: Mapping[str, Any]) -> Message:
    return Stopped(_text(data["streamSid"]), _text((data.get("stop") or {}).get("callSid", "")))


_KEYS: Final = frozenset("0123456789*#ABCD")
_READERS: Final = {
    "connected": _connected,
    "start": _started,
    "media": _media,
    "dtmf": _dtmf,
    "mark": _mark,
    "stop": _stopped,
}


def _written(event: str, stream_sid: str, **fields: object) -> str:
    return json.dumps({"event": event, "streamSid": stream_sid, **fields})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a string")
    return value
