"""Customers are rung with news of their orders: why, the fix in one key, and never again when they say so."""

from datetime import timedelta

import pytest

from ivr.domain.orders import Order
from ivr.domain.outreach import News, Outreach, OutreachStatus
from ivr.domain.settlements import SettlementKind
from tests.journeys.conftest import NewWorld
from tests.journeys.world import PATIENCE, World


@pytest.fixture
def world(new_world: NewWorld) -> World:
    """The demonstration's shop."""
    return new_world(settings={"IVR_TEXTS": "on"})


def missing(world: World) -> Order:
    """An order that is marked delivered, will not be found, and whose customer agreed to calls."""
    shop, since = world.ivr.shop, world.clock.now() - timedelta(days=3)
    orders = (order for owner in shop.seeded for order in shop.recent_orders(owner.number, "en-US")[:3])
    lost = (order for order in orders if order.delivered_at and order.delivered_at > since and order.news_by)
    return next(
        order
        for order in lost
        if "call" in order.news_by and int(order.id[-7:]) % 3 and order.delivered_at < since + timedelta(days=2)
    )


def outreach(world: World, order: Order, kind: News) -> Outreach:
    found = world.read(lambda uow: uow.outreaches.of_order(order.id, kind))
    assert found is not None
    return found


def settled(world: World, order: Order) -> list[SettlementKind]:
    return [row.kind for row in world.read(lambda uow: uow.settlements.of_order(order.id))]


def test_a_search_that_finds_nothing_ends_in_a_call_that_pays_by_one_key(world: World) -> None:
    order = missing(world)
    place = [one.id for one in world.ivr.shop.recent_orders(order.number, "en-US")].index(order.id) + 1
    customer = world.calls_in(order.number)
    customer.press("2")
    customer.hears("Which order is it about", PATIENCE)
    customer.press(str(place))
    customer.hears("The carrier is searching for it", PATIENCE)
    world.hangs_up(customer)
    handover, watch = world.dispatch.shop_sweeps
    handover.sweep()
    (trace,) = world.store.demo_deeds().of_order(order.id)
    watch.sweep()
    assert world.read(lambda uow: uow.outreaches.of_order(order.id, News.LOST)) is None
    world.clock.advance((trace.ends_at - world.clock.now()).total_seconds() + 60)
    watch.sweep()
    world.dispatch.engine.outreach.sweep()
    world.rings(customer)
    customer.answer()
    customer.hears("this is Ringback, with news about an order of yours", PATIENCE)
    customer.hears("The search did not find the", PATIENCE)
    customer.hears("For your money back, press 1", PATIENCE)
    customer.press("1")
    customer.hears("is refunded now", PATIENCE)
    world.hangs_up(customer)
    world.until(lambda: outreach(world, order, News.LOST).status is OutreachStatus.TOLD, "they were told")
    handover.sweep()
    assert settled(world, order) == [SettlementKind.TRACE, SettlementKind.REFUND]
    assert len(world.store.demo_deeds().of_order(order.id)) == 2
    kinds = [event.kind for event in world.events()]
    assert kinds.index("search_over") < kinds.index("news_rings") < kinds.index("news_told")


def test_whoever_says_stop_is_never_rung_with_news_again(world: World) -> None:
    order = missing(world)
    proactive, ringing = world.dispatch.engine.proactive, world.dispatch.engine.outreach
    assert proactive.happened(News.DEFECT, order.id)
    assert not proactive.happened(News.DEFECT, order.id), "the same news again"
    ringing.sweep()
    customer = world.phone(order.number)
    world.rings(customer)
    customer.answer()
    customer.hears("A defect was found in the", PATIENCE)
    customer.hears("press 5, or say stop", PATIENCE)
    customer.say("stop")
    customer.hears("we will not call you about such news any more", PATIENCE)
    customer.hung_up(PATIENCE)
    world.until(lambda: outreach(world, order, News.DEFECT).status is OutreachStatus.STOPPED, "stopped")
    proactive.happened(News.FOUND, order.id)
    ringing.sweep()
    assert outreach(world, order, News.FOUND).status is OutreachStatus.WRITTEN
    world.tick()
    assert world.rung(order.number) == 1
    world.send()
    customer.receives_text("there is news about your order", PATIENCE)
