"""The API over HTTP: keys, callbacks, cases, problems with stable codes, repeated requests, any JSON at all."""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from werkzeug.test import TestResponse

from ivr.domain.callbacks import CallbackStatus
from ivr.domain.cases import ESCALATED, URGENT_KIND
from ivr.errors import Conflict, StorageUnavailable
from ivr.service.requests import WebRequests
from ivr.storage import SqlStore
from tests.effort import EFFORT
from tests.web.site import API_KEY, NUMBER, Site, a_site

ASK = {"number": NUMBER, "kind": "delivered_not_received", "words": "It never came", "order": "1815908"}


def code(answer: TestResponse) -> str:
    """The stable code of a problem document."""
    assert answer.content_type == "application/problem+json", answer.text
    assert answer.json is not None
    assert (answer.json["status"], answer.json["type"]) == (answer.status_code, f"urn:ringback:{answer.json['code']}")
    assert answer.json["detail"]
    return str(answer.json["code"])


def booked(site: Site, **changes: Any) -> dict[str, Any]:
    answer = site.api("POST", "/callbacks", ASK | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json or {})


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", f"bearer {API_KEY}x", "Basic", "Basic !!!", API_KEY, "Bearer \xff"],
)
@pytest.mark.parametrize("path", ["/callbacks", "/events"])
def test_without_a_key_nobody_gets_in(site: Site, header: str | None, path: str) -> None:
    headers = {} if header is None else {"Authorization": header}
    method = "POST" if path == "/callbacks" else "GET"
    answer = site.app.test_client().open(f"/api/v1{path}", method=method, json=ASK, headers=headers)
    assert (answer.status_code, code(answer)) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert site.all_open() == []


def test_a_key_may_come_as_bearer_or_as_the_password_of_basic(site: Site) -> None:
    basic = b64encode(f"anyone:{API_KEY}".encode()).decode()
    for header in (f"Bearer {API_KEY}", f"bearer  {API_KEY}", f"Basic {basic}"):
        assert site.api("GET", "/events", Authorization=header).status_code == 200


def test_a_key_may_be_kept_as_its_hash_alone(new_site: Callable[..., Site]) -> None:
    site = new_site(IVR_API_KEYS="sha256:" + sha256(API_KEY.encode()).hexdigest())
    assert site.api("GET", "/events").status_code == 200


def test_without_keys_the_api_is_closed(new_site: Callable[..., Site]) -> None:
    assert new_site(IVR_API_KEYS="").api("GET", "/events", Authorization="Bearer ").status_code == 401


def test_a_client_books_reads_moves_and_cancels(site: Site) -> None:
    made = booked(site)
    assert (made["status"], made["asap"], made["kept"], made["zone"]) == ("scheduled", True, None, "America/New_York")
    assert site.messenger.sent == []
    path = f"/callbacks/{made['id']}"
    assert site.api("GET", path).json == made
    moved = site.api("PATCH", path, {"at": "2026-03-11T15:30:00-04:00"})
    assert moved.json is not None
    assert (moved.status_code, moved.json["due_at"]) == (200, "2026-03-11T19:30:00+00:00")
    window = site.api("PATCH", path, {"at": "2026-03-11T19:30:00Z", "until": "2026-03-11T21:00:00Z"})
    assert (window.json or {})["promised_by_at"] == "2026-03-11T21:00:00+00:00"
    again = site.api("PATCH", path, {"at": None, "number": "+12025550188"})
    assert again.json is not None
    assert (again.json["asap"], site.all_open()[0].number) == (True, "+12025550188")
    assert code(site.api("PATCH", path, {"number": "+19005550188"})) == "line_type"
    assert [site.api("DELETE", path).status_code for _ in range(2)] == [204, 204]
    assert site.api("GET", path).json["status"] == "canceled"  # type: ignore[index]
    assert code(site.api("PATCH", path, {"at": None})) == "illegal_move"


def test_who_has_been_a_customer_for_five_years_goes_before_others(site: Site) -> None:
    booked(site)
    booked(site, number="+14155550117", order="", at=None)
    priorities = {one.number: one.priority for one in site.all_open()}
    assert priorities == {NUMBER: URGENT_KIND, "+14155550117": ESCALATED}


def test_a_new_callback_tells_its_address(site: Site) -> None:
    answer = site.api("POST", "/callbacks", ASK)
    assert answer.json is not None
    assert answer.headers["Location"] == f"/api/v1/callbacks/{answer.json['id']}"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_case_is_read_with_its_timeline_in_words(site: Site) -> None:
    answer = site.api("GET", f"/cases/{booked(site)['case']}")
    assert answer.json is not None
    assert (answer.json["kind"], answer.json["order"]) == ("delivered_not_received", "11318101111815908")
    texts = [event["text"] for event in answer.json["timeline"]]
    assert texts[0] == "a case is opened: delivered not received about order 11318101111815908"
    assert texts[1].startswith("a callback to …43 is promised as soon as possible, by 10 Mar")
    assert texts[2] == "a callback is asked for by api: “It never came” (order 1815908)"
    assert NUMBER not in answer.text


def test_events_of_all_cases_come_oldest_first(site: Site) -> None:
    booked(site)
    site.clock.advance(5)
    booked(site, number="+12025550144", kind="question")
    events = (site.api("GET", "/events").json or {})["events"]
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    assert {event["kind"] for event in events} == {"case_opened", "callback_booked", "callback_asked"}


@pytest.mark.parametrize(
    ("changes", "status", "expected"),
    [
        ({"number": "nonsense"}, 422, "number"),
        ({"number": None}, 422, "number"),
        ({"number": 12025550143}, 422, "type"),
        ({"number": [NUMBER]}, 422, "type"),
        ({"number": "+12025550143;ext=5"}, 422, "extension"),
        ({"number": "+18769221234"}, 422, "country"),
        ({"number": "+19002530001"}, 422, "line_type"),
        ({"number": "+1\ud800"}, 422, "number"),
        ({"kind": "refund_me"}, 422, "kind"),
        ({"kind": {}}, 422, "type"),
        ({"words": "x" * 501}, 422, "words"),
        ({"words": 7}, 422, "type"),
        ({"order": "123"}, 422, "order"),
        ({"order": 1815908}, 422, "type"),
        ({"locale": "xx-XX"}, 422, "locale"),
        ({"zone": "Mars/Olympus"}, 422, "zone"),
        ({"zone": "America"}, 422, "zone"),
        ({"zone": "../../../etc/passwd"}, 422, "zone"),
        ({"at": "2026-03-11T15:30:00"}, 422, "when"),
        ({"at": "tomorrow"}, 422, "when"),
        ({"at": 1773257400}, 422, "when"),
        ({"at": "0001-01-01T00:00:00+14:00"}, 422, "when"),
        ({"at": "9999-12-31T23:59:59-14:00"}, 422, "when"),
        ({"at": "2026-03-01T12:00:00Z"}, 422, "past"),
        ({"at": "2026-05-01T12:00:00Z"}, 422, "too_far"),
        ({"at": "2026-03-11T03:00:00-04:00"}, 422, "hours"),
        ({"at": "2026-03-11T19:30:00Z", "until": "2026-03-11T19:45:00Z"}, 422, "window"),
        ({"at": None, "until": "2026-03-11T19:45:00Z"}, 422, "window"),
        ({"colour": "blue"}, 422, "unknown_field"),
        ({"\ud800": 1}, 422, "unknown_field"),
    ],
)
def test_every_refusal_has_its_code(site: Site, changes: dict[str, Any], status: int, expected: str) -> None:
    answer = site.api("POST", "/callbacks", json.dumps(ASK | changes).encode())
    assert (answer.status_code, code(answer)) == (status, expected)
    assert site.all_open() == []


def test_a_moment_outside_the_hours_is_answered_with_the_next_one_inside(site: Site) -> None:
    answer = site.api("POST", "/callbacks", ASK | {"at": "2026-03-11T03:00:00-04:00"})
    nearest_at = (answer.json or {})["nearest_at"]
    assert nearest_at == "2026-03-11T13:00:00+00:00"
    assert booked(site, at=nearest_at)["due_at"] == nearest_at


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b'"x"', b"7", b"NaN", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"{}{}"],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/callbacks"), ("PATCH", f"/callbacks/{'0' * 32}")])
def test_what_is_no_json_object_is_malformed(site: Site, body: bytes, method: str, path: str) -> None:
    answer = site.api(method, path, body)
    assert (answer.status_code, code(answer)) == (400, "malformed")


def test_a_body_of_a_megabyte_is_refused(site: Site) -> None:
    answer = site.api("POST", "/callbacks", json.dumps(ASK | {"words": "x" * 1_000_000}).encode())
    assert (answer.status_code, code(answer)) == (413, "request_entity_too_large")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/callbacks/{'0' * 32}", 404),
        ("GET", "/callbacks/%00", 404),
        ("DELETE", "/callbacks/x", 404),
        ("GET", "/cases/0000000", 404),
        ("GET", "/cases/%F0%9F%98%80", 404),
        ("GET", "/nothing", 404),
        ("PUT", "/callbacks", 405),
    ],
)
def test_what_is_not_there_is_a_problem_too(site: Site, method: str, path: str, status: int) -> None:
    answer = site.api(method, path)
    assert (answer.status_code, code(answer)) == (status, {404: "not_found", 405: "method_not_allowed"}[status])


def test_an_open_callback_is_named_so_that_the_client_can_go_on_with_it(site: Site) -> None:
    made = booked(site)
    answer = site.api("POST", "/callbacks", ASK | {"number": "(202) 555-0143"})
    assert (answer.status_code, code(answer)) == (409, "exists")
    assert answer.headers["Location"] == f"/api/v1/callbacks/{made['id']}"


def test_limits_and_the_do_not_call_list_hold_for_clients(site: Site) -> None:
    for _ in range(3):
        site.api("DELETE", f"/callbacks/{booked(site)['id']}")
    assert code(site.api("POST", "/callbacks", ASK)) == "too_many_today"
    with site.store.begin() as uow:
        uow.guards.add_do_not_call("+12025550144", site.clock.now(), "asked")
        uow.commit()
    assert code(site.api("POST", "/callbacks", ASK | {"number": "+12025550144"})) == "do_not_call"


def test_a_request_sent_again_with_its_key_gets_the_same_answer(site: Site) -> None:
    first = site.api("POST", "/callbacks", ASK, Idempotency_Key="order-7")
    site.api("DELETE", f"/callbacks/{(first.json or {})['id']}")
    site.clock.advance(60)
    again = site.api("POST", "/callbacks", dict(reversed(ASK.items())), Idempotency_Key="order-7")
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Location"] == first.headers["Location"]
    assert site.all_open() == []


def test_of_two_equal_requests_at_once_the_slower_gets_the_same_answer(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL both look before either has committed; then the database refuses the second one."""
    answers = []

    def overtaken(*given: object, **wanted: object) -> object:
        monkeypatch.undo()
        answers.append(site.api("POST", "/callbacks", ASK, Idempotency_Key="order-7"))
        raise Conflict("another request changed the same row first")

    monkeypatch.setattr(WebRequests, "ask", overtaken)
    monkeypatch.setattr(type(site.store), "begin", type(site.store).read)  # SQLite would have made the other wait
    slower = site.api("POST", "/callbacks", ASK, Idempotency_Key="order-7")
    assert (slower.status_code, slower.json) == (201, answers[0].json)
    assert len(site.all_open()) == 1


def test_a_key_for_another_body_is_a_conflict(site: Site) -> None:
    site.api("POST", "/callbacks", ASK, Idempotency_Key="order-7")
    answer = site.api("POST", "/callbacks", ASK | {"number": "+12025550144"}, Idempotency_Key="order-7")
    assert (answer.status_code, code(answer)) == (409, "idempotency_key_reused")
    assert len(site.all_open()) == 1


def test_a_refused_request_leaves_its_key_free(site: Site) -> None:
    assert site.api("POST", "/callbacks", ASK | {"number": "x"}, Idempotency_Key="k").status_code == 422
    assert site.api("POST", "/callbacks", ASK, Idempotency_Key="k").status_code == 201
    assert code(site.api("POST", "/callbacks", ASK, Idempotency_Key="k" * 201)) == "idempotency_key"


def test_two_clients_may_choose_the_same_key(new_site: Callable[..., Site]) -> None:
    other = "another api key that is long"
    site = new_site(IVR_API_KEYS=f"{API_KEY},{other.replace(' ', '-')}")
    site.api("POST", "/callbacks", ASK, Idempotency_Key="1")
    answer = site.api(
        "POST", "/callbacks", ASK | {"number": "+12025550144"},
        Idempotency_Key="1", Authorization=f"Bearer {other.replace(' ', '-')}",
    )  # fmt: skip
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (Conflict("again"), 409, "conflict"),
        (StorageUnavailable("password in here"), 503, "storage_unavailable"),
        (RuntimeError("secret"), 500, "internal"),
    ],
)
def test_trouble_of_ours_is_a_problem_without_details(
    site: Site, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, expected: str
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(site.ivr.desk.requests, "ask", broken)
    answer = site.api("POST", "/callbacks", ASK)
    assert (answer.status_code, code(answer)) == (status, expected)
    assert "password" not in answer.text
    assert "secret" not in answer.text


def test_the_api_knows_no_forms_tokens_and_no_form_limits(site: Site) -> None:
    assert {site.api("POST", "/callbacks", {}).status_code for _ in range(40)} == {422}


def test_a_callback_from_the_api_needs_no_proof_and_is_withdrawn_in_time(site: Site) -> None:
    made = booked(site)
    site.clock.advance(timedelta(minutes=11).total_seconds())
    site.ivr.engine.housekeeper.sweep()
    assert [callback.status for callback in site.all_open()] == [CallbackStatus.SCHEDULED]
    assert made["id"] == site.all_open()[0].id


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=6,
)
LIKELY = some.sampled_from(
    [NUMBER, "+821023456789", "question", "2026-03-11T15:30:00Z", "Asia/Seoul", "ko-KR", "1815908"]
)
BODIES = JSON | some.dictionaries(
    some.sampled_from(["number", "kind", "words", "order", "at", "locale", "zone"]), LIKELY | JSON, max_size=7
)


@settings(max_examples=30 * EFFORT, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES, move=some.booleans())
def test_no_json_at_all_breaks_anything(site: Site, body: Any, move: bool) -> None:
    path = "/callbacks/" + (site.all_open()[0].id if move and site.all_open() else "")
    answer = site.api("PATCH" if move and site.all_open() else "POST", path.rstrip("/"), json.dumps(body).encode())
    assert answer.status_code < 500
    assert answer.status_code < 300 or code(answer)


@pytest.mark.postgres
def test_on_postgresql_odd_characters_and_repeated_requests_behave_the_same(postgres_store: SqlStore) -> None:
    site = a_site(postgres_store)
    odd = ASK | {"words": "a\x00b\ud800c"}
    first = site.api("POST", "/callbacks", json.dumps(odd).encode(), Idempotency_Key="k\xff")
    again = site.api("POST", "/callbacks", json.dumps(odd).encode(), Idempotency_Key="k\xff")
    assert (first.status_code, again.json) == (201, first.json)
    assert site.api("GET", f"/cases/{(first.json or {})['case']}").json["summary"] == "abc"  # type: ignore[index]
    assert site.api("GET", "/callbacks/%00").status_code == 404
    assert site.ask(number="+12025550144", words="a\x00b").status_code == 303
    assert site.ask(number="+12025550145", form_id="\x00").status_code == 303
