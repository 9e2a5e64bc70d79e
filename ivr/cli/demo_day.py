"""A believable day of a small shop: agents, cases, callbacks kept and one broken, people in line, one told in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from ivr.bootstrap import Ivr
from ivr.cli.demo_beside import put_calls, put_chat, put_claims, put_shifts, told_event
from ivr.domain.agents import Agent, AgentStatus
from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import PRIORITIES, SKILLS, Case, CaseKind, CaseStatus, Customer, case_number
from ivr.domain.orders import Order
from ivr.service.store import UnitOfWork
from ivr.service.timeline import masked, new_id, record

SEED: Final = 7
HOURS: Final = 7.5
"""So long before now the day began."""
AGENTS: Final = (
    ("Anna Park", "+12025550171", ("orders", "returns", "general"), ("en-US",), AgentStatus.AVAILABLE),
    ("Ben Ortiz", "+12025550172", ("orders", "general"), ("en-US", "es-US"), AgentStatus.AVAILABLE),
    ("Chloe Martin", "+12025550173", ("returns",), ("en-US", "fr-FR"), AgentStatus.AWAY),
    ("Daniel Kim", "+12025550174", ("orders", "returns"), ("en-US", "ko-KR"), AgentStatus.AVAILABLE),
    ("Eva Rossi", "+12025550175", ("general",), ("en-US",), AgentStatus.OFFLINE),
)
WORDS: Final = {
    CaseKind.TRACK_ORDER: ("where is my parcel", "it should have been here on Monday", "has it been sent yet"),
    CaseKind.DELIVERED_NOT_RECEIVED: ("it says delivered but I don't have it", "nobody left a parcel here"),
    CaseKind.RETURN_REFUND: ("I want to send it back", "the handle is broken", "where is my refund"),
    CaseKind.CANCEL_ORDER: ("I ordered two by mistake", "please cancel it"),
    CaseKind.QUESTION: ("I have a question about a gift card", "can I change the address"),
}
WEIGHTS: Final = (9, 7, 6, 2, 3)
RUSH: Final = (4, 6, 9, 14, 22, 12, 7, 5)
"""Minutes that people wait, hour by hour: a crowd around noon."""
PAST: Final = 44
TOLD: Final = "2819482"
"""The order that the case told in full is about."""


@dataclass(frozen=True)
class _Day:
    """Where it is written, and the dice."""

    uow: UnitOfWork
    now: datetime
    dice: Random
    customers: Sequence[Customer]
    orders: dict[str, Sequence[Order]]


def put_day(ivr: Ivr) -> int:
    """Write the day, if the database has no cases yet; returns how many callbacks it has. Raises nothing of its own."""
    with ivr.store.begin() as uow:
        if uow.cases.recent(1):
            return 0
        others = ivr.shop.customers[1:]  # the first one's number is whoever tries it out: it has callbacks left today
        customers = [known for one in others if (known := uow.customers.by_number(one.number))]
        orders = {one.id: ivr.commerce.recent_orders(one.number, one.locale) for one in customers}
        day = _Day(uow, ivr.clock.now(), Random(SEED), customers, orders)
        _put_agents(day)
        for serial in range(PAST):
            _past(day, serial)
        waiting = [_waiting(day, place) for place in range(5)]
        _told(day, waiting[0])
        _put_beside(day, waiting[1])
        uow.commit()
    return PAST + len(waiting)


def _put_beside(day: _Day, second: Callback) -> None:
    put_calls(day.uow)
    put_claims(day.uow, day.now)
    put_shifts(day.uow, AGENTS[-1][0])
    case = day.uow.cases.get(second.case_id)
    if case is not None:
        put_chat(day.uow, case, day.now)


def _put_agents(day: _Day) -> None:
    for name, number, skills, locales, status in AGENTS:
        since = day.now - timedelta(minutes=day.dice.randint(2, 40))
        agent = Agent(
            id=new_id(), name=name, number=number, skills=skills, locales=locales, status=status, status_at=since
        )
        day.uow.agents.add(agent)


def _past(day: _Day, serial: int) -> None:
    """A callback of earlier today: nearly all were kept."""
    at = day.now - timedelta(hours=HOURS) + timedelta(hours=(HOURS - 0.7) * serial / PAST, seconds=serial * 37 % 60)
    case = _case(day, at, serial)
    wait = RUSH[min(len(RUSH) - 1, int(serial * len(RUSH) / PAST))] * day.dice.uniform(0.4, 1.2)
    promised, rung = at + timedelta(minutes=25), at + timedelta(minutes=27 if serial == 23 else wait)
    callback = _callback(day, case, at, promised_by_at=promised)
    ended = min(day.now, rung + timedelta(minutes=day.dice.uniform(3, 9)))
    if serial % 13 == 5:
        callback.status, callback.reason, callback.ended_at = CallbackStatus.CANCELED, "canceled_by_customer", rung
        record(day.uow, rung, "callback_canceled", subject=callback, data={"by": "customer"})
        case.status, case.outcome = CaseStatus.RESOLVED, "canceled"
        return
    callback.status, callback.outcome, callback.reason = CallbackStatus.DONE, "joined", "joined"
    callback.tries = callback.dials = 1
    callback.first_rung_at, callback.ended_at = rung, ended
    case.status, case.outcome = CaseStatus.RESOLVED, "talked_with_agent"
    case.effort = day.dice.choice((1, 1, 2, 2, 2, 3, 4)) if serial % 3 else None
    record(day.uow, rung, "customer_rung", subject=callback, data={"kept": rung <= promised})
    record(day.uow, ended, "callback_done", subject=callback, data={"how": "joined", "kept": rung <= promised})


def _waiting(day: _Day, place: int) -> Callback:
    """A callback that is still to come: the first ones in line now, the others at the time they named."""
    at = day.now - timedelta(minutes=14 - 3 * place)
    case = _case(day, at, place, number=f"+1202555{7300 + place}" if place else "", is_told=not place)
    case.status = CaseStatus.WAITING_AGENT
    if place < 3:
        return _callback(day, case, at, promised_by_at=at + timedelta(minutes=25 + 5 * place))
    due = (day.now + timedelta(hours=18 + place)).replace(minute=30, second=0, microsecond=0)
    return _callback(day, case, at, promised_by_at=due + timedelta(minutes=15), due_at=due)


def _case(day: _Day, at: datetime, serial: int, *, number: str = "", is_told: bool = False) -> Case:
    if number:
        customer = Customer(id=new_id(), number=number, name="", locale="en-US", zone="America/New_York")
        day.uow.customers.add(customer)
    else:
        owns = [one for one in day.customers if any(order.id.endswith(TOLD) for order in day.orders.get(one.id, ()))]
        customer = owns[0] if owns and is_told else day.customers[serial % len(day.customers)]
    source = day.dice.choice(("phone", "phone", "phone", "web"))
    kind = CaseKind.DELIVERED_NOT_RECEIVED if is_told else day.dice.choices(list(WORDS), WEIGHTS)[0]
    mine = day.orders.get(customer.id, ())
    case = Case(
        id=new_id(), number=case_number(day.uow.cases.next_serial()), kind=kind, priority=PRIORITIES[kind],
        skill=SKILLS[kind], locale=customer.locale, customer_id=customer.id,
        order_id=_order(mine, is_told=is_told) if kind != CaseKind.QUESTION else None,
        summary=WORDS[kind][0] if is_told else day.dice.choice(WORDS[kind]) if customer.locale == "en-US" else "",
        source="phone" if is_told else source, opened_at=at,
    )  # fmt: skip
    day.uow.cases.add(case)
    record(day.uow, at, "case_opened", subject=case, data={"kind": case.kind.value, "order": case.order_id})
    return case


def _order(mine: Sequence[Order], *, is_told: bool) -> str | None:
    fitting = [order.id for order in mine if not is_told or order.id.endswith(TOLD)]
    return fitting[0] if fitting else None


def _callback(
    day: _Day, case: Case, at: datetime, *, promised_by_at: datetime, due_at: datetime | None = None
) -> Callback:
    customer = day.uow.customers.get(case.customer_id or "")
    number = customer.number if customer else ""
    callback = Callback(
        id=new_id(), case_id=case.id, customer_id=case.customer_id, number=number, locale=case.locale,
        zone="America/New_York", asap=due_at is None, ticket_at=at, due_at=due_at or at,
        promised_by_at=promised_by_at, closes_at=max(promised_by_at, day.now) + timedelta(hours=4), skill=case.skill,
        priority=case.priority, source=case.source, created_at=at,
    )  # fmt: skip
    day.uow.callbacks.add(callback)
    told: dict[str, Any] = {
        "number": masked(number), "asap": callback.asap, "status": callback.status.value, "source": case.source,
        "promised_by_at": promised_by_at.isoformat(), "due_at": callback.due_at.isoformat(),
    }  # fmt: skip
    record(day.uow, at, "callback_booked", subject=callback, data=told)
    return callback


TALK: Final[Sequence[tuple[str, dict[str, Any]]]] = (
    ("said", {"text": "Tell me in a few words what you need.", "prompts": ["menu"], "state": "menu"}),
    ("heard", {"text": "it says delivered but I don't have it", "engine": "vosk", "certainty": "exact",
               "fit": 0.94, "audio_seconds": 2.3, "intents": [{"name": "delivered_not_received"}],
               "readings": [{"text": "it says delivered but I don't have it", "score": 214.1},
                            {"text": "it says delivered but I don't want it", "score": 211.7}]}),
    ("said", {"text": "Please say or key the last seven digits of your order number.", "prompts": ["ask_order"],
              "state": "ask_order"}),
    ("keyed", {"keys": TOLD}),
    ("said", {"text": "Is it the winter gloves, with the order number ending in 2 8 1, 9 4 8 2?"}),
    ("heard", {"text": "yes", "engine": "vosk", "certainty": "exact", "intents": [{"name": "yes"}]}),
    ("said", {"text": "All agents are busy. I can call you back, and you keep your place in line."}),
)  # fmt: skip


def _told(day: _Day, callback: Callback) -> None:
    """What was said before the first callback in line was promised."""
    begun = callback.created_at - timedelta(seconds=75)
    for turn, (kind, data) in enumerate(TALK):
        at = begun + timedelta(seconds=10 * turn)
        day.uow.events.add(told_event(callback.case_id, at, turn, kind, data))
    record(
        day.uow, day.now - timedelta(minutes=6), "customer_noted", subject=callback,
        data={"words": "The neighbours have nothing either. The porch was empty at six."},
    )  # fmt: skip
