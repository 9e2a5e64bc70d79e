"""Two nodes behind a proxy, as docs/deploy.md sets them up: either answers any webhook, and one may die."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ivr.carrier import CarrierOptions, Handset, LocalCarrier, TelephoneState
from ivr.domain.agents import Agent
from ivr.domain.callbacks import Attempt, Callback, CallbackStatus
from ivr.storage import SqlStore
from tests.fakes.clock import FakeClock
from tests.journeys.conftest import PATIENT, SPEED
from tests.journeys.nodes import Node, Proxy, all_ready
from tests.journeys.world import ACCOUNT, KIM_AGENT, OURS, PATIENCE, STRANGER, TOKEN
from tests.processes import until

pytestmark = pytest.mark.postgres


class Centre:
    """The carrier, the proxy and the two nodes."""

    def __init__(self, carrier: LocalCarrier, proxy: Proxy, nodes: tuple[Node, Node], store: SqlStore) -> None:
        self.carrier, self.proxy, self.nodes, self.store = carrier, proxy, nodes, store

    def callback(self) -> Callback:
        with self.store.read() as uow:
            (callback,) = uow.callbacks.listed(list(CallbackStatus), 10)
        return callback

    def attempt(self) -> Attempt:
        with self.store.read() as uow:
            (attempt,) = uow.attempts.of_callback(self.callback().id)
        return attempt

    def agent(self) -> Handset:
        with self.store.begin() as uow:
            uow.agents.add(Agent(id="kim", name="Kim", number=KIM_AGENT, status_at=FakeClock().now()))
            uow.commit()
        return self.carrier.handset(KIM_AGENT)

    def until(self, check: Callable[[], object]) -> None:
        def hurried() -> object:
            self.carrier.hurry()
            return check()

        until(hurried, PATIENCE)


@pytest.fixture
def centre(new_postgres: Callable[[], str], tmp_path: Path) -> Iterator[Centre]:
    store = SqlStore(url := new_postgres())
    store.migrate()
    options = CarrierOptions(voice=None, speed=SPEED, cps=1000, insecure_streams=True, **PATIENT)
    with LocalCarrier(ACCOUNT, TOKEN, options) as carrier, Proxy() as proxy:
        settings = {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_BASE": carrier.url,
            "IVR_PUBLIC_URL": proxy.url,
            "IVR_PHONE_NUMBER": OURS,
            "IVR_DATABASE_URL": url,
            "IVR_HEARING": "gather",
            "IVR_LOCALES": "en-US",
            "IVR_CALLING_HOURS": "always",
            "IVR_DIAL_RATE": "0",
        }
        with Node("a", tmp_path, settings) as first, Node("b", tmp_path, settings) as second:
            all_ready(first, second)
            proxy.ports = [first.port, second.port]
            carrier.number(OURS, voice_url=f"{proxy.url}/voice", status_callback=f"{proxy.url}/voice/status")
            yield Centre(carrier, proxy, (first, second), store)
    store.close()


def test_promise_made_through_both_nodes_is_kept_by_the_one_that_is_left(centre: Centre) -> None:
    customer = centre.carrier.handset(STRANGER)
    customer.dial(OURS)
    customer.hears("computer is listening", PATIENCE)
    customer.press("5")
    customer.hears("I can call you back", PATIENCE)
    customer.press("1")
    customer.hears("We will call you as soon as possible", PATIENCE)
    customer.hang_up()
    assert all(centre.proxy.served.get(node.port) for node in centre.nodes), "each node has answered"

    centre.nodes[0].kill()
    agent = centre.agent()
    centre.until(lambda: agent.state is TelephoneState.RINGING)
    agent.answer()
    agent.hears("Press 1 to take it", PATIENCE)
    agent.press("1")
    centre.until(lambda: customer.state is TelephoneState.RINGING)
    customer.answer()
    customer.joined_with(agent, PATIENCE)
    until(lambda: centre.attempt().joined_at, PATIENCE)  # in the carrier's own time: hurried, they would talk for hours
    agent.hang_up()
    customer.hears("How easy was it", PATIENCE)
    customer.press("2")
    centre.until(lambda: centre.callback().status is CallbackStatus.DONE)
    assert (centre.callback().was_kept, centre.callback().tries) == (True, 1)
    assert centre.attempt().number == 1
