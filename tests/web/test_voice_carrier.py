"""Webhooks, media socket and REST client against the local carrier: the whole way of a turn over real protocols."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from ivr.carrier.carrier import LocalCarrier
from ivr.carrier.options import CarrierOptions
from ivr.domain.turn import Next, Say
from ivr.phone.client import Account, TwilioPhone
from ivr.phone.twiml import Hearing
from ivr.speech.audio import decode_mulaw
from ivr.web.server import create_asgi
from tests.web.stream_support import PATIENCE, ScriptedRecognizer, eventually, serving, silence, voice
from tests.web.voice_support import ACCOUNT, TOKEN, FakeCalls, FakeLegs, a_turn, some_services

OURS, CALLER = "+15005550006", "+15005550011"


class Relay:
    """The app that is built only once its port is known: public address and signature need it."""

    app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while self.app is None:
            await asyncio.sleep(0.01)
        await self.app(scope, receive, send)


@pytest.fixture
def world() -> Iterator[Any]:
    calls, legs, ear = FakeCalls(), FakeLegs(), ScriptedRecognizer("track my order")
    options = CarrierOptions(voice=None, insecure_streams=True, cps=100)
    relay = Relay()
    with LocalCarrier(ACCOUNT, TOKEN, options) as carrier, serving(relay, lifespan="off") as port:
        url = f"http://127.0.0.1:{port}"
        account = Account(sid=ACCOUNT, auth_token=TOKEN, number=OURS, public_url=url, api_base=carrier.url)
        services = some_services(
            calls=calls, legs=legs, recognizer=ear, phone=TwilioPhone(account), public_url=url, hearing=Hearing.STREAM
        )
        relay.app = create_asgi(services)
        carrier.number(
            OURS, voice_url=f"{url}/voice", fallback_url=f"{url}/voice/fallback", status_callback=f"{url}/voice/status"
        )
        phone = carrier.handset(CALLER)
        yield SimpleNamespace(calls=calls, legs=legs, ear=ear, carrier=carrier, phone=phone, services=services)


def anything_live(calls: FakeCalls) -> None:
    calls.known = type("Everything", (set,), {"__contains__": lambda self, sid: True})()


def test_caller_who_speaks_hears_the_next_turn(world: Any) -> None:
    anything_live(world.calls)
    world.calls.turn = a_turn(1, say=(Say("How can I help? " * 100),))  # there is time enough to interrupt it
    world.phone.dial(OURS)
    world.phone.hears("How can I help")
    assert eventually(lambda: world.services.metrics.streams._value.get() == 1)

    def moved(sid: str, turn: int, readings: Any, **_: Any) -> Any:
        world.calls.turn = a_turn(2, say=(Say("Which order?"),))
        return world.calls.turn

    world.calls.speech = moved
    world.phone.play(decode_mulaw(silence(0.2) + voice(1.0) + silence(0.6)))
    world.phone.hears("Which order", PATIENCE)
    assert world.phone.heard[0].cut_short


def test_keys_reach_the_call_and_hanging_up_ends_it(world: Any) -> None:
    anything_live(world.calls)
    world.phone.dial(OURS)
    world.phone.hears("How can I help")
    world.calls.turn = a_turn(2, say=(Say("Thank you."),), next=Next.LISTEN)
    world.phone.press("2")
    world.phone.hears("Thank you")
    assert [asked[2:] for asked in world.calls.asked if asked[0] == "keys"] == [(1, "2")]
    world.phone.hang_up()
    assert eventually(lambda: [asked for asked in world.calls.asked if asked[0] == "ended"])


def test_handler_that_breaks_is_an_apology_then_the_fallback(world: Any) -> None:
    anything_live(world.calls)
    world.phone.dial(OURS)
    world.phone.hears("How can I help")

    def broken(*_: Any) -> Any:
        raise RuntimeError("out of order")

    world.calls.keys = broken
    world.calls.turn = a_turn(3, say=(Say("Press 0 for an agent."),))
    world.phone.press("2")
    world.phone.hears("Sorry, something went wrong")
    world.phone.hears("Press 0 for an agent", PATIENCE)
    assert [asked for asked in world.calls.asked if asked[0] == "failed"]
