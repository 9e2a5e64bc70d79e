"""A latest moment on the telephone: promised before it, or told that nothing is free before it."""

from datetime import UTC, datetime, timedelta

import pytest

from ivr.domain.callbacks import Callback
from ivr.domain.hearing import Hypothesis
from ivr.domain.promised import told_until
from ivr.domain.turn import Turn
from ivr.service.slots import Slots
from tests.journeys_table.world import OURS
from tests.web.site import NUMBER, Site, a_site

SIX = datetime(2026, 3, 10, 22, 0, tzinfo=UTC)
"""In the evening, in New York."""


@pytest.fixture
def site(sqlite_store) -> Site:
    made = a_site(sqlite_store, IVR_CALLING_HOURS="09:00-19:00", IVR_HEARING="gather")
    made.clock.set(SIX - timedelta(hours=3))
    return made


def says(site: Site, words: str) -> Turn:
    """Asked when to call; the turn that follows."""
    turn = site.ivr.calls.arrive("CA1", NUMBER, OURS)
    for key in ("5", "2"):
        turn = site.ivr.calls.keys("CA1", turn.number, key)
    return site.ivr.calls.speech("CA1", turn.number, [Hypothesis(words)], engine="typed", audio_seconds=0.0)


def confirmed(site: Site, turn: Turn, *prompts: str) -> Callback:
    """What is promised after these prompts and a yes."""
    assert [say.key for say in turn.say] == [*prompts, "confirm_moment"]
    site.ivr.calls.keys("CA1", turn.number, "1")
    with site.store.read() as uow:
        found = uow.callbacks.open_for_number(NUMBER)
    assert found is not None
    return found


def test_it_is_read_back_as_a_window_that_ends_there_and_promised_so(site: Site) -> None:
    callback = confirmed(site, says(site, "by six"))
    assert callback.due_at < SIX
    assert (callback.promised_by_at, told_until(callback)) == (SIX, SIX)


def test_half_an_hour_before_it_a_moment_is_promised_instead_of_a_window(site: Site) -> None:
    site.clock.set(SIX - timedelta(minutes=25))
    callback = confirmed(site, says(site, "before six in the evening"))
    assert SIX - timedelta(minutes=25) <= callback.due_at < SIX
    assert told_until(callback) is None


def test_so_soon_that_nothing_is_left_before_it_the_next_is_offered_and_told_to_be_later(site: Site) -> None:
    site.clock.set(SIX - timedelta(seconds=20))
    assert confirmed(site, says(site, "by six in the evening"), "moment_too_soon").due_at >= SIX


def test_nothing_free_before_it_is_told_and_the_next_offered(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Slots, "first_within", lambda *_: None)
    monkeypatch.setattr(Slots, "nearest", lambda *_: SIX + timedelta(minutes=15))
    assert confirmed(site, says(site, "no later than six"), "moment_full").due_at == SIX + timedelta(minutes=15)
