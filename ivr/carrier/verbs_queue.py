"""Enqueue, and Dial with a Queue (thin)."""

import asyncio
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from ivr.carrier import bridge
from ivr.carrier.attributes import action, number
from ivr.carrier.calls import Call
from ivr.carrier.documents import Jump
from ivr.carrier.queues import CallerQueue, Member
from ivr.carrier.script import WAIT_VERBS, Ending, Script
from ivr.carrier.speaking import music
from ivr.carrier.waiting import first_of

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange
    from ivr.carrier.script import Reason

Params = list[tuple[str, str]]
_ROOM_VERBS = WAIT_VERBS | {"Hangup", "Leave", "Gather"}


def queue_named(exchange: "Exchange", name: str, *, create: bool) -> CallerQueue | None:
    """A queue by its name, made on demand."""
    found = next((q for q in exchange.queues.values() if q.friendly_name == name), None)
    if found is None and create:
        found = CallerQueue(exchange.account_sid, name)
        exchange.queues[found.sid] = found
    return found


async def enqueue_verb(script: Script, element: Element) -> Jump | Ending | None:
    """Wait in line, then the action or the next verb."""
    queue = queue_named(script.exchange, (element.text or "").strip(), create=True)
    assert queue is not None
    if len(queue.members) >= queue.max_size:
        return _after(element, [("QueueResult", "queue-full")])
    loop = asyncio.get_running_loop()
    member = Member(script.call, loop.create_future(), loop.create_future())
    queue.members.append(member)
    queue.arrived.set()
    script.farewell = lambda reason: _farewell(queue, member, element=element, reason=reason)
    try:
        result, jump = await _wait(script, element, queue=queue, member=member)
    finally:
        if member in queue.members:
            queue.members.remove(member)
    if result == "hangup":
        return Ending.HANGUP
    if jump is not None:
        return jump
    return _after(element, [("QueueResult", result), *_times(queue, member)])


def _after(element: Element, params: Params) -> Jump | None:
    return action(element, params) if element.get("action") else None


def _times(queue: CallerQueue, member: Member) -> Params:
    return [("QueueSid", queue.sid), ("QueueTime", str(member.waited_seconds))]


def _farewell(queue: CallerQueue, member: Member, *, element: Element, reason: "Reason") -> Jump | None:
    result = "hangup" if reason == "hang-up" else "redirected"
    return _after(element, [("QueueResult", result), *_times(queue, member)])


async def _wait(script: Script, element: Element, *, queue: CallerQueue, member: Member) -> tuple[str, Jump | None]:
    """Until an agent, a REST dequeue, or the waiting room's own Leave or Hangup."""
    room = script.exchange.spawn(_waiting_room(script, element, queue=queue, member=member))
    try:
        await first_of(room, member.taken)
        if not member.taken.done():
            return ("hangup" if room.result() is Ending.HANGUP else "leave"), None
    finally:
        room.cancel()
    taken = member.taken.result()
    if isinstance(taken, Jump):
        return "redirected", taken
    await member.over
    return "bridged", None


async def _waiting_room(script: Script, element: Element, *, queue: CallerQueue, member: Member) -> Ending:
    url = element.get("waitUrl")
    if url is None:
        await music(script.call)
    while url:
        jump = Jump(script.document.resolve(url), element.get("waitUrlMethod", "POST"))
        room = Script(script.exchange, script.call, verbs=_ROOM_VERBS, params=queue.params(member))
        ending = await room.run(jump)
        if ending is not Ending.DOCUMENT:
            return ending
        await script.exchange.clock.sleep(0.1)
    await asyncio.get_running_loop().create_future()
    return Ending.LEAVE


async def dial_queue(script: Script, dial: Element, *, element: Element) -> Params:
    """Talk to the head of a queue, waiting for one as long as the Dial's timeout."""
    queue = queue_named(script.exchange, (element.text or "").strip(), create=False)
    if queue is None:
        return [("DialCallStatus", "failed")]
    member = await _head(script, queue, patience_seconds=number(script, dial, name="timeout"))
    if member is None:
        return [("DialCallStatus", "no-answer")]
    begun = script.exchange.clock.now()
    await _talk(script.call, member)
    seconds = round(script.exchange.clock.now() - begun)
    return [
        ("DialCallStatus", "completed"),
        ("DialCallSid", member.call.sid),
        ("DialCallDuration", str(seconds)),
        *_times(queue, member),
    ]


async def _head(script: Script, queue: CallerQueue, *, patience_seconds: float) -> Member | None:
    patience = asyncio.ensure_future(script.exchange.clock.sleep(patience_seconds))
    try:
        while not queue.members:
            queue.arrived.clear()
            arrival = asyncio.ensure_future(queue.arrived.wait())
            await first_of(arrival, patience)
            arrival.cancel()
            if patience.done() and not queue.members:
                return None
        return queue.members.pop(0)
    finally:
        patience.cancel()


async def _talk(agent: Call, member: Member) -> None:
    gone = asyncio.get_running_loop().create_future()
    member.call.on_end.append(lambda: None if gone.done() else gone.set_result(None))
    member.taken.set_result(agent)
    bridge.connect(agent, member.call)
    try:
        await gone
    finally:
        bridge.disconnect(agent, member.call)
        if not member.over.done():
            member.over.set_result(None)
