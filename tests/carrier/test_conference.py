"""Conferences and dialed legs: who waits, who hears whom, what the app is told."""

import pytest
from twilio.base.exceptions import TwilioRestException

OURS, CUSTOMER, AGENT = "+15550100100", "+15551230001", "+15551230002"
EVENTS = "start end join leave mute hold"
LOUD = b"\x00\x40" * 160


def room(app, attributes="", dial=""):
    return (
        f'<Dial {dial}><Conference statusCallback="{app.url}/room" statusCallbackEvent="{EVENTS}" {attributes}>'
        "case 7</Conference></Dial>"
    )


def events(app):
    received = sorted(app.to("/room"), key=lambda request: int(request.params["SequenceNumber"]))
    return [request.params["StatusCallbackEvent"] for request in received]


@pytest.fixture
def joined(app, carrier, client, customer, agent, eventually):
    """An agent and a customer in one room; the agent's leaving ends it."""
    app.answers["/agent"] = room(app, 'endConferenceOnExit="true" waitUrl="/hold"', 'action="/after"')
    app.answers["/customer"] = room(app, 'waitUrl=""') + "<Say>Please rate us</Say>"
    app.answers["/hold"] = "<Say>Please hold</Say>"
    for telephone, path in ((agent, "/agent"), (customer, "/customer")):
        telephone.on_ring = "answer"
        client.calls.create(to=telephone.number, from_=OURS, url=app.url + path)
        app.wait_for(path)
        eventually(lambda phone=telephone: (call := phone.call) and call.line and call.line.feed)
    eventually(lambda: carrier.exchange.conference_named("case 7").status == "in-progress")
    return carrier.exchange.conference_named("case 7")


def test_first_to_enter_waits_with_the_waiting_document(app, agent, joined):
    assert agent.hears("Please hold", again=True).cut_short in (True, False)
    assert app.to("/hold")[0].params["CallSid"] == agent.call.sid
    assert app.to("/hold")[0].genuine


def test_room_starts_with_the_second_participant(app, joined):
    app.wait_for("/room", 3)
    assert events(app)[:3] == ["participant-join", "participant-join", "conference-start"]
    params = app.to("/room")[0].params
    assert params["FriendlyName"] == "case 7"
    assert params["ConferenceSid"] == joined.sid


def test_participants_hear_each_other(customer, agent, joined, eventually):
    customer.joined_with(agent)
    heard = []
    agent.on_audio(heard.append)
    customer.play(LOUD * 10)
    eventually(lambda: sum(frame == LOUD for frame in heard) == 10)


def test_leaving_agent_ends_the_room_and_the_customer_goes_on(app, customer, agent, joined):
    agent.hang_up()
    customer.hears("Please rate us")
    app.wait_for("/room", 6)
    assert events(app)[3:] == ["participant-leave", "participant-leave", "conference-end"]
    end = next(r.params for r in app.to("/room") if r.params["StatusCallbackEvent"] == "conference-end")
    assert end["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert app.wait_for("/after")[0].params["DialCallStatus"] == "answered"


def test_leaving_customer_leaves_the_agent_in_the_room(app, customer, agent, joined, eventually):
    customer.hang_up()
    eventually(lambda: len(joined.participants) == 1)
    assert joined.status == "in-progress"
    leave = next(r.params for r in app.wait_for("/room", 4) if "ReasonParticipantLeft" in r.params)
    assert leave["ReasonParticipantLeft"] == "participant_hung_up"


def test_muted_participant_is_not_heard(customer, agent, joined, client, app, eventually):
    heard = []
    agent.on_audio(heard.append)
    client.conferences(joined.sid).participants(customer.call.sid).update(muted=True)
    customer.play(LOUD * 10)
    assert LOUD not in heard
    eventually(lambda: events(app)[-1] == "participant-mute")


def test_held_participant_hears_the_hold_document_and_comes_back(app, customer, agent, joined, client, eventually):
    app.answers["/music"] = "<Say>You are on hold</Say>"
    person = client.conferences(joined.sid).participants(customer.call.sid)
    person.update(hold=True, hold_url=app.url + "/music")
    customer.hears("You are on hold")
    assert app.to("/music")[0].method == "GET"
    heard = []
    agent.on_audio(heard.append)
    customer.play(LOUD * 5)
    assert LOUD not in heard
    assert person.update(hold=False).hold is False
    customer.play(LOUD * 5)
    eventually(lambda: LOUD in heard)


def test_announcement_reaches_only_whom_it_is_for(app, customer, agent, joined, client):
    app.answers["/whisper"] = "<Say>The customer is angry</Say>"
    client.conferences(joined.sid).participants(agent.call.sid).update(
        announce_url=app.url + "/whisper", announce_method="POST"
    )
    agent.hears("angry")
    assert not [heard for heard in customer.heard if "angry" in heard.text]


def test_participants_are_listed_and_put_out(customer, agent, joined, client):
    people = client.conferences(joined.sid).participants.list()
    assert {person.call_sid for person in people} == {customer.call.sid, agent.call.sid}
    client.conferences(joined.sid).participants(agent.call.sid).update(muted=True)
    for muted, who in ((True, agent), (False, customer)):
        (only,) = client.conferences(joined.sid).participants.list(muted=muted)
        assert only.call_sid == who.call.sid
    client.conferences(joined.sid).participants(customer.call.sid).delete()
    customer.hears("Please rate us")
    with pytest.raises(TwilioRestException) as gone:
        client.conferences(joined.sid).participants(customer.call.sid).fetch()
    assert (gone.value.status, gone.value.code) == (404, 20404)


def test_room_is_found_by_name_and_ended_through_rest(customer, joined, client):
    found = client.conferences.list(friendly_name="case 7", status="in-progress")
    assert [conference.sid for conference in found] == [joined.sid]
    client.conferences(joined.sid).update(status="completed")
    customer.hears("Please rate us")
    assert client.conferences(joined.sid).fetch().status == "completed"


def test_somebody_else_is_called_into_the_room(app, carrier, joined, client, eventually):
    third = carrier.handset("+15551230003", on_ring="answer")
    added = client.conferences(joined.sid).participants.create(to=third.number, from_=OURS, label="supervisor")
    eventually(lambda: len(joined.participants) == 3)
    assert joined.find("supervisor").call.sid == added.call_sid
    assert client.conferences(joined.sid).participants("supervisor").fetch().call_sid == added.call_sid


def test_redirected_participant_leaves_the_room(app, customer, agent, joined, client, eventually):
    app.answers["/survey"] = "<Say>How was it</Say><Pause length='1000'/>"
    client.calls(customer.call.sid).update(url=app.url + "/survey")
    customer.hears("How was it")
    eventually(lambda: len(joined.participants) == 1)
    leave = next(r.params for r in app.wait_for("/room", 4) if "ReasonParticipantLeft" in r.params)
    assert leave["ReasonParticipantLeft"] == "participant_updated_via_api"


def test_room_does_not_start_without_a_moderator(app, carrier, client, customer, agent, eventually):
    app.answers["/x"] = room(app, 'startConferenceOnEnter="false" waitUrl=""')
    for telephone in (customer, agent):
        telephone.on_ring = "answer"
        client.calls.create(to=telephone.number, from_=OURS, url=app.url + "/x")
    eventually(lambda: (found := carrier.exchange.conference_named("case 7")) and len(found.participants) == 2)
    assert carrier.exchange.conference_named("case 7").status == "init"


def test_coach_is_heard_only_by_the_coached(app, carrier, customer, agent, joined, client, eventually):
    coach = carrier.handset("+15551230003", on_ring="answer")
    client.conferences(joined.sid).participants.create(to=coach.number, from_=OURS, call_sid_to_coach=agent.call.sid)
    eventually(lambda: len(joined.participants) == 3)
    agent_hears, customer_hears = [], []
    agent.on_audio(agent_hears.append)
    customer.on_audio(customer_hears.append)
    coach.play(LOUD * 10)
    eventually(lambda: LOUD in agent_hears)
    assert LOUD not in customer_hears
