"""Whose clock a time on the telephone is on: asked only where it makes a difference, kept once it was said."""

from datetime import UTC, datetime

import pytest

from ivr.domain.callbacks import Callback
from ivr.domain.hearing import Hypothesis
from ivr.service.narration import describe
from tests.journeys_table.world import OURS
from tests.web.site import Site, a_site

IDAHO, DENVER = "+12085550143", "+13035550143"
EVENING = datetime(2026, 3, 11, 22, 30, tzinfo=UTC)
"""Half past three in the afternoon of the next day, on the Pacific clock."""


@pytest.fixture
def site(sqlite_store) -> Site:
    return a_site(sqlite_store, IVR_CALLING_HOURS="09:00-19:00")


def call(site: Site, number: str, *keys: str, sid: str = "CA1") -> list[str]:
    """Keys in the callback's branch; the prompts that follow."""
    turn = site.ivr.calls.arrive(sid, number, OURS)
    for key in keys:
        turn = site.ivr.calls.keys(sid, turn.number, key)
    return [say.key for say in turn.say]


def promised(site: Site, number: str) -> Callback:
    with site.store.read() as uow:
        found = uow.callbacks.open_for_number(number)
    assert found is not None
    return found


def test_the_answer_is_promised_told_and_kept_for_the_next_call(site: Site) -> None:
    asked = call(site, IDAHO, "5", "2", "03111530")
    assert asked == ["ask_zone", "ask_zone_key", "ask_zone_key"]
    assert call(site, IDAHO, "5", "2", "03111530", "2", "1", sid="CA2") == ["callback_booked_at", "anything_else"]
    callback = promised(site, IDAHO)
    assert (callback.due_at, callback.zone) == (EVENING, "America/Los_Angeles")
    with site.store.read() as uow:
        customer = uow.customers.by_number(IDAHO)
        assert customer is not None
        assert customer.zone == "America/Los_Angeles"
        (said,) = (event for event in uow.events.of_case(callback.case_id) if event.kind == "zone_said")
    assert describe(said) == "the customer's clock is that of America/Los_Angeles"
    assert call(site, IDAHO, "2", "03111600", sid="CA3") == ["confirm_moment"]


def test_a_time_that_is_closed_on_the_first_clock_is_asked_about_before_it_is_refused(site: Site) -> None:
    assert call(site, IDAHO, "5", "2", "03110900")[0] == "ask_zone"  # nine Mountain is eight Pacific
    told = call(site, IDAHO, "5", "2", "03110900", "2", sid="CA2")
    assert told == ["zone_told", "confirm_moment"]


def test_a_zone_that_is_said_with_the_time_is_not_asked_for_and_counts(sqlite_store) -> None:
    site = a_site(sqlite_store, IVR_CALLING_HOURS="09:00-19:00", IVR_HEARING="gather")
    turn = site.ivr.calls.arrive("CA1", IDAHO, OURS)
    turn = site.ivr.calls.keys("CA1", turn.number, "5")
    turn = site.ivr.calls.keys("CA1", turn.number, "2")
    said = [Hypothesis("march eleventh at three thirty p m pacific time")]
    turn = site.ivr.calls.speech("CA1", turn.number, said, engine="typed", audio_seconds=0.0)
    assert [say.key for say in turn.say] == ["zone_told", "confirm_moment"]
    assert site.ivr.speaker.text("en-US", turn.say[0]) == "Pacific Time, then."
    site.ivr.calls.keys("CA1", turn.number, "1")
    callback = promised(site, IDAHO)
    assert (callback.due_at, callback.zone) == (EVENING, "America/Los_Angeles")


@pytest.mark.parametrize(("number", "keys"), [(DENVER, ("5", "2", "03111530")), (IDAHO, ("5", "1"))])
def test_it_is_not_asked_where_it_makes_no_difference(site: Site, number: str, keys: tuple[str, ...]) -> None:
    assert "ask_zone" not in call(site, number, *keys)
