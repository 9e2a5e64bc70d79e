"""Dial with a Conference."""

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from ivr.carrier.attributes import flag
from ivr.carrier.conference import Conference, ConferenceCallback, Participant
from ivr.carrier.documents import Jump

if TYPE_CHECKING:
    from ivr.carrier.script import Script


async def dial_conference(script: "Script", dial: Element, *, element: Element) -> list[tuple[str, str]]:
    """Stay in the room until the call leaves or the room ends."""
    exchange, call = script.exchange, script.call
    exchange.flow.answer(call)
    if not call.live or call.line is None:
        return []
    name = (element.text or "").strip()
    conference = exchange.conference_named(name) or _open(script, name, element=element)
    participant = _participant(script, element)
    if participant.label and conference.find(participant.label):
        exchange.alert(16025, f"participant label {participant.label!r} is taken", call=call, level="error")
        return [("DialCallStatus", "failed")]
    conference.join(participant)
    if flag(dial, "hangupOnStar"):
        call.on_key = lambda key: conference.leave(participant, "participant_hung_up") if key == "*" else None
    try:
        await participant.left
    finally:
        call.on_key = None
        reason = "participant_updated_via_api" if call.live else "participant_hung_up"
        conference.leave(participant, reason)
    return [("DialCallStatus", "answered")]


def _open(script: "Script", name: str, *, element: Element) -> Conference:
    callback, url = None, element.get("statusCallback")
    if url:
        events = frozenset(element.get("statusCallbackEvent", "").split())
        method = element.get("statusCallbackMethod", "POST")
        callback = ConferenceCallback(script.document.resolve(url), method, events)
    conference = Conference(script.exchange, name, callback=callback)
    script.exchange.conferences[conference.sid] = conference
    return conference


def _participant(script: "Script", element: Element) -> Participant:
    wait, coached = element.get("waitUrl"), element.get("coach")
    return Participant(
        script.call,
        label=element.get("participantLabel", ""),
        muted=flag(element, "muted"),
        coaching=bool(coached),
        call_sid_to_coach=coached,
        start_on_enter=flag(element, "startConferenceOnEnter", default=True),
        end_on_exit=flag(element, "endConferenceOnExit"),
        wait=Jump(script.document.resolve(wait), element.get("waitMethod", "POST")) if wait else None,
        silent_wait=wait == "",
    )
