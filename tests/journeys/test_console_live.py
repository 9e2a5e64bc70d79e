"""An agent in a real browser takes a callback from the ring to its outcome, while telephones of our carrier talk."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from ivr.carrier import Handset
from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus
from ivr.domain.cases import CaseStatus
from ivr.domain.claims import Claim, ClaimState
from ivr.domain.staff import StaffRole
from ivr.passwords import Argon2Passwords
from ivr.service.accounts import Accounts
from tests.axe import serious
from tests.browsing import CONTRAST, looks
from tests.journeys.test_conversations import hears
from tests.journeys.world import PATIENCE, World

EXPECTED = ("ERR_INTERNET_DISCONNECTED", "EventSource's response has a MIME type")
SECRET = "some long enough words"
pytestmark = pytest.mark.browser


@pytest.fixture
def desk(world: World, browser: Any) -> Iterator[Callable[[], Any]]:
    """Gives people accounts and opens the sign-in page; an error of a script or the pages' policy fails the test."""
    contexts, errors = [], []

    def note(message: Any) -> None:
        if message.type == "error" and not any(text in message.text for text in EXPECTED):
            errors.append(message.text)

    def open_page() -> Any:
        accounts = Accounts(world.store, world.clock, Argon2Passwords(memory_kib=8, passes=1))
        accounts.add("Kim", StaffRole.AGENT, SECRET, "Kim")
        accounts.add("Sue", StaffRole.SUPERVISOR, SECRET)
        contexts.append(browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900}))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(world.url + "/sign-in")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def sign_in(page: Any, name: str = "Kim") -> None:
    page.fill("#name", name)
    page.fill("#password", SECRET)
    page.keyboard.press("Enter")
    page.wait_for_selector("#live[data-way=events]" if name == "Kim" else "#live")


def talks(world: World, page: Any, agent: Handset) -> Handset:
    """The agent takes the next in line by one key; both telephones are answered."""
    customer = world.phone()
    page.keyboard.press("t")
    page.wait_for_selector("#live >> text=Your telephone rings")
    world.accepts(agent)
    world.rings(customer)
    customer.answer()
    customer.joined_with(agent, PATIENCE)
    page.wait_for_selector("#live >> text=You are talking")
    return customer


def fits(page: Any) -> list[str]:
    """Texts whose contrast is weak; fails if the page is wider than the window."""
    weak = []
    for width in looks(page, (320, 1280)):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        weak += page.evaluate(CONTRAST)
    return weak


def writes_a_note_that_nothing_loses(page: Any) -> None:
    page.keyboard.press("n")
    page.keyboard.type("Wants the blue one")
    page.wait_for_selector("#draft >> text=Draft kept.")
    page.context.set_offline(True)
    page.keyboard.type(", not the red")
    page.wait_for_selector("#draft >> text=Not kept yet")
    page.context.set_offline(False)
    page.wait_for_selector("#draft >> text=Draft kept.")
    page.reload()
    assert page.input_value("#note") == "Wants the blue one, not the red"
    page.click("text=Add the note")
    page.wait_for_selector("text=The note is added.")
    assert page.input_value("#note") == ""


def test_agent_takes_a_callback_from_the_ring_to_its_outcome(world: World, desk: Callable[[], Any]) -> None:
    world.asks_for_callback()
    agent, page = world.agent(status=AgentStatus.AWAY), desk()
    sign_in(page)
    page.keyboard.press("a")
    page.wait_for_selector("#live >> text=You are: available")
    customer = talks(world, page, agent)
    page.click("text=Hold")
    page.wait_for_selector("#live >> text=on hold")
    world.until(lambda: not hears(world, customer, agent), "the customer hears nobody")
    page.click("text=Take back")
    customer.joined_with(agent, PATIENCE)
    page.click(f"text=Open case {world.case().number}")
    page.wait_for_selector("#noting")
    writes_a_note_that_nothing_loses(page)
    page.select_option("#outcome", "informed")
    page.click("text=Save the outcome")
    page.wait_for_selector("text=The outcome is saved.")
    page.keyboard.press("g")
    page.wait_for_selector("#live >> text=You are talking")
    world.talk(agent, customer)
    page.wait_for_selector("#live >> text=Your last case")
    assert (world.case().outcome, world.case().status) == ("informed", CaseStatus.RESOLVED)
    assert world.callback().status is CallbackStatus.DONE


def test_without_events_the_console_asks_by_itself(world: World, desk: Callable[[], Any]) -> None:
    world.agent(status=AgentStatus.AWAY)
    page = desk()
    page.route("**/agent/events", lambda route: route.fulfill(status=200, body="none", content_type="text/plain"))
    page.fill("#name", "Kim")
    page.fill("#password", SECRET)
    page.keyboard.press("Enter")
    page.wait_for_selector("#live[data-way=polling]")
    world.set_agent(AgentStatus.AVAILABLE)
    page.wait_for_selector("#live >> text=You are: available")


def test_pages_of_agents_keep_nobody_out(world: World, desk: Callable[[], Any], axe: str) -> None:
    world.asks_for_callback()
    world.agent(status=AgentStatus.AWAY)
    page = desk()
    found = [*fits(page), *serious(page, axe)]
    sign_in(page)
    page.click("text=Keyboard shortcuts")
    found += [*fits(page), *serious(page, axe)]
    page.uncheck("#keys")
    page.keyboard.press("a")
    page.click(f"#live >> text={world.case().number} >> nth=0")
    page.wait_for_selector("#noting")
    found += [*fits(page), *serious(page, axe)]
    assert found == []
    assert world.agent_row().status is AgentStatus.AWAY, "keys that are turned off do nothing"
    assert not page.is_checked("#keys")


def claimed(world: World) -> str:
    """A claim waits for its seller, another one for a person: the path of the seller's page."""
    with world.store.begin() as uow:
        for number, state in enumerate((ClaimState.WAITING_FOR_SELLER, ClaimState.ESCALATED)):
            now = world.ivr.clock.now()
            uow.claims.add(
                Claim(
                    id=f"{number:032x}", case_id=world.case().id, order_id=f"{number}", seller_id="northwind",
                    number="+12025550143", cause="counterfeit", amount_minor=8000, currency="USD", opened_at=now,
                    state=state, due_at=now + timedelta(hours=24),
                    escalated_at=now - timedelta(minutes=61 + number * 30),
                )
            )  # fmt: skip
        uow.commit()
    return f"seller/{world.ivr.engine.links.claim(f'{0:032x}')}"


def test_pages_of_supervisors_keep_nobody_out(world: World, desk: Callable[[], Any], axe: str) -> None:
    callback = world.asks_for_callback()
    world.agent(status=AgentStatus.AWAY)
    page = desk()
    sign_in(page, "Sue")
    found, sellers = [], claimed(world)
    paths = ("", "callbacks", f"callbacks/{callback.id}", f"cases/{world.case().number}", "claims", "day", "shifts")
    for path in (*(f"supervisor/{path}" for path in (*paths, "audit")), sellers):
        page.goto(f"{world.url}/{path}")
        found += [*fits(page), *serious(page, axe)]
    assert found == []
