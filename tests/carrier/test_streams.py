"""Media streams: frames, order, marks, clear, keys, forks and refusals."""

import base64
import time

import pytest
from twilio.base.exceptions import TwilioRestException

OURS = "+15550100100"
FRAME = base64.b64encode(b"\x80" * 160).decode()


def fork(app, after="<Pause length='1000'/>", attributes=""):
    return (
        f'<Start><Stream url="{app.stream_url}" {attributes}><Parameter name="turn" value="7"/></Stream></Start>{after}'
    )


def test_fork_introduces_itself_and_sends_frames_of_twenty_milliseconds(app, customer, eventually):
    app.answers["/voice"] = fork(app, "<Say>Hello</Say><Pause length='1000'/>")
    call = customer.dial(OURS)
    stream = app.socket()
    eventually(lambda: len(stream.of("media")) >= 50)
    assert stream.messages[0] == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    start = stream.messages[1]
    assert start["sequenceNumber"] == "1"
    assert start["start"]["callSid"] == call.sid
    assert start["start"]["tracks"] == ["inbound"]
    assert start["start"]["customParameters"] == {"turn": "7"}
    assert start["start"]["mediaFormat"] == {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    media = stream.of("media")
    assert [m["sequenceNumber"] for m in media[:3]] == ["2", "3", "4"]
    assert [m["media"]["chunk"] for m in media[:3]] == ["1", "2", "3"]
    assert [m["media"]["timestamp"] for m in media[:3]] == ["0", "20", "40"]
    assert {len(base64.b64decode(m["media"]["payload"])) for m in media} == {160}


def test_upgrade_is_signed_and_looks_like_twilios(app, customer):
    app.answers["/voice"] = fork(app)
    customer.dial(OURS)
    stream = app.socket()
    assert stream.genuine
    assert stream.headers["user-agent"] == "Twilio.TmeWs/1.0"
    assert "origin" not in stream.headers
    assert "sec-websocket-protocol" not in stream.headers


def test_silence_is_silent_and_speech_is_heard_in_its_place(app, customer, eventually):
    app.answers["/voice"] = fork(app)
    customer.dial(OURS)
    stream = app.socket()
    eventually(lambda: stream.of("media"))
    customer.play(b"\x00\x40" * 800)

    def loud():
        return [m for m in stream.of("media") if base64.b64decode(m["media"]["payload"]) != b"\xff" * 160]

    eventually(lambda: len(loud()) == 5)
    assert stream.of("media")[0] not in loud()
    stamps = [int(m["media"]["timestamp"]) for m in loud()]
    assert stamps == list(range(stamps[0], stamps[0] + 100, 20))


class Ticks:
    """A listener on a line: what was said in each tick, and when the tick was over."""

    def __init__(self):
        self.said, self.over_at = [], []

    def on_frame(self, inbound, outbound):
        self.said.append(inbound)
        self.over_at.append(time.monotonic())


def test_end_of_speech_is_the_last_audible_sample_not_the_last_sample(app, customer):
    app.answers["/voice"] = fork(app)
    call = customer.dial(OURS)
    app.socket()
    ticks = Ticks()
    call.line.listeners.append(ticks)
    customer.stay_silent(0.1)
    ended = customer.play(b"\x00\x40" * 800 + bytes(2 * 8000))
    last = max(n for n, frame in enumerate(ticks.said) if any(frame))
    assert len(ticks.said) > last + 49
    assert ticks.over_at[last - 1] <= ended <= ticks.over_at[last]
    assert customer.last_speech_ended_at == ended


def test_fork_of_both_tracks_carries_the_prompt_too(app, open_carrier, eventually):
    def voice(text, locale, *, voice=None, rate=160):
        return b"\x00\x40" * 8000 * 60

    customer = open_carrier(voice=voice).handset("+15551230001")
    app.answers["/voice"] = fork(app, "<Say>Hello</Say><Pause length='100'/>", 'track="both_tracks"')
    customer.dial(OURS)
    stream = app.socket()

    def prompt():
        outbound = [m for m in stream.of("media") if m["media"]["track"] == "outbound"]
        return any(base64.b64decode(m["media"]["payload"])[0] != 0xFF for m in outbound)

    eventually(prompt)


def test_fork_survives_a_redirect_and_stops_with_the_call(app, customer, client, eventually):
    app.answers["/voice"] = fork(app)
    app.answers["/new"] = "<Say>New document</Say><Pause length='1000'/>"
    call = customer.dial(OURS)
    stream = app.socket()
    client.calls(call.sid).update(url=app.url + "/new")
    customer.hears("New document")
    before = len(stream.of("media"))
    eventually(lambda: len(stream.of("media")) > before + 10)
    assert not stream.of("stop")
    customer.hang_up()
    eventually(lambda: stream.closed)
    assert stream.messages[-1]["stop"] == {"accountSid": call.account_sid, "callSid": call.sid}
    assert len(app.sockets) == 1


def test_fork_never_hears_of_keys(app, customer, eventually):
    app.answers["/voice"] = fork(app, '<Gather numDigits="1" action="/keys"/>')
    app.answers["/keys"] = "<Pause length='100'/>"
    customer.dial(OURS)
    stream = app.socket()
    customer.press("5")
    app.wait_for("/keys")
    assert not stream.of("dtmf")


def test_stop_ends_the_fork_by_name_and_the_call_goes_on(app, customer, eventually):
    after = "<Pause length='10'/><Stop><Stream name='ear'/></Stop><Say>Two</Say>"
    app.answers["/voice"] = fork(app, after, f'name="ear" statusCallback="{app.url}/stream"')
    customer.dial(OURS)
    stream = app.socket()
    customer.hears("Two")
    eventually(lambda: stream.of("stop"))
    events = [request.params["StreamEvent"] for request in app.wait_for("/stream", 2)]
    assert sorted(events) == ["stream-started", "stream-stopped"]


def test_connected_stream_plays_audio_and_echoes_marks_in_order(app, customer, eventually):
    app.answers["/voice"] = f'<Connect><Stream url="{app.stream_url}"/></Connect>'
    heard = []
    customer.on_audio(heard.append)
    customer.dial(OURS)
    stream = app.socket()
    stream.send("media", media={"payload": FRAME * 1})
    stream.send("media", media={"payload": base64.b64encode(b"\x00" * 40_000).decode()})
    stream.send("mark", mark={"name": "spoken"})
    stream.send("mark", mark={"name": "also"})
    assert not stream.of("mark")
    eventually(lambda: len(stream.of("mark")) == 2)
    assert [m["mark"]["name"] for m in stream.of("mark")] == ["spoken", "also"]
    assert sum(any(frame) for frame in heard) == 251


def test_clear_empties_the_buffer_and_returns_the_marks(app, customer, eventually):
    app.answers["/voice"] = f'<Connect><Stream url="{app.stream_url}"/></Connect>'
    customer.dial(OURS)
    stream = app.socket()
    stream.send("media", media={"payload": base64.b64encode(b"\x00" * 8000 * 60).decode()})
    stream.send("mark", mark={"name": "spoken"})
    stream.send("clear")
    eventually(lambda: stream.of("mark") and stream.of("media"))
    assert int(stream.of("media")[-1]["media"]["timestamp"]) < 30_000


def test_connected_stream_hears_keys(app, customer, eventually):
    app.answers["/voice"] = f'<Connect><Stream url="{app.stream_url}"/></Connect>'
    customer.dial(OURS)
    stream = app.socket()
    customer.press("1#")
    eventually(lambda: len(stream.of("dtmf")) == 2)
    assert [m["dtmf"] for m in stream.of("dtmf")] == [
        {"track": "inbound_track", "digit": "1"},
        {"track": "inbound_track", "digit": "#"},
    ]


def test_closing_the_connected_stream_goes_on_with_the_next_verb(app, customer):
    app.answers["/voice"] = f'<Connect><Stream url="{app.stream_url}"/></Connect><Say>Goodbye</Say>'
    customer.dial(OURS)
    app.socket().close()
    customer.hears("Goodbye")


def test_second_stream_in_one_connect_is_left_out_and_reported(app, carrier, customer):
    stream = f'<Stream url="{app.stream_url}"/>'
    app.answers["/voice"] = f"<Connect>{stream}{stream}</Connect><Say>Goodbye</Say>"
    call = customer.dial(OURS)
    app.socket().close()
    customer.hears("Goodbye")
    assert len(call.streams) == 1
    assert [alert.code for alert in carrier.debugger] == [12200]


def test_redirect_stops_the_connected_stream(app, customer, client, eventually):
    app.answers["/voice"] = f'<Connect><Stream url="{app.stream_url}"/></Connect>'
    app.answers["/new"] = "<Say>New document</Say>"
    call = customer.dial(OURS)
    stream = app.socket()
    client.calls(call.sid).update(url=app.url + "/new")
    customer.hears("New document")
    eventually(lambda: stream.closed)
    assert stream.of("stop")


@pytest.mark.parametrize(
    ("message", "code"),
    [('{"event":"media"}', 31951), ("not json", 31951), ('{"event":"dance","streamSid":"%s"}', 31951), ("[]", 31951)],
)
def test_invalid_messages_are_reported_and_the_stream_goes_on(app, carrier, customer, eventually, message, code):
    app.answers["/voice"] = f'<Connect><Stream url="{app.stream_url}"/></Connect>'
    customer.dial(OURS)
    stream = app.socket()
    stream._run(stream.websocket.send_text(message.replace("%s", stream.sid)))
    eventually(lambda: [alert.code for alert in carrier.debugger] == [code])
    stream.send("mark", mark={"name": "alive"})
    eventually(lambda: stream.of("mark"))


def test_binary_frames_are_reported_once(app, carrier, customer, eventually):
    app.answers["/voice"] = f'<Connect><Stream url="{app.stream_url}"/></Connect>'
    customer.dial(OURS)
    stream = app.socket()
    stream.send_bytes(b"\x00")
    stream.send_bytes(b"\x00")
    stream.send("mark", mark={"name": "alive"})
    eventually(lambda: stream.of("mark"))
    assert [alert.code for alert in carrier.debugger] == [31950]


def test_insecure_stream_address_is_refused_unless_allowed(app, open_carrier, eventually):
    carrier = open_carrier(insecure_streams=False)
    app.answers["/voice"] = fork(app, "<Say>Hello</Say>")
    customer = carrier.handset("+15551230001")
    customer.dial(OURS)
    customer.hears("Hello")
    eventually(lambda: [alert.code for alert in carrier.debugger] == [31922])
    assert not app.sockets


def test_stream_address_with_a_query_is_refused(app, carrier, customer):
    app.answers["/voice"] = f'<Connect><Stream url="{app.stream_url}?token=1"/></Connect><Say>Next</Say>'
    customer.dial(OURS)
    customer.hears("Next")
    assert [alert.code for alert in carrier.debugger] == [31920]


def test_server_that_refuses_the_socket_is_reported(app, carrier, customer):
    app.answers["/voice"] = f'<Connect><Stream url="{app.stream_url}/wrong"/></Connect><Say>Next</Say>'
    customer.dial(OURS)
    customer.hears("Next")
    assert [alert.code for alert in carrier.debugger] == [31920]


def test_dropped_socket_leaves_the_call_alone(app, carrier, customer, eventually):
    app.answers["/voice"] = fork(app, '<Gather numDigits="1" action="/keys" timeout="100"/>')
    app.answers["/keys"] = "<Say>Still here</Say>"
    call = customer.dial(OURS)
    stream = app.socket()
    assert carrier.drop_media(call.sid) == 1
    eventually(lambda: stream.closed)
    customer.press("1")
    customer.hears("Still here")
    assert not stream.of("stop")


def test_streams_can_be_started_and_stopped_through_rest(app, customer, client, eventually):
    app.answers["/voice"] = "<Say>Hello</Say><Pause length='1000'/>"
    call = customer.dial(OURS)
    customer.hears("Hello")
    started = client.calls(call.sid).streams.create(
        url=app.stream_url, name="ear", parameter1_name="a", parameter1_value="b"
    )
    stream = app.socket()
    assert stream.sid == started.sid
    assert stream.of("start")[0]["start"]["customParameters"] == {"a": "b"}
    assert client.calls(call.sid).streams("ear").update(status="stopped").status == "stopped"
    eventually(lambda: stream.closed)


def test_stream_on_an_ended_call_is_refused(app, customer, client):
    app.answers["/voice"] = "<Hangup/>"
    call = customer.dial(OURS)
    customer.hung_up()
    with pytest.raises(TwilioRestException) as refused:
        client.calls(call.sid).streams.create(url=app.stream_url)
    assert refused.value.code == 21220
