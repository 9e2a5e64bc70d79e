"""REST: Streams of a call, the account's Recordings and the sounds they keep."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ivr.carrier.formats import iso8601, rfc2822, utc_now
from ivr.carrier.media import TRACKS, MediaStream, StreamSettings, refusal
from ivr.carrier.recordings import Recording
from ivr.carrier.rest import PREFIX, Rest, RestCall, RestError, bad_request, fault, not_found, page, reply
from ivr.carrier.rest_calls import find
from ivr.carrier.verbs_stream import fork


def routes(rest: Rest) -> list[Route]:
    """Streams and Recordings."""

    async def sound(request: Request) -> Response:
        try:
            return _sound(rest, request)
        except RestError as error:
            return error.response()

    return [
        rest.route("/Calls/{sid}/Streams.json", {"POST": start}),
        rest.route("/Calls/{sid}/Streams/{stream}.json", {"POST": stop}),
        rest.route("/Recordings.json", {"GET": recordings}),
        rest.route("/Recordings/{recording}.json", {"GET": recording, "DELETE": forget}),
        Route(PREFIX + "/Recordings/{sid}", sound, methods=["GET"]),
    ]


def _sound(rest: Rest, request: Request) -> Response:
    """A recording's file; anybody may have it, as on Twilio, unless the account demands credentials."""
    exchange = rest.exchange
    if exchange.options.recordings_need_credentials:
        rest.check_credentials(request)
    recording = exchange.recordings.get(request.path_params["sid"].removesuffix(".wav"))
    exchange.event("recording.fetched", path=request.url.path)
    channels = request.query_params.get("RequestedChannels", "1")
    if recording is not None and channels == "2" and recording.channels == 1:
        raise bad_request(16113, "Cannot download a dual-channel presentation of a mono recording")
    if recording is None or exchange.faults.recordings_lost or not recording.pcm or not _is_ready(rest, recording):
        raise not_found(request.url.path)
    files = exchange.faults.recording_files
    instead = files.popleft() if files else recording.wav(int(channels))
    if isinstance(instead, int):
        raise fault(instead)
    return Response(instead, media_type="audio/x-wav")


def _is_ready(rest: Rest, recording: Recording) -> bool:
    ready = rest.exchange.options.recording_ready_seconds
    return recording.ended_at is not None and rest.exchange.clock.now() >= recording.ended_at + ready


async def start(rest: RestCall) -> Response:
    """Fork a live call's audio."""
    call = find(rest)
    if not call.answered or not call.live:
        raise bad_request(21220, "Call is not in-progress.")
    settings = StreamSettings(
        url=rest.get("Url"),
        name=rest.optional("Name"),
        tracks=TRACKS.get(rest.get("Track", "inbound_track"), ("inbound",)),
        parameters=_parameters(rest),
        status_callback=rest.optional("StatusCallback"),
        status_method=rest.method("StatusCallbackMethod"),
    )
    problem = refusal(settings.url, rest.exchange.options.insecure_streams)
    if problem:
        raise bad_request(*problem)
    stream = MediaStream(rest.exchange, call, settings=settings)
    refused = fork(stream)
    if refused:
        raise bad_request(20001, refused)
    return reply(_body(stream), 201)


def _parameters(rest: RestCall) -> dict[str, str]:
    named = [rest.get(f"Parameter{n}.Name") for n in range(1, 100)]
    return {name: rest.get(f"Parameter{n}.Value") for n, name in enumerate(named, 1) if name}


async def stop(rest: RestCall) -> Response:
    """Stop a fork by its sid or name."""
    wanted = rest.path("stream")
    stream = next((s for s in find(rest).streams if wanted in (s.sid, s.name)), None)
    if stream is None:
        raise not_found(rest.request.url.path)
    if rest.get("Status") != "stopped":
        raise bad_request(20001, "Status must be stopped")
    await stream.stop()
    return reply(_body(stream))


def _body(stream: MediaStream) -> dict[str, object]:
    uri = f"{stream.call.uri.removesuffix('.json')}/Streams/{stream.sid}.json"
    return {
        "sid": stream.sid,
        "account_sid": stream.call.account_sid,
        "call_sid": stream.call.sid,
        "name": stream.settings.name,
        "status": "stopped" if stream.closed.is_set() else "in-progress",
        "date_updated": rfc2822(utc_now()),
        "uri": uri,
    }


async def recordings(rest: RestCall) -> Response:
    """All recordings, newest first."""
    call_sid, first, last = rest.get("CallSid"), rest.get("DateCreated>"), rest.get("DateCreated<", "9999")
    of_call = [r for r in rest.exchange.recordings.values() if call_sid in ("", r.call_sid)]
    kept = [r for r in of_call if first <= iso8601(r.created_at) <= last]
    return page(rest, "recordings", items=[r.body() for r in reversed(kept)])


async def recording(rest: RestCall) -> Response:
    """One recording."""
    found = rest.exchange.recordings.get(rest.path("recording"))
    if found is None:
        raise not_found(rest.request.url.path)
    return reply(found.body())


async def forget(rest: RestCall) -> Response:
    """Delete a recording that is over."""
    if rest.path("recording") in rest.exchange.call_recordings:
        raise bad_request(20001, "The recording is in progress and cannot be deleted")
    if rest.exchange.recordings.pop(rest.path("recording"), None) is None:
        raise not_found(rest.request.url.path)
    return Response(status_code=204)
