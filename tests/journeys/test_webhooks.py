"""What the carrier sends: unsigned, repeated, late, at once in two processes, or answered by nothing usable."""

import sqlite3
import threading
from typing import Any
from urllib.parse import urlsplit

import httpx

from ivr.domain.callbacks import Party
from tests.journeys.conftest import NewWorld
from tests.journeys.world import PATIENCE, STRANGER, World


def rows(world: World) -> dict[str, list[Any]]:
    """Everything in the database."""
    with sqlite3.connect(world.database_url.removeprefix("sqlite:///")) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(map(repr, connection.execute(f"SELECT * FROM {name}"))) for name in tables}


def added(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> list[tuple[str, Any]]:
    """Rows that were not there before."""
    del after["sqlite_sequence"]
    return [(name, row) for name, found in after.items() for row in found if row not in before[name]]


def whole_story(world: World) -> None:
    world.asks_for_callback()
    agent, customer = world.agent(), world.phone()
    world.accepts(agent)
    world.rings(customer)
    customer.answer()
    world.talk(agent, customer)
    world.until(lambda: world.case().effort, "the effort is on the case")
    world.until(lambda: not any(leg.is_live for leg in world.legs()), "all legs have ended")
    world.until(lambda: world.carrier.is_idle and not world.wire.is_busy, "all requests are made and answered")


def test_repeated_and_late_webhooks_change_nothing(world: World) -> None:
    whole_story(world)
    before, sent = rows(world), list(world.wire.requests)
    assert {urlsplit(r.path).path.split("/")[-1] for r in sent} >= {"voice", "status", "answer", "1", "left", "machine"}
    for request in (*sent, *reversed(sent)):
        answer = httpx.post(world.url + request.path, content=request.body, headers=request.headers, timeout=PATIENCE)
        assert answer.status_code in (200, 204), request.path
    assert added(before, rows(world)) == []
    assert world.tick() == 0
    assert world.failures() == 0


def test_unsigned_webhooks_are_refused_and_change_nothing(world: World) -> None:
    whole_story(world)
    before = rows(world)
    for request in list(world.wire.requests):
        forged = request.body + b"&Forged=1"
        unsigned = {k: v for k, v in request.headers.items() if k != "x-twilio-signature"}
        for body, headers in ((forged, request.headers), (request.body, unsigned)):
            answer = httpx.post(world.url + request.path, content=body, headers=headers, timeout=PATIENCE)
            assert answer.status_code == 403, request.path
    assert rows(world) == before


def test_document_that_fails_leads_to_an_apology_and_a_way_on(world: World) -> None:
    caller = world.calls_in()
    world.wire.break_next(1)
    caller.press("2")
    caller.hears("something went wrong on our side", PATIENCE)
    caller.hears("call you back", PATIENCE)
    caller.press("1")
    caller.hears("We will call you as soon as possible", PATIENCE)
    world.hangs_up(caller)
    assert world.callback().number == STRANGER


def test_document_that_comes_too_late_leads_to_an_apology_and_an_agent(new_world: NewWorld) -> None:
    world = new_world()
    agent = world.agent()
    caller = world.calls_in()
    world.wire.delay_next(3)
    world.carrier.faults.document_limits.append(2)
    caller.press("2")
    caller.hears("something went wrong on our side", PATIENCE)
    caller.hears("An agent is free now", PATIENCE)
    caller.press("1")
    caller.hears("connecting you with an agent", PATIENCE)
    world.accepts(agent)
    caller.hears("Here is your agent", PATIENCE)
    world.talk(agent, caller)


def at_once(*acts: Any) -> list[Any]:
    """What each act gives when all begin together, in threads of their own."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index: int) -> None:
        gate.wait()
        results[index] = acts[index]()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_same_key_taken_by_two_processes_at_once_is_one_step(world: World) -> None:
    caller = world.calls_in()
    caller.press("5")
    caller.hears("I can call you back", PATIENCE)
    (call,) = world.calls()
    one, two = world.ivr.calls, world.process("two").calls
    first, second = at_once(*(lambda c=c: c.keys(call.sid, call.turn, "1") for c in (one, two)))
    assert first == second
    assert first.number == call.turn + 1
    assert len(world.callbacks()) == 1
    world.hangs_up(caller)


def test_acceptance_taken_by_two_processes_at_once_rings_the_customer_once(world: World) -> None:
    world.asks_for_callback()
    agent, customer = world.agent(), world.phone()
    world.rings(agent)
    agent.answer()
    agent.hears("Press 1 to take it", PATIENCE)
    (leg,) = world.legs()
    two = world.process("two")
    at_once(*(lambda i=i: i.engine.legs.keyed(leg.id, "1", turn=1) for i in (world.ivr, two)))
    agent.press("1")
    at_once(world.ivr.dispatcher.tick, two.dispatcher.tick)
    customer.ringing(PATIENCE)
    assert len(world.legs(Party.CUSTOMER)) == world.rung(STRANGER) == 1
    customer.answer()
    world.talk(agent, customer)
