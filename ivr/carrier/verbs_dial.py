"""Dial: numbers in parallel or one after the other, a conference, or the head of a queue."""

import asyncio
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from ivr.carrier import bridge
from ivr.carrier.attributes import action, flag, number
from ivr.carrier.calls import Call
from ivr.carrier.dial_legs import DialLeg, place_legs
from ivr.carrier.documents import Jump
from ivr.carrier.verbs_conference import dial_conference
from ivr.carrier.verbs_queue import dial_queue
from ivr.carrier.waiting import first_of

if TYPE_CHECKING:
    from ivr.carrier.script import Reason, Script

_MOST_PARALLEL = 10
Params = list[tuple[str, str]]


async def dial_verb(script: "Script", element: Element) -> Jump | None:
    """Dial, wait until it is over, then the action or the next verb."""
    script.farewell = lambda reason: _farewell(script, element, reason=reason)
    rooms, queues = element.findall("Conference"), element.findall("Queue")
    if rooms:
        params: Params = await dial_conference(script, element, element=rooms[0])
    elif queues:
        params = await dial_queue(script, element, element=queues[0])
    else:
        params = await _dial_numbers(script, element)
    return action(element, params) if element.get("action") else None


def _farewell(script: "Script", element: Element, *, reason: "Reason") -> Jump | None:
    """Overtaken: the action is requested though nothing of it will run; without one, a Redirect that follows."""
    if element.get("action"):
        room = element.find("Conference") is not None
        return action(element, [("DialCallStatus", "answered" if room else "completed")])
    if reason == "update" and script.following and script.following[0].tag == "Redirect":
        verb = script.following[0]
        return Jump((verb.text or "").strip() or None, verb.get("method", "POST").upper())
    return None


def _numbers(element: Element) -> list[Element]:
    plain = (element.text or "").strip()
    found = element.findall("Number")
    if plain and not found:
        SubElement(element, "Number").text = plain
        found = element.findall("Number")
    return found[:_MOST_PARALLEL]


async def _dial_numbers(script: "Script", element: Element) -> Params:
    legs = place_legs(script, element, numbers=_numbers(element))
    if not legs:
        return [("DialCallStatus", "failed")]
    try:
        groups = [[leg] for leg in legs] if flag(element, "sequential") else [legs]
        for group in groups:
            winner = await _race(script, group)
            if winner:
                return await _talk(script, element, leg=winner)
        return _unanswered(legs)
    finally:
        bridge.disconnect(script.call)
        for leg in legs:
            script.exchange.background(leg.drop())


async def _race(script: "Script", legs: list[DialLeg]) -> DialLeg | None:
    """Ring all; the first to be ready wins and the others stop ringing."""
    waiting = {script.exchange.spawn(leg.ready()): leg for leg in legs}
    try:
        while pending := [task for task in waiting if not task.done()]:
            done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            winner = next((waiting[task] for task in done if task.result()), None)
            if winner:
                for leg in legs:
                    if leg is not winner:
                        await leg.drop()
                return winner
        return None
    finally:
        for task in waiting:
            task.cancel()


async def _talk(script: "Script", element: Element, *, leg: DialLeg) -> Params:
    script.exchange.flow.answer(script.call)
    bridge.connect(script.call, leg.call)
    limit = number(script, element, name="timeLimit")
    star = asyncio.get_running_loop().create_future()
    if flag(element, "hangupOnStar"):
        script.call.on_key = lambda key: star.set_result(None) if key == "*" and not star.done() else None
    timer = asyncio.ensure_future(script.exchange.clock.sleep(limit))
    begun = script.exchange.clock.now()
    try:
        await first_of(leg.over, timer, star)
    finally:
        timer.cancel()
        script.call.on_key = None
    redirected = leg.over.done() and leg.over.result() == "redirected"
    seconds = round(script.exchange.clock.now() - begun)
    return _result("completed", leg.call, bridged=True, seconds=None if redirected else seconds)


def _unanswered(legs: list[DialLeg]) -> Params:
    """The status of a Dial nobody took: what the last leg ended with."""
    last = legs[-1].call
    return _result(last.status.value, last, bridged=False, seconds=last.duration_seconds)


def _result(status: str, call: Call, *, bridged: bool, seconds: int | None) -> Params:
    params = [("DialCallStatus", status), ("DialCallSid", call.sid), ("DialBridged", "true" if bridged else "false")]
    return params if seconds is None else [*params, ("DialCallDuration", str(seconds))]
