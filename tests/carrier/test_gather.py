"""Gather: keys, timers, prompts, speech, typed ahead and overtaken."""

import pytest

OURS = "+15550100100"
LONG = f"<Say>{'A very long prompt. ' * 50}</Say></Gather>"


def test_keys_reach_the_action_and_the_request_is_signed(app, customer):
    app.answers["/voice"] = '<Gather numDigits="2" action="/keys"><Say>Press two keys</Say></Gather>'
    app.answers["/keys"] = lambda form: f"<Say>You pressed {form['Digits']}</Say>"
    customer.dial(OURS)
    customer.hears("two keys")
    customer.press("42")
    customer.hears("pressed 42")
    assert all(request.genuine for request in app.requests)
    assert app.to("/keys")[0].params["CallStatus"] == "in-progress"


def test_any_key_stops_the_prompt(app, customer):
    app.answers["/voice"] = '<Gather action="/keys">' + LONG
    customer.dial(OURS)
    prompt = customer.hears("long prompt")
    customer.press("1")
    assert customer.finished(prompt).cut_short
    assert app.wait_for("/keys")[0].params["Digits"] == "1"


def test_timeout_counts_from_the_end_of_the_prompt(app, customer):
    app.answers["/voice"] = (
        '<Gather action="/keys" timeout="3"><Say>' + "x" * 100 + "</Say></Gather><Say>Nothing came</Say>"
    )
    customer.dial(OURS)
    prompt = customer.hears("xxx")
    nothing = customer.hears("Nothing came")
    assert prompt.stopped_at - prompt.started_at == pytest.approx(6.0, abs=0.05)
    assert nothing.started_at - prompt.stopped_at >= 3.0 - 0.02  # a frame's
    assert not app.to("/keys")


def test_each_key_starts_the_timeout_anew(app, customer):
    app.answers["/voice"] = '<Gather action="/keys" timeout="2"/><Say>Nothing came</Say>'
    customer.dial(OURS)
    customer.connected()
    customer.press("1ww2ww3")
    assert app.wait_for("/keys")[0].params["Digits"] == "123"


def test_finish_key_is_not_part_of_the_digits(app, customer):
    app.answers["/voice"] = '<Gather action="/keys"/>'
    customer.dial(OURS)
    customer.connected()
    customer.press("77#")
    params = app.wait_for("/keys")[0].params
    assert (params["Digits"], params["FinishedOnKey"]) == ("77", "#")


def test_empty_finish_key_lets_the_hash_be_a_digit(app, customer):
    app.answers["/voice"] = '<Gather action="/keys" finishOnKey="" numDigits="3"/>'
    customer.dial(OURS)
    customer.connected()
    customer.press("1#2")
    assert app.wait_for("/keys")[0].params["Digits"] == "1#2"


def test_hash_alone_is_no_input(app, customer):
    app.answers["/voice"] = '<Gather action="/keys"/><Say>Nothing came</Say>'
    customer.dial(OURS)
    customer.connected()
    customer.press("#")
    customer.hears("Nothing came")
    assert not app.to("/keys")


def test_action_on_empty_result_is_requested_without_digits(app, customer):
    app.answers["/voice"] = '<Gather action="/keys" timeout="1" actionOnEmptyResult="true"/>'
    customer.dial(OURS)
    assert "Digits" not in app.wait_for("/keys")[0].params


def test_gather_without_action_asks_for_the_same_document_again(app, customer):
    app.answers["/voice"] = lambda form: f"<Say>Got {form['Digits']}</Say>" if "Digits" in form else "<Gather/>"
    customer.dial(OURS)
    customer.connected()
    customer.press("5#")
    customer.hears("Got 5")


def test_keys_pressed_between_two_documents_are_lost_unless_typed_ahead(app, open_carrier):
    app.answers["/voice"] = (
        f'<Say>{"Welcome " * 15}</Say><Gather numDigits="1" timeout="1" action="/keys"/><Say>Nothing came</Say>'
    )
    for keeps, sentence in ((False, "Nothing came"), (True, "Got 7")):
        app.answers["/keys"] = lambda form: f"<Say>Got {form['Digits']}</Say>"
        customer = open_carrier(type_ahead=keeps).handset("+15551230001")
        customer.dial(OURS)
        customer.hears("Welcome")
        customer.press("7")
        customer.hears(sentence)


def test_speech_is_heard_by_the_carriers_own_recogniser(app, customer):
    app.answers["/voice"] = '<Gather input="dtmf speech" action="/said" speechTimeout="1">' + LONG
    app.answers["/said"] = "<Hangup/>"
    customer.dial(OURS)
    prompt = customer.hears("long prompt")
    customer.say("where is my parcel")
    params = app.wait_for("/said")[0].params
    assert params["SpeechResult"] == "where is my parcel"
    assert 0 < float(params["Confidence"]) <= 1
    assert prompt.cut_short


def test_keys_only_gather_does_not_hear_speech(app, customer):
    app.answers["/voice"] = '<Gather action="/said" timeout="2"/><Say>Nothing came</Say>'
    customer.dial(OURS)
    customer.connected()
    customer.say("hello")
    customer.hears("Nothing came")


def test_first_kind_of_input_wins(app, customer):
    app.answers["/voice"] = '<Gather input="dtmf speech" action="/result" timeout="2" speechTimeout="1"/>'
    customer.dial(OURS)
    customer.connected()
    customer.press("1")
    customer.say("two")
    params = app.wait_for("/result")[0].params
    assert params["Digits"] == "1"
    assert "SpeechResult" not in params


def test_redirect_in_mid_gather_drops_half_keyed_digits(app, customer, client):
    app.answers["/voice"] = '<Gather numDigits="4" action="/keys"/>'
    app.answers["/new"] = '<Gather numDigits="2" action="/keys"><Say>New document</Say></Gather>'
    call = customer.dial(OURS)
    customer.connected()
    customer.press("12")
    client.calls(call.sid).update(url=app.url + "/new")
    customer.hears("New document")
    customer.press("34")
    assert [request.params["Digits"] for request in app.wait_for("/keys")] == ["34"]


def test_overtaken_gather_may_still_request_its_action(app, open_carrier, connect_client):
    carrier = open_carrier(late_gather_action=True)
    app.answers["/voice"] = '<Gather numDigits="4" action="/keys"/>'
    app.answers["/keys"] = "<Hangup/>"
    app.answers["/new"] = "<Say>New document</Say><Pause length='1000'/>"
    customer = carrier.handset("+15551230001")
    call = customer.dial(OURS)
    customer.connected()
    customer.press("12")
    connect_client(carrier).calls(call.sid).update(url=app.url + "/new")
    customer.hears("New document")
    assert app.wait_for("/keys")[0].params["Digits"] == "12"
    assert customer.call is call  # the late answer's Hangup was never run


def test_two_redirects_in_a_row_leave_only_the_second_running(app, customer, client):
    app.answers["/voice"] = '<Gather numDigits="4" action="/keys"/>'
    app.answers["/first"] = "<Say>First</Say><Redirect/>"
    app.answers["/second"] = "<Say>Second</Say><Pause length='5'/><Say>Still the second</Say>"
    call = customer.dial(OURS)
    customer.connected()
    for path in ("/first", "/second"):
        client.calls(call.sid).update(url=app.url + path)
    second = customer.hears("Second")
    customer.hears("Still the second")
    assert not [heard for heard in customer.heard if heard.text == "First" and heard.started_at > second.started_at]
