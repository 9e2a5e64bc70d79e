"""The called legs of a Dial: ringing, the whisper before the bridge, their own status callbacks."""

import asyncio
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from ivr.carrier.attributes import flag, number
from ivr.carrier.calls import Call, CallSettings
from ivr.carrier.dialing import detect_machine
from ivr.carrier.documents import Jump
from ivr.carrier.script import Ending, Script

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange

_WHISPER_VERBS = frozenset({"Play", "Say", "Pause", "Gather", "Redirect", "Hangup"})


class DialLeg:
    """One called number of a Dial."""

    def __init__(self, exchange: "Exchange", call: Call, *, whisper: Jump | None) -> None:
        self.call = call
        self.over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Resolves to `ended` or, when calls.update took the leg away, `redirected`."""
        self._exchange = exchange
        self._whisper = whisper
        call.on_end.append(lambda: self._close("ended"))
        call.on_redirect.append(lambda: self._close("redirected"))

    def _close(self, how: str) -> None:
        if not self.over.done():
            self.over.set_result(how)

    async def ready(self) -> bool:
        """Ring, whisper; True when this leg may be joined."""
        self.call.task = self._exchange.background(self._prepare())
        await asyncio.wait({self.call.task})
        return self.call.live and self.call.answered

    async def _prepare(self) -> None:
        if not await self._exchange.flow.dial(self.call):
            return
        if self.call.settings.machine_detection:
            self.call.settings.async_amd = True
            self._exchange.background(detect_machine(self._exchange, self.call))
        if self._whisper:
            script = Script(self._exchange, self.call, verbs=_WHISPER_VERBS)
            if await script.run(self._whisper) is not Ending.DOCUMENT:
                await self.drop()

    async def drop(self) -> None:
        """Hang this leg up unless it was taken away."""
        if not (self.over.done() and self.over.result() == "redirected"):
            await self._exchange.flow.hang_up(self.call, by="carrier")


def place_legs(script: "Script", dial: Element, *, numbers: list[Element]) -> list[DialLeg]:
    """The legs of a Dial, not ringing yet; invalid numbers are reported and left out."""
    legs = []
    for element in numbers:
        to = (element.text or "").strip()
        if not to.startswith("+"):
            script.exchange.alert(13224, f"Dial: invalid number {to!r}", call=script.call, level="error")
            continue
        url = element.get("url")
        whisper = Jump(script.document.resolve(url), element.get("method", "POST")) if url else None
        legs.append(DialLeg(script.exchange, _call(script, dial, element=element, to=to), whisper=whisper))
    return legs


def _call(script: "Script", dial: Element, *, element: Element, to: str) -> Call:
    parent = script.call
    callback, amd = element.get("statusCallback"), element.get("amdStatusCallback")
    settings = CallSettings(
        status_callback=script.document.resolve(callback) if callback else None,
        status_method=element.get("statusCallbackMethod", "POST"),
        status_events=frozenset(element.get("statusCallbackEvent", "completed").split()),
        timeout_seconds=number(script, dial, name="timeout"),
        machine_detection=element.get("machineDetection"),
        amd_callback=script.document.resolve(amd) if amd else None,
        send_digits=element.get("sendDigits", ""),
    )
    caller = dial.get("callerId") or (parent.from_ if parent.direction == "inbound" else parent.to)
    call = Call(parent.account_sid, to, caller, "outbound-dial", parent_sid=parent.sid, settings=settings)
    if flag(dial, "answerOnBridge"):
        script.exchange.event("dial.ringback", parent, to=to)
    return script.exchange.add_call(call)
