"""Start, Stop and Connect with Stream."""

from typing import TYPE_CHECKING
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from ivr.carrier.attributes import action
from ivr.carrier.documents import Jump
from ivr.carrier.media import TRACKS, MediaStream, StreamSettings

if TYPE_CHECKING:
    from ivr.carrier.script import Script

_MOST_TRACKS = 4


def stream_url(script: "Script", url: str) -> str:
    """A stream's address; a relative one takes the document's host and the matching wss or ws scheme."""
    base = script.document.url or ""
    return urljoin(base, url).replace("http", "ws", 1) if "://" not in url else url


def _settings(script: "Script", element: Element, *, bidirectional: bool) -> StreamSettings:
    track = "inbound_track" if bidirectional else element.get("track", "inbound_track")
    return StreamSettings(
        url=stream_url(script, element.get("url", "")),
        name=element.get("name"),
        tracks=TRACKS.get(track, ("inbound",)),
        parameters={p.get("name", ""): p.get("value", "") for p in element if p.tag == "Parameter"},
        bidirectional=bidirectional,
        status_callback=element.get("statusCallback"),
        status_method=element.get("statusCallbackMethod", "POST"),
    )


async def start_verb(script: "Script", element: Element) -> None:
    """Fork the call's audio and go on at once."""
    for child in element:
        if child.tag == "Stream":
            settings = _settings(script, child, bidirectional=False)
            problem = fork(MediaStream(script.exchange, script.call, settings=settings))
            if problem:
                script.exchange.alert(20001, problem, call=script.call, level="error")


def fork(stream: MediaStream) -> str | None:
    """Open a one-way stream in the background; the reason if it may not be opened."""
    call = stream.call
    open_streams = [other for other in call.streams if not other.closed.is_set()]
    if any(other.name == stream.name for other in open_streams):
        return f"a stream named {stream.name} is already open"
    if sum(len(other.settings.tracks) for other in [*open_streams, stream]) > _MOST_TRACKS:
        return "a call has at most four forked tracks"
    call.streams.append(stream)
    stream.start_in_background()
    return None


async def stop_verb(script: "Script", element: Element) -> None:
    """End a fork by its name."""
    for child in element:
        for stream in script.call.streams:
            if child.tag == "Stream" and stream.name == child.get("name") and not stream.settings.bidirectional:
                await stream.stop()


async def connect_verb(script: "Script", element: Element) -> Jump | None:
    """Hand the call to the app's socket until that closes."""
    streams = element.findall("Stream")
    if len(streams) > 1:
        script.exchange.alert(12200, "Connect takes one Stream; the others are left out", call=script.call)
    for child in streams[:1]:
        stream = MediaStream(script.exchange, script.call, settings=_settings(script, child, bidirectional=True))
        await _converse(script, stream)
    return action(element, []) if element.get("action") else None


async def _converse(script: "Script", stream: MediaStream) -> None:
    call = script.call
    call.streams.append(stream)
    try:
        if not await stream.open() or call.line is None:
            return
        call.line.feed, call.on_key = stream.next_frame, stream.key
        await stream.closed.wait()
    finally:
        call.on_key = None
        if call.line:
            call.line.feed = None
        stream.stop_in_background()
