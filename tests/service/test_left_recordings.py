"""Recordings that nobody deleted are found and deleted; those of other programs stay."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from ivr.domain.calls import Call
from ivr.errors import CarrierUnclear
from ivr.service.left_recordings import EVERY, HEARD_BY_THEN, LeftRecordings
from ivr.service.ports import LeftRecording
from tests.service.world import World

OURS, FOREIGN = "CA" + "1" * 32, "CA" + "2" * 32


class FakeRecordings:
    """ports.CallRecordings."""

    def __init__(self, *kept: LeftRecording) -> None:
        self.kept = list(kept)
        self.asked: list[tuple[datetime, datetime]] = []
        self.broken = False

    def sound(self, recording_sid: str) -> bytes:
        raise NotImplementedError

    def delete(self, recording_sid: str) -> None:
        self.kept = [recording for recording in self.kept if recording.sid != recording_sid]

    def left(self, since: datetime, before: datetime) -> Sequence[LeftRecording]:
        self.asked.append((since, before))
        if self.broken:
            raise CarrierUnclear("503")
        return tuple(self.kept)


@pytest.fixture
def recordings(world: World) -> FakeRecordings:
    with world.store.begin() as uow:
        uow.calls.add(Call(sid=OURS, from_number=None, to_number="+12025550100", started_at=world.clock.now()))
        uow.commit()
    return FakeRecordings(LeftRecording("RE1", OURS), LeftRecording("RE2", FOREIGN), LeftRecording("RE3", OURS))


@pytest.fixture
def sweep(world: World, recordings: FakeRecordings) -> LeftRecordings:
    return LeftRecordings(world.engine.scenes, recordings)


def test_recordings_of_our_calls_are_deleted_and_others_stay(sweep: LeftRecordings, recordings: FakeRecordings) -> None:
    sweep.sweep()
    assert [recording.sid for recording in recordings.kept] == ["RE2"]


def test_recording_that_may_still_be_heard_is_not_asked_for(
    world: World, sweep: LeftRecordings, recordings: FakeRecordings
) -> None:
    sweep.sweep()
    assert recordings.asked[0][1] == world.clock.now() - HEARD_BY_THEN


def test_carrier_is_asked_again_only_after_a_while(
    world: World, sweep: LeftRecordings, recordings: FakeRecordings
) -> None:
    recordings.broken = True
    sweep.sweep()
    sweep.sweep()
    assert len(recordings.asked) == 1
    recordings.broken = False
    world.clock.advance((EVERY + timedelta(seconds=1)).total_seconds())
    sweep.sweep()
    assert [recording.sid for recording in recordings.kept] == ["RE2"]
