"""Dial with numbers and queues."""

import pytest

OURS, CUSTOMER, AGENT = "+15550100100", "+15551230001", "+15551230002"
LOUD = b"\x00\x40" * 160


def test_dialed_number_is_whispered_to_and_bridged(app, customer, agent, eventually):
    app.answers["/voice"] = (
        '<Dial action="/after" callerId="+15550100100">'
        f'<Number url="/whisper" statusCallback="{app.url}/leg" '
        f'statusCallbackEvent="initiated ringing answered completed">{AGENT}</Number></Dial>'
    )
    app.answers["/whisper"] = "<Say>A customer is waiting</Say>"
    app.answers["/after"] = "<Say>Thank you</Say>"
    call = customer.dial(OURS)
    child = agent.ringing()
    assert (child.parent_sid, child.direction, child.from_) == (call.sid, "outbound-dial", OURS)
    agent.answer()
    agent.finished(agent.hears("waiting"))
    customer.joined_with(agent)
    heard = []
    customer.on_audio(heard.append)
    agent.play(LOUD * 5)
    eventually(lambda: LOUD in heard)
    agent.hang_up()
    customer.hears("Thank you")
    params = app.to("/after")[0].params
    assert (params["DialCallStatus"], params["DialCallSid"], params["DialBridged"]) == ("completed", child.sid, "true")
    assert app.to("/whisper")[0].params["ParentCallSid"] == call.sid
    legs = sorted(app.wait_for("/leg", 4), key=lambda request: int(request.params["SequenceNumber"]))
    assert [leg.params["CallStatus"] for leg in legs] == ["initiated", "ringing", "in-progress", "completed"]


@pytest.mark.parametrize(("on_ring", "status"), [("busy", "busy"), ("no-answer", "no-answer"), ("decline", "busy")])
def test_unanswered_dial_tells_its_action_why(app, customer, agent, on_ring, status):
    app.answers["/voice"] = f'<Dial action="/after" timeout="5">{AGENT}</Dial>'
    agent.on_ring = on_ring
    customer.dial(OURS)
    params = app.wait_for("/after")[0].params
    assert params["DialCallStatus"] == status
    assert params["DialBridged"] == "false"


def test_dial_without_action_falls_through(app, customer, agent):
    app.answers["/voice"] = f"<Dial>{AGENT}</Dial><Say>Nobody is there</Say>"
    agent.on_ring = "busy"
    customer.dial(OURS)
    customer.hears("Nobody")


def test_first_of_several_to_answer_wins(app, carrier, customer, agent, eventually):
    other = carrier.handset("+15551230003")
    app.answers["/voice"] = f"<Dial><Number>{AGENT}</Number><Number>{other.number}</Number></Dial>"
    call = customer.dial(OURS)
    agent.ringing()
    other.ringing()
    other.answer()
    agent.hung_up()
    eventually(lambda: call.line.feed)
    assert other.state == "in-call"


def test_caller_who_hangs_up_ends_the_dialed_leg(app, customer, agent):
    app.answers["/voice"] = f'<Dial action="/after">{AGENT}</Dial>'
    customer.dial(OURS)
    agent.ringing()
    customer.hang_up()
    agent.hung_up()
    params = app.wait_for("/after")[0].params
    assert params["CallStatus"] == "completed"


def test_updating_the_parent_requests_the_old_action_and_discards_it(app, customer, agent, client):
    app.answers["/voice"] = f'<Dial action="/after">{AGENT}</Dial>'
    app.answers["/after"] = "<Hangup/>"
    app.answers["/new"] = "<Say>New document</Say><Pause length='1000'/>"
    agent.on_ring = "answer"
    call = customer.dial(OURS)
    agent.connected()
    client.calls(call.sid).update(url=app.url + "/new")
    customer.hears("New document")
    agent.hung_up()
    assert app.wait_for("/after")[0].params["DialCallStatus"] == "completed"
    assert customer.call is call


def test_updating_the_parent_requests_a_redirect_that_follows_the_dial(app, customer, agent, client):
    app.answers["/voice"] = f"<Dial>{AGENT}</Dial><Redirect>/tail</Redirect>"
    app.answers["/tail"] = "<Hangup/>"
    app.answers["/new"] = "<Say>New document</Say><Pause length='1000'/>"
    agent.on_ring = "answer"
    call = customer.dial(OURS)
    agent.connected()
    client.calls(call.sid).update(url=app.url + "/new")
    customer.hears("New document")
    app.wait_for("/tail")
    assert customer.call is call


def test_updating_the_child_lets_the_parent_go_on(app, customer, agent, client):
    app.answers["/voice"] = f'<Dial action="/after">{AGENT}</Dial>'
    app.answers["/after"] = "<Say>Thank you</Say>"
    app.answers["/new"] = "<Say>New document</Say><Pause length='1000'/>"
    agent.on_ring = "answer"
    call = customer.dial(OURS)
    agent.connected()
    client.calls.list(parent_call_sid=call.sid)[0].update(url=app.url + "/new")
    agent.hears("New document")
    customer.hears("Thank you")
    assert "DialCallDuration" not in app.to("/after")[0].params
    assert agent.state == "in-call"


def test_whisper_that_hangs_up_never_bridges(app, customer, agent):
    app.answers["/voice"] = f'<Dial action="/after"><Number url="/whisper">{AGENT}</Number></Dial>'
    app.answers["/whisper"] = "<Hangup/>"
    agent.on_ring = "answer"
    customer.dial(OURS)
    assert app.wait_for("/after")[0].params["DialBridged"] == "false"


def test_leg_that_has_ended_gets_no_verdict_any_more(app, customer, agent):
    app.answers["/voice"] = (
        f'<Dial action="/after"><Number machineDetection="Enable" amdStatusCallback="/amd">{AGENT}</Number></Dial>'
    )
    app.answers["/after"] = "<Pause length='2'/><Say>Two seconds later</Say>"
    customer.dial(OURS)
    agent.ringing()
    agent.answer()
    agent.connected()
    agent.hang_up()
    customer.hears("Two seconds later")
    assert app.to("/amd") == []


def test_dial_that_waits_for_the_bridge_does_not_answer_before(app, customer, agent, eventually):
    app.answers["/voice"] = f'<Dial answerOnBridge="true">{AGENT}</Dial>'
    call = customer.dial(OURS)
    agent.ringing()
    assert not call.answered
    agent.answer()
    eventually(lambda: call.answered)


def test_queued_caller_waits_and_is_taken_by_a_dial(app, carrier, customer, agent, client, eventually):
    app.answers["/voice"] = '<Enqueue action="/left" waitUrl="/wait">support</Enqueue>'
    app.answers["/wait"] = lambda form: f"<Say>You are number {form['QueuePosition']}</Say>"
    app.answers["/agent"] = "<Dial><Queue>support</Queue></Dial>"
    customer.dial(OURS)
    customer.hears("You are number 1")
    queue = client.queues.list()[0]
    assert (queue.friendly_name, queue.current_size) == ("support", 1)
    agent.on_ring = "answer"
    client.calls.create(to=AGENT, from_=OURS, url=app.url + "/agent")
    heard = []
    customer.on_audio(heard.append)
    eventually(lambda: (call := agent.call) and call.line and call.line.feed)
    agent.play(LOUD * 3)
    eventually(lambda: LOUD in heard)
    agent.hang_up()
    params = app.wait_for("/left")[0].params
    assert params["QueueResult"] == "bridged"


def test_queued_caller_is_taken_out_through_rest(app, customer, client):
    app.answers["/voice"] = '<Enqueue action="/left" waitUrl="/wait">support</Enqueue>'
    app.answers["/wait"] = "<Say>Please wait</Say>"
    app.answers["/agent"] = "<Say>Hello from an agent</Say>"
    customer.dial(OURS)
    customer.hears("Please wait")
    client.queues(client.queues.list()[0].sid).members("Front").update(url=app.url + "/agent")
    customer.hears("Hello from an agent")


def test_queued_caller_may_leave(app, customer):
    app.answers["/voice"] = '<Enqueue action="/left" waitUrl="/wait">support</Enqueue>'
    app.answers["/wait"] = "<Leave/>"
    customer.dial(OURS)
    assert app.wait_for("/left")[0].params["QueueResult"] == "leave"
