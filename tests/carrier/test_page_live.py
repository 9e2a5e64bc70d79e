"""The telephones page in a real browser: what a person does by hand, with mouse, keys and microphone."""

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ivr.carrier import CarrierOptions, LocalCarrier
from ivr.carrier.audio import SILENCE_ULAW, to_ulaw
from ivr.carrier.page import PhonesPage, phones_page
from tests.browsing import CONTRAST, looks

OURS, CUSTOMER, AGENT = "+15550100100", "+15551230001", "+15551230002"
LONG = "<Pause length='1000'/>"
pytestmark = pytest.mark.browser


def hum(text: str, locale: str, *, voice: str | None = None, rate: int = 160) -> bytes:
    """A voice without an engine: 20 ms of a loud square wave for each letter."""
    return (b"\x00\x40" * 8 + b"\x00\xc0" * 8) * 10 * len(text)


@pytest.fixture
def site(app) -> Iterator[LocalCarrier]:
    options = CarrierOptions(voice=hum, insecure_streams=True)
    routes = phones_page(PhonesPage(customer=CUSTOMER, agent=AGENT))
    with LocalCarrier("AC" + "0" * 32, "a secret token", options, routes=routes) as carrier:
        carrier.number(OURS, voice_url=app.url + "/voice")
        yield carrier
    assert not carrier.crashes


@pytest.fixture
def open_page(browser, site) -> Iterator[Callable[..., Any]]:
    """Opens the page; any error in the browser's console fails the test."""
    contexts, errors = [], []

    def open_page(query: str = "", **options: Any) -> Any:
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{site.url}/phones{query}")
        page.wait_for_selector("#phone-customer[data-state=idle]")
        page.wait_for_selector("#phone-agent[data-state=idle]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def do(page: Any, role: str, action: str) -> None:
    page.click(f"#phone-{role} [data-do={action}]")


def becomes(page: Any, role: str, state: str) -> None:
    page.wait_for_selector(f"#phone-{role}[data-state={state}]")


def dial(page: Any) -> None:
    do(page, "customer", "dial")
    becomes(page, "customer", "in-call")


def test_person_dials_reads_the_prompt_and_hears_it(app, open_page):
    app.answers["/voice"] = '<Say language="ko-KR">안녕하세요 무엇을 도와 드릴까요</Say>' + LONG
    page = open_page()
    dial(page)
    bubble = page.wait_for_selector("#phone-customer .bubble.heard")
    assert (bubble.inner_text(), bubble.get_attribute("lang")) == ("안녕하세요 무엇을 도와 드릴까요", "ko-KR")
    heard = """() => new Promise((found) => {
        const speaker = telephones.customer.speaker, sound = speaker.node.context;
        const meter = new AnalyserNode(sound), samples = new Float32Array(meter.fftSize);
        speaker.gain.connect(meter);
        const look = () => {
            meter.getFloatTimeDomainData(samples);
            const loudest = Math.max(...samples);
            loudest > 0.05 ? found(loudest) : setTimeout(look, 20);
        };
        look();
    })"""
    app.answers["/voice"] = LONG
    do(page, "customer", "hang-up")
    becomes(page, "customer", "idle")
    app.answers["/voice"] = f"<Say>{'sound ' * 40}</Say>{LONG}"
    dial(page)
    assert page.evaluate(heard) > 0.05


def test_person_presses_keys_by_mouse_and_by_keyboard(app, open_page, eventually):
    app.answers |= {"/voice": '<Gather action="/keys" numDigits="3" timeout="60"/>', "/keys": LONG}
    page = open_page()
    dial(page)
    page.click("#phone-customer [data-key='4']")
    page.keyboard.press("2")
    page.keyboard.press("#")
    eventually(lambda: app.to("/keys"))
    assert app.to("/keys")[0].params["Digits"] == "42"
    page.wait_for_selector("#phone-customer .note:last-child >> text=Pressed 4 2 #")


def test_keypad_fills_in_the_number_before_the_call(app, open_page):
    page = open_page()
    page.fill("#agent-to", "")
    for key in "12":
        page.click(f"#phone-agent [data-key='{key}']")
    do(page, "agent", "erase")
    assert page.input_value("#agent-to") == "1"


def test_typed_words_reach_the_media_stream(app, open_page, eventually):
    app.answers["/voice"] = f'<Start><Stream url="{app.stream_url}"/></Start><Say>Hi</Say>{LONG}'
    page = open_page()
    dial(page)
    page.fill("#customer-say", "where is my parcel")
    page.keyboard.press("Enter")
    page.wait_for_selector("#phone-customer .bubble.said >> text=where is my parcel")
    spoken = base64.b64encode(to_ulaw(hum("x", "")[:320])).decode()
    stream = app.socket()
    eventually(lambda: sum(m["media"]["payload"] == spoken for m in stream.of("media")) == len("where is my parcel"))


def test_microphone_reaches_the_media_stream_in_frames_of_twenty_milliseconds(app, open_page, eventually):
    app.answers["/voice"] = f'<Start><Stream url="{app.stream_url}"/></Start><Say>Hi</Say>{LONG}'
    page = open_page()
    dial(page)
    do(page, "customer", "microphone")
    page.wait_for_selector("#phone-customer [data-do=microphone][aria-pressed=true]")
    eventually(lambda: page.evaluate("telephones.customer.sentFrames") > 75)
    frames = app.socket().of("media")
    payloads = [base64.b64decode(m["media"]["payload"]) for m in frames]
    assert {len(payload) for payload in payloads} == {160}
    assert sum(payload != SILENCE_ULAW for payload in payloads) > 10  # the fake microphone beeps once a second
    do(page, "customer", "microphone")
    page.wait_for_selector("#phone-customer [data-do=microphone][aria-pressed=false]")

    def falls_silent() -> bool:
        sent = page.evaluate("telephones.customer.sentFrames")
        page.wait_for_timeout(500)
        return page.evaluate("telephones.customer.sentFrames") == sent

    eventually(falls_silent)


def test_agent_is_rung_answers_by_keyboard_and_both_talk(app, open_page):
    app.answers["/voice"] = f"<Dial><Number>{AGENT}</Number></Dial>"
    page = open_page()
    do(page, "customer", "dial")
    becomes(page, "agent", "ringing")
    assert CUSTOMER in page.inner_text("#phone-agent [data-part=state]")
    page.wait_for_function("document.title.startsWith('Incoming call')")
    page.focus("#phone-agent [data-do=answer]")
    page.keyboard.press("Enter")
    becomes(page, "agent", "in-call")
    page.wait_for_function("document.activeElement.dataset.do == 'hang-up'")
    page.fill("#agent-say", "Hello, this is the agent")
    page.keyboard.press("Enter")
    page.wait_for_selector("#phone-customer .bubble.heard >> text=Hello, this is the agent")
    do(page, "customer", "hang-up")
    becomes(page, "agent", "idle")
    page.wait_for_selector("#phone-agent .note:last-child >> text=Call ended")


def test_declined_call_and_wrong_number_are_explained(app, open_page):
    app.answers["/voice"] = f"<Dial><Number>{AGENT}</Number></Dial>"
    page = open_page()
    do(page, "customer", "dial")
    becomes(page, "agent", "ringing")
    do(page, "agent", "decline")
    page.wait_for_selector("#phone-agent .note >> text=Declined")
    page.fill("#agent-to", "+15559999999")
    page.press("#agent-to", "Enter")
    assert "+15559999999" in page.inner_text("#phone-agent [data-part=problem]:not([hidden])")


def test_timeline_shows_the_call_as_it_goes(app, open_page):
    app.answers["/voice"] = "<Say>Hello</Say>" + LONG
    page = open_page("?lang=ko")
    dial(page)
    page.wait_for_selector("#timeline li >> text=/연결됨/")
    page.wait_for_selector("#timeline li >> text=문서 /voice")
    page.wait_for_selector("#timeline [data-part=counts] >> text=문서 1")


def test_line_comes_back_after_the_connection_was_lost(app, open_page):
    app.answers["/voice"] = "<Say>Hello</Say>" + LONG
    page = open_page()
    dial(page)
    page.evaluate("telephones.customer.line.socket.close()")
    becomes(page, "customer", "offline")
    becomes(page, "customer", "in-call")


def test_page_fits_every_width_and_its_text_has_contrast(open_page):
    page = open_page()
    for width in looks(page, (320, 768, 1366)):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CONTRAST) == []


def test_every_control_has_a_name_and_is_large_enough(open_page):
    page = open_page(viewport={"width": 320, "height": 800})
    small = page.evaluate("""() => [...document.querySelectorAll("button, input, select, a, summary")]
        .filter((e) => e.checkVisibility() && !e.matches(".skip, [type=radio]"))
        .filter((e) => { const box = e.getBoundingClientRect(); return box.width < 24 || box.height < 24; })
        .map((e) => e.outerHTML.slice(0, 80))""")
    assert not small
    nameless = re.findall(
        r"^\s*- (?:button|textbox|combobox|link|spinbutton)\s*(?:\[|:|$)", page.locator("body").aria_snapshot(), re.M
    )
    assert not nameless
