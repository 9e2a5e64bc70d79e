"""Redirect, Hangup, Reject and Leave."""

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from ivr.carrier.calls import CallStatus
from ivr.carrier.documents import Jump
from ivr.carrier.script import Ending

if TYPE_CHECKING:
    from ivr.carrier.script import Script


async def redirect_verb(script: "Script", element: Element) -> Jump:
    """Go on with another document; an empty address is the current one."""
    return Jump((element.text or "").strip() or None, element.get("method", "POST").upper())


async def hangup_verb(script: "Script", element: Element) -> Ending:
    """End the call."""
    return Ending.HANGUP


async def reject_verb(script: "Script", element: Element) -> Ending:
    """Refuse a call that is not answered yet: busy, or no-answer when rejected."""
    reason = element.get("reason", "rejected")
    if reason not in ("rejected", "busy"):
        script.exchange.alert(13810, f"invalid reason {reason!r}", call=script.call)
    if not script.call.answered:
        script.exchange.flow.finish(script.call, CallStatus.BUSY if reason == "busy" else CallStatus.NO_ANSWER)
    return Ending.HANGUP


async def leave_verb(script: "Script", element: Element) -> Ending:
    """Leave the queue; the call goes on after its Enqueue."""
    return Ending.LEAVE
