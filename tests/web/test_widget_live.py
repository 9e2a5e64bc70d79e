"""The widget in a real browser, on a page of another origin under a strict policy; and axe-core on customers' pages."""

import io
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ivr.domain.agents import Agent
from ivr.domain.staff import StaffRole
from ivr.service.chat_desk import waiting_chats
from ivr.service.staff_log import Member
from tests.web.site import ORDER, Site, a_site
from tests.web.stream_support import eventually, serving

pytestmark = pytest.mark.browser
AXE = "axe-core@4.10"
SERIOUS = {"serious", "critical"}


@pytest.fixture
def shop() -> Iterator[Any]:
    """A site of somebody else: `localhost`, where ours is 127.0.0.1. Its page and its policy can be set."""

    class Handler(BaseHTTPRequestHandler):
        page, policy = "", ""

        def do_GET(self) -> None:
            body = self.page.encode() if self.path == "/" else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", self.policy)
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Handler.address = f"http://localhost:{server.server_port}"  # type: ignore[attr-defined]
    yield Handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def served(sqlite_store: Any, shop: Any) -> Iterator[tuple[Site, str]]:
    site = a_site(sqlite_store, IVR_PUBLIC_URL="http://127.0.0.1:8000", IVR_WIDGET_SITES=shop.address)
    with serving(site.ivr.asgi()) as port:
        yield site, f"http://127.0.0.1:{port}"


@pytest.fixture
def visit(browser: Any, shop: Any, served: tuple[Site, str]) -> Iterator[Callable[..., Any]]:
    """Opens the shop's page with the widget on it; collects what the browser complains of."""
    contexts = []

    def visit(attributes: str = 'data-locale="en-US" data-reason="track_order"', **options: Any) -> Any:
        ours = served[1]
        shop.policy = f"default-src 'none'; script-src {ours}; frame-src {ours}; require-trusted-types-for 'script'"
        shop.page = (
            '<!doctype html><html lang="en"><head><title>Shop</title></head><body><main><h1>Shop</h1>'
            f'<script src="{ours}/widget.js" {attributes} defer></script></main></body></html>'
        )
        contexts.append(browser.new_context(locale="en-US", timezone_id="America/New_York", **options))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        page.complaints = []
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(shop.address)
        return page

    yield visit
    for context in contexts:
        context.close()


def test_a_customer_books_on_a_foreign_page_under_a_strict_policy(
    visit: Callable[..., Any], served: tuple[Site, str]
) -> None:
    page = visit(viewport={"width": 320, "height": 640})
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    form = page.frame_locator("iframe")
    form.locator("#number").fill("202 555 0143")
    assert form.locator("#kind").input_value() == "track_order"
    form.locator("#consent").check()
    form.locator("button:not(.second, .unseen)").click()
    form.locator("#code:focus").wait_for()
    eventually(lambda: served[0].messenger.sent)
    form.locator("#code").fill(served[0].code())
    form.locator("text=Confirm").click()
    form.locator(".state").wait_for()
    link = form.locator("a[target=_blank]").get_attribute("href")
    assert link.startswith("/callbacks/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert [one for one in page.complaints if "favicon" not in one and "404" not in one] == []


def test_a_customer_chats_on_a_foreign_page_and_reads_what_an_agent_answers(
    visit: Callable[..., Any], served: tuple[Site, str]
) -> None:
    site = served[0]
    with site.store.begin() as uow:
        uow.agents.add(Agent(id="Kim", name="Kim", number="+12025550171", status_at=site.clock.now()))
        uow.commit()
    page = visit(viewport={"width": 320, "height": 640})
    page.click("button.open")
    form = page.frame_locator("iframe")
    form.locator("a[href*='/embed/chat']").click()
    for words, answer in (("hello", "What do you need"), ("agent", "A person will answer you here")):
        form.locator("#words").fill(words)
        form.locator("#words").press("Enter")
        form.locator(".chat .we", has_text=answer).wait_for()
        eventually(lambda: form.locator("#words").evaluate("e => e === document.activeElement && e.value === ''"))
    kim = Member("u1", "Kim", StaffRole.AGENT, "Kim")
    with site.store.read() as uow:
        (waiting,) = waiting_chats(uow, kim)
    site.ivr.chats.desk.answer(kim, waiting.chat.id, "Good day, this is Kim.", "f1")
    form.locator(".chat[role=log][aria-label] .agent", has_text="Good day, this is Kim.").wait_for()
    assert form.locator(".chat .customer").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert [one for one in page.complaints if "favicon" not in one and "404" not in one] == []


def height(page: Any) -> int:
    return int(page.locator("iframe").evaluate("e => e.getBoundingClientRect().height"))


def test_the_frame_takes_the_height_of_its_page_and_believes_nobody_else(visit: Callable[..., Any]) -> None:
    page = visit(viewport={"width": 800, "height": 3000})
    page.click("button.open")
    page.frame_locator("iframe").locator("#consent").wait_for()
    assert eventually(lambda: page.locator("iframe").evaluate("e => e.style.height") != "")
    before = height(page)
    page.evaluate("postMessage({ringback: 'size', height: 333}, '*'); postMessage({ringback: 'close'}, '*')")
    page.evaluate("new Promise(done => setTimeout(done, 50))")
    assert height(page) == before
    assert page.locator("dialog").evaluate("e => e.open")


def test_escape_closes_the_dialog_and_gives_the_focus_back(visit: Callable[..., Any]) -> None:
    page = visit()
    page.click("button.open")
    page.frame_locator("iframe").locator("#number").focus()
    page.keyboard.press("Escape")
    assert eventually(lambda: not page.locator("dialog").evaluate("e => e.open"))
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "open"


def test_it_speaks_arabic_from_right_to_left(visit: Callable[..., Any]) -> None:
    page = visit('data-locale="ar"', viewport={"width": 390, "height": 800})
    page.click("button.open")
    frame = page.frame_locator("iframe")
    frame.locator("html[lang=ar][dir=rtl] #number").wait_for()
    assert frame.locator("html").evaluate("e => e.scrollWidth <= innerWidth")


def test_a_site_that_is_not_listed_shows_no_form(browser: Any, shop: Any, sqlite_store: Any) -> None:
    site = a_site(sqlite_store, IVR_PUBLIC_URL="http://127.0.0.1:8000", IVR_WIDGET_SITES="https://other.example")
    with serving(site.ivr.asgi()) as port:
        shop.page = f'<!doctype html><title>x</title><iframe src="http://127.0.0.1:{port}/embed/"></iframe>'
        context = browser.new_context()
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(shop.address)
        assert eventually(lambda: any("frame-ancestors" in text for text in complaints))
        context.close()


# --- axe-core --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core from the npm registry; skips where it cannot be had."""
    kept = Path(tmp_path_factory.getbasetemp()).parent / "ringback-axe.js"
    if kept.is_file():
        return kept.read_text("utf-8")
    if not shutil.which("npm"):
        pytest.skip("needs npm to fetch axe-core")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run(
        ["npm", "pack", AXE, "--silent"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    packed = next(folder.glob("*.tgz"), None)
    if packed is None:
        pytest.skip(f"axe-core cannot be had from the npm registry: {done.stderr.strip()[:200]}")
    with tarfile.open(fileobj=io.BytesIO(packed.read_bytes())) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        source = member.read().decode()
    kept.write_text(source, "utf-8")
    return source


def serious(page: Any, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{page.url}: {one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in SERIOUS]


def test_axe_finds_nothing_serious_on_customers_pages(browser: Any, served: tuple[Site, str], axe: str) -> None:
    site, address = served
    context = browser.new_context(bypass_csp=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    found = []
    for path in ("/", "/?lang=ar", "/embed/?lang=ko-KR", "/help?lang=en-US&q=parcel", "/api/v1/docs", "/nothing"):
        page.goto(address + path)
        found += serious(page, axe)
    page.goto(address + "/chat?lang=en-US")
    page.fill("#words", "hello")
    page.press("#words", "Enter")
    page.wait_for_selector(".chat .we")
    found += serious(page, axe)
    page.goto(address + "/?lang=en-US")
    page.fill("#number", "nonsense")
    page.check("#consent")
    page.click("button:not(.second, .unseen)")
    page.wait_for_selector("#errors")
    found += serious(page, axe)
    page.fill("#number", "202 555 0143")
    page.fill("#order", ORDER)
    page.click("button[value=orders]")
    page.wait_for_selector("input[name=order][type=radio]")
    found += serious(page, axe)
    page.check("#consent")
    page.click("button:not(.second, .unseen)")
    page.wait_for_selector("#code")
    found += serious(page, axe)
    page.fill("#code", site.code())
    page.click("text=Confirm")
    page.wait_for_selector(".state")
    for summary in page.query_selector_all("main summary"):
        summary.click()
    found += serious(page, axe)
    page.set_input_files("#photo", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    page.click("form[enctype] button")
    page.wait_for_selector("[data-code=photo_type]")
    found += serious(page, axe)
    context.close()
    assert found == []
