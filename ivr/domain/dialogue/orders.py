"""Which order it is about, and what self-service can say or do about it."""

from dataclasses import replace
from datetime import date, datetime

from ivr.domain.cases import CaseKind
from ivr.domain.dialogue import accounts, delivery_photo, order_days
from ivr.domain.dialogue.booking import open_case_then
from ivr.domain.dialogue.effects import CancelOrder, Decide, EstimateWait, FindOrders, OpenCase, ResolveCase
from ivr.domain.dialogue.heard import CaseOpened, OrderCanceled, OrdersFound
from ivr.domain.dialogue.questions import ORDER_DIGITS, ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Intent
from ivr.domain.orders import Order
from ivr.domain.policy import Topic
from ivr.domain.turn import At, Day, Say, SayArg, Spelled

MOST_OFFERED = 3
MAX_LOOKUPS = 3
"""After so many wrong order numbers an agent or a callback is offered."""


def begin(dialogue: Dialogue, request: Intent | None = None) -> Step:
    """Ask which order, unless the request names its day: by item name if the caller is known, else by number."""
    orders = dialogue.caller.orders[:MOST_OFFERED]
    if not orders:
        return Step(ask(dialogue, State.ORDER_NUMBER))
    day = order_days.day_named(dialogue, request.slots) if request is not None else None
    if day is None:
        return _offer(dialogue, orders)
    return _of_day(dialogue, day) or _offer(dialogue, orders, _none_of(day))


def _of_day(dialogue: Dialogue, day: date) -> Step | None:
    """What was ordered or delivered on that day, if anything was."""
    orders = order_days.orders_of(dialogue, day)
    return _offer(dialogue, orders[:MOST_OFFERED]) if orders else None


def _none_of(day: date) -> Say:
    return Say("no_order_on_day", {"day": Day(day.isoformat())})


def _offer(dialogue: Dialogue, orders: tuple[Order, ...], *before: Say) -> Step:
    if len(orders) == 1:
        return Step(ask(replace(dialogue, order=orders[0]), State.ORDER_CONFIRM, *before))
    return Step(ask(replace(dialogue, orders=orders), State.ORDER_PICK, *before))


def answer_pick(dialogue: Dialogue, intent: Intent) -> Step | None:
    """An offered order by number or name, another one by its digits, or none of them."""
    index = intent.slots.get("index")
    if intent.name == "choice" and isinstance(index, int) and 1 <= index <= len(dialogue.orders):
        return _resolve(replace(dialogue, order=dialogue.orders[index - 1]))
    if intent.name in ("digits", *order_days.NAMED_BY):
        return answer_number(dialogue, intent)
    if intent.name == "no":
        return Step(ask(dialogue, State.ORDER_NUMBER))
    return None


def answer_number(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Seven or seventeen digits; other readings of the same utterance are tried after the first. Or the order's day."""
    day = order_days.day_meant(dialogue, intent)
    if day is not None:
        return _of_day(dialogue, day) or _another_number(dialogue, _none_of(day))
    value, others = intent.slots.get("value"), intent.slots.get("alternatives", "")
    if intent.name != "digits" or not isinstance(value, str):
        return None
    readings = (value, *str(others).split())
    fitting = tuple(r for r in readings if len(r) in ORDER_DIGITS)
    return Step(dialogue, (FindOrders(fitting),)) if fitting else None


def found(dialogue: Dialogue, result: object) -> Step:
    """What the shop knows under the digits."""
    assert isinstance(result, OrdersFound)
    if result.orders:
        return _offer(dialogue, result.orders[:MOST_OFFERED])
    return _another_number(dialogue, Say("order_not_found"))


def _another_number(dialogue: Dialogue, *say: Say) -> Step:
    lookups = dialogue.lookups + 1
    missed = replace(dialogue, order=None, lookups=lookups)
    if lookups >= MAX_LOOKUPS:
        return open_case_then(replace(missed, preface=say), EstimateWait())
    return Step(ask(missed, State.ORDER_NUMBER, *say, failures=1))


def answer_confirm(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes: go on with this order; no: another number, by keypad."""
    if intent.name == "yes":
        return _resolve(dialogue)
    return _another_number(dialogue) if intent.name == "no" else None


def _resolve(dialogue: Dialogue) -> Step:
    order_id = dialogue.order.id if dialogue.order else None
    opening = replace(dialogue, explaining=True)
    return Step(opening, (OpenCase(CaseKind(dialogue.want), dialogue.reason, order_id),))


def case_opened(dialogue: Dialogue, result: object) -> Step:
    """Keep the case; ask the shop's rules about the order if that is why it was opened."""
    assert isinstance(result, CaseOpened)
    kept = replace(dialogue, case_id=result.case_id, case_number=result.number, explaining=False)
    if dialogue.want == CaseKind.COMPLAINT:
        told = Say("complaint_opened", {"case": Spelled(result.number)})
        return Step(replace(kept, preface=(*kept.preface, told)))
    if not dialogue.explaining or dialogue.order is None:
        return Step(kept)
    if dialogue.want in accounts.ACCOUNT_REQUESTS:
        return accounts.known(kept)
    if delivery_photo.is_offered(kept) and not result.photo_told:
        return delivery_photo.offer(kept)
    return Step(kept, (Decide(Topic(dialogue.want), dialogue.order.id, result.case_id, dialogue.why),))


def shop_away(dialogue: Dialogue, result: object) -> Step:
    """The shop does not answer: say so, and offer a person, now or by a callback."""
    told = replace(dialogue, preface=(*dialogue.preface, Say("shop_away")), explaining=False)
    return open_case_then(told, EstimateWait())


def status_says(dialogue: Dialogue, order: Order, now: datetime) -> Say:
    """Where an order stands."""
    moment = order.delivered_at or order.expected_at or order.ordered_at
    args: dict[str, SayArg] = {
        "item": order.item,
        "when": At(moment, dialogue.caller.zone, now),
        "place": order.left_at,
    }
    return Say(f"order_status_{order.status.value}", args)


def finished(dialogue: Dialogue, outcome: str, *say: Say) -> Step:
    """Self-service has done it: say so, and ask for more."""
    return Step(ask(dialogue, State.ANYTHING_ELSE, *say), (ResolveCase(dialogue.case_id, outcome),))


def answer_cancel(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes cancels the order; no keeps it."""
    if intent.name == "yes" and dialogue.order is not None:
        return Step(dialogue, (CancelOrder(dialogue.order.id, dialogue.case_id),))
    if intent.name == "no":
        return finished(dialogue, "kept_order", Say("cancel_kept"))
    return None


def canceled(dialogue: Dialogue, result: object) -> Step:
    """The shop canceled the order, or it was too late."""
    assert isinstance(result, OrderCanceled)
    item = dialogue.order.item if dialogue.order else ""
    if result.done:
        return finished(dialogue, "order_canceled", Say("cancel_done", {"item": item}))
    late = replace(dialogue, preface=(Say("cancel_too_late", {"item": item}),))
    return Step(late, (EstimateWait(),))
