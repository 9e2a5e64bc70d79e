"""Steps go on where they stopped, stand on the timeline, and are never for agents; a missing part is sent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.domain.dialogue.effects import Decide, NoteStep
from ivr.domain.dialogue.heard import Decided
from ivr.domain.guides import DECLINED, UNSOLVED, Guide, GuideStep, trail_of
from ivr.domain.policy import Topic
from ivr.domain.settlements import SettlementKind
from ivr.domain.variants import Variant
from ivr.service.afterwards import Afterwards
from ivr.service.care import Care
from ivr.service.guides import note_step
from ivr.service.handovers import HandoverSweep
from ivr.service.scenes import Scenes
from ivr.storage import SqlStore
from ivr.understanding.numbers import PhoneNumbers
from tests.fakes.clock import NOON_IN_NEW_YORK, FakeClock
from tests.fakes.messenger import KeySpeaker
from tests.fakes.phone import FakePhone
from tests.service.test_care import CUSTOMER, ORDER, RULES, OneOrder, a_case
from tests.service.test_handovers import Shop

KITE = replace(
    ORDER,
    kind="stunt_kite",
    delivered_at=NOON_IN_NEW_YORK - timedelta(days=60),
    ordered_at=NOON_IN_NEW_YORK - timedelta(days=65),
)
GUIDE = Guide("kite", (GuideStep("wind", no="line"), GuideStep("line")), ("stunt_kite",))


class OneGuide:
    """service.guides.Guides, in English."""

    def guide(self, item_kind: str, locale: str) -> Guide | None:
        return GUIDE if (item_kind, locale) == ("stunt_kite", "en-US") else None


class Desk:
    """Asks the rules about the kite of one case."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.case_id, self.clock = store, a_case(store), FakeClock()
        self.care = Care(self.clock, OneOrder(KITE), PhoneNumbers("US"), RULES, guides=OneGuide())

    def decides(self, reason: str = "not_working", *, locale: str = "en-US", by_staff: bool = False) -> Decided:
        wanted = Decide(Topic.RETURN_REFUND, KITE.id, self.case_id, reason, by_staff=by_staff)
        with self.store.begin() as uow:
            decided = self.care.decide(self.care.asking(uow, wanted, caller=CUSTOMER, locale=locale), wanted)
            uow.commit()
        return decided

    def notes(self, step: str = "", end: str = "") -> None:
        self.clock.advance(1)
        with self.store.begin() as uow:
            note_step(uow, self.clock, NoteStep(self.case_id, "kite", step, end))
            uow.commit()


@pytest.fixture
def desk(sqlite_store: SqlStore) -> Desk:
    return Desk(sqlite_store)


def test_what_stopped_working_under_warranty_is_tried_first_and_goes_on_where_it_stopped(desk: Desk) -> None:
    first = desk.decides()
    assert (first.ruling.rule.id, first.guide, first.trail) == ("return_steps", GUIDE, ())
    desk.notes("wind")
    desk.notes("line")
    assert desk.decides().trail == ("wind", "line")


@pytest.mark.parametrize("end", [UNSOLVED, DECLINED])
def test_after_the_steps_or_without_them_the_warranty_decides(desk: Desk, end: str) -> None:
    desk.notes("wind")
    desk.notes(end=end)
    assert desk.decides().ruling.rule.id == "return_warranty_tried"


def test_other_reasons_languages_and_agents_are_not_led_through_steps(desk: Desk) -> None:
    assert desk.decides("damaged").ruling.rule.id == "return_warranty"
    assert desk.decides(locale="fr-FR").ruling.rule.id == "return_warranty"
    assert desk.decides(by_staff=True).ruling.rule.id == "return_warranty"


def test_going_back_leaves_what_came_after() -> None:
    assert trail_of(("a", "b", "c", "b")) == ("a", "b")
    assert trail_of(("a", "a")) == ("a",)
    assert trail_of(()) == ()


def test_an_exchange_is_handed_to_the_shop_once_with_what_is_sent_for_it(desk: Desk) -> None:
    blue = Variant("blue-7", "blue", "20.00")
    desk.care = replace(
        desk.care, commerce=OneOrder(replace(KITE, amount="22.00", delivered_at=ORDER.delivered_at, variants=(blue,)))
    )
    wanted = Decide(Topic.RETURN_REFUND, KITE.id, desk.case_id, "exchange", "label", variant="blue-7")
    with desk.store.begin() as uow:
        decided = desk.care.decide(desk.care.asking(uow, wanted, caller=CUSTOMER, locale="en-US"), wanted)
        uow.commit()
    assert (decided.ruling.rule.id, decided.variant) == ("exchange_cheaper", "blue")
    shop = Shop()
    scenes = Scenes(desk.store, desk.clock, Afterwards(FakePhone(desk.clock), None, KeySpeaker()))
    for _ in range(2):
        HandoverSweep(scenes, shop).sweep()
    (errand,) = shop.asked
    assert (errand.kind, errand.amount_minor, errand.variant) == (SettlementKind.EXCHANGE, 200, "blue-7")
    assert errand.return_number
    with desk.store.read() as uow:
        told = [event.data for event in uow.events.of_case(desk.case_id) if event.kind == "settled"]
    assert [said["for"] for said in told] == ["blue"]
    assert desk.decides("exchange").ruling.rule.id == "return_already_exchanged"


def test_a_missing_part_is_sent_with_the_customers_words_for_the_shop(desk: Desk) -> None:
    desk.care = replace(desk.care, commerce=OneOrder(replace(KITE, has_parts=True)))
    wanted = Decide(Topic.RETURN_REFUND, KITE.id, desk.case_id, "missing_part", words="the line isn't in the box")
    with desk.store.begin() as uow:
        decided = desk.care.decide(desk.care.asking(uow, wanted, caller=CUSTOMER, locale="en-US"), wanted)
        uow.commit()
    assert decided.ruling.rule.id == "return_part_sent"
    shop = Shop()
    scenes = Scenes(desk.store, desk.clock, Afterwards(FakePhone(desk.clock), None, KeySpeaker()))
    HandoverSweep(scenes, shop).sweep()
    (errand,) = shop.asked
    assert (errand.kind, errand.amount_minor, errand.words) == (SettlementKind.PART, 0, "the line isn't in the box")
    assert desk.decides("missing_part").ruling.rule.id == "return_part_again"
