"""Fetching documents: content types, fallbacks, redirects, signatures, and verbs that are not known."""

import asyncio
import io

import numpy as np
import pytest
import soundfile
from starlette.responses import RedirectResponse, Response

OURS = "+15550100100"
APOLOGY = "application error"


def test_verbs_run_from_top_to_bottom_and_the_end_hangs_up(app, customer):
    app.answers["/voice"] = "<Say>One</Say><Pause length='2'/><Say>Two</Say>"
    call = customer.dial(OURS)
    one, two = customer.hears("One"), customer.hears("Two")
    customer.hung_up()
    assert two.started_at - one.stopped_at == pytest.approx(2, abs=0.1)
    assert call.status == "completed"


def test_failed_document_leads_to_the_fallback_with_the_reason(app, carrier, customer):
    app.answers["/voice"] = (500, "", "text/xml")
    app.answers["/fallback"] = "<Say>Sorry</Say>"
    customer.dial(OURS)
    customer.hears("Sorry")
    params = app.to("/fallback")[0].params
    assert (params["ErrorCode"], params["ErrorUrl"]) == ("11200", app.url + "/voice")
    assert len(app.to("/voice")) == 1  # an answer with 500 is not retried
    assert [alert.code for alert in carrier.debugger] == [11200]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((200, "<Response><Say>Fish & chips</Say></Response>", "text/xml"), "12100"),
        ((200, "<Answer/>", "text/xml"), "12100"),
        ((200, ' <?xml version="1.0"?><Response/>', "text/xml"), "12100"),
        ((200, "<Response/>", "application/json"), "12300"),
        ((200, "<Response/>", ""), "12300"),
    ],
)
def test_unreadable_document_leads_to_the_fallback(app, customer, answer, code):
    app.answers["/voice"] = answer
    app.answers["/fallback"] = "<Say>Sorry</Say>"
    customer.dial(OURS)
    customer.hears("Sorry")
    assert app.to("/fallback")[0].params["ErrorCode"] == code


def test_without_a_working_fallback_the_carrier_apologises_and_hangs_up(app, customer):
    app.answers["/voice"] = app.answers["/fallback"] = (500, "", "text/xml")
    call = customer.dial(OURS)
    customer.hears(APOLOGY)
    customer.hung_up()
    assert call.status == "completed"


def test_slow_document_counts_as_failed(app, carrier, customer):
    async def slow(form):
        await asyncio.sleep(2)
        return "<Say>Too late</Say>"

    app.answers["/voice"] = slow
    app.answers["/fallback"] = "<Say>Sorry</Say>"
    carrier.faults.document_limits.append(1)
    customer.dial(OURS)
    customer.hears("Sorry")
    assert app.to("/fallback")[0].params["ErrorCode"] == "11200"
    assert len(app.to("/voice")) == 1


def test_while_a_document_is_awaited_the_call_lasts_no_longer_than_on_the_wall(app, customer):
    async def slow(form):
        await asyncio.sleep(0.5)
        return "<Say>Two</Say>"

    app.answers |= {"/voice": "<Say>One</Say><Redirect>/slow</Redirect>", "/slow": slow}
    customer.dial(OURS)
    two = customer.hears("Two")
    one = customer.heard[0]
    on_the_wall = two.started_monotonic - one.stopped_monotonic
    assert two.started_at - one.stopped_at < 2 * on_the_wall, "it would be twenty times as long"


def test_connection_failure_is_tried_twice(app, carrier, customer):
    tries = []
    deliver = carrier.exchange.webhooks._send

    async def counted(webhook, limits, *, token):
        tries.append(webhook.url)
        return await deliver(webhook, limits, token=token)

    carrier.exchange.webhooks._send = counted
    carrier.number(OURS, voice_url="http://127.0.0.1:9/voice", fallback_url=app.url + "/fallback")
    app.answers["/fallback"] = "<Say>Sorry</Say>"
    customer.dial(OURS)
    customer.hears("Sorry")
    assert tries.count("http://127.0.0.1:9/voice") == 2
    assert app.to("/fallback")[0].params["ErrorCode"] == "11202"


def test_address_fragment_changes_the_retries(app, carrier, customer):
    answers = iter([(500, "", "text/xml"), (500, "", "text/xml"), "<Say>Third time</Say>"])
    app.answers["/voice"] = lambda form: next(answers)
    carrier.number(OURS, voice_url=app.url + "/voice#rc=2&rp=5xx")
    customer.dial(OURS)
    customer.hears("Third time")
    tokens = {request.headers["i-twilio-idempotency-token"] for request in app.to("/voice")}
    assert len(tokens) == 1
    assert all(request.genuine for request in app.requests)


def test_http_redirect_after_a_post_loses_the_parameters(app, customer):
    app.answers["/voice"] = lambda form: RedirectResponse("/elsewhere", 302)
    app.answers["/elsewhere"] = "<Say>Here</Say>"
    customer.dial(OURS)
    customer.hears("Here")
    elsewhere = app.to("/elsewhere")[0]
    assert elsewhere.method == "GET"
    assert elsewhere.params == {}
    assert elsewhere.genuine


def test_get_documents_are_signed_with_their_query(app, carrier, customer):
    carrier.number(OURS, voice_url=app.url + "/voice?shop=a%2Fb&x=1", voice_method="GET")
    app.answers["/voice"] = "<Say>Hello</Say>"
    customer.dial(OURS)
    customer.hears("Hello")
    request = app.to("/voice")[0]
    assert request.method == "GET"
    assert request.params["shop"] == "a/b"
    assert request.params["From"] == "+15551230001"
    assert request.genuine


def test_cookies_are_kept_for_the_call(app, customer):
    def with_cookie(form):
        return Response("<Response><Redirect>/next</Redirect></Response>", 200, {"set-cookie": "k=v"}, "text/xml")

    app.answers["/voice"] = with_cookie
    app.answers["/next"] = "<Hangup/>"
    customer.dial(OURS)
    assert app.wait_for("/next")[0].headers["cookie"] == "k=v"


def test_unknown_elements_and_attributes_are_reported_and_skipped(app, carrier, customer):
    app.answers["/voice"] = "<Dance/><Say tone='sad'>Still here</Say>"
    customer.dial(OURS)
    customer.hears("Still here")
    assert [(a.code, a.message) for a in carrier.debugger] == [
        (12200, "unknown element Dance"),
        (12200, "unknown attribute tone of Say"),
    ]


def test_endless_redirect_is_stopped(app, open_carrier):
    app.answers["/voice"] = "<Redirect/>"
    customer = open_carrier(max_documents=20).handset("+15551230001")
    call = customer.dial(OURS)
    customer.hears(APOLOGY)
    assert len(call.documents) == 20


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_reject_as_first_verb_never_answers(app, customer, reason, status):
    app.answers["/voice"] = f'<Reject reason="{reason}"/><Say>Never</Say>'
    call = customer.dial(OURS)
    customer.hung_up()
    assert call.status == status
    assert not call.answered
    assert not customer.heard


def test_leading_pause_delays_the_answer(app, customer):
    app.answers["/voice"] = "<Pause length='10'/><Say>Hello</Say>"
    call = customer.dial(OURS)
    assert app.wait_for("/voice")
    assert not call.answered
    hello = customer.hears("Hello")
    assert call.answered_at == pytest.approx(hello.started_at, abs=0.1)


def test_plain_text_is_read_aloud(app, customer):
    app.answers["/voice"] = (200, "Just words", "text/plain")
    customer.dial(OURS)
    customer.hears("Just words")


def test_ssml_is_spoken_as_text_with_its_breaks(app, customer):
    app.answers["/voice"] = '<Say>Order <break time="1s"/><say-as interpret-as="digits">12</say-as> is here</Say>'
    customer.dial(OURS)
    heard = customer.finished(customer.hears("^Order 12 is here$"))
    words = len("Order") + len("12 is here")
    assert heard.stopped_at - heard.started_at == pytest.approx(words * 0.06 + 1, abs=0.05)


def test_slow_speech_takes_longer(app, customer):
    app.answers["/voice"] = '<Say><prosody rate="50%">One two three four five</prosody></Say>'
    customer.dial(OURS)
    heard = customer.finished(customer.hears("One two"))
    assert heard.stopped_at - heard.started_at == pytest.approx(2 * 0.06 * len(heard.text), abs=0.05)


@pytest.mark.parametrize("subtype", ["PCM_16", "ULAW"])
def test_sound_file_is_played_and_its_request_tells_nothing_of_the_call(app, customer, subtype):
    file = io.BytesIO()
    soundfile.write(file, np.zeros(16000), 16000, format="WAV", subtype=subtype)
    app.answers["/chime.wav"] = lambda form: Response(file.getvalue(), media_type="audio/wav")
    app.answers["/voice"] = "<Play>/chime.wav</Play>"
    customer.dial(OURS)
    heard = customer.finished(customer.hears("chime"))
    assert heard.stopped_at - heard.started_at == pytest.approx(1.0, abs=0.05)
    assert app.to("/chime.wav")[0].params == {}


def test_what_is_no_sound_is_reported_and_the_call_goes_on(app, carrier, customer):
    app.answers["/chime.wav"] = lambda form: Response(b"<html>", media_type="audio/wav")
    app.answers["/voice"] = "<Play>/chime.wav</Play><Say>Still here</Say>"
    customer.dial(OURS)
    customer.hears("Still here")
    assert 13420 in [alert.code for alert in carrier.debugger]


def test_wrong_attribute_value_is_reported_and_the_default_used(app, carrier, customer):
    app.answers["/voice"] = '<Gather timeout="soon" action="/keys"/><Say>Nothing came</Say>'
    customer.dial(OURS)
    customer.hears("Nothing came")
    assert 13313 in [alert.code for alert in carrier.debugger]


def test_caller_who_hangs_up_ends_the_call(app, carrier, customer):
    carrier.number(OURS, voice_url=app.url + "/voice", status_callback=app.url + "/status")
    app.answers["/voice"] = "<Say>Hello</Say><Pause length='1000'/>"
    call = customer.dial(OURS)
    customer.hears("Hello")
    customer.hang_up()
    status = app.wait_for("/status")
    assert [request.params["CallStatus"] for request in status] == ["completed"]
    assert call.status == "completed"
    assert customer.state == "idle"
