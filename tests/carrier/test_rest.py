"""REST as the official client sees it: credentials, errors, lists, numbers, messages, faults."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

OURS, CUSTOMER = "+15550100100", "+15551230001"
ALL = ["initiated", "ringing", "answered", "completed"]


def place(client, app, **more):
    return client.calls.create(**{"to": CUSTOMER, "from_": OURS, "url": app.url + "/answered", **more})


def test_wrong_credentials_are_refused(carrier, connect_client):
    with pytest.raises(TwilioRestException) as refused:
        connect_client(carrier, token="wrong").calls("CA" + "0" * 32).fetch()
    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_api_key_is_accepted(open_carrier):
    carrier = open_carrier(api_keys={"SK1": "secret"})
    address = f"{carrier.url}/2010-04-01/Accounts/{carrier.account_sid}/Calls.json"
    assert requests.get(address, auth=("SK1", "secret"), timeout=30).status_code == 200
    assert requests.get(address, auth=("SK1", "wrong"), timeout=30).status_code == 401


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": "12345"}, 21217),
        ({"to": "+1"}, 21217),
        ({"from_": "+15559999999"}, 21210),
        ({"from_": "anonymous"}, 21212),
        ({"url": "ftp://example"}, 21205),
        ({"url": None}, 21205),
        ({"machine_detection": "Maybe"}, 20001),
    ],
)
def test_wrong_parameters_are_refused(app, carrier, client, change, code):
    with pytest.raises(TwilioRestException) as refused:
        place(client, app, **change)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert refused.value.uri.endswith("/Calls.json")
    assert not carrier.calls


def test_unknown_call_is_not_found(client):
    with pytest.raises(TwilioRestException) as missing:
        client.calls("CA" + "0" * 32).fetch()
    assert (missing.value.status, missing.value.code) == (404, 20404)


def test_call_that_is_not_in_progress_cannot_be_redirected(app, customer, client):
    call = place(client, app)
    customer.ringing()
    with pytest.raises(TwilioRestException) as refused:
        client.calls(call.sid).update(url=app.url + "/new")
    assert (refused.value.status, refused.value.code) == (400, 21220)


def test_calls_are_listed_by_number_status_and_time(app, carrier, customer, client):
    app.answers["/answered"] = "<Hangup/>"
    customer.on_ring = "answer"
    first = place(client, app)
    app.wait_for("/answered")
    customer.hung_up()
    customer.on_ring = "manual"
    second = place(client, app)
    customer.ringing()
    now = datetime.now(UTC)
    assert [call.sid for call in client.calls.list(to=CUSTOMER)] == [second.sid, first.sid]
    assert [call.sid for call in client.calls.list(status="ringing")] == [second.sid]
    recent = client.calls.list(to=CUSTOMER, start_time_after=now - timedelta(minutes=1))
    assert [call.sid for call in recent] == [second.sid, first.sid]
    assert client.calls.list(start_time_after=now + timedelta(minutes=1)) == []
    assert client.calls.list(to="+15550000000") == []


def test_long_lists_come_in_pages(app, carrier, client):
    made = {client.calls.create(to=CUSTOMER, from_=OURS, url=app.url + "/x").sid for _ in range(7)}
    assert {call.sid for call in client.calls.list(page_size=3)} == made
    assert len(client.calls.list(limit=2)) == 2


def test_ended_call_can_be_forgotten(app, customer, client):
    customer.on_ring = "busy"
    call = place(client, app, status_callback=app.url + "/status")
    app.wait_for("/status")
    assert client.calls(call.sid).delete()
    assert client.calls.list() == []


def test_number_is_pointed_elsewhere_and_back(app, carrier, client, customer):
    app.answers["/other"] = "<Say>The other app</Say>"
    number = client.incoming_phone_numbers.list(phone_number=OURS)[0]
    assert number.voice_url == app.url + "/voice"
    changed = client.incoming_phone_numbers(number.sid).update(
        voice_url=app.url + "/other", voice_fallback_url=app.url + "/f", status_callback=app.url + "/s"
    )
    assert (changed.voice_url, changed.voice_fallback_url) == (app.url + "/other", app.url + "/f")
    assert client.incoming_phone_numbers(number.sid).fetch().status_callback == app.url + "/s"
    customer.dial(OURS)
    customer.hears("other app")
    assert app.wait_for("/s")


def test_text_message_arrives(app, customer, client):
    sent = client.messages.create(to=CUSTOMER, from_=OURS, body="Your code is 1234", status_callback=app.url + "/text")
    message = customer.receives_text(r"\d{4}")
    assert (message.body, message.from_, message.sid) == ("Your code is 1234", OURS, sent.sid)
    received = app.wait_for("/text", 2)  # in whatever order: as at Twilio
    assert {request.params["MessageStatus"] for request in received} == {"sent", "delivered"}
    assert all(request.genuine for request in received)


def test_text_message_to_nobody_is_refused(client):
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to="nobody", from_=OURS, body="x")
    assert refused.value.code == 21211


def test_text_message_from_a_number_of_somebody_else_is_refused(client):
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=CUSTOMER, from_="+15550109999", body="x")
    assert refused.value.code == 21606


def test_requests_are_kept_for_checking_against_the_description(app, carrier, client):
    place(client, app, status_callback_event=ALL, status_callback=app.url + "/status")
    record = carrier.rest_requests[-1]
    assert (record.method, record.path) == ("POST", f"/2010-04-01/Accounts/{carrier.account_sid}/Calls.json")
    assert [value for name, value in record.params if name == "StatusCallbackEvent"] == ALL


# Faults


def test_too_many_requests_creates_nothing(app, carrier, client):
    carrier.faults.fail_next_creates("429")
    with pytest.raises(TwilioRestException) as refused:
        place(client, app)
    assert (refused.value.status, refused.value.code) == (429, 20429)
    assert not carrier.calls
    assert place(client, app).status == "queued"


def test_server_error_may_or_may_not_have_created_the_call(app, carrier, client):
    carrier.faults.fail_next_creates("500-not-created", "500-created")
    for expected in (0, 1):
        with pytest.raises(TwilioRestException) as failed:
            place(client, app)
        assert failed.value.status == 500
        assert len(carrier.calls) == expected


def test_connection_may_break_before_or_after_the_call_is_created(app, carrier, client):
    carrier.faults.fail_next_creates("connection-reset", "created-then-reset")
    for expected in (0, 1):
        with pytest.raises(requests.exceptions.ConnectionError):
            place(client, app)
        assert len(carrier.calls) == expected


def test_answer_may_never_come_though_the_call_is_made(app, carrier, connect_client, customer):
    carrier.faults.fail_next_creates("created-then-hang")
    client = connect_client(carrier)
    client.http_client.timeout = 0.3
    with pytest.raises(requests.exceptions.ReadTimeout):
        place(client, app)
    customer.ringing()


def test_stale_list_does_not_know_the_newest_call(app, carrier, client):
    carrier.faults.stale_lists = 1
    made = place(client, app)
    assert client.calls.list(to=CUSTOMER) == []
    assert [call.sid for call in client.calls.list(to=CUSTOMER)] == [made.sid]


def test_any_request_can_be_refused(app, carrier, client):
    carrier.faults.rest_errors.extend([503, 429])
    for status in (503, 429):
        with pytest.raises(TwilioRestException) as failed:
            client.calls("CA" + "0" * 32).fetch()
        assert failed.value.status == status


def test_callbacks_can_come_twice(app, carrier, customer, client):
    carrier.faults.callback_duplicates = 1
    customer.on_ring = "busy"
    place(client, app, status_callback=app.url + "/status", status_callback_event=ALL)
    received = app.wait_for("/status", 4)
    numbers = sorted(request.params["SequenceNumber"] for request in received)
    assert numbers == ["0", "0", "1", "1"]


def test_callbacks_can_come_in_the_wrong_order(app, carrier, customer, client):
    carrier.faults.callback_shuffle = True
    app.answers["/answered"] = "<Hangup/>"
    customer.on_ring = "answer"
    place(client, app, status_callback=app.url + "/status", status_callback_event=ALL)
    received = app.wait_for("/status", 4)
    assert [request.params["SequenceNumber"] for request in received] == ["3", "2", "1", "0"]


def test_callbacks_can_get_lost(app, carrier, customer, client):
    carrier.faults.lose_callbacks = {"ringing", "in-progress"}
    app.answers["/answered"] = "<Hangup/>"
    customer.on_ring = "answer"
    place(client, app, status_callback=app.url + "/status", status_callback_event=ALL)
    received = app.wait_for("/status", 2)
    assert {request.params["CallStatus"] for request in received} == {"initiated", "completed"}


def test_callbacks_can_come_late(app, carrier, customer, client):
    carrier.faults.callback_delay_seconds = 0.4
    customer.on_ring = "busy"
    begun = time.monotonic()
    place(client, app, status_callback=app.url + "/status")
    assert app.wait_for("/status")[0].at - begun >= 0.4


def test_documents_can_be_asked_for_late(app, carrier, customer):
    carrier.faults.document_delay_seconds = 0.3
    app.answers["/voice"] = "<Say>Hello</Say>"
    call = customer.dial(OURS)
    customer.hears("Hello")
    assert call.documents[0].served_at - call.documents[0].requested_at >= 0.3


def test_media_sockets_can_be_refused(app, carrier, customer):
    carrier.faults.refuse_streams = 1
    app.answers["/voice"] = f'<Connect><Stream url="{app.stream_url}"/></Connect><Say>Next</Say>'
    customer.dial(OURS)
    customer.hears("Next")
    assert [alert.code for alert in carrier.debugger] == [31901]
