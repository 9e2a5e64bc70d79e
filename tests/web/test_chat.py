"""The chat on our page over HTTP, without JavaScript: whole conversations, and the agent's side of them."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from ivr.domain.agents import Agent
from ivr.domain.callbacks import CallbackStatus
from ivr.domain.cases import Case, CaseStatus
from ivr.domain.staff import StaffRole
from tests.cards import tells_of_the_card
from tests.web.site import ORDER, Site, hidden, text_of
from tests.web.test_sign_in import SECRET, accounts, sign_in

NASTY = "<script>alert('x')</script>"


class Chatter:
    """A customer with a browser that keeps cookies and runs no scripts."""

    def __init__(self, site: Site, path: str = "/chat?lang=en-US") -> None:
        self.site = site
        self.path = path
        self.page = site.get(path)

    def writes(self, body: str, *answers: str, form_id: str = "") -> TestResponse:
        """Send the form, follow the redirect, and find each of these in what was answered."""
        before = len(said(self.page))
        fields = {
            "csrf_token": hidden(self.page, "csrf_token"), "form_id": form_id or hidden(self.page, "form_id"),
            "chat": hidden(self.page, "chat"), "body": body, "zone": "America/New_York",
            "case": hidden(self.page, "case"),
        }  # fmt: skip
        referer = {"Referer": "https://voice.example.com/chat"}
        sent = self.site.browser.post(self.path, data=fields, base_url="https://voice.example.com", headers=referer)
        assert sent.status_code == 303, text_of(sent)
        self.page = self.site.get(sent.headers["Location"])
        fresh = " ".join(said(self.page)[before:])
        for pattern in answers:
            assert re.search(pattern, fresh), fresh
        return self.page


def said(page: TestResponse) -> list[str]:
    """What stands in the chat, line by line."""
    return [text.strip() for text in re.findall(r'<p lang="[^"]*" dir="auto">(.*?)</p>', page.text)]


def newest_case(site: Site) -> Case:
    with site.store.read() as uow:
        return uow.cases.recent(1)[0]


def test_order_is_tracked_and_returned_on_the_page_with_its_number(site: Site) -> None:
    ada = Chatter(site)
    assert ada.page.status_code == 200
    assert said(ada.page) == []
    ada.writes("where is my order?", "automatic assistant", "last seven digits of your order number")
    ada.writes(ORDER, "Is it the tea kettle.*Reply 1 for yes")
    ada.writes("yes", "tea kettle was delivered yesterday")
    ada.writes("i want to return something", "last seven digits")
    ada.writes(ORDER, "Is it the tea kettle")
    ada.writes("1", "another telephone number, so an agent has to make sure")
    assert newest_case(site).source == "chat"
    assert "https" not in "".join(said(ada.page)), "nothing is paid or sent to a stranger"
    reloaded = site.get("/chat?lang=en-US")
    assert said(reloaded) == said(ada.page)


def test_callback_for_tomorrow_is_promised_once_the_number_is_proven(site: Site) -> None:
    someone = Chatter(site)
    someone.writes("call me back tomorrow between 3 and 5 pm", "I will call you tomorrow.*between 3 PM and 5 PM")
    someone.writes("yes", "number to call you at, with its area code")
    someone.writes("202 555 0147", "I have .*2025550147")
    someone.writes("yes", "I will call you tomorrow.*between 3 PM and 5 PM")
    page = someone.writes(
        "yes", "We will call you tomorrow.*between 3 PM and 5 PM", "first prove your number: open <a href="
    )
    (callback,) = site.all_open()
    assert (callback.status, callback.source) == (CallbackStatus.UNVERIFIED, "chat")
    link = re.search(r'<a href="https://voice\.example\.com(/callbacks/\w+)"', page.text)
    assert link
    assert site.post(f"{link[1]}/confirm", {"code": site.code()}, page=link[1]).status_code == 303
    proven = site.callback(link[1])
    assert (proven.status, proven.promised_by_at - proven.due_at) == (CallbackStatus.SCHEDULED, timedelta(hours=2))
    someone.writes("call me on another number", "key the number|write|number")
    someone.writes("2025550188", "Is that right")
    someone.writes("yes", "cannot book another callback now")
    assert site.all_open()[0].number == callback.number, "one number was proven, no other"


@pytest.fixture
def kim(site: Site) -> Site:
    """Kim answers chats, in a browser of her own."""
    with site.store.begin() as uow:
        uow.agents.add(Agent(id="Kim", name="Kim", number="+12025550171", status_at=site.clock.now()))
        uow.commit()
    accounts(site).add("Kim", StaffRole.AGENT, SECRET, "Kim")
    return site


def beside(site: Site) -> Site:
    """The same site in another browser."""
    return Site(site.ivr, site.app, site.clock, site.messenger, site.phone)


def acts(site: Site, path: str, **form: str) -> TestResponse:
    return site.post(path, {"form_id": hidden(site.get(path), "form_id")} | form, page=path)


def test_agent_answers_in_the_console_and_the_customer_reads_it_on_the_page(kim: Site) -> None:
    customer = Chatter(beside(kim))
    customer.writes(f"hello {NASTY}", "What do you need")
    customer.writes("agent", "A person will answer you here")
    customer.writes(f"I need help {NASTY}")
    assert sign_in(kim, "Kim", SECRET) == 303
    console = kim.get("/agent/")
    assert "Waiting conversations" in text_of(console)
    assert NASTY not in console.text
    (path,) = set(re.findall(r"/agent/chats/\w+", console.text))
    page = text_of(kim.get(path))
    assert "I need help" in page
    assert "Nobody answers yet" in page
    assert acts(kim, path, text=" ").status_code == 422
    assert acts(kim, path, text="Good day, what broke?").status_code == 303
    assert "Kim answers" in text_of(kim.get(path + "?part=1"))
    reader = customer.site.get("/chat?part=1&lang=en-US")
    assert "Kim, a person" in text_of(reader)
    assert said(reader)[-1] == "Good day, what broke?"
    customer.page = customer.site.get("/chat?lang=en-US")
    customer.writes("the lid")
    assert acts(kim, path, do="close", outcome="nonsense").status_code == 422
    assert acts(kim, path, do="close", outcome="informed", resolved="yes").status_code == 303
    customer.page = customer.site.get("/chat?lang=en-US")
    assert "How easy was it" in said(customer.page)[-1]
    customer.writes("1", "Thank you for writing")
    assert "This conversation is over" in text_of(customer.page)
    case = newest_case(kim)
    assert (case.status, case.effort) == (CaseStatus.RESOLVED, 1)
    story = text_of(kim.get(f"/agent/cases/{case.number}"))
    for told in ("the lid", "Good day, what broke?", "Kim answers in the chat", "closes the chat"):
        assert told in story
    assert "What do you need" in said(customer.writes("hello again"))[-1], "another conversation begins"


def test_chat_of_others_is_no_page_and_a_second_agent_is_told_who_was_faster(kim: Site) -> None:
    customer = Chatter(beside(kim))
    customer.writes("agent", "A person will answer")
    with kim.store.begin() as uow:
        uow.agents.add(Agent(id="Lee", name="Lee", number="+12025550172", status_at=kim.clock.now()))
        uow.commit()
    accounts(kim).add("Lee", StaffRole.AGENT, SECRET, "Lee")
    lee = beside(kim)
    assert sign_in(kim, "Kim", SECRET) == sign_in(lee, "Lee", SECRET) == 303
    (path,) = set(re.findall(r"/agent/chats/\w+", kim.get("/agent/").text))
    form = {"do": "take", "csrf_token": hidden(lee.get(path), "csrf_token")}
    assert acts(kim, path, do="take").status_code == 303
    assert lee.post(path, form, page=path.replace("/chats/", "/?")).status_code in (404, 409)
    assert lee.get(path).status_code == 404
    assert acts(kim, path, do="give_back").status_code == 303
    assert acts(lee, path, do="take").status_code == 303
    assert beside(kim).get(path).status_code == 303, "whoever is not signed in is asked to"


def test_form_sent_twice_counts_once_and_what_is_too_long_stays_typed(site: Site) -> None:
    someone = Chatter(site)
    someone.writes("hello", "What do you need")
    for _ in range(2):
        someone.writes("where is my order?", form_id="a" * 32)
    assert [line for line in said(someone.page) if line == "where is my order?"] == ["where is my order?"]
    form = {"body": "x" * 501, "form_id": "b" * 32}
    long = site.post("/chat?lang=en-US", form, page="/chat?lang=en-US")
    assert (long.status_code, "at most 500 characters" in text_of(long), "x" * 501 in long.text) == (422, True, True)


def test_language_is_the_pages_and_arabic_runs_from_right_to_left(site: Site) -> None:
    page = site.get("/chat?lang=ar")
    assert '<html lang="ar" dir="rtl"' in page.text
    assert 'role="log" aria-label="المحادثة"' in page.text


def test_chat_in_a_frame_needs_no_cookie_and_a_forged_token_opens_nothing(new_site: Callable[..., Site]) -> None:
    site = new_site(IVR_WIDGET_SITES="https://shop.example.com")
    framed = Chatter(site, "/embed/chat?lang=en-US")
    framed.writes("hello", "What do you need")
    site.browser.delete_cookie("ringback", domain="voice.example.com")
    framed.writes("track my order", "last seven digits")
    token = hidden(framed.page, "chat")
    assert "frame-ancestors https://shop.example.com" in framed.page.headers["Content-Security-Policy"]
    assert len(said(site.get(f"/embed/chat?lang=en-US&chat={token}"))) == 4
    assert said(site.get(f"/embed/chat?lang=en-US&chat={token}x")) == []
    assert said(beside(site).get("/chat?lang=en-US")) == []


def test_a_card_number_that_is_written_is_dropped_before_anything_is_kept(site: Site) -> None:
    ada = Chatter(site)
    ada.writes("my card is 4242 4242 4242 4242", "never write a card number")
    assert not tells_of_the_card(ada.page.text)
    with site.store._read.connect() as rows:
        kept = rows.execute(text("SELECT body FROM chat_lines")).scalars().all() + list(
            rows.execute(text("SELECT data FROM events")).scalars()
        )
    assert not tells_of_the_card(str(kept))
