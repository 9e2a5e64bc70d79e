"""The telephones page without a browser: its HTML, its sockets and its timeline."""

import base64
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from ivr.carrier import CarrierOptions, LocalCarrier, TextMessage, browser_phone, page
from ivr.carrier.audio import to_ulaw
from ivr.carrier.page import PhonesPage, phones_page

OURS, CUSTOMER, AGENT = "+15550100100", "+15551230001", "+15551230002"
PATIENCE = 60.0
"""Wall seconds; a busy machine takes a tenth of it."""
fetch = partial(httpx.get, timeout=PATIENCE)
LOUD = b"\x80" * 160  # mu-law for the largest sample
LONG = "<Pause length='1000'/>"
WELCOME = "<Say>Welcome</Say>" + LONG  # a Pause alone would not answer the call


def hum(text: str, locale: str, *, voice: str | None = None, rate: int = 160) -> bytes:
    """A voice without an engine: 20 ms of a loud square wave for each letter."""
    return (b"\x00\x40" * 8 + b"\x00\xc0" * 8) * 10 * len(text)


@pytest.fixture
def open_site(app) -> Iterator[Callable[..., LocalCarrier]]:
    started: list[LocalCarrier] = []

    def start(settings: PhonesPage | None = None, **options: Any) -> LocalCarrier:
        chosen = CarrierOptions(**{"speed": 20.0, "voice": hum, "insecure_streams": True, "cps": 1000.0, **options})
        carrier = LocalCarrier("AC" + "0" * 32, "a secret token", chosen, routes=phones_page(settings)).start()
        carrier.number(OURS, voice_url=app.url + "/voice")
        started.append(carrier)
        return carrier

    yield start
    for carrier in started:
        carrier.stop()
        assert not carrier.crashes


@pytest.fixture
def site(open_site) -> LocalCarrier:
    return open_site()


class Phone:
    """A page's socket, as the page's script uses it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.told: list[dict[str, Any]] = []
        self.audio: list[bytes] = []

    def do(self, action: str, **values: Any) -> None:
        self.socket.send(json.dumps({"do": action, **values}))

    def until(self, kind: str, timeout: float = PATIENCE, **values: Any) -> dict[str, Any]:
        """The next message like this; what comes before it is kept in `told` and `audio`."""
        deadline = time.monotonic() + timeout
        while True:
            message = self.socket.recv(max(0.0, deadline - time.monotonic()))
            if isinstance(message, bytes):
                self.audio.append(message)
                continue
            self.told.append(json.loads(message))
            if {"kind": kind, **values}.items() <= self.told[-1].items():
                return self.told[-1]


@pytest.fixture
def pick_up() -> Iterator[Callable[..., Phone]]:
    with ExitStack() as opened:

        def open_phone(carrier: LocalCarrier, number: str, locale: str = "en-US", **headers: str) -> Phone:
            url = carrier.url.replace("http", "ws") + f"/phones/socket?number=%2B{number[1:]}&locale={locale}&rate=160"
            return Phone(
                opened.enter_context(
                    connect(url, additional_headers=headers, proxy=None, max_queue=None, open_timeout=PATIENCE)
                )
            )

        yield open_phone


@pytest.fixture
def customer(site, pick_up) -> Phone:
    return pick_up(site, CUSTOMER)


def in_call(phone: Phone) -> Phone:
    phone.do("dial", to=OURS)
    phone.until("telephone", state="in-call")
    return phone


# The page


def test_page_shows_two_telephones_and_the_services_number(site):
    html = fetch(f"{site.url}/phones?customer=%2B15550009999").text
    assert html.count('class="phone"') == 2
    assert 'data-number="+15550009999"' in html
    assert f'value="{OURS}"' in html


def test_page_obeys_a_policy_without_inline_code_and_foreign_resources(site):
    answer = fetch(f"{site.url}/phones")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*(src=|application/json))|<style| style=| on\w+=", answer.text)
    files = [path.read_text() for path in (page._HERE / "static").iterdir()]
    addresses = re.findall(r"https?://[^\s\"'<)]+", answer.text + "".join(files))
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}


def test_everything_the_page_asks_for_is_served(site):
    html = fetch(f"{site.url}/phones").text
    for path in [*re.findall(r'(?:src|href)="(/phones/static/[^"]+)"', html), "/phones/static/worklet-speaker.js"]:
        assert fetch(site.url + path).status_code == 200
    assert fetch(f"{site.url}/phones/static/../page.py").status_code == 404


def test_address_cannot_write_into_the_page(site):
    html = fetch(f"{site.url}/phones", params={"customer": '"><script>x</script>', "to": "'</script>"}).text
    assert "<script>x" not in html


@pytest.mark.parametrize(
    ("query", "accepts", "language"),
    [("", "ko-KR,ko;q=0.9", "ko"), ("?lang=en", "ko", "en"), ("", "tlh", "en"), ("?lang=xx", "", "en")],
)
def test_page_speaks_the_readers_language(site, query, accepts, language):
    html = fetch(f"{site.url}/phones{query}", headers={"accept-language": accepts}).text
    assert f'<html lang="{language}">' in html
    assert ("고객" in html) == (language == "ko")


def test_catalogues_have_the_same_keys_and_every_key_that_is_used():
    catalogues = [page._catalogue(code) for code in page.LANGUAGES]
    assert all(catalogue.keys() == catalogues[0].keys() for catalogue in catalogues)
    for key, words in catalogues[0].items():
        fields = set(re.findall(r"\{(\w+)\}", words))
        assert all(set(re.findall(r"\{(\w+)\}", c[key])) == fields for c in catalogues), key
    code = "".join(path.read_text() for path in (page._HERE / "static").glob("*.js"))
    code += (page._HERE / "templates" / "phones.html").read_text()
    used = set(re.findall(r"(?:t\[|\btext\()[\"']([\w.\-]+)[\"'][\]),]", code))
    assert used
    assert used <= catalogues[0].keys()


# A telephone's socket


def test_call_is_dialed_heard_and_read(site, app, customer):
    app.answers["/voice"] = '<Say language="ko-KR">안녕하세요</Say>' + LONG
    assert customer.until("telephone")["state"] == "idle"
    in_call(customer)
    heard = customer.until("heard")
    assert (heard["text"], heard["language"]) == ("안녕하세요", "ko-KR")
    assert customer.until("heard-end")["cut_short"] is False
    assert {len(frame) for frame in customer.audio} == {160}
    assert to_ulaw(hum("x", "ko-KR")[:320]) in customer.audio


def test_keys_reach_the_gather(site, app, customer, eventually):
    app.answers |= {"/voice": f'<Gather action="/keys" numDigits="3" timeout="1000"/>{LONG}', "/keys": LONG}
    in_call(customer).do("press", keys="4")
    customer.do("press", keys="2#")
    eventually(lambda: app.to("/keys"))
    assert app.to("/keys")[0].params["Digits"] == "42"
    assert [customer.until("key")["key"] for _ in range(3)] == ["4", "2", "#"]


def test_typed_text_is_spoken_into_the_media_stream(site, app, customer, eventually):
    app.answers["/voice"] = f'<Start><Stream url="{app.stream_url}"/></Start>{LONG}'
    in_call(customer)
    stream = app.socket()
    customer.do("say", text="where is my parcel")
    assert customer.until("said") == {"kind": "said", "text": "where is my parcel", "language": "en-US"}
    spoken = base64.b64encode(to_ulaw(hum("x", "en-US")[:320])).decode()
    letters = len("where is my parcel")
    eventually(lambda: sum(m["media"]["payload"] == spoken for m in stream.of("media")) == letters)


def test_microphone_frames_reach_the_media_stream_whole_and_in_order(app, open_site, pick_up, eventually):
    app.answers["/voice"] = f'<Start><Stream url="{app.stream_url}"/></Start>{LONG}'
    phone = in_call(pick_up(open_site(speed=1.0), CUSTOMER))
    stream = app.socket()
    eventually(lambda: stream.of("media"))
    sent = [bytes([0x80 + number]) * 160 for number in range(40)]
    data = b"".join(sent)

    def arrived() -> list[bytes]:
        return [base64.b64decode(m["media"]["payload"]) for m in stream.of("media")]

    for begin in range(0, len(data), 200):  # lengths that are no frames, never more than the buffer holds
        phone.socket.send(data[begin : begin + 200])
        eventually(lambda begin=begin: begin // 160 < 8 or sent[begin // 160 - 8] in arrived())
    eventually(lambda: sent[-1] in arrived())
    assert {len(frame) for frame in arrived()} == {160}
    assert [frame for frame in arrived() if frame in sent] == sent


def test_microphone_that_sends_too_fast_is_never_late_by_more_than_its_buffer(app, open_site, pick_up, eventually):
    app.answers["/voice"] = f'<Start><Stream url="{app.stream_url}"/></Start>{LONG}'
    carrier = open_site(speed=1.0)
    phone = in_call(pick_up(carrier, CUSTOMER))
    for _ in range(200):
        phone.socket.send(LOUD)
    phone.do("press", keys="1")
    phone.until("key")
    assert carrier.calls[0].line.unsent_frames <= 16


def test_conversation_of_two_telephones_is_read_on_both(site, app, customer, pick_up):
    app.answers["/voice"] = f"<Dial><Number>{AGENT}</Number></Dial>"
    agent = pick_up(site, AGENT, "ko-KR")
    customer.do("dial", to=OURS)
    assert agent.until("telephone", state="ringing")["peer"] == CUSTOMER
    agent.do("answer")
    agent.until("telephone", state="in-call")
    agent.do("say", text="상담원입니다")
    heard = customer.until("heard-person")
    assert (heard["text"], heard["language"], heard["number"]) == ("상담원입니다", "ko-KR", AGENT)
    customer.do("hang-up")
    assert agent.until("ended")["status"] == "completed"


@pytest.mark.parametrize(("leaves", "told"), [("decline", "declined"), ("hang-up", "declined"), (None, "missed")])
def test_telephone_that_did_not_answer_says_why(site, app, customer, pick_up, leaves, told):
    app.answers["/voice"] = f'<Dial timeout="{1000 if leaves else 5}"><Number>{AGENT}</Number></Dial>'
    agent = pick_up(site, AGENT)
    customer.do("dial", to=OURS)
    agent.until("telephone", state="ringing")
    if leaves:
        agent.do(leaves)
    assert agent.until("ended")["status"] == told
    assert agent.until("telephone")["state"] == "idle"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"do": "dial", "to": "+15559999999"}, "unknown_number"),
        ({"do": "dial", "to": "my mother"}, "bad_number"),
        ({"do": "answer"}, "not_ringing"),
        ({"do": "decline"}, "not_ringing"),
        ({"do": "press", "keys": "1"}, "no_call"),
        ({"do": "say", "text": "hello"}, "no_call"),
        ({"do": "explode"}, "bad_message"),
        ({"do": ["dial"]}, "bad_message"),
        (["dial"], "bad_message"),
    ],
)
def test_what_cannot_be_done_is_explained_and_the_line_goes_on(site, app, customer, message, code):
    app.answers["/voice"] = WELCOME
    customer.socket.send(json.dumps(message))
    assert customer.until("problem")["code"] == code
    assert f"problem.{code}" in page._catalogue("en")
    in_call(customer)


@pytest.mark.parametrize("garbage", ["", "{", "\x00", "[" * 5000, "x" * 900_000, b"", b"\x00" * 60000])
def test_garbage_is_survived(site, app, customer, garbage):
    app.answers["/voice"] = WELCOME
    in_call(customer).socket.send(garbage)
    customer.do("press", keys="7")
    assert customer.until("key")["key"] == "7"


def test_text_message_is_shown_also_to_a_page_that_comes_later(site, customer, pick_up):
    customer.until("telephone")

    async def receive() -> None:
        message = TextMessage(OURS, CUSTOMER, "Your code is 1234", "SM1")
        site.exchange.telephones[CUSTOMER].receive(message)

    site.run(receive())
    assert customer.until("text")["body"] == "Your code is 1234"
    assert pick_up(site, CUSTOMER).until("text")["sender"] == OURS


def test_page_that_is_reloaded_keeps_the_call_and_what_was_heard(site, app, customer, pick_up):
    app.answers["/voice"] = "<Say>first</Say><Say>second</Say>" + LONG
    in_call(customer).until("heard", text="second")
    customer.socket.close()
    again = pick_up(site, CUSTOMER)
    assert again.until("telephone")["state"] == "in-call"
    assert [again.until("heard")["text"] for _ in range(2)] == ["first", "second"]


def test_call_ends_when_its_page_is_gone(monkeypatch, app, open_site, pick_up, eventually):
    monkeypatch.setattr(browser_phone, "_ABSENCE_SECONDS", 0.05)
    app.answers["/voice"] = WELCOME
    carrier = open_site()
    in_call(pick_up(carrier, CUSTOMER)).socket.close()
    eventually(lambda: carrier.calls[0].status == "completed")


@pytest.mark.parametrize(
    "query", ["number=hello", "number=%2B1", "", "number=%2B15551230001&rate=fast", "number=%2B1555<script>"]
)
def test_socket_without_a_proper_number_is_refused(site, query):
    address = site.url.replace("http", "ws") + "/phones/socket?" + query
    with pytest.raises(InvalidStatus), connect(address, proxy=None):
        pass


def test_socket_of_another_page_is_refused(site, pick_up):
    with pytest.raises(InvalidStatus):
        pick_up(site, CUSTOMER, Origin="https://elsewhere.example")
    assert pick_up(site, CUSTOMER, Origin=site.url).until("telephone")
