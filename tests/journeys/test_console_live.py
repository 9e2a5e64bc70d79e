"""An agent in a real browser takes a callback from the ring to its outcome, while telephones of our carrier talk."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from ivr.carrier import Handset, TelephoneState
from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus
from ivr.domain.cases import CaseStatus
from ivr.domain.claims import Claim, ClaimState
from ivr.domain.staff import StaffRole
from ivr.passwords import Argon2Passwords
from ivr.service.accounts import Accounts
from tests.axe import serious
from tests.browsing import CONTRAST, looks
from tests.journeys.test_conversations import hears, joins
from tests.journeys.world import KIM_AGENT, LEE_AGENT, PATIENCE, World

EXPECTED = ("ERR_INTERNET_DISCONNECTED", "409 (Conflict)", "EventSource's response has a MIME type")
SOFTPHONE = "client:lee"
SELLER, SOLD = "+12025550196", "11699207856579754"
"""A seller's telephone on file, and an order of theirs."""
SECRET = "some long enough words"
pytestmark = pytest.mark.browser


@pytest.fixture
def desk(world: World, browser: Any) -> Iterator[Callable[[], Any]]:
    """Gives people accounts and opens the sign-in page; an error of a script or the pages' policy fails the test."""
    contexts, errors = [], []

    def note(message: Any) -> None:
        if message.type == "error" and not any(text in message.text for text in EXPECTED):
            errors.append(message.text)

    accounts = Accounts(world.store, world.clock, Argon2Passwords(memory_kib=8, passes=1))

    def hire() -> None:
        known = {user.name for user in accounts.listed()}
        for agent in {agent.name for agent in world.read(lambda uow: uow.agents.all())} - known:
            accounts.add(agent, StaffRole.AGENT, SECRET, agent)
        if "Sue" not in known:
            accounts.add("Sue", StaffRole.ADMIN, SECRET)

    def open_page() -> Any:
        hire()
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
    page.wait_for_selector("#live[data-way=events]")


def sends(page: Any, key: str) -> None:
    """Press a key that sends a form, and wait for the page that answers: until then the next key would be lost."""
    with page.expect_navigation():
        page.keyboard.press(key)


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
    page.fill("#date", "2026-12-24")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    page.keyboard.type("Wants the blue one")
    page.wait_for_selector("#draft >> text=Draft kept.")
    page.context.set_offline(True)
    page.keyboard.type(", not the red")
    page.wait_for_selector("#draft >> text=Not kept yet")
    page.context.set_offline(False)
    page.wait_for_selector("#draft >> text=Draft kept.")
    page.wait_for_selector("#live >> text=Hold")
    assert page.input_value("#guest") == "+1202", "what is typed outlives what is shown anew"
    page.reload()
    assert page.input_value("#note") == "Wants the blue one, not the red"
    assert (page.input_value("#date"), page.is_checked("input[value=at]")) == ("2026-12-24", True)
    page.click("text=Add the note")
    page.wait_for_selector("text=The note is added.")
    assert page.input_value("#note") == ""


def phones(world: World, page: Any) -> Any:
    """A window with the telephones of agent and customer."""
    other = page.context.new_page()
    other.set_default_timeout(PATIENCE * 1000)
    other.goto(f"{world.carrier.url}/phones")
    for who in ("agent", "customer"):
        other.wait_for_selector(f"#phone-{who}[data-state=idle]")
    return other


def press(other: Any, who: str, what: str) -> None:
    other.click(f"#phone-{who} [data-{what}]")


def says(other: Any, who: str, listener: str, words: str) -> None:
    """One types what they say; the other's telephone hears it."""
    other.fill(f"#{who}-say", words)
    other.press(f"#{who}-say", "Enter")
    other.wait_for_selector(f"#phone-{listener} .bubble.heard >> text={words}")


def test_agent_takes_a_callback_from_the_ring_to_its_outcome_and_talks_with_the_customers_page(
    world: World, desk: Callable[[], Any]
) -> None:
    world.asks_for_callback()
    agent, customer, page = world.agent(status=AgentStatus.AWAY), world.phone(), desk()
    sign_in(page)
    other = phones(world, page)
    sends(page, "a")
    page.wait_for_selector("#live >> text=You are: available")
    page.keyboard.press("t")
    page.wait_for_selector("#live >> text=Your telephone rings")
    world.rings(agent)
    press(other, "agent", "do=answer")
    agent.hears("Press 1 to take it", PATIENCE)
    press(other, "agent", "key='1'")
    world.rings(customer)
    press(other, "customer", "do=answer")
    customer.joined_with(agent, PATIENCE)
    page.wait_for_selector("#live >> text=You are talking")
    says(other, "customer", "agent", "Where is my parcel")
    says(other, "agent", "customer", "I am looking for it")
    page.click(f"text=Open case {world.case().number}")
    page.wait_for_selector("#noting")
    page.click("text=Hold")
    page.wait_for_selector("#live >> text=on hold")
    world.until(lambda: not hears(world, customer, agent), "the customer hears nobody")
    page.fill("#guest", "+1202")
    world.ivr.engine.conversations.hold(world.attempts()[-1].id, "customer", on=False)  # type: ignore[union-attr]
    customer.joined_with(agent, PATIENCE)
    writes_a_note_that_nothing_loses(page)
    page.select_option("#outcome", "informed")
    page.click("text=Save the outcome")
    page.wait_for_selector("text=The outcome is saved.")
    page.keyboard.press("g")
    page.wait_for_selector("#live >> text=You are talking")
    press(other, "agent", "do=hang-up")
    other.wait_for_selector("#phone-customer .bubble.heard >> text=How easy was it")
    press(other, "customer", "key='2'")
    customer.hung_up(PATIENCE)
    page.wait_for_selector("#live >> text=Your last case")
    world.until(lambda: world.case().effort == 2, "the customer has rated the effort")
    assert (world.case().outcome, world.case().status) == ("informed", CaseStatus.RESOLVED)
    assert world.callback().status is CallbackStatus.DONE


def test_mute_coach_lost_network_reload_and_hand_over_in_one_conversation(
    world: World, desk: Callable[[], Any]
) -> None:
    world.asks_for_callback()
    with world.store.begin() as uow:
        uow.cases.of_customer(world.case().customer_id or "", 1)[0].order_id = SOLD
        uow.commit()
    agent, page, coach = world.agent(), desk(), world.phone(SELLER)
    sign_in(page)
    customer = talks(world, page, agent)
    sends(page, "m")
    page.wait_for_selector("#live >> text=muted")
    world.until(lambda: not hears(world, customer, agent), "the agent is not heard")
    sends(page, "m")
    customer.joined_with(agent, PATIENCE)
    page.select_option("#sellers-role", "coach")
    page.click("text=Ring Northwind Outdoor")
    joins(world, coach)
    world.until(lambda: hears(world, agent, coach), "the coach is heard by the agent")
    assert not hears(world, customer, coach)
    page.reload()
    page.click("#live >> text=Remove")
    coach.hung_up(PATIENCE)
    page.wait_for_selector("#live >> text=coaching", state="detached")
    page.context.set_offline(True)
    conversations = world.ivr.engine.conversations
    assert conversations is not None
    conversations.hold(world.attempts()[-1].id, "customer", on=True)
    page.context.set_offline(False)
    page.click("#live >> text=Take back")
    customer.joined_with(agent, PATIENCE)
    second = world.agent("Lee", LEE_AGENT, skills=("returns",))
    page.select_option("#skill", "returns")
    page.click("text=Ask a free agent")
    joins(world, second)
    page.click("text=Leave the customer to them")
    agent.hung_up(PATIENCE)
    customer.joined_with(second, PATIENCE)
    page.wait_for_selector("#live >> text=after-call work")
    world.talk(second, customer)


def test_of_two_agents_who_take_one_callback_the_second_is_told_who_was_faster(
    world: World, desk: Callable[[], Any]
) -> None:
    world.asks_for_callback()
    agent, lee = world.agent(), world.agent("Lee", LEE_AGENT)
    first, second = desk(), desk()
    sign_in(first)
    sign_in(second, "Lee")
    second.focus("#live button[name=callback]")  # used: it is not drawn anew meanwhile
    first.keyboard.press("t")
    first.wait_for_selector("#live >> text=Your telephone rings")
    second.keyboard.press("Enter")
    second.wait_for_selector("#errors >> text=Kim was faster")
    world.rings(agent)
    assert lee.state is TelephoneState.IDLE
    agent.reject()


def test_supervisor_gives_a_callback_to_one_agent_who_is_rung_alone_in_a_softphone(
    world: World, desk: Callable[[], Any]
) -> None:
    callback = world.asks_for_callback()
    kim, lee, customer = world.agent(status=AgentStatus.AWAY), world.agent("Lee", SOFTPHONE), world.phone()
    world.set_agent(AgentStatus.AWAY, "Lee")
    board, console = desk(), desk()
    sign_in(console, "Lee")
    sign_in(board, "Sue")
    board.wait_for_selector("#live[data-way=events]")
    board.goto(f"{world.url}/supervisor/callbacks/{callback.id}")
    board.select_option("#to-agent", world.agent_row("Lee").id)
    board.fill("#give-reason", "they know each other")
    board.press("#give-reason", "Enter")
    board.wait_for_selector("text=Changed.")
    console.wait_for_selector("#live >> text=for you")
    world.set_agent(AgentStatus.AVAILABLE)
    world.set_agent(AgentStatus.AVAILABLE, "Lee")
    world.accepts(lee)
    world.rings(customer)
    customer.answer()
    world.talk(lee, customer)
    assert (kim.state, world.rung(KIM_AGENT)) == (TelephoneState.IDLE, 0)


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
    paths += ("audit", "holidays", "users", "content", "hearing", "calls", f"calls/{world.calls()[0].sid}")
    for path in (*(f"supervisor/{path}" for path in paths), sellers):
        page.goto(f"{world.url}/{path}")
        found += [*fits(page), *serious(page, axe)]
    assert found == []
