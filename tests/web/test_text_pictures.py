"""Pictures by text message: to the case that they belong to, from the carrier alone, and never without an answer."""

import threading
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ivr.errors import AudioError, CarrierRejected, CarrierUnclear, NotFound
from ivr.phone.client import Account
from ivr.phone.text_pictures import TwilioPictures
from ivr.pictures import PillowPictures
from ivr.service.incoming_texts import IncomingText
from ivr.service.photos import MOST_BYTES, CasePhotos
from ivr.service.text_pictures import TextPictures
from tests.web.site import NUMBER, Site
from tests.web.test_photos import picture

ACCOUNT, MESSAGE, MEDIA = "AC" + "1" * 32, "MM" + "2" * 32, "ME" + "3" * 32
URL = f"https://api.example.com/2010-04-01/Accounts/{ACCOUNT}/Messages/{MESSAGE}/Media/{MEDIA}"


@dataclass
class Source:
    """service.text_pictures.PictureSource."""

    files: dict[str, bytes] = field(default_factory=lambda: {"a": picture(), "b": b"MZ"})

    def fetch(self, url: str) -> bytes:
        if url not in self.files:
            raise NotFound("gone")
        return self.files[url]


def texts(site: Site, *urls: str, body: str = "", sid: int = 1) -> str:
    photos = CasePhotos(site.clock, 5, timedelta(days=90))
    tools = TextPictures(scenes=site.ivr.engine.scenes, source=Source(), pictures=PillowPictures(), photos=photos)
    vars(site.ivr).pop("incoming_texts", None)
    vars(site.ivr).update(_pictures=tools)
    text = IncomingText(sid=f"MM{sid:032x}", number=NUMBER, body=body, pictures=urls)
    return " ".join(site.ivr.incoming_texts.arrived(text))


def test_picture_comes_to_the_case_once_and_its_sender_is_told(site: Site) -> None:
    callback = site.callback(site.proven())
    with site.store.read() as uow:
        case = uow.cases.get(callback.case_id)
    assert case is not None
    assert f"your picture is with case {case.number}" in texts(site, "a")
    assert texts(site, "a") == "", "the same text again"
    with site.store.read() as uow:
        assert len(uow.photos.of_case(case.id)) == 1
    assert "could not take your picture" in texts(site, "b", sid=2)
    assert "could not take your picture" in texts(site, "gone", "", sid=3)


def test_picture_of_nobody_knows_what_is_answered_with_what_to_do(site: Site) -> None:
    assert "Write first what it is about" in texts(site, "a")
    assert "track an order" in texts(site, "a", body="hello", sid=2), "words beside it are answered, too"


class Carrier(BaseHTTPRequestHandler):
    """Hands out one file, and notes who asks how."""

    seen: list[tuple[str, str]]
    body: bytes
    status: int

    def do_GET(self) -> None:
        type(self).seen.append((self.path, self.headers.get("Authorization", "")))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def carrier() -> Iterator[tuple[type[Carrier], TwilioPictures]]:
    class Here(Carrier):
        seen, body, status = [], b"jpeg", 200

    with ThreadingHTTPServer(("127.0.0.1", 0), Here) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        account = Account(sid=ACCOUNT, auth_token="t", number="+12025550100", public_url="https://x", api_base=base)
        yield Here, TwilioPictures(account)
        server.shutdown()


def test_only_our_carrier_is_asked_with_our_password_whatever_address_is_named(
    carrier: tuple[type[Carrier], TwilioPictures],
) -> None:
    here, source = carrier
    assert source.fetch(URL.replace("api.example.com", "evil.example")) == b"jpeg"
    ((path, password),) = here.seen
    assert path.endswith(f"/Accounts/{ACCOUNT}/Messages/{MESSAGE}/Media/{MEDIA}")
    assert b64decode(password.partition(" ")[2]).decode() == f"{ACCOUNT}:t"
    for url in ("https://evil.example/a.jpg", URL + "?x=1", URL.replace("ME", "RE"), ""):
        with pytest.raises(NotFound):
            source.fetch(url)
    assert len(here.seen) == 1


@pytest.mark.parametrize(
    ("status", "size", "error"),
    [(404, 0, NotFound), (401, 0, CarrierRejected), (503, 0, CarrierUnclear), (200, MOST_BYTES + 1, AudioError)],
)
def test_what_the_carrier_does_not_hand_out_is_told_apart(
    carrier: tuple[type[Carrier], TwilioPictures], status: int, size: int, error: type[Exception]
) -> None:
    here, source = carrier
    here.status, here.body = status, b"x" * size
    with pytest.raises(error):
        source.fetch(URL)
