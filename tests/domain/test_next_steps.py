"""What an agent is advised to do, and which words of a call are doubtful: pure rules."""

from datetime import timedelta
from typing import Any

import pytest

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import Case, CaseKind, CaseStatus, Event
from ivr.domain.next_steps import next_step
from ivr.domain.orders import Order, OrderStatus
from ivr.domain.transcripts import transcript
from tests.fakes.clock import NOON_IN_NEW_YORK as NOW

MISSING = CaseKind.DELIVERED_NOT_RECEIVED


def a_case(kind: CaseKind, **more: Any) -> Case:
    return Case(**({"id": "c", "number": "0000075", "kind": kind, "opened_at": NOW} | more))


def an_order(status: OrderStatus, **more: Any) -> Order:
    return Order(id="1", number="+12025550143", item="kettle", status=status, ordered_at=NOW, **more)


def a_promise(**more: Any) -> Callback:
    soon = {"ticket_at": NOW, "due_at": NOW, "promised_by_at": NOW, "closes_at": NOW, "created_at": NOW}
    return Callback(**({"id": "p", "case_id": "c", "number": "+12025550143", "asap": True} | soon | more))


def ago(hours: int) -> dict[str, Any]:
    return {"delivered_at": NOW - timedelta(hours=hours)}


@pytest.mark.parametrize(
    ("kind", "order", "advice"),
    [
        (CaseKind.QUESTION, None, ("listen", "no_kind")),
        (CaseKind.TRACK_ORDER, None, ("find_order", "no_order")),
        (CaseKind.TRACK_ORDER, an_order(OrderStatus.SHIPPED), ("tell_status", "not_delivered")),
        (CaseKind.TRACK_ORDER, an_order(OrderStatus.SHIPPED, expected_at=NOW - timedelta(1)), ("trace", "overdue")),
        (CaseKind.CANCEL_ORDER, an_order(OrderStatus.PREPARING), ("cancel", "not_sent")),
        (CaseKind.CANCEL_ORDER, an_order(OrderStatus.SHIPPED), ("offer_return", "sent")),
        (CaseKind.RETURN_REFUND, an_order(OrderStatus.DELIVERED), ("start_return", "delivered")),
        (CaseKind.RETURN_REFUND, an_order(OrderStatus.SHIPPED), ("tell_status", "not_delivered")),
        (MISSING, an_order(OrderStatus.DELIVERED, **ago(47)), ("ask_around", "delivered_lately")),
        (MISSING, an_order(OrderStatus.DELIVERED, **ago(48)), ("replace", "delivered_long_ago")),
        (MISSING, an_order(OrderStatus.SHIPPED), ("tell_status", "not_delivered")),
    ],
)  # fmt: skip
def test_the_advice_follows_from_what_is_asked_and_where_the_order_is(
    kind: CaseKind, order: Order | None, advice: tuple[str, str]
) -> None:
    step = next_step(a_case(kind), order, (), (), NOW)
    assert (step.do, step.because) == advice


def test_a_broken_promise_is_apologised_for_and_repeated_cases_are_counted() -> None:
    late = a_promise(promised_by_at=NOW - timedelta(minutes=1))
    same, other = a_case(CaseKind.TRACK_ORDER, id="d"), a_case(CaseKind.QUESTION, id="e")
    step = next_step(a_case(CaseKind.TRACK_ORDER), None, [late], [same, other], NOW)
    assert (step.sorry, step.again) == (True, 1)
    assert not next_step(a_case(CaseKind.TRACK_ORDER), None, [a_promise()], (), NOW).sorry


def test_a_resolved_case_needs_nothing_and_an_unreached_customer_a_decision() -> None:
    human = a_promise(status=CallbackStatus.NEEDS_HUMAN)
    assert next_step(a_case(CaseKind.QUESTION), None, [human], (), NOW).do == "decide"
    assert next_step(a_case(CaseKind.QUESTION, status=CaseStatus.RESOLVED), None, [human], (), NOW).do == "nothing"


def heard(**data: Any) -> list[tuple[str, bool]]:
    (passage,) = transcript([Event(id="e", at=NOW, kind="heard", data=data)])
    return [(word.text, word.is_doubtful) for word in passage.words]


def test_words_that_the_next_reading_does_not_have_are_doubtful() -> None:
    readings = [{"text": "track my parcel"}, {"text": "track the parcel"}]
    assert heard(text="track my parcel", readings=readings) == [("track", False), ("my", True), ("parcel", False)]


@pytest.mark.parametrize("data", [{"fit": 0.4}, {"certainty": "none"}])
def test_all_words_of_a_doubtful_sound_are_doubtful(data: dict[str, Any]) -> None:
    assert heard(text="yes", **data) == [("yes", True)]


@pytest.mark.parametrize("data", [{}, {"readings": None}, {"readings": ["x", 7]}, {"intents": [None], "fit": "x"}])
def test_a_row_of_another_version_is_shown_as_far_as_it_goes(data: dict[str, Any]) -> None:
    assert heard(**data) == []
