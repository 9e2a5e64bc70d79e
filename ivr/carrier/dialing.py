"""Ringing a telephone for an outbound leg, and telling people from machines (twilio.md sections 2 and 3)."""

import asyncio
from typing import TYPE_CHECKING

from ivr.carrier import audio
from ivr.carrier.calls import Call, CallStatus
from ivr.carrier.telephone import OnRing, Telephone
from ivr.carrier.waiting import first_of

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange

_DECLINED, _BUSY, _NOT_FOUND, _TIMED_OUT = 603, 486, 404, 487


async def ring(exchange: "Exchange", call: Call) -> CallStatus:
    """Ring until answered (IN_PROGRESS) or not (the status to end with)."""
    await exchange.clock.sleep(exchange.options.post_dial_seconds)
    telephone = exchange.telephones.get(call.to)
    if telephone is None:
        call.sip_code = _NOT_FOUND
        return CallStatus.FAILED
    decision = telephone.ring(call)
    if decision is None:
        call.sip_code = _BUSY
        return CallStatus.BUSY
    exchange.connect_line(call, telephone)
    exchange.flow.change(call, CallStatus.RINGING)
    return await _outcome(exchange, call, telephone=telephone, decision=decision)


async def _outcome(
    exchange: "Exchange", call: Call, *, telephone: Telephone, decision: "asyncio.Future[str]"
) -> CallStatus:
    seconds = call.settings.timeout_seconds + exchange.options.timeout_extra_seconds
    patience = asyncio.ensure_future(exchange.clock.sleep(seconds))
    try:
        await first_of(decision, patience)
    finally:
        patience.cancel()
    if not decision.done():
        call.sip_code = _TIMED_OUT
        return CallStatus.NO_ANSWER
    if decision.result() == OnRing.DECLINE:
        call.sip_code = _DECLINED
        return CallStatus.BUSY
    if decision.result() == OnRing.MACHINE:
        call.machine = True
        exchange.background(_greet(exchange, call, telephone=telephone))
    return CallStatus.IN_PROGRESS


async def _greet(exchange: "Exchange", call: Call, *, telephone: Telephone) -> None:
    """An answering machine speaks, then beeps."""
    text = telephone.machine_greeting
    pcm = audio.silence(exchange.options.machine_greeting_seconds)
    if text:
        pcm = await exchange.speak(text, telephone.locale, voice=telephone.voice)
    call.greeting_seconds = audio.seconds_of(pcm)
    if call.line and call.live:
        frames = list(audio.frames(pcm + audio.tone(1000, 0.4)))
        await call.line.speak_into(frames, len(frames))


async def detect_machine(exchange: "Exchange", call: Call) -> None:
    """Reach a verdict after the time it takes and, for asynchronous detection, post it."""
    verdict, seconds = _verdict(exchange, call)
    await exchange.clock.sleep(seconds)
    if not call.live:  # hung up before the verdict: there is none
        return
    call.answered_by = verdict
    call.machine_detection_ms = round(seconds * 1000)
    exchange.event("amd", call, answered_by=verdict)
    settings = call.settings
    if not settings.async_amd:
        return
    if not settings.amd_callback:
        exchange.alert(21262, "asynchronous answering machine detection without a callback", call=call)
        return
    params = [
        ("CallSid", call.sid),
        ("AccountSid", call.account_sid),
        ("AnsweredBy", verdict),
        ("MachineDetectionDuration", str(call.machine_detection_ms)),
    ]
    exchange.callbacks.send(settings.amd_callback, settings.amd_method, params=params)


def _verdict(exchange: "Exchange", call: Call) -> tuple[str, float]:
    if not call.machine:
        return "human", exchange.options.amd_human_seconds
    if call.settings.machine_detection == "DetectMessageEnd":
        greeting = call.greeting_seconds or exchange.options.machine_greeting_seconds
        return "machine_end_beep", greeting + 0.6
    return "machine_start", exchange.options.amd_machine_seconds
