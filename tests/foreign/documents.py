"""The foreign carrier reads TwiML: the verbs that a call of the app needs."""

import io
import threading
import time
import uuid
import wave
import xml.etree.ElementTree as ElementTree
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from ivr import espeak as voice
from tests.foreign.carrier import Call, ForeignCarrier
from tests.foreign.stream import FRAME, converse

STEP = 0.05
TALK_SECONDS = 4
"""How long people in a conference have to say to each other."""


def follow(carrier: ForeignCarrier, call: Call, url: str) -> None:
    """Fetch documents until one ends the call, or somebody does."""
    form: dict[str, str] = {}
    while url and not call.is_over:
        document = ElementTree.fromstring(carrier.post(url, carrier.form(call, **form)))
        url, form = _run(carrier, call, document, url)
        if call.moved_to:
            url, call.moved_to, form = call.moved_to, "", {}


def _run(carrier: ForeignCarrier, call: Call, document: Element, base: str) -> tuple[str, dict[str, str]]:
    """Where the document leads, and what is sent there."""
    for verb in document:
        if call.moved_to or call.is_over:
            break
        if verb.tag in ("Say", "Play"):
            call.heard.append("".join(verb.itertext()).strip())
        elif verb.tag == "Start":
            _start_stream(carrier, call, verb[0])
        elif verb.tag == "Redirect":
            return urljoin(base, (verb.text or "").strip()), {}
        elif verb.tag == "Gather" and (form := _gather(carrier, call, verb)) is not None:
            return urljoin(base, verb.get("action") or base), form
        elif verb.tag == "Record":
            return urljoin(base, verb.get("action") or base), _record(carrier, call, verb)
        elif verb.tag == "Dial":
            return _join(carrier, call, verb, base), {}
    return "", {}


def _gather(carrier: ForeignCarrier, call: Call, gather: Element) -> dict[str, str] | None:
    """What is posted to its action; None if the call is somewhere else by now."""
    told = " ".join("".join(said.itertext()).strip() for said in gather.iter("Say"))
    call.heard.append(told)
    kind, value = call.person(told) or ("", "")
    if kind == "hang_up":
        carrier.enters(call, "completed")
        return None
    if kind == "key":
        return {"Digits": value}
    if kind == "say" and "speech" in (gather.get("input") or "dtmf"):
        return {"SpeechResult": value, "Confidence": "0.9"}
    call.answer = value if kind == "say" else ""
    if kind == "say":
        sound = _spoken(value)
        call.mouth += [sound[at : at + FRAME] for at in range(0, len(sound), FRAME)]
    if not gather.get("actionOnEmptyResult"):
        return None  # on to the next verb
    pauses = sum(float(pause.get("length") or 1) for pause in gather.iter("Pause"))
    deadline = time.monotonic() + float(gather.get("timeout") or 5) + pauses + len(call.mouth) * 0.02
    while time.monotonic() < deadline and not call.moved_to and not call.is_over:
        time.sleep(STEP)
    return None if call.moved_to or call.is_over else {}


def _spoken(words: str) -> bytes:
    return voice.speak(words, "en-US", voice="adam", rate=150)


def _record(carrier: ForeignCarrier, call: Call, record: Element) -> dict[str, str]:
    """What is posted to its action: the person's answer, and the silence that ended it."""
    silence = bytes(16_000 * int(record.get("timeout") or 5))
    sid, file = "RE" + uuid.uuid4().hex, io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes((_spoken(call.answer) if call.answer else b"") + silence)
    call.answer = ""
    carrier.recordings[sid] = file.getvalue()
    url = f"{carrier.base}/2010-04-01/Accounts/{carrier.account_sid}/Recordings/{sid}"
    return {"RecordingUrl": url, "RecordingSid": sid, "RecordingDuration": "5", "Digits": ""}


def _start_stream(carrier: ForeignCarrier, call: Call, stream: Element) -> None:
    parameters = {p.get("name", ""): p.get("value", "") for p in stream}
    arguments = (carrier, call, stream.get("url", ""), parameters)
    threading.Thread(target=converse, args=arguments, daemon=True).start()


def _join(carrier: ForeignCarrier, call: Call, dial: Element, base: str) -> str:
    """Stay in the conference until the one leaves whose exit ends it, or nobody comes: where the call goes on."""
    room = dial[0]
    assert room.tag == "Conference"
    call.conference = name = (room.text or "").strip()
    if room.get("statusCallback"):
        told = {"ConferenceSid": "CF" + "0" * 32, "FriendlyName": name, "StatusCallbackEvent": "participant-join"}
        carrier.post(urljoin(base, room.get("statusCallback", "")), carrier.form(call, **told))
    met_at = 0.0
    while not (call.moved_to or call.is_over):
        present = carrier.in_conference(name)
        met_at = met_at or (time.monotonic() if len(present) > 1 else 0.0)
        if met_at and time.monotonic() > met_at + TALK_SECONDS and room.get("endConferenceOnExit") == "true":
            carrier.enters(call, "completed")
        elif met_at and len(present) < 2:
            break
        time.sleep(STEP)
    call.conference = ""
    return urljoin(base, dial.get("action", ""))
