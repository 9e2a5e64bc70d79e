"""The telephone itself: what it can do when, what it notices, what it says when something does not happen."""

import pytest

from ivr.carrier import TelephoneError, TelephoneState

OURS, CUSTOMER = "+15550100100", "+15551230001"
LONG = "<Pause length='1000'/>"


def test_quiet_is_the_end_of_the_prompt(app, customer):
    app.answers["/voice"] = f"<Say>{'word ' * 20}</Say><Say>and more</Say><Gather timeout='1000'/>"
    customer.dial(OURS)
    customer.wait_until_quiet()
    assert [heard.stopped_at is not None for heard in customer.heard] == [True, True]


def test_each_match_looks_only_at_what_came_after_the_last(app, customer):
    app.answers["/voice"] = f"<Say>Press one</Say><Say>Press one again</Say>{LONG}"
    customer.dial(OURS)
    assert customer.hears("press one").text == "Press one"
    assert customer.hears("press one").text == "Press one again"
    assert customer.hears("press one", again=True).text == "Press one"


def test_what_was_heard_is_in_the_error_when_something_else_was_expected(app, customer):
    app.answers["/voice"] = f"<Say>Hello there</Say>{LONG}"
    customer.dial(OURS)
    customer.hears("Hello")
    with pytest.raises(TimeoutError, match=r"did not hear 'goodbye'.*Hello there"):
        customer.hears("goodbye", timeout=0.1)


def test_language_and_voice_of_a_prompt_are_known(app, customer):
    app.answers["/voice"] = '<Say language="ko-KR" voice="Polly.Seoyeon-Neural">안녕하세요</Say>'
    customer.dial(OURS)
    heard = customer.hears("안녕")
    assert (heard.language, heard.voice) == ("ko-KR", "Polly.Seoyeon-Neural")


def test_telephone_cannot_do_what_needs_a_call(customer):
    for act in (lambda: customer.press("1"), lambda: customer.say("x"), customer.answer, customer.reject):
        with pytest.raises(TelephoneError):
            act()


def test_call_that_is_over_before_anybody_looks_was_answered_all_the_same(app, customer, client, eventually):
    app.answers["/answered"] = "<Hangup/>"
    client.calls.create(to=CUSTOMER, from_=OURS, url=app.url + "/answered")
    customer.ringing()
    run = customer._run

    def run_and_look_late(work):
        done = run(work)
        eventually(lambda: customer.state is TelephoneState.IDLE)
        return done

    customer._run = run_and_look_late
    customer.answer()
    assert customer.calls[0].status == "completed"


def test_telephone_has_twelve_keys(app, customer):
    app.answers["/voice"] = LONG
    customer.dial(OURS)
    with pytest.raises(TelephoneError, match="no key 'x'"):
        customer.press("x")


def test_number_that_nobody_serves_cannot_be_dialed(customer):
    with pytest.raises(TelephoneError, match="not a number of this account"):
        customer.dial("+15559999999")


def test_telephone_in_a_call_is_busy_for_others(app, customer, client):
    app.answers["/voice"] = f"<Say>Hello</Say>{LONG}"
    customer.dial(OURS)
    customer.hears("Hello")
    client.calls.create(to=CUSTOMER, from_=OURS, url=app.url + "/x", status_callback=app.url + "/status")
    assert app.wait_for("/status")[0].params["CallStatus"] == "busy"


def test_withheld_number_reaches_the_app_as_a_word(app, customer):
    customer.dial(OURS, caller_id="anonymous")
    params = app.wait_for("/voice")[0].params
    assert (params["From"], params["FromCountry"]) == ("anonymous", "")


def test_country_follows_the_number(app, carrier):
    carrier.handset("+821012345678", locale="ko-KR").dial(OURS)
    params = app.wait_for("/voice")[0].params
    assert (params["FromCountry"], params["ToCountry"]) == ("KR", "US")


def test_noise_on_the_line_is_steady_and_at_its_level(app, open_carrier, eventually):
    customer = open_carrier(noise_db=20.0).handset(CUSTOMER)
    app.answers["/voice"] = f'<Start><Stream url="{app.stream_url}"/></Start>{LONG}'
    customer.dial(OURS)
    stream = app.socket()
    eventually(lambda: len(stream.of("media")) > 100)
    import audioop
    import base64

    pcm = b"".join(audioop.ulaw2lin(base64.b64decode(m["media"]["payload"]), 2) for m in stream.of("media"))
    assert audioop.rms(pcm, 2) == pytest.approx(32767 * 10 ** (-40 / 20), rel=0.1)


def test_key_tones_are_heard_when_asked_for(app, open_carrier, eventually):
    customer = open_carrier(dtmf_tones=True).handset(CUSTOMER)
    app.answers["/voice"] = f'<Start><Stream url="{app.stream_url}"/></Start><Gather timeout="1000"/>'
    customer.dial(OURS)
    stream = app.socket()
    silent = "/" * 212
    customer.press("5")
    eventually(lambda: len([m for m in stream.of("media") if silent not in m["media"]["payload"]]) == 5)


def test_caller_can_fall_silent_in_mid_sentence(app, customer, carrier):
    app.answers["/voice"] = f"<Say>Hello</Say>{LONG}"
    call = customer.dial(OURS)
    customer.hears("Hello")

    async def start_and_stop():
        speaking = carrier.exchange.spawn(customer.telephone.say("word " * 1000))
        await carrier.exchange.clock.sleep(1)
        customer.telephone.stop_speaking()
        await speaking

    carrier.run(start_and_stop())
    assert carrier.exchange.clock.now() - call.answered_at < 20


def test_everything_appears_on_the_timeline(app, carrier, customer, eventually):
    seen = []
    carrier.subscribe(lambda event: seen.append(event.kind))
    app.answers["/voice"] = '<Gather numDigits="1" action="/keys"><Say>Hello</Say></Gather>'
    customer.dial(OURS)
    customer.hears("Hello")
    customer.press("1")
    customer.hung_up()
    assert {"call.status", "telephone", "document", "heard", "heard.end", "key"} <= set(seen)
    eventually(lambda: [event.kind for event in carrier.events] == seen)


def test_blocking_call_on_the_carriers_own_thread_is_refused(carrier, customer):
    problems = []

    def from_inside(event):
        try:
            customer.hang_up()
        except RuntimeError as problem:
            problems.append(str(problem))

    stop = carrier.subscribe(from_inside)
    carrier.number("+15550100101")
    carrier.run(publish(carrier))
    stop()
    assert len(problems) == 1
    assert "Telephone" in problems[0]


async def publish(carrier):
    carrier.exchange.event("test")


def test_listener_that_fails_does_not_stop_the_clock_of_all_calls(app, carrier, customer):
    app.answers["/voice"] = "<Say>Hello</Say><Say>and goodbye</Say>"

    def fail(frame):
        raise LookupError("this listener is broken")

    customer.on_audio(fail)
    customer.dial(OURS)
    customer.hung_up()
    assert [heard.text for heard in customer.heard] == ["Hello", "and goodbye"]
    assert {type(error) for error in carrier.crashes} == {LookupError}
    carrier.crashes.clear()
