"""What the repositories find, and in which order."""

import pytest
from sqlalchemy import event

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, LegState, Outcome, Party
from ivr.domain.cases import CaseStatus
from ivr.domain.shifts import Shift
from ivr.service.overview_store import CallbackSearch
from ivr.storage import SqlStore
from tests.storage import rows
from tests.storage.rows import NOW, ids, later, line_up, save


def test_due_callbacks_come_by_priority_then_ticket(store: SqlStore) -> None:
    line_up(
        store,
        rows.callback("late_ticket", ticket_at=later(minutes=-1)),
        rows.callback("early_ticket", ticket_at=later(minutes=-9)),
        rows.callback("urgent", priority=1),
        rows.callback("not_due", due_at=later(seconds=1)),
        rows.callback("dialing", status=CallbackStatus.DIALING, priority=1),
        rows.callback("unverified", status=CallbackStatus.UNVERIFIED, priority=1),
    )
    with store.begin() as uow:
        assert ids(uow.callbacks.due(NOW, 9)) == ["urgent", "early_ticket", "late_ticket"]
        assert ids(uow.callbacks.due(NOW, 2)) == ["urgent", "early_ticket"]
    with store.read() as uow:
        assert ids(uow.callbacks.due(NOW, 1)) == ["urgent"]


def test_only_whom_somebody_can_take_now_is_due_however_many_others_are_first(store: SqlStore) -> None:
    line_up(
        store,
        *(rows.callback(f"other{n}", priority=1, skill="returns") for n in range(5)),
        rows.callback("english", skill="orders", locale="en-GB"),
        rows.callback("korean", skill="orders", locale="ko-KR"),
        rows.callback("rings", skill="orders"),
    )
    with store.read() as uow:
        ringing = uow.callbacks.get("rings")
    assert ringing is not None
    attempt = rows.attempt(callback_id="english", case_id="case-5")
    save(store, rows.agent(), attempt, rows.leg(number=ringing.number, callback_id=None))
    with store.read() as uow:
        due = uow.callbacks.due
        assert ids(due(NOW, 2, [(("orders",), ("en-US",))])) == ["english"]
        assert ids(due(NOW, 9, [(("general",), ("ko-KR",))])) == ["korean"]
        assert len(due(NOW, 9, [(("returns",), ("en-US",)), (("orders", "sizes"), ("en-US", "ko-KR"))])) == 7
        assert ids(due(NOW, 9, [])) == []


def test_promises_are_counted_by_status_and_late_ones_apart(store: SqlStore) -> None:
    line_up(
        store,
        rows.callback("late", promised_by_at=later(seconds=-1)),
        rows.callback("in_time"),
        rows.callback("kept", promised_by_at=later(seconds=-1), first_rung_at=later(seconds=-9)),
        rows.callback("rung", status=CallbackStatus.DIALING, promised_by_at=later(seconds=-1)),
        rows.callback("done", status=CallbackStatus.DONE),
    )
    with store.read() as uow:
        assert uow.callbacks.counted(NOW) == {
            "unverified": 0, "scheduled": 3, "dialing": 1, "needs_human": 0, "overdue": 1,
        }  # fmt: skip


def test_a_promise_is_late_until_it_has_rung_also_while_it_waits_for_another_try(store: SqlStore) -> None:
    late = {"promised_by_at": later(seconds=-1)}
    line_up(
        store,
        rows.callback("tried_again_later", due_at=later(minutes=5), **late),
        rows.callback("rung", first_rung_at=NOW, **late),
        rows.callback("in_hand", status=CallbackStatus.UNVERIFIED, **late),
        rows.callback("in_time"),
    )
    with store.read() as uow:
        found = uow.overview.find_callbacks(CallbackSearch(late_at=NOW), 9)
    assert sorted(ids(found)) == ["in_hand", "tried_again_later"]


def test_free_times_and_counts_are_read_from_an_index_without_its_rows(sqlite_url: str) -> None:
    store, asked = SqlStore(sqlite_url), []
    with store.read() as uow:
        event.listen(store._read, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
        uow.callbacks.places(NOW, later(days=1))
        uow.callbacks.counted(NOW)
        uow.overview.count_scheduled()
    with store._read.connect() as connection:
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all() for sql, values in list(asked)]
    store.close()
    scans = [step.detail for plan in plans for step in plan if "ix_callbacks_due" in step.detail]
    assert len(scans) == 3
    assert all("USING COVERING INDEX" in scan for scan in scans), scans


def test_the_next_due_moment_is_that_of_a_scheduled_callback_in_the_future(store: SqlStore) -> None:
    line_up(
        store,
        rows.callback("past", due_at=later(seconds=-1)),
        rows.callback("now", due_at=NOW),
        rows.callback("second", due_at=later(hours=2)),
        rows.callback("first", due_at=later(hours=1)),
        rows.callback("canceled", due_at=later(seconds=1), status=CallbackStatus.CANCELED),
    )
    with store.read() as uow:
        assert uow.callbacks.next_due_at(NOW) == later(hours=1)
        assert uow.callbacks.next_due_at(later(hours=2)) is None


def test_windows_that_are_over_are_found_until_the_callback_has_ended(store: SqlStore) -> None:
    line_up(
        store,
        rows.callback("over", closes_at=NOW),
        rows.callback("long_over", closes_at=later(hours=-1), status=CallbackStatus.UNVERIFIED),
        rows.callback("open", closes_at=later(seconds=1)),
        rows.callback("dialing", closes_at=NOW, status=CallbackStatus.DIALING),
        rows.callback("done", closes_at=NOW, status=CallbackStatus.DONE),
    )
    with store.begin() as uow:
        assert ids(uow.callbacks.closing_before(NOW)) == ["long_over", "over"]


def test_lists_go_by_due_time_and_ended_ones_by_their_end_newest_first(store: SqlStore) -> None:
    line_up(
        store,
        rows.callback("later", due_at=later(hours=2)),
        rows.callback("sooner", due_at=later(hours=1), status=CallbackStatus.DIALING),
        rows.callback("done", status=CallbackStatus.DONE, ended_at=NOW),
        rows.callback("expired", status=CallbackStatus.EXPIRED, ended_at=later(hours=1)),
        rows.callback("canceled", status=CallbackStatus.CANCELED, ended_at=later(hours=-1)),
    )
    with store.read() as uow:
        listed = uow.callbacks.listed
        assert ids(listed([CallbackStatus.SCHEDULED, CallbackStatus.DIALING], 9)) == ["sooner", "later"]
        ended = [CallbackStatus.DONE, CallbackStatus.EXPIRED, CallbackStatus.CANCELED]
        assert ids(listed(ended, 9)) == ["expired", "done", "canceled"]
        assert ids(listed(ended, 1)) == ["expired"]
        assert listed([], 9) == []


def test_open_callbacks_are_found_by_number_and_case_and_all_are_counted(store: SqlStore) -> None:
    old = rows.callback("old", status=CallbackStatus.DONE, created_at=later(days=-2))
    save(store, rows.case(), old, rows.callback("new", created_at=later(seconds=1)))
    number = old.number
    with store.read() as uow:
        assert ids(filter(None, [uow.callbacks.open_for_number(number)])) == ["new"]
        assert ids(filter(None, [uow.callbacks.open_for_case("case")])) == ["new"]
        assert uow.callbacks.open_for_number("+1") is None
        assert ids(uow.callbacks.of_case("case")) == ["old", "new"]
        assert uow.callbacks.count_proven(number, later(days=-2)) == 2
        assert uow.callbacks.count_proven(number, NOW) == 1


def test_callbacks_whose_code_was_never_entered_do_not_count_for_the_number(store: SqlStore) -> None:
    ended = {"status": CallbackStatus.CANCELED}
    save(store, rows.case(), *(rows.callback(id, **ended) for id in ("phoned", "proven", "typed")))
    save(
        store,
        rows.verification("first", callback_id="proven"),
        rows.verification("second", callback_id="proven", verified_at=NOW),
        rows.verification("third", callback_id="typed"),
    )
    with store.read() as uow:
        assert uow.callbacks.count_proven("+12025550100", NOW) == 2


def test_cases_of_a_customer_that_are_not_done_come_newest_first(store: SqlStore) -> None:
    mine = {"customer_id": "customer"}
    save(
        store,
        rows.customer(),
        rows.case("old", opened_at=later(days=-1), **mine),
        rows.case("new", status=CaseStatus.WITH_AGENT, **mine),
        rows.case("resolved", status=CaseStatus.RESOLVED, **mine),
        rows.case("closed", status=CaseStatus.CLOSED, **mine),
        rows.case("foreign", opened_at=later(days=-2)),
    )
    with store.read() as uow:
        assert ids(uow.cases.open_of("customer")) == ["new", "old"]
        assert ids(uow.cases.recent(9))[-2:] == ["old", "foreign"]
        assert len(uow.cases.recent(2)) == 2
        number = rows.case("old").number
        assert ids(filter(None, [uow.cases.by_number(number)])) == ["old"]


def test_serials_are_never_given_twice_even_if_nothing_was_saved_with_them(store: SqlStore) -> None:
    given = []
    for _ in range(3):
        with store.begin() as uow:
            given += [uow.cases.next_serial(), uow.cases.next_serial()]
            uow.commit()
    assert given == sorted(set(given))


def test_people_are_found_by_number_and_name(store: SqlStore) -> None:
    save(store, rows.customer(), rows.agent("Ana"), rows.agent("Bo"))
    with store.read() as uow:
        customer, ana = uow.customers.by_number("+12025550100"), uow.agents.by_name("Ana")
        assert customer is not None
        assert ana is not None
        assert customer.id == "customer"
        assert uow.agents.by_number(ana.number) is ana
        assert ids(uow.agents.all()) == ["Ana", "Bo"]
        assert (uow.agents.by_name("Cy"), uow.customers.by_number("+1")) == (None, None)


def test_an_agent_comes_with_the_shifts_in_order_and_new_ones_take_their_place(store: SqlStore) -> None:
    week = [Shift(weekday=day, opens=540, closes=1020, zone="Asia/Seoul") for day in (4, 0)]
    save(store, rows.agent("Ana", shifts=week), rows.agent("Bo"))
    with store.read() as uow:
        assert [[(s.weekday, s.zone) for s in agent.shifts] for agent in uow.agents.all()] == [
            [(0, "Asia/Seoul"), (4, "Asia/Seoul")],
            [],
        ]
    with store.begin() as uow:
        (ana, _) = uow.agents.available(10)
        ana.shifts = [Shift(weekday=4, opens=540, closes=720, zone="UTC")]
        uow.commit()
    with store.read() as uow:
        ana = uow.agents.get("Ana")
        assert ana is not None
        assert [(s.weekday, s.closes, s.zone) for s in ana.shifts] == [(4, 720, "UTC")]


def test_promises_for_named_moments_are_found_while_they_are_open(store: SqlStore) -> None:
    made = [
        rows.callback(
            status, case_id=status, number=f"+1{serial}", asap=False, due_at=later(minutes=serial), status=status
        )
        for serial, status in enumerate(CallbackStatus)
    ]
    asap = rows.callback("asap", case_id="asap", number="+199")
    cases = [rows.case(callback.id) for callback in (*made, asap)]
    for serial, case in enumerate(cases):
        case.number = f"C{serial}"
    save(store, *cases, *made, asap)
    with store.begin() as uow:
        named = uow.callbacks.places(NOW, asap.promised_by_at)  # told to the minute
        assert [place.at.minute - NOW.minute for place in named] == [made.index(one) for one in made if one.is_open]
        soon = uow.callbacks.places(asap.promised_by_at, later(hours=1))
        assert [(place.at.minute, place.promises) for place in soon] == [(asap.promised_by_at.minute, 1)]
        assert uow.callbacks.places(asap.promised_by_at, later(hours=1), without="asap") == []
        minute = uow.callbacks.places(later(minutes=1), later(minutes=2))
        assert [(*place[1:], place.at.second) for place in minute] == [("general", "en-US", 1, 0)]


def test_customers_telephones_that_nobody_answered_are_counted(store: SqlStore) -> None:
    ended = {"attempt_id": None, "party": Party.CUSTOMER, "state": LegState.ENDED, "placing_at": NOW}
    save(
        store,
        rows.case(),
        rows.callback(),
        rows.leg("talked", answered_at=NOW, **ended),
        rows.leg("busy", outcome=Outcome.BUSY, **ended),
        rows.leg("machine", answered_at=NOW, outcome=Outcome.MACHINE, **ended),
        rows.leg("failed", outcome=Outcome.FAILED, **ended),
        rows.leg("agent", outcome=Outcome.NO_ANSWER, **(ended | {"party": Party.AGENT})),
        rows.leg("old", outcome=Outcome.NO_ANSWER, **(ended | {"placing_at": later(days=-29)})),
    )
    with store.begin() as uow:
        assert uow.legs.count_unanswered(later(days=-28)) == (3, 2)


def test_the_agent_who_is_idle_longest_comes_first(store: SqlStore) -> None:
    save(
        store,
        rows.agent("Ana", status_at=later(minutes=-1)),
        rows.agent("Bo", status_at=later(minutes=-2)),
        rows.agent("Cy", status=AgentStatus.BUSY, status_at=later(minutes=-3)),
    )
    with store.begin() as uow:
        assert ids(uow.agents.available(9)) == ["Bo", "Ana"]
        assert ids(uow.agents.available(1)) == ["Bo"]


def test_those_on_shift_are_counted_by_what_they_can_take(store: SqlStore) -> None:
    save(
        store,
        rows.agent("Ana"),
        rows.agent("Bo", status=AgentStatus.BUSY),
        rows.agent("Cy", skills=("orders", "returns"), locales=("ko-KR",), status=AgentStatus.WRAP_UP),
        rows.agent("Di", status=AgentStatus.AWAY),
        rows.agent("Ed", status=AgentStatus.OFFLINE),
    )
    with store.read() as uow:
        found = {tuple(team.skills): team for team in uow.agents.teams(NOW)}
    assert {skills: (team.on_shift, team.free) for skills, team in found.items()} == {
        ("general",): (2, 1), ("orders", "returns"): (1, 0),
    }  # fmt: skip
    assert found["orders", "returns"].can_take("returns", "ko-KR")


@pytest.fixture
def tried(store: SqlStore) -> SqlStore:
    """A store with a case, its callback, an agent and two attempts, the first of which has ended."""
    ended = rows.attempt("first", ended_at=NOW)
    save(store, rows.case(), rows.callback(), rows.agent(), rows.attempt(number=2), ended)
    return store


def test_attempts_come_by_number_and_live_ones_are_those_that_have_not_ended(tried: SqlStore) -> None:
    on_hold = rows.attempt("held", callback_id=None, hold_call_sid="CA1", started_at=later(hours=-1))
    save(tried, on_hold, rows.attempt("before", callback_id=None, hold_call_sid="CA1", number=0, ended_at=NOW))
    with tried.read() as uow:
        assert ids(uow.attempts.of_callback("callback")) == ["first", "attempt"]
        assert ids(uow.attempts.live()) == ["held", "attempt"]
        assert ids(uow.attempts.of_hold("CA1")) == ["before", "held"]
        assert ids(filter(None, [uow.attempts.live_of_hold("CA1")])) == ["held"]
        assert uow.attempts.live_of_hold("CA2") is None


def test_legs_to_place_are_intents_that_nobody_owns_or_whose_lease_is_over(tried: SqlStore) -> None:
    legs = (
        rows.leg("new", number="+1", created_at=later(seconds=2)),
        rows.leg("abandoned", number="+2", owner="dead", lease_until_at=NOW, created_at=later(seconds=1)),
        rows.leg("owned", number="+3", owner="node", lease_until_at=later(seconds=1)),
        rows.leg("placing", number="+4", state=LegState.PLACING),
    )
    save(tried, *legs)
    with tried.begin() as uow:
        assert ids(uow.legs.to_place(NOW, 9)) == ["abandoned", "new"]
        assert ids(uow.legs.to_place(NOW, 1)) == ["abandoned"]


def test_legs_that_stay_in_a_state_are_found_by_when_they_entered_it(tried: SqlStore) -> None:
    for n, state in enumerate((LegState.INTENT, LegState.PLACING, LegState.PLACED, LegState.ENDED)):
        old = {"created_at": later(minutes=-1), "placing_at": None if n == 0 else later(seconds=-30)}
        save(tried, rows.leg(f"old_{state}", number=f"+{n}", state=state, **old))
        save(tried, rows.leg(f"new_{state}", number=f"+1{n}", state=state, placing_at=None if n == 0 else NOW))
    with tried.read() as uow:
        for state in (LegState.INTENT, LegState.PLACING, LegState.PLACED):
            assert ids(uow.legs.in_state(state, NOW)) == [f"old_{state}"]
        with pytest.raises(ValueError, match="ended"):
            uow.legs.in_state(LegState.ENDED, NOW)


def test_legs_are_found_by_sid_attempt_and_live_number_and_counted_from_placing(tried: SqlStore) -> None:
    ended = rows.leg("ended", state=LegState.ENDED, sid="CA8", placing_at=later(minutes=-1))
    customers = rows.leg("customer", number="+1", party=Party.CUSTOMER, sid="CA9", state=LegState.PLACED)
    customers.placing_at = customers.created_at = later(seconds=1)
    save(tried, ended, customers)
    with tried.read() as uow:
        assert ids(filter(None, [uow.legs.by_sid("CA8"), uow.legs.live_for_number("+1")])) == ["ended", "customer"]
        assert uow.legs.live_for_number(ended.number) is None
        assert ids(uow.legs.of_attempt("attempt")) == ["ended", "customer"]
        assert uow.legs.count_placed(later(minutes=-1)) == 2
        assert uow.legs.count_placed(later(minutes=-1), Party.AGENT) == 1
        assert uow.legs.count_placed(NOW) == 1


def test_calls_that_have_not_ended_and_the_newest_code_are_found(tried: SqlStore) -> None:
    save(tried, rows.call("CA1"), rows.call("CA2", ended_at=NOW), rows.call("CA3", started_at=later(hours=-1)))
    save(tried, rows.verification("old"), rows.verification("new", created_at=later(seconds=1)))
    with tried.read() as uow:
        assert [call.sid for call in uow.calls.live()] == ["CA3", "CA1"]
        assert ids(filter(None, [uow.verifications.of_callback("callback")])) == ["new"]
        assert uow.verifications.of_callback("other") is None


def test_the_timeline_of_a_case_holds_lines_of_its_calls_and_callbacks_from_before_it_was_opened(
    tried: SqlStore,
) -> None:
    save(tried, rows.case("other"), rows.call("CA1", case_id="case"), rows.call("CA2", case_id="other"))
    save(
        tried,
        rows.event("opened", case_id="case", call_sid="CA2", at=later(seconds=2)),
        rows.event("rang", callback_id="callback", at=later(seconds=9)),
        rows.event("answered", call_sid="CA1"),
        rows.event("heard", call_sid="CA1"),
        rows.event("spoken_of_in_the_same_call", call_sid="CA2", at=later(seconds=1)),
        rows.event("of_the_other", call_sid="CA2", case_id="other"),
        rows.event("of_nobody", call_sid="CA3", data={"a": [1]}),
    )
    with tried.read() as uow:
        found = ["answered", "heard", "spoken_of_in_the_same_call", "opened", "rang"]
        assert ids(uow.events.of_case("case")) == found
        assert ids(uow.events.recent(2)) == ["rang", "opened"]
        assert uow.events.recent(9)[2:][-1].data == {}
        assert {"a": [1]} in [event.data for event in uow.events.recent(9)]


def test_lines_added_in_a_transaction_are_seen_in_it(store: SqlStore) -> None:
    with store.begin() as uow:
        uow.cases.add(rows.case())
        uow.events.add(rows.event("opened", case_id="case"))
        assert ids(uow.events.of_case("case")) == ["opened"]
        uow.commit()
    with store.read() as uow:
        assert ids(uow.events.of_case("case")) == ["opened"]
