"""The description of the API says what the program does: routes, scopes, words, codes; and it can be read as a page."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus
from ivr.domain.cases import CaseKind, CaseStatus
from ivr.domain.conversations import Role
from ivr.domain.programs import HOOKS, DeliveryStatus, Scope
from ivr.web.api import FIELDS, _rules
from ivr.web.api_docs import METHODS, document, operations
from tests.conftest import ROOT
from tests.web.site import Site, text_of

PUBLIC = {("GET", "/openapi.json"), ("GET", "/docs")}


def served(site: Site) -> set[tuple[str, str]]:
    """What the app answers below /api/v1."""
    found = set()
    for rule in site.app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1"):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1"))
            found |= {(method, path) for method in rule.methods or () if method not in ("HEAD", "OPTIONS")}
    return found


def test_every_route_is_described_and_every_description_has_its_route(site: Site) -> None:
    told = {
        (method.upper(), path) for path, item in document()["paths"].items() for method in METHODS if method in item
    }
    conversations = {one for one in told if one[1].startswith("/conversations")}
    assert len(conversations) == 6
    assert told - conversations | PUBLIC == {one for one in served(site) if not one[1].startswith("/conversations")}


def test_conversations_are_described_as_they_are_served(site: Site) -> None:
    source = (ROOT / "ivr/web/conversations.py").read_text("utf-8")
    told = {path for path in document()["paths"] if path.startswith("/conversations")}
    ends = {re.sub(r"\{(\w+)\}", r"<\1>", path.removeprefix("/conversations")) for path in told}
    assert {end.rpartition("/")[2] for end in ends} >= set(re.findall(r'\{one\}/[\w/]*?(\w+)"', source))


def test_scopes_are_those_that_open_the_routes(site: Site) -> None:
    rules = {
        (rule.method, re.sub(r"<(\w+)>", r"{\1}", rule.path)): str(rule.scope)
        for rule in _rules(site.ivr.services, site.ivr.desk)
    }
    told = {(one["method"], one["path"]): one["scope"] for one in operations()}
    assert {key: scope for key, scope in told.items() if scope != Scope.CONVERSATIONS_WRITE} == rules
    assert set(told.values()) == set(Scope)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CallbackStatus", set(CallbackStatus)),
        ("CaseKind", set(CaseKind)),
        ("CaseStatus", set(CaseStatus)),
        ("DeliveryStatus", set(DeliveryStatus)),
        ("AgentStatus", set(AgentStatus)),
        ("Role", {Role.GUEST, Role.LISTENER, Role.COACH}),
        ("EventType", set(HOOKS.values())),
    ],
)
def test_words_are_those_of_the_program(name: str, words: set[str]) -> None:
    assert set(document()["components"]["schemas"][name]["enum"]) == words


def test_the_fields_of_a_wish_are_those_that_are_read() -> None:
    assert set(document()["components"]["schemas"]["CallbackWish"]["properties"]) == FIELDS


def test_every_code_that_the_program_can_answer_is_explained() -> None:
    sources = [ROOT / "ivr/web" / f"{name}.py" for name in (
        "api", "api_answers", "api_bodies", "api_case_files", "api_claims", "api_keys", "api_lists", "api_webhooks",
        "slots", "wish", "conversations", "problems",
    )]  # fmt: skip
    sources += [ROOT / "ivr/service" / f"{name}.py" for name in ("booking", "promises", "slots", "verification")]
    sources += [ROOT / "ivr/understanding/numbers.py"]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    raised = set(re.findall(r'(?:CallbackRefused|NumberRefused|NotThen|problem)\((?:\d+, )?"(\w+)"', text))
    assert {"number", "hours", "cursor", "unauthorized"} <= raised
    assert raised - set(document()["x-codes"]) == {"consent", "gap", "photo", "photo_large"}, "only forms have these"


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_reference_leads_somewhere_and_every_part_is_used() -> None:
    used = set(references(document()))
    parts = {
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "responses", "parameters", "headers")
        for name in document()["components"][kind]
    }
    assert used - parts == set()
    assert parts - used <= {"#/components/headers/Location"}
    for schema in document()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_it_is_served_without_a_key(site: Site) -> None:
    answer = site.app.test_client().get("/api/v1/openapi.json")
    assert (answer.status_code, (answer.json or {})["openapi"]) == (200, "3.1.0")


def test_it_is_a_page_that_names_every_operation_and_asks_nobody_elses_server(site: Site) -> None:
    page = site.app.test_client().get("/api/v1/docs")
    words = text_of(page)
    for one in operations():
        assert f"{one['method']} {one['path']}" in words
    assert "<script" not in page.text
    assert "//" not in re.sub(r"https?://example\.com", "", page.text).replace("</", "")
