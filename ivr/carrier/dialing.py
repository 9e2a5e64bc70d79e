"""Ringing a telephone for an outbound leg, and telling people from machines (twilio.md sections 2 and 3)."""

import asyncio
from typing import TYPE_CHECKING

from ivr.carrier import audio
from ivr.carrier.automaton import AUTOMATIC, SAID, Automaton, OnRing
from ivr.carrier.calls import Call, CallStatus
from ivr.carrier.telephone import Telephone
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
    if decision.result() in AUTOMATIC:
        call.automatic = decision.result()
        exchange.background(_speak_alone(exchange, call, telephone=telephone))
    return CallStatus.IN_PROGRESS


async def _speak_alone(exchange: "Exchange", call: Call, *, telephone: Telephone) -> None:
    """Voicemail greets and beeps, a menu repeats itself, an assistant asks."""
    automaton, kind = telephone.automaton, OnRing(call.automatic)
    text = automaton.greeting or SAID.get(kind, "")
    pcm = audio.silence(exchange.options.machine_greeting_seconds)
    if text:
        pcm = await exchange.speak(text, telephone.locale, voice=telephone.voice)
    call.greeting_seconds = audio.seconds_of(pcm)
    await exchange.clock.sleep(exchange.options.automatic_pause_seconds)
    for _ in range(automaton.repeats if kind is OnRing.IVR else int(kind is not OnRing.SILENT)):
        if call.line and call.live:
            await telephone.play(pcm, transcript=text)
    if kind is OnRing.MACHINE and automaton.tone and call.line and call.live:
        tone = list(audio.frames(audio.tone(1000, 0.4)))
        await call.line.speak_into(tone, len(tone))


async def detect_machine(exchange: "Exchange", call: Call) -> None:
    """Reach a verdict after the time it takes and, for asynchronous detection, post it."""
    verdict, seconds = _verdict(exchange, call)
    automaton = call.telephone.automaton if call.telephone else Automaton()
    verdict = automaton.verdict if automaton.verdict is not None else verdict
    seconds = automaton.verdict_seconds if automaton.verdict_seconds is not None else seconds
    await exchange.clock.sleep(seconds)
    if not call.live or not verdict:  # hung up before the verdict: there is none
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
    if call.automatic == OnRing.SILENT:
        return "unknown", exchange.options.amd_silence_seconds
    if call.automatic in ("", OnRing.SCREENING):  # a short question is taken for a person
        return "human", exchange.options.amd_human_seconds
    if call.settings.machine_detection == "DetectMessageEnd":
        greeting = call.greeting_seconds or exchange.options.machine_greeting_seconds
        has_tone = call.automatic == OnRing.MACHINE and call.telephone is not None and call.telephone.automaton.tone
        end = "beep" if has_tone else "silence"
        return f"machine_end_{end}", exchange.options.automatic_pause_seconds + greeting + 0.6
    return "machine_start", exchange.options.amd_machine_seconds
