"""Webhooks out: subscribed, signed, tried again, logged, sent again; and never to our own network."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest

from ivr.cli.keys import KeysDesk
from ivr.errors import HookFailed
from ivr.hooks.sender import HttpHookSender, is_public
from ivr.storage import SqlStore
from tests.web.receivers import Receiver, is_signed, listening
from tests.web.site import Site, a_site
from tests.web.test_api import booked, code


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as running:
        yield running


def webhook(site: Site, url: str, **fields: Any) -> dict[str, Any]:
    answer = site.api("POST", "/webhooks", {"url": url} | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json or {})


def sweep(site: Site, seconds: float = 0) -> None:
    """One round of the dispatcher's, so much later."""
    site.clock.advance(seconds)
    site.ivr.hook_sweep._paused_until.clear()  # its pause is in true time
    site.ivr.hook_sweep.sweep()


def log_of(site: Site, hook: dict[str, Any], question: str = "") -> list[dict[str, Any]]:
    answer = site.api("GET", f"/webhooks/{hook['id']}/deliveries{question}")
    return list((answer.json or {})["deliveries"])


def test_what_happens_is_told_signed_and_in_order(site: Site, receiver: Receiver) -> None:
    booked(site, number="+12025550144")  # before anybody listened
    site.clock.advance(1)
    hook = webhook(site, receiver.url)
    made = booked(site)
    site.api("DELETE", f"/callbacks/{made['id']}")
    sweep(site)
    sweep(site)
    assert receiver.types() == ["case.opened", "callback.booked", "callback.canceled"]
    assert receiver.told()[1]["data"]["callback"] == made["id"]
    assert receiver.told()[1]["data"]["case"] == made["case"]
    assert "2025550143" not in str(receiver.told())
    for headers, body in receiver.came:
        assert is_signed(hook["secret"], headers, body)
        assert not is_signed(hook["secret"], headers, body + b" ")
        assert not is_signed(hook["secret"], headers | {"webhook-timestamp": "1"}, body)
        assert abs(int(headers["webhook-timestamp"]) - site.clock.now().timestamp()) < 5
    assert {one["status"] for one in log_of(site, hook)} == {"sent"}


def test_only_events_that_were_asked_for_are_told(site: Site, receiver: Receiver) -> None:
    webhook(site, receiver.url, events=["callback.canceled"])
    site.api("DELETE", f"/callbacks/{booked(site)['id']}")
    sweep(site)
    assert receiver.types() == ["callback.canceled"]


def test_what_was_not_taken_comes_again_with_the_same_id_and_body(site: Site, receiver: Receiver) -> None:
    hook = webhook(site, receiver.url, events=["callback.booked"])
    receiver.answers = [500, 302, 429]
    booked(site)
    for seconds in (0, 1, 5, 300, 1800):
        sweep(site, seconds)
    assert len(receiver.came) == 4
    assert len({(headers["webhook-id"], body) for headers, body in receiver.came}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in receiver.came}) == 4
    assert all(is_signed(hook["secret"], headers, body) for headers, body in receiver.came)
    (line,) = log_of(site, hook)
    assert (line["status"], line["tries"], line["answer"], line["next_try_at"]) == ("sent", 4, "204", None)


def test_after_three_days_it_is_given_up_and_can_be_sent_again(site: Site, receiver: Receiver) -> None:
    hook = webhook(site, receiver.url, events=["callback.booked"])
    receiver.answers = [503] * 10
    booked(site)
    for _ in range(12):
        sweep(site, timedelta(hours=25).total_seconds())
    assert len(receiver.came) == 10
    (line,) = log_of(site, hook, "?status=failed")
    answer = site.api("POST", f"/webhooks/{hook['id']}/deliveries/{line['id']}/replay")
    assert (answer.status_code, (answer.json or {})["status"]) == (202, "waiting")
    sweep(site)
    assert log_of(site, hook)[0]["status"] == "sent"
    assert receiver.came[-1][0]["webhook-id"] == line["id"]


def test_a_receiver_that_is_gone_is_told_nothing_more(site: Site, receiver: Receiver) -> None:
    hook = webhook(site, receiver.url)
    receiver.answers = [410]
    booked(site)
    for _ in range(3):
        sweep(site, 600)
    assert len(receiver.came) == 1
    assert (site.api("GET", f"/webhooks/{hook['id']}").json or {})["active"] is False


def test_one_that_hangs_is_left_and_holds_up_nobody_else(site: Site, receiver: Receiver) -> None:
    site.ivr.hook_sweep.sender = HttpHookSender(allow_local=True, deadline_seconds=0.3)
    slow = webhook(site, receiver.url, events=["callback.booked"])
    receiver.hangs.set()
    with listening() as other:
        webhook(site, other.url, events=["callback.booked"])
        booked(site)
        site.ivr.hook_sweep.sweep()
        assert other.types() == ["callback.booked"]
    assert (log_of(site, slow)[0]["status"], log_of(site, slow)[0]["answer"]) == ("waiting", "timeout")


def test_a_process_that_died_while_sending_sends_once_more(site: Site, receiver: Receiver) -> None:
    webhook(site, receiver.url, events=["callback.booked"])
    booked(site)
    sweeper = site.ivr.hook_sweep
    settle, sweeper._settle_one = sweeper._settle_one, lambda *_: None  # type: ignore[method-assign]
    sweep(site)
    sweeper._settle_one = settle  # type: ignore[method-assign]
    sweep(site, 61)
    sweep(site, 61)
    assert [headers["webhook-id"] for headers, _ in receiver.came] == [receiver.came[0][0]["webhook-id"]] * 2


def test_an_event_that_becomes_visible_late_is_still_told(site: Site, receiver: Receiver) -> None:
    """On PostgreSQL serials are given before the commit: a later one may be seen first."""
    webhook(site, receiver.url, events=["callback.booked", "case.opened"])
    booked(site)
    sweep(site)
    with site.store.begin() as uow:
        late = next(event for event in uow.events.recent(10) if event.kind == "case_opened")
        vars(late).update(id="late", kind="callback_booked")
        uow.events.add(late)
        uow.commit()
    sweep(site, 30)
    sweep(site, 90)
    assert len(receiver.came) == 3


def test_events_that_nobody_asked_for_are_looked_at_once(
    site: Site, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.service.hooks.BATCH", 3)
    webhook(site, receiver.url, events=["case.rated"])
    for last in range(4):
        booked(site, number=f"+1202555014{last}")
    sweep(site, 61)
    with site.store.read() as uow:
        seen = (uow.guards.get_note("hooks:told") or {})["serial"]
        assert len(uow.lists.events(seen, 100)) < 6
    assert receiver.came == []


def test_the_log_is_kept_for_a_week(site: Site, receiver: Receiver) -> None:
    hook = webhook(site, receiver.url, events=["callback.booked"])
    booked(site)
    sweep(site)
    assert len(log_of(site, hook)) == 1
    site.clock.advance(timedelta(days=8).total_seconds())
    site.ivr.engine.retention.sweep()
    assert log_of(site, hook) == []


@pytest.mark.postgres
def test_on_postgresql_keys_lists_and_webhooks_do_the_same(postgres_store: SqlStore, receiver: Receiver) -> None:
    site = a_site(postgres_store)
    key = KeysDesk(site.store, site.clock).add("shop", ("callbacks:read", "webhooks:write"))
    hook = webhook(site, receiver.url)
    made = [booked(site, number=f"+1202555014{last}") for last in range(3)]
    seen: list[str] = []
    following = ""
    while following is not None:
        more = f"&cursor={following}" if following else ""
        answer = site.api("GET", f"/callbacks?limit=1{more}", Authorization=f"Bearer {key}").json or {}
        seen += [one["id"] for one in answer["callbacks"]]
        following = answer["next"]
    assert sorted(seen) == sorted(one["id"] for one in made)
    assert len((site.api("GET", "/events?limit=4").json or {})["events"]) == 4
    receiver.answers = [500]
    sweep(site)
    sweep(site, 10)
    assert receiver.types()[1:] == ["callback.booked", "case.opened"] * 3, "the one that failed comes last"
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 6
    assert len(log_of(site, hook, "?status=sent")) == 6
    assert site.api("DELETE", f"/webhooks/{hook['id']}").status_code == 204


def test_a_changed_secret_signs_beside_the_old_one_for_a_day(site: Site, receiver: Receiver) -> None:
    hook = webhook(site, receiver.url)
    fresh = (site.api("POST", f"/webhooks/{hook['id']}/secret").json or {})["secret"]
    assert site.api("POST", f"/webhooks/{hook['id']}/ping").status_code == 202
    sweep(site)
    assert [is_signed(secret, *receiver.came[0]) for secret in (hook["secret"], fresh)] == [True, True]
    site.clock.advance(90_000)
    site.api("POST", f"/webhooks/{hook['id']}/ping")
    sweep(site)
    assert [is_signed(secret, *receiver.came[1]) for secret in (hook["secret"], fresh)] == [False, True]
    assert receiver.types() == ["ping", "ping"]


def test_the_secret_is_shown_once(site: Site, receiver: Receiver) -> None:
    hook = webhook(site, receiver.url)
    for path in ("", f"/{hook['id']}", f"/{hook['id']}/deliveries"):
        assert hook["secret"] not in site.api("GET", f"/webhooks{path}").text
    assert "secret" not in (site.api("PATCH", f"/webhooks/{hook['id']}", {"active": False}).json or {})


def test_a_webhook_is_changed_switched_off_and_deleted(site: Site, receiver: Receiver) -> None:
    hook = webhook(site, receiver.url)
    path = f"/webhooks/{hook['id']}"
    seen = site.api("GET", path).headers["ETag"]
    assert (site.api("PATCH", path, {"active": False, "events": ["case.opened"]}).json or {})["events"] == [
        "case.opened"
    ]
    assert code(site.api("DELETE", path, If_Match=seen)) == "precondition_failed"
    booked(site)
    sweep(site)
    assert receiver.came == []
    assert site.api("DELETE", path).status_code == 204
    assert code(site.api("GET", path)) == "not_found"
    booked(site, number="+12025550144")
    sweep(site)
    assert receiver.came == []


def test_the_log_of_one_webhook_shows_nothing_of_another(site: Site, receiver: Receiver) -> None:
    one, other = webhook(site, receiver.url), webhook(site, receiver.url)
    made = (site.api("POST", f"/webhooks/{one['id']}/ping").json or {})["id"]
    assert log_of(site, other) == []
    assert code(site.api("POST", f"/webhooks/{other['id']}/deliveries/{made}/replay")) == "not_found"
    assert code(site.api("POST", f"/webhooks/{one['id']}/deliveries/msg_x/replay")) == "not_found"


def test_wrong_fields_are_told_by_their_code(site: Site) -> None:
    good = {"url": "https://a.example"}
    wrong: list[tuple[dict[str, Any], str]] = [
        (good | {"events": ["x"]}, "events"),
        (good | {"events": [[]]}, "events"),
        (good | {"events": "case.opened"}, "events"),
        (good | {"active": "yes"}, "type"),
        (good | {"description": "x" * 201}, "description"),
        ({"url": "https://a.example/" + "x" * 2000}, "webhook_url"),
        ({"url": 7}, "type"),
        ({}, "webhook_url"),
    ]
    for fields, expected in wrong:
        answer = site.api("POST", "/webhooks", fields)
        assert (answer.status_code, code(answer)) == (422, expected), fields


FORBIDDEN = [
    "http://example.com/", "https://localhost/", "https://x.localhost/", "https://db.internal/", "https://127.0.0.1/",
    "https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://[::1]/",
    "https://[::ffff:10.0.0.1]/", "https://10.0.0.8/", "https://192.168.1.1:8443/", "https://169.254.169.254/latest",
    "https://[fd00::1]/", "https://[64:ff9b::7f00:1]/", "https://0.0.0.0/", "https://user:secret@example.com/",
    "https://example.com/#x", "https://exa mple.com/", "https://example.com:99999/", "ftp://example.com/", "file:///etc",
    "https://", "https://[::1", "//example.com", "https://100.64.0.1/", "https://224.0.0.1/", "https://\u24db.example\r\n/",
]  # fmt: skip


def test_addresses_inside_our_own_network_are_refused(sqlite_store: SqlStore) -> None:
    site = a_site(sqlite_store, TWILIO_API_BASE="https://carrier.example.com")
    for url in FORBIDDEN:
        answer = site.api("POST", "/webhooks", {"url": url})
        assert (answer.status_code, code(answer)) == (422, "webhook_url"), url
        with pytest.raises(HookFailed) as failed:
            HttpHookSender().post(url, {}, b"")
        assert failed.value.reason == "url"


def test_a_name_that_leads_into_our_own_network_is_not_followed(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(receiver.url.split(":")[2].split("/")[0])
    for addresses in (["127.0.0.1"], ["93.184.215.14", "10.0.0.1"]):
        found = [(2, 1, 6, "", (address, port)) for address in addresses]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, found=found, **__: found)
        with pytest.raises(HookFailed) as failed:
            HttpHookSender().post(f"https://rebinding.example:{port}/", {}, b"{}")
        assert failed.value.reason == "address"
    assert receiver.came == []


def test_the_name_stays_in_the_request_though_the_address_is_dialed(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(receiver.url.split(":")[2].split("/")[0])
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", port))])
    assert HttpHookSender(allow_local=True).post(f"http://shop.example:{port}/a?b=c", {"x-y": "z"}, b"{}") == 204
    assert receiver.came[0][0]["host"] == f"shop.example:{port}"


@pytest.mark.parametrize(
    ("address", "is_open"),
    [("93.184.215.14", True), ("2606:4700::1111", True), ("fe80::1", False), ("2002:7f00:1::", False), ("::", False)],
)
def test_public_addresses_are_told_from_others(address: str, is_open: bool) -> None:
    assert is_public(ip_address(address)) is is_open
