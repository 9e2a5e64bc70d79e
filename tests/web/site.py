"""The whole site under test: real store, real content, real rules; only carrier, messages and clock are fakes."""

import re
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.test import TestResponse

from ivr.bootstrap import Ivr, build
from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.parts import Overrides
from ivr.passwords import Argon2Passwords
from ivr.service.store import Store
from ivr.settings import Settings
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeMessenger
from tests.fakes.phone import FakePhone
from tests.fakes.recorder import FakeRecorder
from tests.fakes.rooms import FakeRooms

QUICK = Argon2Passwords(memory_kib=8, passes=1)
"""Signs in thousands of times as fast as the real settings would."""
API_KEY = "an api key of sufficient length".replace(" ", "-")
PASSWORD = "a long enough password"
NUMBER, TYPED = "+12025550143", "202 555 0143"
ORDER = "1815908"
ENVIRONMENT = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "2" * 32,
    "TWILIO_API_BASE": "http://127.0.0.1:9",
    "IVR_PUBLIC_URL": "https://voice.example.com",
    "IVR_PHONE_NUMBER": "+12025550100",
    "IVR_HEARING": "keypad",
    "IVR_API_KEYS": API_KEY,
    "IVR_SUPERVISOR_PASSWORD": PASSWORD,
}
FORM = {
    "number": TYPED, "kind": "track_order", "words": "Where is it?", "order": ORDER, "when": "asap",
    "consent": "yes", "zone": "America/New_York",
}  # fmt: skip


@dataclass
class Site:
    """A running site, and a customer's browser."""

    ivr: Ivr
    app: Flask
    clock: FakeClock
    messenger: FakeMessenger
    phone: FakePhone
    recorder: FakeRecorder = field(default_factory=FakeRecorder)

    def __post_init__(self) -> None:
        self.browser = self.app.test_client()
        self.browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en-US,en;q=0.9"
        self.browser.environ_base["wsgi.url_scheme"] = "https"

    # --- a customer with a browser -----------------------------------------------------------------------------

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.browser.get(path, base_url="https://voice.example.com", **options)

    def post(self, path: str, form: dict[str, str] | None = None, *, page: str = "/", **options: Any) -> TestResponse:
        """Send a form as a browser does that has just loaded `page`."""
        token = hidden(self.get(page), "csrf_token")
        sent = {"csrf_token": token} | (form or {})
        headers = {"Referer": "https://voice.example.com" + page}
        return self.browser.post(path, data=sent, base_url="https://voice.example.com", headers=headers, **options)

    def token(self) -> str:
        """This browser's token of forms: the same on all of them, so asked for once."""
        if "_token" not in vars(self):
            vars(self)["_token"] = hidden(self.get("/sign-in"), "csrf_token")
        return str(vars(self)["_token"])

    def ask(self, **changes: str) -> TestResponse:
        """Send the form, with changes; an empty value is left out."""
        page = self.get("/")
        given = {
            name: value for name, value in (FORM | {"form_id": hidden(page, "form_id")} | changes).items() if value
        }
        return self.post("/callbacks?lang=en-US", given)

    def asked(self, **changes: str) -> str:
        """Ask, and get to the callback's page: its path."""
        answer = self.ask(**changes)
        assert answer.status_code == 303, text_of(answer)
        return str(answer.headers["Location"]).partition("?")[0]

    def proven(self, **changes: str) -> str:
        """Ask and prove the number: the callback's path."""
        path = self.asked(**changes)
        assert self.post(f"{path}/confirm", {"code": self.code()}).status_code == 303
        return path

    def code(self) -> str:
        """The newest code on the customer's telephone."""
        found = re.search(r"\d{6}", self.messenger.sent[-1][1])
        assert found
        return found[0]

    # --- what the rows say -------------------------------------------------------------------------------------

    @property
    def store(self) -> Store:
        return self.ivr.store

    def callback(self, path: str) -> Callback:
        with self.store.read() as uow:
            found = uow.callbacks.get(path.rpartition("/")[2])
        assert found is not None
        return found

    def all_open(self) -> list[Callback]:
        kinds = [CallbackStatus.SCHEDULED, CallbackStatus.UNVERIFIED, CallbackStatus.DIALING]
        with self.store.read() as uow:
            return list(uow.callbacks.listed(kinds, 100))

    def dispatch(self) -> None:
        """Let the dispatcher do whatever is due."""
        self.ivr.dispatcher.tick()

    # --- an API client -----------------------------------------------------------------------------------------

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        given = {"Authorization": f"Bearer {API_KEY}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        sent = {"data": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        return self.app.test_client().open("/api/v1" + path, method=method, headers=given, **sent)


class Compiled(BytecodeCache):
    """Templates, compiled once for all sites: that is most of what a page costs in a fresh one."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


def a_site(store: Store, **settings: str) -> Site:
    """A site on this database."""
    clock, messenger = FakeClock(), FakeMessenger()
    phone = FakePhone(clock)
    recorder = FakeRecorder()
    edges: Overrides = {"store": store, "clock": clock, "messenger": messenger, "phone": phone, "passwords": QUICK}
    edges |= {"recorder": recorder, "rooms": FakeRooms()}
    ivr = build(Settings.from_env(ENVIRONMENT | settings), **edges)
    vars(ivr).update(shipped_words())
    app = ivr.wsgi()
    app.jinja_env.bytecode_cache = COMPILED
    return Site(ivr, app, clock, messenger, phone, recorder)


@cache
def shipped_words() -> dict[str, Any]:
    """grammars/, read once for all sites: nothing of it changes."""
    ivr = build(Settings.from_env(ENVIRONMENT))
    return {
        "content": ivr.content, "catalogue": ivr.catalogue, "board_words": ivr.board_words,
        "understanding": ivr.understanding, "policies": ivr.policies,
    }  # fmt: skip


def hidden(page: TestResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(f'name="{name}" value="([^"]*)"', page.text)
    return found[1] if found else ""


def text_of(page: TestResponse) -> str:
    """What a person reads on a page."""
    body = re.sub(r"(?s)<(head|script).*?</\1>", "", page.text)
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


def value_of(page: TestResponse, field: str) -> str:
    """What a field holds."""
    found = re.search(rf'<input[^>]*\bname="{field}"[^>]*\bvalue="([^"]*)"', page.text)
    found = found or re.search(rf'<textarea[^>]*name="{field}"[^>]*>([^<]*)</textarea>', page.text)
    return unescape(found[1]) if found else ""
