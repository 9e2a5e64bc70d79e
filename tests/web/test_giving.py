"""A supervisor gives a callback to one agent by name: nobody else is rung for it, unless the promise would break."""

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus
from ivr.domain.staff import StaffRole
from tests.web.site import Site, text_of
from tests.web.test_console import CASE, agent, as_other, fill
from tests.web.test_sign_in import SECRET, accounts, sign_in
from tests.web.test_supervising import ONE, send, told


@pytest.fixture
def board(site: Site) -> Site:
    """A supervisor is signed in; one customer waits, Kim is idle for longer than Lee."""
    fill(site)
    sign_in(site)
    return site


def give(site: Site, name: str) -> int:
    return int(send(site, f"callbacks/{ONE}/give", agent=name, reason="speaks with her anyway").status_code)


def rung(site: Site) -> list[str]:
    """Names of the agents who were rung for it so far."""
    with site.store.read() as uow:
        return [attempt.agent_id for attempt in uow.attempts.of_callback(ONE)]


def set_status(site: Site, name: str, status: AgentStatus) -> None:
    with site.store.begin() as uow:
        found = uow.agents.by_name(name)
        assert found is not None
        found.move(status, site.clock.now())
        uow.commit()


def test_only_the_agent_it_was_given_to_is_rung(board: Site) -> None:
    assert give(board, "Lee") == 303
    assert told(board)[-1] == "staff_decided: speaks with her anyway"
    assert "given it to Lee: “speaks with her anyway”" in text_of(board.get(f"/supervisor/callbacks/{ONE}"))
    assert "for Lee" in text_of(board.get(f"/supervisor/callbacks/{ONE}"))
    assert "given to Lee" in text_of(board.get(f"/supervisor/audit?about={ONE}"))
    board.dispatch()
    assert rung(board) == ["Lee"]


def test_it_waits_for_them_while_the_promise_allows_it_and_goes_to_others_before_it_breaks(board: Site) -> None:
    set_status(board, "Lee", AgentStatus.AWAY)
    give(board, "Lee")
    board.dispatch()
    assert rung(board) == []
    board.clock.advance(8 * 60)
    board.dispatch()
    assert rung(board) == ["Kim"]


def test_one_that_is_late_already_waits_half_an_hour_for_them_at_most(board: Site) -> None:
    set_status(board, "Lee", AgentStatus.AWAY)
    board.clock.advance(700)
    give(board, "Lee")
    board.dispatch()
    assert rung(board) == []
    board.clock.advance(1800)
    board.dispatch()
    assert rung(board) == ["Kim"]


def test_it_can_be_taken_back_and_another_skill_takes_it_back(board: Site) -> None:
    give(board, "Lee")
    give(board, "")
    board.dispatch()
    assert rung(board) == ["Kim"]


def test_nobody_gets_what_they_cannot_take(board: Site) -> None:
    with board.store.begin() as uow:
        kim = uow.agents.by_name("Kim")
        assert kim is not None
        kim.skills = ("returns",)
        uow.commit()
    page = send(board, f"callbacks/{ONE}/give", agent="Kim", reason="x")
    assert (page.status_code, "agent_unfit" in page.text) == (422, True)
    assert give(board, "nobody") == 404


def test_what_has_ended_is_given_to_nobody(board: Site) -> None:
    with board.store.begin() as uow:
        board.ivr.engine.bookings.cancel(uow, ONE, by="agent")
        uow.commit()
    assert give(board, "Lee") == 409


def test_others_neither_see_nor_take_it_and_they_see_that_it_is_theirs(board: Site) -> None:
    accounts(board).add("Kim", StaffRole.AGENT, SECRET, "Kim")
    give(board, "Lee")
    as_other(board, "Lee")
    assert f"{CASE} …43 now" in (page := text_of(board.get("/agent/")))
    assert "for you" in page
    board.post("/sign-out", page="/agent/")
    sign_in(board, "Kim", SECRET)
    assert "…43" not in text_of(board.get("/agent/"))
    taken = board.post("/agent/take", {"callback": ONE}, page="/agent/")
    assert (taken.status_code, "given this callback to Lee" in text_of(taken)) == (409, True)
    with board.store.read() as uow:
        callback = uow.callbacks.get(ONE)
    assert callback is not None
    assert (callback.status, agent(board).status) == (CallbackStatus.SCHEDULED, AgentStatus.AVAILABLE)
