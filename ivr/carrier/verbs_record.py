"""Record: the caller's voice until silence, a key, the longest length or the end of the call.

Whoever says nothing at all leaves an empty recording, unless trimming is off: then no action is requested and the
document goes on with the next verb, the one exception to "nothing after Record is reached".
"""

import asyncio
import audioop
import itertools
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from ivr.carrier import audio
from ivr.carrier.attributes import action, flag, number
from ivr.carrier.clock import FRAME_SECONDS
from ivr.carrier.documents import Jump
from ivr.carrier.recordings import Recording
from ivr.carrier.speaking import hear
from ivr.carrier.telephone import Heard

if TYPE_CHECKING:
    from ivr.carrier.script import Reason, Script

_LOUD = 300
_Params = list[tuple[str, str]]


class Recorder:
    """A FrameListener that keeps the inbound track."""

    def __init__(self, silence_seconds: float, longest_seconds: float, *, keys: str) -> None:
        self.done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Resolves to the key that ended it, or nothing."""
        self.pcm = bytearray()
        self._quiet = 0.0
        self._silence_seconds, self._longest_seconds, self._keys = silence_seconds, longest_seconds, keys

    def on_frame(self, inbound: bytes, outbound: bytes) -> None:
        self.pcm += inbound
        self._quiet = 0.0 if audioop.rms(inbound, 2) > _LOUD else self._quiet + FRAME_SECONDS
        long_enough = len(self.pcm) / 2 / audio.SAMPLE_RATE >= self._longest_seconds
        if long_enough or 0 < self._silence_seconds <= self._quiet:
            self.end("")

    def on_key(self, key: str) -> None:
        if key in self._keys:
            self.end(key)

    def end(self, key: str) -> None:
        if not self.done.done():
            self.done.set_result(key)


async def record_verb(script: "Script", element: Element) -> Jump | None:
    """Beep, record, on to the action."""
    call = script.call
    assert call.line is not None
    if flag(element, "playBeep", default=True):
        beep = Heard("", kind="beep", call_sid=call.sid)
        await hear(call, beep, sound=itertools.islice(audio.frames(audio.tone(1000, 0.4)), 20))
    recorder = _recorder(script, element)
    recording = Recording(call.account_sid, call.sid, "RecordVerb")
    script.exchange.recordings[recording.sid] = recording
    script.farewell = lambda reason: _farewell(script, element, recording=recording, reason=reason)
    call.line.listeners.append(recorder)
    call.on_key = recorder.on_key
    try:
        key = await recorder.done
    finally:
        call.on_key = None
        call.line.listeners.remove(recorder)
        recording.close(_kept(element, bytes(recorder.pcm)), script.exchange.clock.now())
        _tell(script, element, recording=recording)
    if not recording.pcm and not key:
        return None
    return action(element, _params(script, recording, key=key))


def _kept(element: Element, pcm: bytes) -> bytes:
    """What is left of a recording after trimming, whose default is to cut the silence at both ends."""
    if element.get("trim", "trim-silence") == "do-not-trim":
        return pcm
    loud = [at for at, frame in enumerate(audio.frames(pcm)) if audioop.rms(frame, 2) > _LOUD]
    return pcm[loud[0] * audio.FRAME_BYTES : (loud[-1] + 1) * audio.FRAME_BYTES] if loud else b""


def _recorder(script: "Script", element: Element) -> Recorder:
    return Recorder(
        number(script, element, name="timeout"),
        number(script, element, name="maxLength"),
        keys=element.get("finishOnKey", "1234567890*#"),
    )


def _url(script: "Script", recording: Recording) -> str:
    return script.exchange.base_url + recording.path


def _params(script: "Script", recording: Recording, *, key: str) -> _Params:
    return [
        ("RecordingUrl", _url(script, recording)),
        ("RecordingSid", recording.sid),
        ("RecordingDuration", str(recording.seconds)),
        ("Digits", key),
    ]


def _farewell(script: "Script", element: Element, *, recording: Recording, reason: "Reason") -> Jump | None:
    return action(element, _params(script, recording, key="hangup")) if reason == "hang-up" else None


def _tell(script: "Script", element: Element, *, recording: Recording) -> None:
    url = element.get("recordingStatusCallback")
    if not url:
        return
    params = recording.about(script.exchange.base_url)
    method = element.get("recordingStatusCallbackMethod", "POST")
    script.exchange.callbacks.send(script.document.resolve(url), method, params=params)
