"""Who is rung with news, when, and what follows where nobody answers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.domain.callbacks import Party
from ivr.domain.cases import CaseStatus
from ivr.domain.ledger import Breach, judge_time
from ivr.domain.orders import Order
from ivr.domain.outreach import MOST_TRIES, News, Outreach, OutreachStatus
from ivr.domain.privacy import PrivacyRules
from ivr.errors import NotFound, ShopUnavailable
from ivr.service.fulfilment import SearchState
from ivr.service.proactive import SearchWatch
from tests.fakes.clock import NOON_IN_NEW_YORK
from tests.web.site import Site, a_site


@pytest.fixture
def site(sqlite_store) -> Site:
    return a_site(sqlite_store, IVR_TEXTS="on", IVR_CALLING_HOURS="09:00-19:00")


def order_of(site: Site, *agreed: str) -> Order:
    orders = (order for owner in site.ivr.shop.seeded for order in site.ivr.shop.recent_orders(owner.number, "en-US"))
    return next(order for order in orders if order.news_by == agreed)


def row(site: Site, order: Order, kind: News = News.DELAY) -> Outreach:
    with site.store.read() as uow:
        return uow.outreaches.of_order(order.id, kind)


def rounds(site: Site) -> None:
    """Outreach, dispatcher, outbox."""
    site.ivr.engine.outreach.sweep()
    site.dispatch()
    site.ivr.engine.outbox.sweep()


def case_of(site: Site, outreach: Outreach) -> CaseStatus:
    with site.store.read() as uow:
        return uow.cases.get(outreach.case_id).status


def rings_out(site: Site, status: str = "no-answer") -> None:
    with site.store.read() as uow:
        (leg,) = uow.legs.in_state("placed", site.clock.now() + timedelta(1))
    site.ivr.engine.legs.status(leg.id, leg.sid, call_status=status, sequence="3")


def test_nobody_is_rung_outside_the_hours_where_their_number_lies(site: Site) -> None:
    site.clock.set(NOON_IN_NEW_YORK.replace(hour=6))
    order = order_of(site, "call", "text")
    site.ivr.engine.proactive.happened(News.DELAY, order.id)
    rounds(site)
    assert (site.phone.calls, row(site, order).status) == ([], OutreachStatus.WAITING)
    site.clock.set(row(site, order).due_at)
    rounds(site)
    assert [leg.party for leg in site.phone.calls] == [Party.NEWS]
    with site.store.read() as uow:
        (dial,) = uow.ledger.customers_dials(0, 10)
    zones = site.ivr.numbers.check(order.number).zones
    assert dial.line.data["hours"] == "09:00-19:00"
    assert list(judge_time(dial.line, dial.leg, zones, "")) == []
    at_night = replace(dial.line, at=NOON_IN_NEW_YORK.replace(hour=4))
    assert [found.breach for found in judge_time(at_night, dial.leg, zones, "")] == [Breach.OUTSIDE_HOURS]


def test_where_the_law_of_the_state_is_stricter_news_waits_for_its_hours(site: Site) -> None:
    order, sweep = order_of(site, "call", "text"), site.ivr.engine.outreach
    site.clock.set(NOON_IN_NEW_YORK)
    site.ivr.engine.proactive.happened(News.DELAY, order.id)
    law = PrivacyRules(unasked_calls={order.number[:5]: "Mon-Sun 14:00-15:00"})
    replace(sweep, rules=replace(sweep.rules, privacy=law)).sweep()
    assert (site.phone.calls, row(site, order).due_at) == ([], NOON_IN_NEW_YORK + timedelta(hours=2))


def test_who_does_not_answer_is_rung_a_few_times_then_texted(site: Site) -> None:
    order = order_of(site, "call", "text")
    site.ivr.engine.proactive.happened(News.DELAY, order.id)
    for _ in range(MOST_TRIES):
        rounds(site)
        rings_out(site)
        site.clock.advance(7201)
    rounds(site)
    assert len(site.phone.calls) == MOST_TRIES
    assert row(site, order).status is OutreachStatus.WRITTEN
    assert [to for to, _ in site.messenger.sent] == [order.number]


def test_without_consent_nobody_is_rung_or_texted_and_a_choice_waits_for_a_person(site: Site) -> None:
    order = order_of(site)
    site.ivr.engine.proactive.happened(News.LOST, order.id)
    rounds(site)
    assert (site.phone.calls, site.messenger.sent) == ([], [])
    found = row(site, order, News.LOST)
    assert (found.status, case_of(site, found)) == (OutreachStatus.UNREACHED, CaseStatus.WAITING_AGENT)


def test_who_agreed_to_texts_only_is_texted(site: Site) -> None:
    order = order_of(site, "text")
    site.ivr.engine.proactive.happened(News.DEFECT, order.id)
    rounds(site)
    assert site.phone.calls == []
    assert [to for to, _ in site.messenger.sent] == [order.number]


def test_a_number_on_the_do_not_call_list_is_not_rung(site: Site) -> None:
    order = order_of(site, "call", "text")
    site.ivr.engine.proactive.happened(News.DELAY, order.id)
    with site.store.begin() as uow:
        uow.guards.add_do_not_call(order.number, site.clock.now(), "asked")
        uow.commit()
    rounds(site)
    assert site.phone.calls == []
    assert row(site, order).reason == "do_not_call"


def test_a_defect_reaches_every_customer_of_the_batch_once(site: Site) -> None:
    batch = order_of(site, "call", "text").batch
    proactive, shop = site.ivr.engine.proactive, site.ivr.shop
    orders, told = proactive.defect(shop, batch)
    assert orders == told == len(shop.orders_of_batch(batch, "en-US")) > 0
    assert proactive.defect(shop, batch) == (orders, 0)


def test_news_of_an_order_that_is_not_there_is_refused(site: Site) -> None:
    with pytest.raises(NotFound):
        site.ivr.engine.proactive.happened(News.DELAY, "1" * 17)


class Silent:
    """A shop whose searches never end, or that never answers."""

    def __init__(self, answer: SearchState | None) -> None:
        self.answer = answer

    def search_state(self, order_id: str) -> SearchState:
        if self.answer is None:
            raise ShopUnavailable("time-out")
        return self.answer


@pytest.mark.parametrize(("answer", "ends"), [(SearchState.RUNNING, True), (None, False), (SearchState.FOUND, True)])
def test_a_search_has_its_end_when_the_customer_was_told(site: Site, answer: SearchState | None, ends: bool) -> None:
    from tests.service.test_handovers import KEY, Line

    line = Line(site.store)
    order = order_of(site, "call", "text")
    with site.store.begin() as uow:
        settlement = uow.settlements.get(KEY)
        settlement.order_id, settlement.until_at = order.id, site.clock.now() + timedelta(hours=1)
        uow.handovers.get(KEY).watch_at = site.clock.now()
        uow.commit()
    watch = SearchWatch(site.ivr.engine.proactive, Silent(answer))
    watch.sweep()
    assert (row(site, order, News.FOUND) is not None) is (answer is SearchState.FOUND)
    site.clock.advance(3601)
    watch.sweep()
    kind = News.FOUND if answer is SearchState.FOUND else News.LOST
    assert (row(site, order, kind) is not None) is ends
    assert ("search_over" in line.kinds()) is ends
