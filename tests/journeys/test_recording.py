"""A customer who is called back agrees to be recorded; one who waited on the line says no, and is served unrecorded."""

from ivr.carrier import Handset
from ivr.domain.consent import Consent
from ivr.domain.recordings import Recording, RecordingStatus
from tests.journeys.conftest import NewWorld
from tests.journeys.world import PATIENCE, World

CALIFORNIAN, OTHER = "+14155550147", "+14155550148"
LOUD = b"\x00\x40" * 160


def called_back(world: World, agent: Handset, number: str, key: str) -> Handset:
    """A callback is kept, and the customer answers the question with this key."""
    world.asks_for_callback(number)
    customer = world.phone(number)
    world.accepts(agent)
    world.rings(customer)
    customer.answer()
    customer.hears("May we record this call", PATIENCE)
    customer.press(key)
    return customer


def recordings(world: World) -> list[Recording]:
    attempts = sorted(world.attempts(), key=lambda attempt: attempt.started_at)
    return [row for one in attempts if (row := world.read(lambda uow, key=one.id: uow.recordings.of_attempt(key)))]


def test_yes_is_recorded_played_and_deleted_in_time_and_no_goes_on_unrecorded(new_world: NewWorld) -> None:
    world = new_world(settings={"IVR_RECORDING": "on", "IVR_RECORDING_DAYS": "7"})
    agent = world.agent()
    customer = called_back(world, agent, CALIFORNIAN, "1")
    customer.hears("recorded from now on", PATIENCE)
    customer.joined_with(agent, PATIENCE)
    world.until(lambda: recordings(world)[0].status is RecordingStatus.RUNNING, "it is being recorded")
    customer.play(LOUD * 30)
    world.talk(agent, customer)
    world.until(lambda: recordings(world)[0].status is RecordingStatus.KEPT, "the carrier has said that it is there")
    sound = b"".join(world.ivr.engine.recorder.sound(recordings(world)[0].id, channels=2))
    assert (sound[:4], b"\x00\x40" in sound) == (b"RIFF", True)

    world.until(lambda: world.agent_row().status == "wrap_up", "the agent is done")
    world.set_agent("available")  # type: ignore[arg-type]
    refusing = world.calls_in(OTHER)
    refusing.say("agent")
    world.accepts(agent)
    refusing.hears("May we record this call", PATIENCE)
    refusing.say("no")
    refusing.hears("this call is not recorded", PATIENCE)
    world.talk(agent, refusing)
    assert [row.consent for row in recordings(world)] == [Consent.YES, Consent.NO]
    assert len(world.carrier.exchange.recordings) == 1

    world.clock.advance(7 * 86400 + 60)
    world.dispatch.engine.recorder.sweep()
    assert world.carrier.exchange.recordings == {}
    assert recordings(world)[0].reason == "expired"
