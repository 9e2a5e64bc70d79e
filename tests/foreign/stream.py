"""The foreign carrier's media stream: frames of 20 ms, one way, for as long as the call lasts."""

import base64
import json
import time
import uuid

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.foreign.carrier import Call, ForeignCarrier
from tests.foreign.mulaw import from_linear

FRAME = 320
"""Bytes of 16-bit samples in 20 ms."""
SILENCE = b"\0" * FRAME


def converse(carrier: ForeignCarrier, call: Call, url: str, parameters: dict[str, str]) -> None:
    """Send what the person says, and silence otherwise."""
    signed = {"X-Twilio-Signature": carrier.validator.compute_signature(url, {})}
    sid = "MZ" + uuid.uuid4().hex
    about = {"accountSid": carrier.account_sid, "streamSid": sid, "callSid": call.sid, "tracks": ["inbound"]}
    form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    try:
        with connect(url, additional_headers=signed) as socket:
            socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
            start = about | {"mediaFormat": form, "customParameters": parameters}
            socket.send(json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": sid, "start": start}))
            began, number = time.monotonic(), 0
            while not call.is_over:
                number += 1
                frame = call.mouth.pop(0) if call.mouth else SILENCE
                media = {
                    "track": "inbound",
                    "chunk": str(number),
                    "timestamp": str(20 * number),
                    "payload": base64.b64encode(from_linear(frame.ljust(FRAME, b"\0"))).decode(),
                }
                told = {"event": "media", "sequenceNumber": str(number + 1), "streamSid": sid, "media": media}
                socket.send(json.dumps(told))
                time.sleep(max(0.0, began + 0.02 * number - time.monotonic()))
    except ConnectionClosed as closed:
        if not call.is_over:
            carrier.failures.append(f"the stream was closed: {closed}")
