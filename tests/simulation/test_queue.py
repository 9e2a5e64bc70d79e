"""Without callbacks the engine is a queue, first come, first served, as Erlang's formulas have it."""

from math import exp, factorial

import pytest

from benchmarks.erlang import Queue, erlang_a, erlang_c, served_by_hand
from tests.simulation.days import START, queue_of


@pytest.mark.parametrize(("seed", "patience"), [(1, 0.0), (2, 200.0), (3, 20.0)])
def test_engine_serves_live_callers_exactly_in_the_order_in_which_they_came(seed: int, patience: float) -> None:
    centre, people = queue_of(5, seed=seed, patience=patience)
    drawn = [((p.at - START).total_seconds(), p.handle_seconds, p.patience_seconds) for p in people]
    guests = [centre.lab.guests[caller.number] for caller in people]
    assert len(guests) > 100
    assert any(guest.waited_seconds for guest in guests)
    for guest, (wait, hung_up) in zip(guests, served_by_hand(drawn, 3), strict=True):
        assert guest.waited_seconds == pytest.approx(wait, abs=0.001)
        assert (guest.abandoned_at is not None) == hung_up


def test_erlang_c_of_one_agent_is_the_plain_queue() -> None:
    answer = erlang_c(Queue(arrivals=0.8, service=1.0, agents=1))
    assert (answer.delayed, answer.wait) == (pytest.approx(0.8), pytest.approx(4.0))


def test_erlang_c_of_two_agents_at_half_load_delays_one_in_three() -> None:
    assert erlang_c(Queue(arrivals=1.0, service=1.0, agents=2)).delayed == pytest.approx(1 / 3)


def test_erlang_a_with_patience_as_long_as_conversations_has_poisson_many_present() -> None:
    answer = erlang_a(Queue(arrivals=3.0, service=1.0, agents=4, impatience=1.0))
    fewer = sum(exp(-3.0) * 3.0**j / factorial(j) for j in range(4))
    assert answer.delayed == pytest.approx(1 - fewer)
    assert answer.abandoned == pytest.approx(answer.wait)


def test_erlang_a_of_very_patient_callers_is_erlang_c() -> None:
    patient = erlang_a(Queue(arrivals=1.5, service=1.0, agents=2, impatience=1e-7))
    assert patient.wait == pytest.approx(erlang_c(Queue(arrivals=1.5, service=1.0, agents=2)).wait, rel=1e-4)
