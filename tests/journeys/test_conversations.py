"""While they talk, over the API with an agent's token: hold, mute, a third person, a coach, a hand-over."""

from typing import Any

import httpx
import pytest

from ivr.carrier import Handset
from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus
from ivr.parts import shared_secret
from ivr.web.api_keys import agent_token
from tests.journeys.conftest import NewWorld
from tests.journeys.world import API_KEY, LEE_AGENT, PATIENCE, World

SELLER = "+12025550148"


class AgentsDesk:
    """What an agent's screen sends."""

    def __init__(self, world: World, name: str = "Kim") -> None:
        token = agent_token(world.agent_row(name), shared_secret(world.ivr.settings))
        self._base = f"{world.url}/api/v1/conversations"
        self._headers = {"Authorization": f"Bearer {token}"}

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return httpx.request(method, f"{self._base}/{path}", json=body, headers=self._headers, timeout=PATIENCE)

    def get(self, path: str = "current") -> httpx.Response:
        return self._send("GET", path)

    def post(self, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return self._send("POST", f"current/{path}", body or {})

    def change(self, who: str, **change: Any) -> httpx.Response:
        return self._send("PATCH", f"current/participants/{who}", change)

    def remove(self, who: str) -> httpx.Response:
        return self._send("DELETE", f"current/participants/{who}")

    def people(self) -> dict[str, dict[str, Any]]:
        return {one["role"]: one for one in self.get().json()["participants"]}


def talking(world: World) -> tuple[Handset, Handset]:
    """Agent and customer who talk."""
    world.asks_for_callback()
    agent, customer = world.agent(), world.phone()
    world.accepts(agent)
    world.rings(customer)
    customer.answer()
    customer.joined_with(agent, PATIENCE)
    world.until(lambda: any(a.joined_at for a in world.attempts()), "the row says that they are joined")
    return agent, customer


def test_two_whose_meeting_no_webhook_tells_are_found_by_asking_the_carrier(world: World) -> None:
    world.carrier.faults.lose_callbacks = {"participant-join"}
    world.asks_for_callback()
    agent, customer = world.agent(), world.phone()
    world.accepts(agent)
    world.rings(customer)
    customer.answer()
    customer.joined_with(agent, PATIENCE)
    world.clock.advance(10)
    world.sweep()
    assert [bool(attempt.joined_at) for attempt in world.attempts()] == [True]
    assert world.agent_row().status == AgentStatus.BUSY
    agent.hang_up()
    world.until(lambda: world.callback().status == CallbackStatus.DONE, "they have talked")


def joins(world: World, guest: Handset) -> None:
    """A guest's telephone rings, they answer and press 1."""
    world.rings(guest)
    guest.answer()
    guest.hears("Press 1 to", PATIENCE)
    guest.press("1")


def hears(world: World, listener: Handset, speaker: Handset) -> bool:
    """Whether one hears the other now."""
    assert listener.call is not None
    return speaker.call in world.carrier.run(speakers(world, listener))


async def speakers(world: World, listener: Handset) -> list[Any]:
    assert listener.call is not None
    return world.carrier.exchange.speakers_for(listener.call)


def kinds(world: World) -> list[str]:
    return [event.kind for event in world.events()]


def test_agent_holds_the_customer_who_hears_music_and_takes_them_back(world: World) -> None:
    agent, customer = talking(world)
    desk = AgentsDesk(world)
    held = desk.change("customer", hold=True)
    assert (held.status_code, {p["id"]: p["hold"] for p in held.json()["participants"]}["customer"]) == (200, True)
    world.until(lambda: not hears(world, customer, agent), "the customer hears nobody")
    world.until(lambda: customer.heard[-1].kind in ("play", "music"), "the customer hears music")
    desk.change("customer", hold=False)
    customer.joined_with(agent, PATIENCE)
    assert kinds(world).count("participant_held") == 2
    world.talk(agent, customer)


def test_agent_mutes_themselves(world: World) -> None:
    agent, customer = talking(world)
    desk = AgentsDesk(world)
    assert desk.change("agent", muted=True).status_code == 200
    world.until(lambda: not hears(world, customer, agent), "the agent is not heard")
    assert hears(world, agent, customer)
    desk.change("agent", muted=False)
    world.talk(agent, customer)


def test_seller_is_added_and_leaves_while_the_two_go_on(world: World) -> None:
    agent, customer = talking(world)
    desk, seller = AgentsDesk(world), world.phone(SELLER)
    added = desk.post("participants", {"number": SELLER})
    assert added.status_code == 201
    joins(world, seller)
    seller.joined_with(customer, PATIENCE)
    seller.joined_with(agent, PATIENCE)
    assert desk.people()["guest"]["state"] == "joined"
    seller.hang_up()
    world.until(lambda: "guest" not in desk.people(), "the seller has left")
    customer.joined_with(agent, PATIENCE)
    world.talk(agent, customer)
    assert {"guest_asked", "guest_joined", "guest_left"} <= set(kinds(world))


def test_supervisor_coaches_the_agent_without_the_customer_hearing_it_then_talks_with_both(world: World) -> None:
    agent, customer = talking(world)
    desk, supervisor = AgentsDesk(world), world.phone(SELLER)
    coach = desk.post("participants", {"number": SELLER, "role": "coach"}).json()["id"]
    joins(world, supervisor)
    supervisor.joined_with(agent, PATIENCE)
    assert hears(world, supervisor, customer)
    assert not hears(world, customer, supervisor)
    assert desk.change(coach, role="listener").status_code == 200
    world.until(lambda: not hears(world, agent, supervisor), "a listener is heard by nobody")
    desk.change(coach, role="guest")
    supervisor.joined_with(customer, PATIENCE)
    assert desk.remove(coach).status_code == 204
    supervisor.hung_up(PATIENCE)
    world.talk(agent, customer)


def test_warm_transfer_to_an_agent_with_the_skill(world: World) -> None:
    agent, customer = talking(world)
    second = world.agent("Lee", LEE_AGENT, skills=("returns",))
    desk = AgentsDesk(world)
    assert desk.post("transfer/complete").json()["code"] == "illegal_move"
    assert desk.post("transfer", {"skill": "returns"}).status_code == 201
    joins(world, second)
    assert "hands a customer over to you" in second.heard[0].text
    second.joined_with(customer, PATIENCE)
    second.joined_with(agent, PATIENCE)
    world.until(lambda: desk.people()["successor"]["state"] == "joined", "the successor is in")
    assert desk.post("transfer/complete").status_code == 204
    agent.hung_up(PATIENCE)
    customer.joined_with(second, PATIENCE)
    assert (world.agent_row("Kim").status, world.agent_row("Lee").status) == (AgentStatus.WRAP_UP, AgentStatus.BUSY)
    assert desk.get().status_code == 404
    world.talk(second, customer)
    world.until(lambda: world.callback().status is CallbackStatus.DONE, "the promise is done")
    assert {"transfer_begun", "transferred"} <= set(kinds(world))


def test_successor_who_passes_leaves_everything_as_it_was(world: World) -> None:
    agent, customer = talking(world)
    second = world.agent("Lee", LEE_AGENT)
    desk = AgentsDesk(world)
    desk.post("transfer")
    world.rings(second)
    second.reject()
    world.until(lambda: "successor" not in desk.people(), "nobody is asked any more")
    customer.joined_with(agent, PATIENCE)
    world.talk(agent, customer)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"hold": "yes"}, 422, "type"),
        ({"held": True}, 422, "unknown_field"),
        ({"role": "king"}, 422, "role"),
        ({"role": "coach"}, 409, "illegal_move"),
    ],
)
def test_what_is_refused_says_why(world: World, body: dict[str, Any], status: int, code: str) -> None:
    agent, customer = talking(world)
    answer = AgentsDesk(world).change("customer", **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    world.talk(agent, customer)


def test_an_agents_token_opens_their_own_conversation_alone(new_world: NewWorld) -> None:
    world = new_world()
    agent, customer = talking(world)
    world.agent("Lee", LEE_AGENT, status=AgentStatus.AWAY)
    mine, theirs = AgentsDesk(world), AgentsDesk(world, "Lee")
    conversation = mine.get().json()["id"]
    assert mine.get(conversation).status_code == 200
    assert [theirs.get(name).status_code for name in (conversation, "current", "x")] == [404, 404, 404]
    base = f"{world.url}/api/v1"
    program = {"Authorization": f"Bearer {API_KEY}"}
    assert httpx.get(f"{base}/conversations/{conversation}", headers=program, timeout=PATIENCE).status_code == 200
    row = world.agent_row()
    for token in ("x", f"agent.{row.id}.{'0' * 64}", agent_token(row, "another secret of twelve")):
        bearer = {"Authorization": f"Bearer {token}"}
        refused = httpx.get(f"{base}/conversations/current", headers=bearer, timeout=PATIENCE)
        assert refused.status_code == 401
    agents = {"Authorization": f"Bearer {agent_token(row, shared_secret(world.ivr.settings))}"}
    assert httpx.get(f"{base}/events", headers=agents, timeout=PATIENCE).status_code == 401
    world.talk(agent, customer)
