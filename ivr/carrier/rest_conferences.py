"""REST: Conferences and Participants."""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.responses import Response
from starlette.routing import Route

from ivr.carrier.conference import Conference, Participant
from ivr.carrier.documents import Jump
from ivr.carrier.formats import boolean
from ivr.carrier.rest import Rest, RestCall, RestError, bad_request, not_found, page, reply
from ivr.carrier.rest_calls import create_call, settings

_ROOM = {
    "Label": "participantLabel",
    "Muted": "muted",
    "Beep": "beep",
    "StartConferenceOnEnter": "startConferenceOnEnter",
    "EndConferenceOnExit": "endConferenceOnExit",
    "WaitUrl": "waitUrl",
    "WaitMethod": "waitMethod",
    "CallSidToCoach": "coach",
    "ConferenceStatusCallback": "statusCallback",
    "ConferenceStatusCallbackMethod": "statusCallbackMethod",
}


def routes(rest: Rest) -> list[Route]:
    """Conferences and their participants."""
    return [
        rest.route("/Conferences.json", {"GET": list_conferences}),
        rest.route("/Conferences/{conference}.json", {"GET": fetch, "POST": update}),
        rest.route("/Conferences/{conference}/Participants.json", {"GET": list_participants, "POST": invite}),
        rest.route(
            "/Conferences/{conference}/Participants/{participant}.json",
            {"GET": fetch_participant, "POST": update_participant, "DELETE": remove},
        ),
    ]


async def list_conferences(rest: RestCall) -> Response:
    """Conferences by status and name, newest first."""
    status, name = rest.get("Status"), rest.get("FriendlyName")
    found = [
        conference
        for conference in rest.exchange.conferences.values()
        if status in ("", conference.status) and name in ("", conference.friendly_name)
    ]
    return page(rest, "conferences", items=[conference.body() for conference in reversed(found)])


def _find(rest: RestCall) -> Conference:
    key = rest.path("conference")
    conference = rest.exchange.conferences.get(key) or rest.exchange.conference_named(key)
    if conference is None:
        raise not_found(rest.request.url.path)
    return conference


async def fetch(rest: RestCall) -> Response:
    """One conference."""
    return reply(_find(rest).body())


async def update(rest: RestCall) -> Response:
    """End a conference, or announce something to all in it."""
    conference = _find(rest)
    if rest.get("Status") == "completed":
        conference.end("conference-ended-via-api")
    if rest.get("AnnounceUrl"):
        jump = Jump(rest.get("AnnounceUrl"), rest.method("AnnounceMethod"))
        conference.announce(list(conference.participants.values()), jump)
    return reply(conference.body())


async def list_participants(rest: RestCall) -> Response:
    """Who is in a conference now; of these, if asked for, the muted, held or coaching ones, or the others."""
    conference = _find(rest)
    people = [_body(conference, p) for p in conference.participants.values()]
    wanted = {name.lower(): boolean(given) for name in ("Muted", "Hold", "Coaching") if (given := rest.optional(name))}
    shown = [one for one in people if all(one[name] is value for name, value in wanted.items())]
    return page(rest, "participants", items=shown)


async def invite(rest: RestCall) -> Response:
    """Call somebody into a conference; a new name opens one when they answer."""
    key = rest.path("conference")
    known = rest.exchange.conferences.get(key)
    if known is None and key.startswith("CF"):
        raise not_found(rest.request.url.path)
    name = known.friendly_name if known else key
    rest.params.append(("Twiml", _twiml(rest, name)))
    call = create_call(rest, settings(rest))
    body = {
        "account_sid": call.account_sid,
        "call_sid": call.sid,
        "label": rest.optional("Label"),
        "call_sid_to_coach": rest.optional("CallSidToCoach"),
        "coaching": bool(rest.get("CallSidToCoach")),
        "conference_sid": known.sid if known else None,
        "end_conference_on_exit": boolean(rest.optional("EndConferenceOnExit")),
        "muted": boolean(rest.optional("Muted")),
        "hold": False,
        "start_conference_on_enter": boolean(rest.optional("StartConferenceOnEnter"), True),
        "status": "queued",
        "queue_time": str(call.settings.queue_time_ms),
        "date_created": call.body()["date_created"],
        "date_updated": call.body()["date_updated"],
        "uri": f"{rest.request.url.path.removesuffix('.json')}/{call.sid}.json",
    }
    return reply(body, 201)


def _twiml(rest: RestCall, name: str) -> str:
    """The document an invited call runs: nothing but the conference."""
    response = Element("Response")
    room = SubElement(SubElement(response, "Dial"), "Conference")
    room.text = name
    for parameter, attribute in _ROOM.items():
        if any(key == parameter for key, _ in rest.params):
            room.set(attribute, rest.get(parameter))
    events = rest.all("ConferenceStatusCallbackEvent")
    if events:
        room.set("statusCallbackEvent", " ".join(events))
    return tostring(response, encoding="unicode")


def _participant(rest: RestCall) -> tuple[Conference, Participant]:
    conference = _find(rest)
    participant = conference.find(rest.path("participant"))
    if participant is None:
        raise not_found(rest.request.url.path)
    return conference, participant


async def fetch_participant(rest: RestCall) -> Response:
    """One participant."""
    return reply(_body(*_participant(rest)))


async def update_participant(rest: RestCall) -> Response:
    """Mute, hold, coach, announce to, or change how the room ends."""
    conference, participant = _participant(rest)
    given = {name for name, _ in rest.params}
    for name, change in _CHANGES.items():
        if name in given:
            change(rest, conference, participant)
    return reply(_body(conference, participant))


def _hold(rest: RestCall, conference: Conference, participant: Participant) -> None:
    url = rest.optional("HoldUrl")
    jump = Jump(url, rest.method("HoldMethod", "GET")) if url else None
    conference.hold(participant, boolean(rest.get("Hold")), music_at=jump)


def _mute(rest: RestCall, conference: Conference, participant: Participant) -> None:
    conference.mute(participant, boolean(rest.get("Muted")))


def _announce(rest: RestCall, conference: Conference, participant: Participant) -> None:
    conference.announce([participant], Jump(rest.get("AnnounceUrl"), rest.method("AnnounceMethod")))


def _end_on_exit(rest: RestCall, conference: Conference, participant: Participant) -> None:
    participant.end_on_exit = boolean(rest.get("EndConferenceOnExit"))


def _coach(rest: RestCall, conference: Conference, participant: Participant) -> None:
    participant.coaching = boolean(rest.get("Coaching"))
    participant.call_sid_to_coach = rest.optional("CallSidToCoach") or participant.call_sid_to_coach
    if participant.coaching and not participant.call_sid_to_coach:
        raise bad_request(13240, "CallSidToCoach is required to coach")


Change = Callable[[RestCall, Conference, Participant], None]
_CHANGES: dict[str, Change] = {
    "Hold": _hold,
    "Muted": _mute,
    "AnnounceUrl": _announce,
    "EndConferenceOnExit": _end_on_exit,
    "Coaching": _coach,
}


async def remove(rest: RestCall) -> Response:
    """Put a participant out of the room; their call goes on with its own document."""
    conference, participant = _participant(rest)
    if not conference.live:
        raise RestError(404, 20404, "The conference has ended")
    conference.leave(participant, "participant_updated_via_api")
    return Response(status_code=204)


def _body(conference: Conference, participant: Participant) -> dict[str, Any]:
    uri = conference.body()["uri"].removesuffix(".json")
    return {
        "account_sid": participant.call.account_sid,
        "call_sid": participant.call.sid,
        "label": participant.label or None,
        "call_sid_to_coach": participant.call_sid_to_coach,
        "coaching": participant.coaching,
        "conference_sid": conference.sid,
        "end_conference_on_exit": participant.end_on_exit,
        "muted": participant.muted,
        "hold": participant.hold,
        "start_conference_on_enter": participant.start_on_enter,
        "status": "connected",
        "queue_time": None,
        "date_created": participant.joined_at,
        "date_updated": participant.joined_at,
        "uri": f"{uri}/Participants/{participant.call.sid}.json",
    }
