"""Listening to recorded conversations: who may, what is written down of it, and how one is deleted."""

import pytest

from ivr.domain.callbacks import Attempt
from ivr.domain.consent import Consent
from ivr.domain.recordings import Recording, RecordingStatus
from ivr.domain.staff import StaffRole
from ivr.service.recording_ports import CarriersRecording
from tests.web.site import Site, text_of
from tests.web.test_console import CASE, as_other, fill, send
from tests.web.test_sign_in import SECRET, accounts, sign_in

KEPT, RUNNING, SID = "a" * 32, "b" * 32, "RE" + "1" * 32


@pytest.fixture
def desk(site: Site) -> Site:
    """Kim, who takes orders, is signed in; one conversation about an order was recorded."""
    fill(site)
    add(site, KEPT, status=RecordingStatus.KEPT, sid=SID, seconds=12, consent=Consent.YES)
    site.recorder.kept[SID] = CarriersRecording(SID, "completed", 12)
    accounts(site).add("Kim", StaffRole.AGENT, SECRET, "Kim")
    sign_in(site, "Kim", SECRET)
    return site


def add(site: Site, key: str, **more: object) -> None:
    now = site.clock.now()
    given = {"id": key, "case_id": "mine", "call_sid": "CA" + "1" * 32, "created_at": now, "due_at": now} | more
    with site.store.begin() as uow:
        uow.recordings.add(Recording(**given))  # type: ignore[arg-type]
        uow.commit()


def status(site: Site, key: str = KEPT) -> RecordingStatus:
    with site.store.read() as uow:
        found = uow.recordings.get(key)
    assert found is not None
    return found.status


def audited(site: Site, what: str) -> list[tuple[str, str]]:
    with site.store.read() as uow:
        return [(line.name, line.about) for line in uow.staff.log_lines(100) if line.what == what]


def test_agent_of_the_case_listens_through_our_server_and_the_log_says_so(desk: Site) -> None:
    page = desk.get(f"/agent/cases/{CASE}")
    assert f'src="/agent/recordings/{KEPT}"' in page.text
    assert "The customer agreed to be recorded, 12 s" in text_of(page)
    assert "media-src 'self'" in page.headers["Content-Security-Policy"]
    heard = desk.get(f"/agent/recordings/{KEPT}")
    assert (heard.status_code, heard.mimetype, heard.data) == (200, "audio/wav", b"RIFF-")
    assert heard.headers["Cache-Control"] == "no-store"
    assert audited(desk, "recording_heard") == [("Kim", CASE)]


def test_neither_strangers_nor_agents_of_other_cases_may_listen_or_delete(desk: Site) -> None:
    with desk.store.begin() as uow:
        lee = uow.agents.by_name("Lee")
        assert lee is not None
        lee.skills = ("returns",)
        uow.commit()
    as_other(desk, "Lee")
    assert desk.get(f"/agent/recordings/{KEPT}").status_code == 404
    assert send(desk, f"recordings/{KEPT}/delete").status_code == 404
    assert desk.post("/sign-out", page="/agent/").status_code == 303
    assert desk.get(f"/agent/recordings/{KEPT}").status_code == 303
    assert audited(desk, "recording_heard") == []
    assert SID in desk.recorder.kept


def test_supervisor_may_listen_to_every_recording(desk: Site) -> None:
    desk.post("/sign-out", page="/agent/")
    sign_in(desk, "supervisor", "a long enough password")
    assert f"/agent/recordings/{KEPT}" in desk.get(f"/supervisor/cases/{CASE}").text
    assert desk.get(f"/agent/recordings/{KEPT}").status_code == 200


def test_recording_that_the_carrier_lost_is_not_found_and_no_longer_offered(desk: Site) -> None:
    desk.recorder.kept.clear()
    assert desk.get(f"/agent/recordings/{KEPT}").status_code == 404
    assert f"/agent/recordings/{KEPT}" not in desk.get(f"/agent/cases/{CASE}").text


def test_agent_deletes_a_recording_when_the_customer_asks_for_it(desk: Site) -> None:
    answer = send(desk, f"recordings/{KEPT}/delete")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/agent/cases/{CASE}?done=recording")
    assert (desk.recorder.kept, status(desk)) == ({}, RecordingStatus.OVER)
    assert audited(desk, "recording_deleted") == [("Kim", CASE)]


def test_agent_stops_the_recording_of_the_conversation_that_they_are_in(desk: Site) -> None:
    now = desk.clock.now()
    with desk.store.begin() as uow:
        kim = uow.agents.by_name("Kim")
        assert kim is not None
        attempt = Attempt(id="c" * 32, case_id="mine", agent_id=kim.id, number=1, started_at=now)
        attempt.accepted_at = attempt.joined_at = now
        uow.attempts.add(attempt)
        kim.attempt_id = attempt.id
        uow.commit()
    add(desk, RUNNING, status=RecordingStatus.RUNNING, attempt_id="c" * 32, sid="RE" + "2" * 32)
    desk.recorder.kept["RE" + "2" * 32] = CarriersRecording("RE" + "2" * 32, "in-progress")
    page = desk.get("/agent/")
    assert "it is being recorded" in text_of(page)
    assert 'value="stop_recording"' in page.text
    assert send(desk, "talk", attempt="c" * 32, do="stop_recording").status_code == 303
    assert list(desk.recorder.kept) == [SID]
    assert status(desk, RUNNING) == RecordingStatus.OVER
