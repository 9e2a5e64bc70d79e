"""An order named by the day on which it was ordered or delivered."""

from collections.abc import Mapping
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from ivr.domain.dialogue.values import Dialogue
from ivr.domain.intents import ORDER_DAY, ORDERED_ON, Intent, SlotValue
from ivr.domain.moments import When
from ivr.domain.orders import Order
from ivr.domain.past_days import latest_day
from ivr.domain.turn import Say

NAMED_BY: Final = (ORDERED_ON, ORDER_DAY)
KEYED: Final = 4
"""Keys of a day: month and day. Order numbers are longer."""


def named_by(dialogue: Dialogue) -> tuple[str, ...]:
    """The intents that name a day, where orders are known among which to look."""
    return NAMED_BY if dialogue.caller.orders else ()


def hint(dialogue: Dialogue) -> tuple[Say, ...]:
    """That a day is understood."""
    return (Say("order_day_hint"),) if dialogue.caller.orders else ()


def day_meant(dialogue: Dialogue, intent: Intent) -> date | None:
    """The day that was said or keyed, if that is what was answered."""
    if not dialogue.caller.orders:
        return None
    if intent.name in NAMED_BY:
        return day_named(dialogue, intent.slots)
    keyed = str(intent.slots.get("value", ""))
    if intent.name == "digits" and len(keyed) == KEYED and keyed.isdigit():
        return day_named(dialogue, {"month": int(keyed[:2]), "day": int(keyed[2:])})
    return None


def day_named(dialogue: Dialogue, slots: Mapping[str, SlotValue]) -> date | None:
    """The last such day in the caller's zone; None if none is named."""
    offset, weekday, month, day = (_count(slots.get(name)) for name in ("day_offset", "weekday", "month", "day"))
    if dialogue.now is None:
        return None
    when = When(day_offset=offset, weekday=weekday, month=month, day=day)
    return latest_day(when, dialogue.now.astimezone(ZoneInfo(dialogue.caller.zone)).date())


def _count(said: SlotValue | None) -> int | None:
    return said if isinstance(said, int) else None


def orders_of(dialogue: Dialogue, day: date) -> tuple[Order, ...]:
    """The caller's orders that were ordered or delivered on that day, newest first."""
    zone = ZoneInfo(dialogue.caller.zone)
    return tuple(
        order
        for order in dialogue.caller.orders
        if any(at is not None and at.astimezone(zone).date() == day for at in (order.ordered_at, order.delivered_at))
    )
