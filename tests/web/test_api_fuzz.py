"""Whatever fits the description of the API, or nearly fits it, is answered as described, and never by a 5xx.

A glance in `make test`, far in `make proof` (RINGBACK_EFFORT).
"""

import warnings
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from ivr.bootstrap import build
from ivr.settings import Settings
from ivr.storage import SqlStore
from ivr.web.api_docs import operations as described
from tests.effort import EFFORT
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeMessenger
from tests.fakes.phone import FakePhone
from tests.fakes.rooms import FakeRooms
from tests.web.site import API_KEY, ENVIRONMENT, NUMBER, Site, shipped_words

ASKED = {"Authorization": f"Bearer {API_KEY}"}


def whole_site(store: SqlStore) -> Site:
    """With conversations, and without a limit on requests."""
    clock, messenger = FakeClock(), FakeMessenger()
    phone = FakePhone(clock)
    ivr = build(
        Settings.from_env(ENVIRONMENT), store=store, clock=clock, messenger=messenger, phone=phone, rooms=FakeRooms()
    )
    vars(ivr).update(shipped_words())
    site = Site(ivr, ivr.wsgi(), clock, messenger, phone)
    for limiter in site.app.extensions["limiter"]:
        limiter.enabled = False
    return site


def test_no_request_that_fits_the_description_is_answered_otherwise(sqlite_store: SqlStore) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the tool itself
        schemathesis = pytest.importorskip("schemathesis", reason="needs the package schemathesis")
        site = whole_site(sqlite_store)
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site.app)
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) == len(list(described()))
        for operation in operations:
            tried(operation, there(site))


def there(site: Site) -> dict[str, str]:
    """What is really there, for places in addresses: made anew, for the operation before may have ended it."""
    site.clock.advance(86_401)
    made = site.api("POST", "/callbacks", {"number": NUMBER, "kind": "question"}).json or {}
    for old in (site.api("GET", "/webhooks").json or {})["webhooks"]:
        site.api("DELETE", f"/webhooks/{old['id']}")
    hook = site.api("POST", "/webhooks", {"url": "https://shop.example.com/hooks"}).json or {}
    ping = site.api("POST", f"/webhooks/{hook.get('id')}/ping").json or {}
    ids = {"callback_id": made.get("id") or made["callback"], "number": made.get("case") or "0000000"}
    return ids | {"webhook_id": hook["id"], "delivery_id": ping["id"]}


def tried(operation: Any, places: dict[str, str]) -> None:
    from schemathesis import checks

    wanted = [
        checks.CHECKS.get_one(name)
        for name in (
            "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
        )
    ]  # fmt: skip

    @seed(1)
    @settings(max_examples=2 * EFFORT, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        for name in places.keys() & case.path_parameters.keys():
            if len(str(case.path_parameters[name])) % 2:
                case.path_parameters[name] = places[name]
        case.call_and_validate(headers=ASKED, checks=wanted)

    one()
