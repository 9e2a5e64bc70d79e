"""Calls made through REST: their statuses, callbacks, machine detection and the queue."""

import pytest
from twilio.base.exceptions import TwilioRestException

OURS, CUSTOMER = "+15550100100", "+15551230001"
ALL = ["initiated", "ringing", "answered", "completed"]


def place(client, app, **more):
    options = {"url": app.url + "/answered", "status_callback": app.url + "/status", "status_callback_event": ALL}
    return client.calls.create(to=CUSTOMER, from_=OURS, **{**options, **more})


def statuses(app):
    received = sorted(app.to("/status"), key=lambda request: int(request.params["SequenceNumber"]))
    return [request.params["CallStatus"] for request in received]


def last_status(app):
    return max(app.to("/status"), key=lambda request: int(request.params["SequenceNumber"])).params


def test_answered_call_reports_every_step_in_order(app, customer, client):
    app.answers["/answered"] = "<Say>Hello</Say>"
    customer.on_ring = "answer"
    call = place(client, app)
    assert (call.status, call.direction, call.duration) == ("queued", "outbound-api", None)
    customer.hears("Hello")
    customer.hung_up()
    app.wait_for("/status", 4)
    assert statuses(app) == ["initiated", "ringing", "in-progress", "completed"]
    last = last_status(app)
    assert last["SipResponseCode"] == "200"
    assert last["CallbackSource"] == "call-progress-events"
    assert int(last["CallDuration"]) >= 0
    assert all(request.genuine for request in app.requests)
    assert app.to("/answered")[0].params["CallStatus"] == "in-progress"
    assert client.calls(call.sid).fetch().status == "completed"


@pytest.mark.parametrize(
    ("on_ring", "status", "code"),
    [("busy", "busy", "486"), ("no-answer", "no-answer", "487"), ("decline", "busy", "603")],
)
def test_unanswered_call_ends_with_its_reason(app, customer, client, on_ring, status, code):
    customer.on_ring = on_ring
    place(client, app, timeout=5)
    app.wait_for("/status", 2 if on_ring == "busy" else 3)
    assert statuses(app)[-1] == status
    assert last_status(app)["SipResponseCode"] == code
    assert not app.to("/answered")


def test_number_nobody_has_fails(app, customer, client):
    client.calls.create(to="+15559999999", from_=OURS, url=app.url + "/x", status_callback=app.url + "/status")
    assert app.wait_for("/status")[0].params["CallStatus"] == "failed"


def test_only_the_events_asked_for_are_sent(app, customer, client, eventually):
    app.answers["/answered"] = "<Hangup/>"
    customer.on_ring = "answer"
    place(client, app, status_callback_event=["answered"])
    app.wait_for("/status")
    customer.hung_up()
    assert statuses(app) == ["in-progress"]


def test_events_in_one_string_are_a_trap(app, carrier, customer, client):
    app.answers["/answered"] = "<Hangup/>"
    customer.on_ring = "answer"
    place(client, app, status_callback_event="initiated answered")
    app.wait_for("/answered")
    customer.hung_up()
    assert [alert.code for alert in carrier.debugger] == [21626]
    assert not app.to("/status")


def test_ringing_call_can_be_canceled(app, customer, client):
    call = place(client, app)
    customer.ringing()
    assert client.calls(call.sid).update(status="canceled").status == "canceled"
    app.wait_for("/status", 3)
    assert statuses(app) == ["initiated", "ringing", "canceled"]
    assert customer.state == "idle"


def test_telephone_can_be_answered_by_hand(app, customer, client):
    app.answers["/answered"] = '<Gather numDigits="1" action="/keys"><Say>Press one</Say></Gather>'
    place(client, app)
    customer.ringing()
    customer.answer()
    customer.hears("Press one")
    customer.press("1")
    assert app.wait_for("/keys")[0].params["Digits"] == "1"


def test_live_call_can_be_ended(app, customer, client):
    app.answers["/answered"] = "<Say>Hello</Say><Pause length='1000'/>"
    customer.on_ring = "answer"
    call = place(client, app)
    customer.hears("Hello")
    assert client.calls(call.sid).update(status="completed").status == "completed"
    assert customer.state == "idle"
    with pytest.raises(TwilioRestException) as ended:
        client.calls(call.sid).update(status="completed")
    assert ended.value.code == 21220


def test_inline_twiml_runs_without_any_request(app, customer, client):
    customer.on_ring = "answer"
    client.calls.create(to=CUSTOMER, from_=OURS, twiml="<Response><Say>Inline</Say></Response>")
    customer.hears("Inline")
    assert not app.requests


def test_machine_detection_delays_the_document_until_the_verdict(app, customer, client):
    app.answers["/answered"] = "<Hangup/>"
    customer.on_ring = "machine"
    call = place(client, app, machine_detection="Enable")
    params = app.wait_for("/answered")[0].params
    assert params["AnsweredBy"] == "machine_start"
    assert int(params["MachineDetectionDuration"]) > 1000
    assert client.calls(call.sid).fetch().answered_by == "machine_start"


def test_end_of_the_machines_message_is_waited_for(app, carrier, customer, client):
    app.answers["/answered"] = "<Hangup/>"
    customer.on_ring = "machine"
    customer.automaton.greeting = "Please leave a message after the tone."
    call = place(client, app, machine_detection="DetectMessageEnd")
    assert app.wait_for("/answered")[0].params["AnsweredBy"] == "machine_end_beep"
    assert client.calls(call.sid).fetch().status in ("in-progress", "completed")


def test_asynchronous_detection_posts_its_verdict(app, customer, client):
    app.answers["/answered"] = "<Say>Hello</Say><Pause length='1000'/>"
    customer.on_ring = "answer"
    place(
        client,
        app,
        machine_detection="Enable",
        async_amd="true",
        async_amd_status_callback=app.url + "/amd",
    )
    assert "AnsweredBy" not in app.wait_for("/answered")[0].params
    verdict = app.wait_for("/amd")[0]
    assert verdict.params["AnsweredBy"] == "human"
    assert verdict.genuine


def test_asynchronous_detection_without_a_callback_is_a_warning(app, carrier, customer, client, eventually):
    app.answers["/answered"] = "<Pause length='1000'/><Say>x</Say>"
    customer.on_ring = "answer"
    place(client, app, machine_detection="Enable", async_amd="true")
    eventually(lambda: 21262 in [alert.code for alert in carrier.debugger])


def test_calls_leave_the_queue_one_at_a_time(app, open_carrier, connect_client):
    carrier = open_carrier(cps=0.0005)  # one in 2,000 seconds
    client = connect_client(carrier)
    customer = carrier.handset(CUSTOMER)
    customer.on_ring = "busy"
    waits = [int(place(client, app).queue_time) for _ in range(4)]
    assert waits[0] == 0
    assert waits[1:] == sorted(waits[1:])
    assert 4_000_000 < waits[3] <= 6_000_000


def test_call_canceled_in_the_queue_tells_nobody(app, open_carrier, connect_client):
    carrier = open_carrier(cps=0.001)
    client = connect_client(carrier)
    carrier.handset(CUSTOMER).on_ring = "busy"
    place(client, app)
    queued = place(client, app)
    client.calls(queued.sid).update(status="canceled")
    app.wait_for("/status", 2)
    assert client.calls(queued.sid).fetch().status == "canceled"
    assert {request.params["CallSid"] for request in app.to("/status")} != {queued.sid}
    assert queued.sid not in {request.params["CallSid"] for request in app.to("/status")}


def test_time_limit_ends_the_call(app, customer, client):
    app.answers["/answered"] = "<Pause length='1000'/>"
    app.answers["/answered"] = "<Say>Hello</Say><Pause length='1000'/>"
    customer.on_ring = "answer"
    call = place(client, app, time_limit=10)
    customer.hears("Hello")
    customer.hung_up()
    assert int(client.calls(call.sid).fetch().duration) == pytest.approx(10, abs=1)
