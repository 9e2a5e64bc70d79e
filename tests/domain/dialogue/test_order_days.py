"""Which order it is, by the day it was ordered or delivered. NOW is a Tuesday, ten in the morning in New York."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.domain.dialogue import Caller
from ivr.domain.hearing import Ability
from ivr.domain.intents import Intent
from ivr.domain.turn import Day
from tests.domain.dialogue.talk import CALLER, NOW, ORDER, Talk

LAMP = replace(ORDER, id="2" * 17, item="lamp", ordered_at=NOW - timedelta(days=9), delivered_at=None)
SHOES = replace(ORDER, id="3" * 17, item="shoes", ordered_at=NOW - timedelta(days=12), delivered_at=LAMP.ordered_at)
"""Delivered on the Sunday on which the lamp was ordered."""
KNOWN = replace(CALLER, orders=(ORDER, LAMP, SHOES))


def asked(caller: Caller = KNOWN) -> Talk:
    """A caller who is asked which order it is."""
    talk = Talk(caller).means("track_order")
    assert talk.state == "order_pick"
    return talk


def test_order_of_that_day_is_read_back() -> None:
    talk = asked().means("ordered_on", day_offset=-5)
    assert talk.prompts == ["confirm_order"]
    assert talk.dialogue.order == ORDER


def test_day_of_delivery_counts_too() -> None:
    assert asked().means("order_day", weekday=0).dialogue.order == ORDER


def test_several_of_a_day_are_offered_by_name() -> None:
    talk = asked().means("order_day", month=11, day=15)
    assert (talk.prompts, talk.dialogue.orders) == (["ask_order_pick_2"], (LAMP, SHOES))


def test_day_without_an_order_is_said_and_the_number_asked_for() -> None:
    talk = asked().means("order_day", weekday=1)
    assert talk.prompts == ["no_order_on_day", "ask_order_keys"]
    assert talk.dialogue.turn.say[0].args == {"day": Day("2026-11-17")}


def test_days_are_those_of_the_customers_zone() -> None:
    late = replace(LAMP, ordered_at=NOW.replace(day=17, hour=2))
    """Still Monday evening in New York."""
    talk = asked(replace(KNOWN, orders=(ORDER, late))).means("order_day", month=11, day=16)
    assert talk.dialogue.order == late


def test_another_order_may_be_named_by_its_day() -> None:
    talk = asked().means("no")
    assert talk.prompts == ["ask_order_number", "order_day_hint"]
    assert talk.means("ordered_on", month=11, day=15).dialogue.orders == (LAMP, SHOES)


def test_day_is_keyed_as_month_and_day() -> None:
    assert asked().presses("4", "1119").dialogue.order == ORDER


@pytest.mark.parametrize("keys", ["1399", "0230", "0000"])
def test_keys_that_are_no_day_are_not_understood(keys: str) -> None:
    assert asked().presses("4", keys).prompts == ["not_understood", "ask_order_keys"]


def test_request_that_names_the_day_needs_no_question() -> None:
    assert Talk(KNOWN).means("cancel_order", day_offset=-5).dialogue.order == ORDER


def test_request_about_a_day_without_an_order_is_offered_the_likeliest() -> None:
    assert Talk(KNOWN).means("cancel_order", weekday=2).prompts == ["no_order_on_day", "ask_order_pick_3"]


def test_whoever_is_not_known_is_asked_for_the_number() -> None:
    talk = Talk().means("track_order", day_offset=-1)
    assert talk.prompts == ["ask_order_number"]
    assert talk.dialogue.turn.expects.intents == ()
    assert talk.presses("1119").prompts == ["not_understood", "ask_order_keys"]


def test_day_to_come_names_no_order() -> None:
    assert asked().means("order_day", day_offset=1).prompts == ["not_understood", "ask_order_pick_3"]


def test_bare_day_is_understood_only_where_an_order_is_asked_for() -> None:
    expects = Talk(KNOWN).dialogue.turn.expects
    assert "order_day" not in expects.understood
    assert Talk(KNOWN).says(Intent("ordered_on", {"day_offset": -5})).state == "menu"


def test_language_of_which_only_part_is_understood_listens_for_no_day() -> None:
    talk = Talk(KNOWN)
    talk.dialogue = replace(talk.dialogue, abilities={"en-US": Ability.PARTIAL})
    assert talk.presses("1").dialogue.turn.expects.intents == ()
