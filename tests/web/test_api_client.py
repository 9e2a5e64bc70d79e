"""A client that openapi-python-client makes of the description works: what is described is what is served."""

import importlib
import json
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ivr.web.api_docs import document
from tests.web.site import API_KEY, Site

pytestmark = pytest.mark.filterwarnings("ignore")  # of the generator, and of the code that it makes


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package that is made of the description."""
    maker = pytest.importorskip("openapi_python_client.cli", reason="needs the package openapi-python-client")
    from typer.testing import CliRunner

    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(document()))
    told = ["generate", "--path", str(folder / "openapi.json"), "--output-path", str(folder / "ringback_client")]
    done = CliRunner().invoke(maker.app, [*told, "--meta", "none"])
    assert done.exit_code == 0, done.output
    sys.path.insert(0, str(folder))
    yield importlib.import_module("ringback_client")
    sys.path.remove(str(folder))


@pytest.fixture
def client(site: Site, generated: Any) -> Iterator[Any]:
    """One that talks to the site."""
    with generated.AuthenticatedClient(
        base_url="https://voice.example.com/api/v1",
        token=API_KEY,
        httpx_args={"transport": httpx.WSGITransport(app=site.app)},
    ) as client:
        yield client


def use(client: Any, operation: str, *given: Any, **more: Any) -> Any:
    return importlib.import_module(f"ringback_client.api.{operation}").sync(*given, client=client, **more)


def test_a_generated_client_books_moves_reads_and_cancels(client: Any) -> None:
    models = importlib.import_module("ringback_client.models")
    wish = models.CallbackWish(number="+12025550143", kind=models.CaseKind.TRACK_ORDER, words="Where is it?")
    made = use(client, "callbacks.create_callback", body=wish)
    assert made.status == models.CallbackStatus.SCHEDULED
    slots = use(client, "callbacks.list_slots", number="+12025550143")
    moved = use(client, "callbacks.move_callback", made.id, body=models.CallbackMove(at=slots.slots[8].at))
    assert (moved.asap, moved.due_at) == (False, slots.slots[8].at)
    assert [one.id for one in use(client, "callbacks.list_callbacks", limit=5).callbacks] == [made.id]
    case = use(client, "cases.get_case", made.case)
    assert (case.summary, case.timeline[0].kind) == ("Where is it?", "case_opened")
    assert use(client, "cases.get_transcript", made.case).passages == []
    assert use(client, "cases.list_photos", made.case).photos == []
    use(client, "callbacks.cancel_callback", made.id)
    assert use(client, "callbacks.get_callback", made.id).status == models.CallbackStatus.CANCELED
    assert use(client, "events.list_events").events[-1].kind == "callback_canceled"
    assert use(client, "people.list_agents").agents == []


def test_a_generated_client_is_told_why_something_is_refused(client: Any) -> None:
    models = importlib.import_module("ringback_client.models")
    answer = use(client, "callbacks.create_callback", body=models.CallbackWish(number="nonsense"))
    assert (type(answer).__name__, answer.code) == ("Problem", "number")


def test_a_generated_client_subscribes_and_reads_the_log(client: Any) -> None:
    models = importlib.import_module("ringback_client.models")
    wish = models.WebhookWish(url="https://shop.example.com/hooks", events=[models.EventType.CASE_OPENED])
    made = use(client, "webhooks.create_webhook", body=wish)
    assert made.secret.startswith("whsec_")
    ping = use(client, "webhooks.ping_webhook", made.id)
    assert [one.id for one in use(client, "webhooks.list_deliveries", made.id).deliveries] == [ping.id]
