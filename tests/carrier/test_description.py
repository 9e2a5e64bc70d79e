"""What the carrier's REST answers, held against Twilio's own API description."""

import json
import re

import jsonschema
import pytest
import requests

OURS, CUSTOMER = "+15550100100", "+15551230001"
PREFIX = "api.v2010.account."


@pytest.fixture(scope="session")
def schemas(shared):
    path = shared / "reference" / "twilio_api_v2010.json"
    if not path.is_file():
        pytest.skip(f"needs {path.name}")
    return json.loads(path.read_text())["components"]["schemas"]


def plain(schema, schemas):
    """OpenAPI's words as JSON Schema's: references put in, `nullable` as a type."""
    if "$ref" in schema:
        return plain(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    kept = {k: v for k, v in schema.items() if k in ("type", "enum", "pattern", "minLength", "maxLength")}
    if "properties" in schema:
        kept["properties"] = {k: plain(v, schemas) for k, v in schema["properties"].items()}
        kept["required"] = list(kept["properties"])
        kept["additionalProperties"] = False
    return {"anyOf": [kept, {"type": "null"}]} if schema.get("nullable") or "enum" in kept else kept


def check(body, name, schemas):
    schema = plain(schemas[PREFIX + name], schemas)
    jsonschema.validate(body, schema.get("anyOf", [schema])[0])


@pytest.fixture
def rest(carrier):
    def get(path):
        address = f"{carrier.url}/2010-04-01/Accounts/{carrier.account_sid}/{path}.json"
        answer = requests.get(address, auth=(carrier.account_sid, carrier.auth_token), timeout=30)
        assert answer.status_code == 200
        return answer.json()

    return get


def only(answer):
    """The one item of a list."""
    key = next(k for k, v in answer.items() if isinstance(v, list))
    assert re.fullmatch("[a-z_]+", key)
    return answer[key][0]


def test_resources_look_as_described(app, carrier, customer, client, rest, schemas, eventually):
    app.answers["/answered"] = '<Dial><Conference waitUrl="">case 7</Conference></Dial>'
    customer.on_ring = "answer"
    call = client.calls.create(to=CUSTOMER, from_=OURS, url=app.url + "/answered")
    client.messages.create(to=CUSTOMER, from_=OURS, body="x")
    client.queues.create(friendly_name="support")
    eventually(lambda: carrier.exchange.conference_named("case 7"))
    room = only(rest("Conferences"))
    check(room, "conference", schemas)
    check(only(rest(f"Conferences/{room['sid']}/Participants")), "conference.participant", schemas)
    check(rest(f"Calls/{call.sid}"), "call", schemas)
    check(only(rest("Messages")), "message", schemas)
    check(only(rest("Queues")), "queue", schemas)
    check(only(rest("IncomingPhoneNumbers")), "incoming_phone_number", schemas)


def test_ended_call_looks_as_described(app, carrier, customer, client, rest, schemas, eventually):
    app.answers["/answered"] = "<Hangup/>"
    customer.on_ring = "answer"
    call = client.calls.create(to=CUSTOMER, from_=OURS, url=app.url + "/answered", machine_detection="Enable")
    eventually(lambda: client.calls(call.sid).fetch().status == "completed")
    check(rest(f"Calls/{call.sid}"), "call", schemas)


def test_recording_and_waiting_caller_look_as_described(app, carrier, customer, client, rest, schemas):
    app.answers["/voice"] = '<Record action="/kept" timeout="1" trim="do-not-trim"/>'
    app.answers["/kept"] = '<Enqueue waitUrl="/wait">support</Enqueue>'
    app.answers["/wait"] = "<Say>Please wait</Say>"
    customer.dial(OURS)
    customer.hears("Please wait")
    check(only(rest("Recordings")), "recording", schemas)
    queue = only(rest("Queues"))
    check(only(rest(f"Queues/{queue['sid']}/Members")), "queue.member", schemas)
