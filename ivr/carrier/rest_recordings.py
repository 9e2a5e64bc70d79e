"""REST: Recordings of one call."""

from starlette.responses import Response
from starlette.routing import Route

from ivr.carrier.call_recordings import CallRecording, Reports
from ivr.carrier.recordings import Recording
from ivr.carrier.rest import Rest, RestCall, RestError, bad_request, not_found, page, reply
from ivr.carrier.rest_calls import address, find

_EVENTS = frozenset({"in-progress", "completed", "absent"})
_CURRENT = "Twilio.CURRENT"


def routes(rest: Rest) -> list[Route]:
    """Start, list, look at, change, forget."""
    return [
        rest.route("/Calls/{sid}/Recordings.json", {"POST": start, "GET": list_recordings}),
        rest.route("/Calls/{sid}/Recordings/{recording}.json", {"GET": fetch, "POST": change, "DELETE": forget}),
    ]


async def start(rest: RestCall) -> Response:
    """Record a live call from now on."""
    call = find(rest)
    if not call.answered or not call.live or call.line is None:
        raise bad_request(21220, "Requested resource is not eligible for recording")
    words = " ".join(rest.all("RecordingStatusCallbackEvent")).split()  # parted by spaces, unlike a call's events
    given = frozenset(words) or frozenset({"completed"})
    if not given <= _EVENTS:
        raise bad_request(20001, f"RecordingStatusCallbackEvent must be of {sorted(_EVENTS)}")
    url = address(rest, "RecordingStatusCallback", code=21609) or ""
    reports = Reports(url, rest.method("RecordingStatusCallbackMethod"), given)
    channels = 2 if rest.get("RecordingChannels") == "dual" else 1
    made = CallRecording(rest.exchange, call, channels=channels, reports=reports)
    made.start()
    return reply(_body(made.recording), 201)


async def list_recordings(rest: RestCall) -> Response:
    """Those of one call, newest first."""
    call = find(rest)
    kept = [one for one in rest.exchange.recordings.values() if one.call_sid == call.sid]
    return page(rest, "recordings", items=[_body(one) for one in reversed(kept)])


async def fetch(rest: RestCall) -> Response:
    """One of them."""
    return reply(_body(_find(rest)))


async def change(rest: RestCall) -> Response:
    """Pause, go on, stop; `Twilio.CURRENT` is the one that runs."""
    recording, status = _find(rest), rest.get("Status")
    running = rest.exchange.call_recordings.get(recording.sid)
    if status not in ("paused", "in-progress", "stopped"):
        raise bad_request(20001, "Status must be paused, in-progress or stopped")
    if running is None:
        raise RestError(404, 20404, "The recording is not in progress")
    if status == "stopped":
        running.stop()
    else:
        recording.status, running.skips = status, rest.get("PauseBehavior") == "skip"
    return reply(_body(recording))


async def forget(rest: RestCall) -> Response:
    """Delete one that is over."""
    recording = _find(rest)
    if recording.sid in rest.exchange.call_recordings:
        raise bad_request(20001, "The recording is in progress and cannot be deleted")
    del rest.exchange.recordings[recording.sid]
    return Response(status_code=204)


def _find(rest: RestCall) -> Recording:
    call, wanted = find(rest), rest.path("recording")
    mine = [one for one in rest.exchange.recordings.values() if one.call_sid == call.sid]
    running = [one for one in mine if one.sid in rest.exchange.call_recordings]
    found = running[-1:] if wanted == _CURRENT else [one for one in mine if one.sid == wanted]
    if not found:
        raise not_found(rest.request.url.path)
    return found[0]


def _body(recording: Recording) -> dict[str, object]:
    """As a call's resource shows it: no media address, but the track."""
    body = recording.body()
    hidden = ("media_url", "subresource_uris")
    kept = {name: value for name, value in body.items() if name not in hidden}
    return kept | {
        "track": recording.track,
        "uri": recording.path.replace("/Recordings/", f"/Calls/{recording.call_sid}/Recordings/") + ".json",
    }
