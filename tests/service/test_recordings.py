"""Recorded conversations: who is told or asked, what each answer leads to, and that nothing stays too long."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ivr.domain.answered import Cue, Spoke
from ivr.domain.callbacks import Party
from ivr.domain.consent import Consent, Law, Place, RecordingRules, Rule
from ivr.domain.recordings import Recording, RecordingStatus
from ivr.domain.turn import Next, Turn
from ivr.errors import AudioError, NotFound
from ivr.service.recording_ports import CarriersRecording
from ivr.service.recording_steps import SETTLED
from tests.service.world import CUSTOMER, RULES, World, spoken

DAYS = 14
LATER = SETTLED.total_seconds() + 1


def centre(world: World, rule: Rule) -> World:
    """The same call centre where conversations are recorded by this rule; Ada works."""
    law = Law({"US": Place("here", rule, DAYS)})
    world.rules = replace(RULES, recording=RecordingRules(on=True, law=law))
    world.start()
    world.agent()
    return world


@pytest.fixture
def asking(world: World) -> World:
    return centre(world, Rule.ASK)


@pytest.fixture
def telling(world: World) -> World:
    return centre(world, Rule.TELL)


def asked(world: World) -> Turn:
    """A customer is called back and answers; what they hear then."""
    world.book()
    world.agent_takes_it()
    return world.answer(Party.CUSTOMER)


def talking(world: World, key: str | None = "1") -> None:
    """Agent and customer are joined, after this answer to the question if there was one."""
    turn = asked(world)
    if turn.next is Next.LISTEN:
        world.keyed(key, turn.number)
    world.meet()


def row(world: World) -> Recording:
    with world.store.read() as uow:
        found = uow.recordings.of_attempt(attempt_id(world))
    assert found is not None
    return found


def attempt_id(world: World) -> str:
    with world.store.read() as uow:
        return uow.legs.by_sid(world.phone.calls[0].sid).attempt_id or ""  # type: ignore[union-attr]


def kept(world: World) -> str:
    """A conversation was recorded and is over; the carrier's name for it."""
    talking(world)
    world.hang_up(Party.AGENT)
    world.engine.legs.left_conference(world.phone.calls[1].leg_id)
    (sid,) = world.recorder.kept
    tell(world, world.recorder.completed(sid))
    return sid


def tell(world: World, one: CarriersRecording, recording_id: str = "") -> None:
    """The carrier reports."""
    world.engine.recorder.told(recording_id or row(world).id, one, world.phone.calls[1].sid)


def events(world: World, kind: str) -> list[dict[str, object]]:
    with world.store.read() as uow:
        return [dict(event.data) for event in uow.events.recent(200) if event.kind == kind]


def test_nothing_is_recorded_or_said_of_it_unless_it_is_switched_on(world: World) -> None:
    world.agent()
    assert spoken(asked(world)) == ["customer_connecting"]
    world.meet()
    assert world.recorder.asked == []


def test_where_one_party_may_record_the_customer_is_told_before_they_are_joined(telling: World) -> None:
    assert spoken(asked(telling)) == ["recording_told", "customer_connecting"]
    assert telling.recorder.asked == []
    telling.meet()
    assert (row(telling).status, row(telling).consent) == (RecordingStatus.RUNNING, Consent.TOLD)


def test_where_all_parties_must_agree_a_yes_comes_before_the_first_recorded_second(asking: World) -> None:
    question = asked(asking)
    assert (spoken(question), question.next) == (["recording_ask"], Next.LISTEN)
    leg = asking.ringing(Party.CUSTOMER).leg_id
    heard = Spoke(Cue.YES, question.number, text="yes of course")
    joins = asking.engine.legs.spoke(leg, heard, text="yes of course")
    assert (spoken(joins), joins.next) == (["recording_agreed", "customer_connecting"], Next.JOIN)
    asking.meet()
    assert row(asking).status == RecordingStatus.RUNNING
    (consent,) = events(asking, "recording_consent")
    assert (consent["consent"], consent["words"], consent["place"]) == ("yes", "yes of course", "here")


@pytest.mark.parametrize(("key", "consent"), [("2", Consent.NO), (None, Consent.SILENCE), ("7", Consent.UNCLEAR)])
def test_no_silence_and_anything_else_join_them_unrecorded(asking: World, key: str | None, consent: Consent) -> None:
    question = asked(asking)
    assert spoken(asking.keyed(key, question.number)) == ["recording_declined", "customer_connecting"]
    asking.meet()
    assert asking.recorder.asked == []
    assert (row(asking).status, row(asking).consent) == (RecordingStatus.OVER, consent)


def test_yes_that_was_heard_badly_or_said_to_an_earlier_question_is_no_consent(asking: World) -> None:
    question = asked(asking)
    assert spoken(asking.hears(Cue.YES, question.number - 1)) == ["recording_ask"]
    leg = asking.ringing(Party.CUSTOMER).leg_id
    joins = asking.engine.legs.spoke(leg, Spoke(Cue.YES, question.number, is_vague=True))
    assert spoken(joins)[0] == "recording_declined"


def test_nobody_is_recorded_or_told_where_it_is_never_done(world: World) -> None:
    assert spoken(asked(centre(world, Rule.NEVER))) == ["customer_connecting"]
    world.meet()
    assert world.recorder.asked == []


def test_recording_is_asked_for_once_however_often_the_carrier_says_that_they_entered(telling: World) -> None:
    talking(telling)
    telling.meet()
    telling.engine.recorder.start(attempt_id(telling))
    assert telling.recorder.asked == [row(telling).id]


def test_recording_ends_with_the_conversation_not_with_the_call(telling: World) -> None:
    talking(telling)
    telling.hang_up(Party.AGENT)
    assert [one.status for one in telling.recorder.kept.values()] == ["stopped"]


def test_report_that_comes_twice_or_after_the_end_changes_nothing(telling: World) -> None:
    sid = kept(telling)
    before = row(telling)
    telling.clock.advance(3600)
    tell(telling, CarriersRecording(sid, "completed", 99))
    tell(telling, CarriersRecording(sid, "in-progress"))
    after = row(telling)
    assert (after.status, after.seconds, after.due_at) == (RecordingStatus.KEPT, 12, before.due_at)
    assert len(events(telling, "recording_kept")) == 1


def test_report_of_an_unknown_recording_has_it_deleted(telling: World) -> None:
    kept(telling)
    stray = "RE" + "9" * 32
    telling.recorder.kept[stray] = CarriersRecording(stray, "completed", 5)
    for _ in range(2):
        tell(telling, telling.recorder.kept[stray], "0" * 32)
    telling.engine.recorder.sweep()
    assert stray not in telling.recorder.kept
    assert row(telling).status == RecordingStatus.KEPT


def test_recording_whose_answer_was_lost_is_found_and_kept(telling: World) -> None:
    telling.recorder.loses_answers = True
    talking(telling)
    assert row(telling).status == RecordingStatus.STARTING
    telling.clock.advance(LATER)
    telling.engine.recorder.sweep()
    assert row(telling).status == RecordingStatus.RUNNING
    assert row(telling).sid in telling.recorder.kept


def test_recording_that_never_began_is_given_up_after_the_call(telling: World) -> None:
    telling.recorder.is_down = True
    talking(telling)
    telling.recorder.is_down = False
    telling.hang_up(Party.AGENT)
    telling.clock.advance(LATER)
    telling.engine.recorder.sweep()
    assert (row(telling).status, row(telling).reason) == (RecordingStatus.OVER, "never_started")


def test_consent_withdrawn_while_recording_stops_and_deletes_what_there_is(asking: World) -> None:
    talking(asking)
    asking.engine.recorder.withdraw(attempt_id(asking), by="Ada")
    assert asking.recorder.kept == {}
    assert (row(asking).status, row(asking).reason) == (RecordingStatus.OVER, "withdrawn")
    assert events(asking, "recording_withdrawn")[0]["by"] == "Ada"
    with pytest.raises(NotFound):
        asking.engine.recorder.withdraw(attempt_id(asking), by="Ada")


def test_consent_withdrawn_while_the_carrier_is_away_is_kept_to_when_it_is_back(asking: World) -> None:
    talking(asking)
    asking.recorder.is_down = True
    asking.engine.recorder.withdraw(attempt_id(asking), by="Ada")
    asking.recorder.is_down = False
    asking.engine.recorder.sweep()
    assert len(asking.recorder.kept) == 1, "not asked again at once"
    asking.clock.advance(180)
    asking.engine.recorder.sweep()
    assert asking.recorder.kept == {}


def test_consent_withdrawn_before_the_name_was_known_deletes_what_the_call_has(asking: World) -> None:
    asking.recorder.loses_answers = True
    talking(asking)
    asking.engine.recorder.withdraw(attempt_id(asking), by="Ada")
    assert (asking.recorder.kept, row(asking).status) == ({}, RecordingStatus.OVER)


def test_report_after_the_deletion_deletes_once_more(asking: World) -> None:
    talking(asking)
    (sid,) = asking.recorder.kept
    asking.engine.recorder.withdraw(attempt_id(asking), by="Ada")
    tell(asking, asking.recorder.completed(sid))
    asking.engine.recorder.sweep()
    assert asking.recorder.kept == {}


def test_kept_as_long_as_the_place_allows_then_deleted_at_the_carrier_and_here(telling: World) -> None:
    kept(telling)
    with telling.store.begin() as uow:
        found = uow.recordings.of_attempt(attempt_id(telling))
        assert found is not None
        found.transcript = [["customer", 0, "hello"]]
        uow.commit()
    telling.clock.advance(DAYS * 86400 - 60)
    telling.engine.recorder.sweep()
    assert len(telling.recorder.kept) == 1
    telling.clock.advance(61)
    telling.engine.recorder.sweep()
    assert telling.recorder.kept == {}
    assert (row(telling).status, row(telling).reason, row(telling).transcript) == (
        RecordingStatus.OVER, "expired", None,
    )  # fmt: skip


def test_deletion_is_tried_until_the_carrier_has_done_it(telling: World) -> None:
    kept(telling)
    telling.clock.advance(DAYS * 86400 + 1)
    telling.recorder.refuses = True
    telling.engine.recorder.sweep()
    assert (row(telling).status, row(telling).tries) == (RecordingStatus.DELETING, 1)
    telling.recorder.refuses = False
    telling.clock.advance(600)
    telling.engine.recorder.sweep()
    assert telling.recorder.kept == {}


def test_customer_who_wants_everything_deleted_gets_it(telling: World) -> None:
    kept(telling)
    assert telling.engine.recorder.forget(CUSTOMER) == 1
    assert telling.recorder.kept == {}
    assert (row(telling).status, row(telling).reason) == (RecordingStatus.OVER, "forgotten")
    assert telling.engine.recorder.forget(CUSTOMER) == 0


def test_recording_that_is_gone_at_the_carrier_is_said_to_be_gone(telling: World) -> None:
    kept(telling)
    telling.recorder.kept.clear()
    with pytest.raises(NotFound):
        telling.engine.recorder.sound(row(telling).id)
    assert (row(telling).status, row(telling).reason) == (RecordingStatus.OVER, "gone")


def test_second_agent_after_a_lost_one_is_recorded_anew_without_asking_again(asking: World) -> None:
    """Rung first, the customer has said yes; their agent is lost, and the next one gets a recording of its own."""
    asking.agent("Bo", "+12025550172")
    asking.book(ring_first=Party.CUSTOMER)
    asking.tick()
    question = asking.answer(Party.CUSTOMER)
    assert spoken(question) == ["recording_ask"]
    asking.keyed("1", question.number)
    asking.tick()
    asking.answer(Party.AGENT)
    asking.press("2")
    asking.tick()
    asking.answer(Party.AGENT)
    asking.press("1")
    joins = asking.engine.legs.present(asking.ringing(Party.CUSTOMER).leg_id)
    assert (spoken(joins)[0], joins.next) == ("recording_agreed", Next.JOIN)
    asking.meet()
    assert len(asking.recorder.asked) == 1


def test_recording_is_put_into_words_once_and_a_broken_one_is_told_not_guessed(telling: World) -> None:
    kept(telling)
    written: list[bytes] = []

    def write(pieces: Iterator[bytes], locale: str) -> list[object]:
        written.append(b"".join(pieces))
        return [["customer", 0, "hello"]]

    assert [telling.engine.recorder.write_down(write) for _ in range(2)] == [1, 0]
    assert (written, row(telling).transcript) == ([b"RIFF--"], [["customer", 0, "hello"]])


def test_recording_that_is_no_sound_has_no_words_and_the_timeline_says_why(telling: World) -> None:
    kept(telling)

    def write(pieces: Iterator[bytes], locale: str) -> list[object]:
        raise AudioError("no sound file")

    telling.engine.recorder.write_down(write)
    assert row(telling).transcript == []
    assert events(telling, "recording_written")[0]["problem"] == "audio"
