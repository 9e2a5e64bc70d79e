"""A carrier as a stranger would write it: Twilio's protocol and the documented settings, nothing of Ringback's code."""

import base64
import json
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from twilio.request_validator import RequestValidator

SECONDS = 30
Person = Callable[[str], tuple[str, str] | None]
"""What somebody does after they heard this: ("key", digits), ("say", words) or ("hang_up", ""); None: they listen."""


@dataclass
class Call:
    """One call, ours or the app's."""

    direction: str
    app: str
    """The number that the app has in this call."""
    number: str
    """The other one."""
    person: Person
    parameters: dict[str, str] = field(default_factory=dict)
    sid: str = field(default_factory=lambda: "CA" + uuid.uuid4().hex)
    status: str = "queued"
    heard: list[str] = field(default_factory=list)
    moved_to: str = ""
    """Where the app sent the live call."""
    sequence: int = 0
    conference: str = ""
    answer: str = ""
    """What the person says once they are recorded."""
    mouth: list[bytes] = field(default_factory=list)
    """Frames of 20 ms that wait to go into the stream."""

    @property
    def is_over(self) -> bool:
        return self.status in ("completed", "canceled")


class ForeignCarrier:
    """REST for the app, webhooks to it."""

    def __init__(self, account_sid: str, token: str, follow: "Callable[[ForeignCarrier, Call, str], None]") -> None:
        self._follow = follow
        self.account_sid = account_sid
        self.validator = RequestValidator(token)
        self.calls: dict[str, Call] = {}
        self.people: dict[str, Person] = {}
        self.recordings: dict[str, bytes] = {}
        """WAV files by sid."""
        self.deleted: list[str] = []
        self.failures: list[str] = []
        """What the app did that no carrier would take."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _rest_of(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.base = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """No more REST."""
        self._server.shutdown()
        self._server.server_close()

    def dial_in(self, number: str, to: str, app_url: str, person: Person) -> Call:
        """Somebody calls the app's number."""
        addresses = {"Url": f"{app_url}/voice", "StatusCallback": f"{app_url}/voice/status"}
        call = self._known(Call("inbound", to, number, person, addresses, status="ringing"))
        threading.Thread(target=self._lives, args=(call,), daemon=True).start()
        return call

    def place(self, form: dict[str, str]) -> Call:
        """The app dials."""
        person = self.people[form["To"]]
        call = self._known(Call("outbound-api", form["From"], form["To"], person, form))
        threading.Thread(target=self._rings, args=(call,), daemon=True).start()
        return call

    def to(self, number: str) -> list[Call]:
        """The calls that the app placed to a number."""
        return [c for c in self.calls.values() if c.number == number and c.direction == "outbound-api"]

    def post(self, url: str, form: dict[str, str]) -> bytes:
        """A signed webhook. An answer of 400 and above is a failure of the app's."""
        signature = self.validator.compute_signature(url, form)
        body = urllib.parse.urlencode(form).encode()
        asked = urllib.request.Request(url, body, {"X-Twilio-Signature": signature})
        try:
            with urllib.request.urlopen(asked, timeout=SECONDS) as answer:
                told: bytes = answer.read()
                return told
        except urllib.error.HTTPError as error:
            self.failures.append(f"{error.code} for {url}")
            return b"<Response/>"

    def form(self, call: Call, **more: str) -> dict[str, str]:
        """What every webhook about a call carries."""
        outward = call.direction != "inbound"
        from_, to = (call.app, call.number) if outward else (call.number, call.app)
        return {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": call.sid,
            "CallStatus": call.status,
            "Direction": call.direction,
            "From": from_,
            "To": to,
        } | more

    def enters(self, call: Call, status: str) -> None:
        """A new state, told where the app asked for it."""
        if call.is_over:
            return
        call.status = status
        url = call.parameters.get("StatusCallback")
        if url and (call.direction != "inbound" or call.is_over):
            told = {"SequenceNumber": str(call.sequence), "CallbackSource": "call-progress-events"}
            call.sequence += 1
            self.post(url, self.form(call, Timestamp=formatdate(), **told))

    def in_conference(self, name: str) -> list[Call]:
        """Who is there now."""
        return [c for c in self.calls.values() if c.conference == name and not c.is_over]

    def _known(self, call: Call) -> Call:
        self.calls[call.sid] = call
        return call

    def _rings(self, call: Call) -> None:
        time.sleep(0.2)
        for status in ("initiated", "ringing"):
            self.enters(call, status)
        self._lives(call)

    def _lives(self, call: Call) -> None:
        self.enters(call, "in-progress")
        try:
            self._follow(self, call, call.parameters["Url"])
        except (OSError, AssertionError, ElementTree.ParseError) as error:  # a thread's error would be lost
            self.failures.append(f"{call.number}: {error!r}")
        self.enters(call, "completed")


def _rest_of(carrier: ForeignCarrier) -> type[BaseHTTPRequestHandler]:
    """Calls.json and Calls/CA….json, as far as a call's life needs them."""

    class Rest(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            if found := re.search(r"/Recordings/(RE\w+)\.wav$", path):
                self._plays(carrier.recordings.get(found[1]))
            elif found := re.search(r"/Calls/(CA\w+)\.json$", path):
                self._shows(carrier.calls.get(found[1]))
            else:
                to = urllib.parse.parse_qs(query).get("To", [""])[0]
                listed = [_shown(carrier, call) for call in carrier.to(to)]
                self._answers(200, {"calls": listed, "page": 0, "page_size": 50, "next_page_uri": None})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in urllib.parse.parse_qs(body).items()}
            found = re.search(r"/Calls/(CA\w+)\.json$", self.path)
            if found is None and self.path.endswith("/Calls.json"):
                self._answers(201, _shown(carrier, carrier.place(form)))
                return
            call = carrier.calls.get(found[1]) if found else None
            if call is not None and form.get("Status") == "completed":
                carrier.enters(call, "completed")
            elif call is not None:
                call.moved_to = form["Url"]
            self._shows(call)

        def do_DELETE(self) -> None:
            found = re.search(r"/Recordings/(RE\w+)\.json$", self.path)
            if found is None or carrier.recordings.pop(found[1], None) is None:
                self._shows(None)
                return
            carrier.deleted.append(found[1])
            self.send_response(204)
            self.end_headers()

        def _plays(self, sound: bytes | None) -> None:
            authorized = base64.b64decode(self.headers.get("Authorization", "").partition(" ")[2]).decode()
            if sound is None or not authorized.startswith(f"{carrier.account_sid}:"):
                self._shows(None)
                return
            self.send_response(200)
            self.send_header("Content-Type", "audio/x-wav")
            self.send_header("Content-Length", str(len(sound)))
            self.end_headers()
            self.wfile.write(sound)

        def _shows(self, call: Call | None) -> None:
            if call is None:
                self._answers(404, {"code": 20404, "message": "not found", "status": 404})
            else:
                self._answers(200, _shown(carrier, call))

        def _answers(self, code: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    return Rest


def _shown(carrier: ForeignCarrier, call: Call) -> dict[str, Any]:
    shown = carrier.form(call)
    names = {"CallSid": "sid", "CallStatus": "status", "From": "from", "To": "to", "AccountSid": "account_sid"}
    return {names[name]: value for name, value in shown.items() if name in names} | {"date_created": formatdate()}
