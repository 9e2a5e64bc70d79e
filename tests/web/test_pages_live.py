"""Pages in a real browser: a customer with a phone, one without scripts, and a supervisor who watches the board."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from ivr.domain.agents import Agent
from ivr.domain.callbacks import CallbackStatus
from tests.browsing import CONTRAST, looks
from tests.web.site import API_KEY, PASSWORD, Site, a_site
from tests.web.stream_support import eventually, serving

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

pytestmark = pytest.mark.browser


@pytest.fixture
def served(sqlite_store: Any) -> Iterator[tuple[Site, str]]:
    """The site, and its address under a real server."""
    site = a_site(sqlite_store, IVR_PUBLIC_URL="http://127.0.0.1:8000")
    with serving(site.ivr.asgi()) as port:
        yield site, f"http://127.0.0.1:{port}"


@pytest.fixture
def open_page(browser: Any, served: tuple[Site, str]) -> Iterator[Callable[..., Any]]:
    """Opens a page; an error of a script or of the page's own policy fails the test."""
    contexts, errors = [], []

    def note(message: Any) -> None:
        if message.type == "error" and "the server responded with a status of" not in message.text:
            errors.append(message.text)

    def open_page(path: str = "/", **options: Any) -> Any:
        given = {"locale": "en-US", "timezone_id": "America/New_York"} | PHONE | options
        contexts.append(browser.new_context(**given))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(served[1] + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def ask(page: Any, **fields: str) -> None:
    """Fill the form in and send it."""
    given = {"number": "202 555 0143", "order": "1815908", "words": "Where is it?"} | fields
    for name, value in given.items():
        page.fill(f"#{name}", value)
    page.select_option("#kind", "track_order")
    page.check("#consent")
    page.click("text=Call me back >> nth=-1")


def confirm(page: Any, site: Site) -> None:
    """Type the code from the text message."""
    page.wait_for_selector("#code")
    eventually(lambda: site.messenger.sent)
    page.fill("#code", site.code())
    page.click("text=Confirm")
    page.wait_for_selector(".state")


def path_of(page: Any) -> str:
    found = re.search(r"/callbacks/[0-9a-f]{32}", page.url)
    assert found
    return found[0]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_customer_books_proves_moves_and_cancels_on_a_phone(
    open_page: Callable[..., Any], served: tuple[Site, str], scripts: bool
) -> None:
    site = served[0]
    page = open_page(java_script_enabled=scripts)
    ask(page)
    confirm(page, site)
    assert "as soon as possible" in page.inner_text(".state")
    page.click("text=Move it")
    page.fill("#date", "2026-03-11")
    page.fill("#time", "15:30")
    page.click("details[open] button:text-is('Move'):visible >> nth=-1")
    page.wait_for_selector(".told")
    assert page.inner_text(".state") == "We ring you tomorrow, Wednesday, at 3:30 PM (New York)."
    path = path_of(page)
    assert site.callback(path).zone == "America/New_York"
    moved_to_a_free_time(page)
    page.click("text=Cancel this callback")
    page.click("text=Yes, cancel it")
    page.wait_for_selector(".state.canceled")
    assert site.callback(path).status == CallbackStatus.CANCELED


def moved_to_a_free_time(page: Any) -> None:
    """Whoever asks for free times gets the one picked, and need not say so once more; also without scripts."""
    page.click("text=Move it")
    page.click("text=Show free times")
    page.wait_for_function("document.activeElement.name == 'slot'")
    assert page.is_checked("input[value=slot]")
    page.select_option("select", "2026-03-12T15:45:00+00:00")
    page.click("details[open] button:text-is('Move'):visible >> nth=-1")
    page.wait_for_selector(".told")
    assert page.inner_text(".state") == "We ring you Thursday, March 12, at 11:45 AM (New York)."


def test_own_words_are_confirmed_and_what_was_typed_outlives_a_reload(
    open_page: Callable[..., Any], served: tuple[Site, str]
) -> None:
    page = open_page(viewport={"width": 320, "height": 640})
    page.fill("#number", "202 555 0143")
    page.fill("#words", "it says delivered but I don't have it")
    page.reload()
    page.wait_for_selector("[data-kept]:not([hidden])")
    assert page.input_value("#number") == "202 555 0143"
    page.check("#consent")
    page.click("text=Call me back >> nth=-1")
    page.wait_for_selector(".told[role=status]")
    page.wait_for_function("document.activeElement.id == 'errors'")
    assert page.input_value("#kind") == "delivered_not_received"
    assert page.is_checked("#consent")
    page.click("text=Call me back >> nth=-1")
    confirm(page, served[0])
    page.click("text=Add a note for the agent")
    page.fill("#note", "Ring twice")
    page.click("details[open] button")
    page.wait_for_selector(".told")
    with page.expect_download() as download:
        page.click("text=Put it into my calendar")
    assert download.value.suggested_filename == "callback.ics"
    page.goto(served[1] + "/")
    assert page.input_value("#number") == ""


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until this has the focus: a keyboard gets everywhere."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never leads to {selector}")


def test_with_a_keyboard_alone_an_order_is_picked_and_a_photo_added(
    open_page: Callable[..., Any], served: tuple[Site, str]
) -> None:
    site, page = served[0], open_page(is_mobile=False, has_touch=False)
    keys = page.keyboard
    for field, typed in (("#number", "202 555 0143"), ("#order", "1815908")):
        tab_to(page, field)
        keys.type(typed)
    tab_to(page, "button[value=orders]")
    keys.press("Enter")
    page.wait_for_selector("input[name=order][type=radio]")
    page.wait_for_function("document.activeElement.name == 'order'")
    keys.press("ArrowUp")
    picked = page.evaluate("document.activeElement.value")
    assert picked.isdigit()
    assert not picked.endswith("1815908")
    tab_to(page, "#consent")
    keys.press("Space")
    tab_to(page, "#kind")
    keys.type("Where")
    tab_to(page, "#date")
    keys.press("Enter")  # sends the form: it does not press the first button, which shows orders
    page.wait_for_selector("#code")
    page.wait_for_function("document.activeElement.id == 'code'")
    eventually(lambda: site.messenger.sent)
    keys.type(site.code())
    keys.press("Enter")
    page.wait_for_selector(".state")
    tab_to(page, "details:has(#caption) summary")
    keys.press("Enter")
    tab_to(page, "#caption")
    keys.type("The empty porch")
    page.reload()
    page.wait_for_selector("details[open] [data-kept]:not([hidden])")  # opened again, with what was typed
    assert page.input_value("#caption") == "The empty porch"
    page.set_input_files("#photo", {"name": "p.png", "mimeType": "image/png", "buffer": a_picture()})
    tab_to(page, "#caption")
    keys.press("Enter")
    page.wait_for_selector("[data-done=photo]")
    with site.store.read() as uow:
        case = uow.cases.get(site.callback(path_of(page)).case_id)
        assert case is not None
        assert (case.order_id, [photo.caption for photo in uow.photos.of_case(case.id)]) == (
            picked,
            ["The empty porch"],
        )


def a_picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")
    return file.getvalue()


def test_whoever_goes_back_after_booking_and_sends_again_has_one_callback(
    open_page: Callable[..., Any], served: tuple[Site, str]
) -> None:
    page = open_page()
    ask(page)
    page.wait_for_selector("#code")
    page.go_back()
    page.wait_for_selector("#consent")
    if not page.is_checked("#consent"):
        page.check("#consent")
    page.click("text=Call me back >> nth=-1")
    confirm(page, served[0])
    (callback,) = served[0].all_open()
    assert path_of(page) == f"/callbacks/{callback.id}"


def test_wrong_input_is_told_in_a_summary_that_has_the_focus(open_page: Callable[..., Any]) -> None:
    page = open_page()
    ask(page, number="nonsense", order="12")
    page.wait_for_selector("#errors")
    page.wait_for_function("document.activeElement.id == 'errors'")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "number"
    told = "document.getElementById(document.activeElement.getAttribute('aria-describedby').split(' ')[0]).textContent"
    assert "not a telephone number" in page.evaluate(told)
    assert page.input_value("#words") == "Where is it?"


def test_the_browsers_own_zone_is_the_customers(open_page: Callable[..., Any], served: tuple[Site, str]) -> None:
    page = open_page(timezone_id="America/Los_Angeles")
    page.fill("#date", "2026-03-11")
    page.fill("#time", "10:00")
    assert page.is_checked("input[value=at]")
    ask(page)
    confirm(page, served[0])
    assert page.inner_text(".state") == "We ring you tomorrow, Wednesday, at 10 AM (Los Angeles)."
    assert served[0].callback(path_of(page)).due_at.hour == 17


def test_a_customer_changes_the_language_in_the_middle_of_an_error(open_page: Callable[..., Any]) -> None:
    page = open_page()
    ask(page, number="nonsense")
    page.wait_for_selector("#errors")
    page.click("nav summary")
    page.click("nav >> text=한국어")
    page.wait_for_selector("html[lang=ko-KR]")
    assert page.inner_text("h1") == "전화해 주세요"


def sign_in(page: Any) -> None:
    page.fill("#name", "supervisor")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#live")


def test_the_board_shows_what_happens_while_it_is_open(open_page: Callable[..., Any], served: tuple[Site, str]) -> None:
    site, address = served
    page = open_page("/supervisor/", viewport={"width": 1280, "height": 800}, is_mobile=False)
    sign_in(page)
    assert "Nobody waits." in page.inner_text("#live")
    body = {"number": "+12025550143", "kind": "track_order", "words": "<b>Where</b> is it?"}
    answer = page.request.post(f"{address}/api/v1/callbacks", data=body, headers={"Authorization": f"Bearer {API_KEY}"})
    number = answer.json()["case"]
    page.wait_for_selector(f"#live >> text={number} >> nth=0")
    page.check("#pause")
    with site.store.begin() as uow:
        uow.agents.add(Agent(id="a", name="Ada Park", number="+12025550171", status_at=site.clock.now()))
        uow.commit()
    page.wait_for_timeout(2500)
    assert "Ada Park" not in page.inner_text("#live")
    page.uncheck("#pause")
    page.wait_for_selector("#live >> text=Ada Park")
    page.click(f"#live >> text={number} >> nth=0")
    assert page.inner_text("blockquote") == "<b>Where</b> is it?"
    page.click("text=Sign out")
    page.wait_for_selector("#password")


def test_a_board_that_gets_no_answer_says_how_old_it_is(open_page: Callable[..., Any]) -> None:
    page = open_page("/supervisor/")
    sign_in(page)
    page.route("**/supervisor/?part=1*", lambda route: route.fulfill(status=503, body=""))
    stale = page.wait_for_selector("[data-stale]:not([hidden])")
    assert re.fullmatch(r"\d+ s old", stale.inner_text())


def test_pages_fit_every_width_and_their_text_has_contrast(
    open_page: Callable[..., Any], served: tuple[Site, str]
) -> None:
    page = open_page()
    weak = [*fits(page)]
    ask(page, number="nonsense", order="12")
    page.wait_for_selector("#errors")
    weak += fits(page)
    ask(page)
    page.wait_for_selector("#code")
    weak += fits(page)
    confirm(page, served[0])
    weak += fits(page)
    page.goto(served[1] + "/supervisor/")
    weak += fits(page)
    sign_in(page)
    weak += fits(page)
    page.click("#live table a >> nth=0")
    page.wait_for_selector(".timeline")
    weak += fits(page)
    assert weak == []


def fits(page: Any) -> list[str]:
    """Texts below a contrast of 4.5, controls without a name or below 24 pixels; fails if the page is too wide."""
    weak = []
    for width in looks(page, (320, 390, 1280)):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        weak += [*page.evaluate(CONTRAST), *page.evaluate(CONTROLS)]
    return weak


CONTROLS = """() => [...document.querySelectorAll("button, input, select, textarea, summary")]
    .filter((e) => e.checkVisibility() && e.type !== "hidden")
    .filter((e) => {
        const box = e.getBoundingClientRect();
        const named = e.labels?.length || e.textContent.trim() || e.ariaLabel;
        return box.width < 24 || box.height < 24 || !named;
    }).map((e) => e.outerHTML.slice(0, 80))"""
