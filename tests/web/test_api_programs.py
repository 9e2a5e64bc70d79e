"""Keys with scopes, entity tags, lists in pages, and what HTTP itself refuses, over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from ivr.cli.keys import KeysDesk
from ivr.domain.agents import Agent
from ivr.domain.programs import Scope
from ivr.errors import IllegalMove, NotFound
from ivr.storage import SqlStore
from ivr.web.api import _rules
from tests.web.site import API_KEY, NUMBER, Site
from tests.web.test_api import ASK, booked, code
from tests.web.test_api_fuzz import whole_site


def key_for(site: Site, *scopes: str, name: str = "shop") -> dict[str, str]:
    """A new key as a header."""
    return {"Authorization": f"Bearer {KeysDesk(site.store, site.clock).add(name, scopes)}"}


def body(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code < 300, answer.text
    return dict(answer.json or {})


# --- keys ------------------------------------------------------------------------------------------------------


def test_a_key_opens_what_its_scopes_say_and_nothing_else(site: Site) -> None:
    booked(site)
    reader = key_for(site, "callbacks:read")
    opened = {}
    for rule in _rules(site.ivr.services, site.ivr.desk):
        path = rule.path.replace("<", "").replace(">", "")
        answer = site.api(rule.method, path, {} if rule.method in ("POST", "PATCH") else None, **reader)
        opened[rule.scope] = opened.get(rule.scope, False) or answer.status_code != 403
        if answer.status_code == 403:
            assert code(answer) == "insufficient_scope"
            assert (answer.json or {})["scope"] == rule.scope
    assert opened == {scope: scope == "callbacks:read" for scope in Scope if scope != Scope.CONVERSATIONS_WRITE}


def test_a_key_without_named_scopes_opens_everything(site: Site) -> None:
    assert body(site.api("POST", "/callbacks", ASK, **key_for(site)))["status"] == "scheduled"


def test_a_revoked_key_opens_nothing(site: Site) -> None:
    header, desk = key_for(site), KeysDesk(site.store, site.clock)
    assert site.api("GET", "/events", **header).status_code == 200
    key_id = desk.listed()[0].split()[0]
    assert "revoked" in desk.revoke(key_id)
    assert code(site.api("GET", "/events", **header)) == "unauthorized"
    assert "revoked" in desk.revoke(key_id)


def test_of_a_key_only_its_hash_is_kept(site: Site) -> None:
    key = key_for(site)["Authorization"].removeprefix("Bearer ")
    with site.store.read() as uow:
        (row,) = uow.programs.all_keys()
    assert key not in str(vars(row))
    assert key.startswith(f"rbk_{row.id}_")
    for wrong in (row.key_hash, f"rbk_{row.id}_", key[:-1], key + "x"):
        assert site.api("GET", "/events", Authorization=f"Bearer {wrong}").status_code == 401


def test_names_of_keys_are_told_apart_and_unknown_ids_are_named(site: Site) -> None:
    desk = KeysDesk(site.store, site.clock)
    assert desk.listed() == ["no keys yet: python -m ivr keys add NAME"]
    desk.add("shop", ())
    with pytest.raises(IllegalMove, match="shop"):
        desk.add("shop", ())
    with pytest.raises(NotFound, match="ffffffff"):
        desk.revoke("ffffffff")


# --- entity tags -----------------------------------------------------------------------------------------------


def test_what_is_known_already_is_not_sent_again(site: Site) -> None:
    made = booked(site)
    for path in (f"/callbacks/{made['id']}", "/callbacks", "/cases", f"/cases/{made['case']}", "/events", "/agents"):
        first = site.api("GET", path)
        again = site.api("GET", path, If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.data) == (304, b""), path
        assert site.api("GET", path, If_None_Match='"other"').status_code == 200


def test_a_change_of_what_has_changed_meanwhile_is_refused(site: Site) -> None:
    path = f"/callbacks/{booked(site)['id']}"
    seen = site.api("GET", path).headers["ETag"]
    moved = site.api("PATCH", path, {"at": "2026-03-11T15:30:00-04:00"}, If_Match=seen)
    assert moved.status_code == 200
    for method, sent in (("PATCH", {"at": None}), ("DELETE", None)):
        stale = site.api(method, path, sent, If_Match=seen)
        assert (stale.status_code, code(stale)) == (412, "precondition_failed")
    assert site.api("GET", path).headers["ETag"] == moved.headers["ETag"]
    assert site.api("PATCH", path, {"at": None}, If_Match="*").status_code == 200
    assert site.api("DELETE", path, If_Match="nonsense").status_code == 412
    assert site.api("DELETE", path).status_code == 204


def test_the_tag_of_a_new_callback_lets_it_be_changed_at_once(site: Site) -> None:
    made = site.api("POST", "/callbacks", ASK)
    path = made.headers["Location"].removeprefix("/api/v1")
    assert site.api("DELETE", path, If_Match=made.headers["ETag"]).status_code == 204


# --- lists -----------------------------------------------------------------------------------------------------


def walked(site: Site, path: str, name: str) -> list[Any]:
    """All pages of a list, two rows each."""
    found, following = [], ""
    while True:
        answer = body(site.api("GET", f"{path}limit=2{following}"))
        found += answer[name]
        if answer["next"] is None:
            return found
        assert len(answer[name]) == 2
        following = f"&cursor={answer['next']}"


def test_lists_are_walked_page_by_page_newest_first(site: Site) -> None:
    made = []
    for last in range(5):
        made.append(booked(site, number=f"+1202555014{last}"))
        if last % 2:
            site.clock.advance(60)  # some are made in the same instant
    callbacks, cases = walked(site, "/callbacks?", "callbacks"), walked(site, "/cases?", "cases")
    assert {one["id"] for one in callbacks} == {one["id"] for one in made}
    assert len(callbacks) == len(cases) == 5
    assert [one["opened_at"] for one in cases] == sorted((one["opened_at"] for one in cases), reverse=True)
    assert callbacks[0]["id"] == made[-1]["id"]


def test_callbacks_are_found_by_status_and_number(site: Site) -> None:
    first, _ = booked(site), booked(site, number="+12025550144")
    site.api("DELETE", f"/callbacks/{first['id']}")
    assert [one["id"] for one in walked(site, "/callbacks?status=canceled&", "callbacks")] == [first["id"]]
    assert [one["id"] for one in walked(site, f"/callbacks?number=%2B{NUMBER[1:]}&", "callbacks")] == [first["id"]]
    assert walked(site, "/cases?status=closed&", "cases") == []


def test_events_are_followed_from_where_they_were_left(site: Site) -> None:
    before = body(site.api("GET", "/events"))["next"]
    booked(site)
    first = body(site.api("GET", f"/events?cursor={before}&limit=1"))
    rest = body(site.api("GET", f"/events?cursor={first['next']}"))
    assert [one["kind"] for one in first["events"] + rest["events"]] == [
        "case_opened",
        "callback_booked",
        "callback_asked",
    ]
    assert body(site.api("GET", f"/events?cursor={rest['next']}"))["events"] == []


WRONG = [
    ("/callbacks?limit=0", "limit"),
    ("/callbacks?limit=201", "limit"),
    ("/callbacks?limit=-1", "limit"),
    ("/callbacks?limit=٣", "limit"),
    ("/callbacks?cursor=x", "cursor"),
    ("/callbacks?cursor=%00", "cursor"),
    ("/callbacks?cursor=" + "W" * 4000, "cursor"),
    ("/callbacks?cursor=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgIngiXQ", "cursor"),
    ("/callbacks?cursor=WzFd", "cursor"),
    ("/events?cursor=WzFlNTBd", "cursor"),
    ("/events?cursor=W3RydWVd", "cursor"),
    ("/callbacks?status=lost", "status"),
    ("/callbacks?status=", "status"),
    ("/callbacks?number=x", "number"),
    ("/cases?colour=blue", "unknown_field"),
    ("/agents?%F0%9F%98%80=1", "unknown_field"),
]


def test_wrong_questions_are_told_by_their_code(site: Site) -> None:
    for path, expected in WRONG:
        answer = site.api("GET", path)
        assert (answer.status_code, code(answer)) == (422, expected), path


def test_agents_are_shown_without_their_numbers(site: Site) -> None:
    with site.store.begin() as uow:
        uow.agents.add(Agent(id="a" * 32, name="Ada", number="+12025550171", status_at=site.clock.now()))
        uow.commit()
    answer = site.api("GET", "/agents")
    assert [one["name"] for one in body(answer)["agents"]] == ["Ada"]
    assert "2025550171" not in answer.text


# --- what HTTP itself refuses ----------------------------------------------------------------------------------


def test_what_is_no_json_by_its_own_word_is_refused(site: Site) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"):
        answer = site.api("POST", "/callbacks", b"number=1", Content_Type=kind)
        assert (answer.status_code, code(answer)) == (415, "unsupported_media_type")
    assert site.api("POST", "/callbacks", b'{"number": "1"}', Content_Type="application/vnd.x+json").status_code == 422


def test_a_key_that_asks_too_fast_is_told_when_to_go_on(
    new_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.web.register.API_LIMIT", "2 per minute")
    site = new_site()
    answers = [site.api("GET", "/agents") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert code(answers[-1]) == "too_many_requests"
    assert answers[-1].headers["Retry-After"] == "60"
    assert site.api("GET", "/agents", **key_for(site)).status_code == 200


def test_addresses_that_are_not_there_are_problems_without_a_key_too(site: Site) -> None:
    for path in ("", "/", "/callbacks/", "/webhooks/x/y", "/nothing"):
        for method in ("GET", "PUT", "TRACE"):
            answer = site.app.test_client().open(f"/api/v1{path}", method=method)
            assert (answer.status_code, code(answer)) in {(404, "not_found"), (405, "method_not_allowed")}


def test_the_key_of_the_settings_is_still_good_for_all(site: Site) -> None:
    assert site.api("GET", "/webhooks", Authorization=f"Bearer {API_KEY}").status_code == 200


def test_conversations_are_opened_by_their_own_scope(sqlite_store: SqlStore) -> None:
    site = whole_site(sqlite_store)
    path = "/conversations/" + "0" * 32
    assert code(site.api("GET", path, **key_for(site, "callbacks:read"))) == "insufficient_scope"
    assert code(site.api("GET", path, **key_for(site, "conversations:write", name="desk"))) == "not_found"
    assert code(site.api("GET", path, Authorization="Bearer agent.x.y")) == "unauthorized"
