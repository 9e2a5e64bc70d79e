"""Photos that customers add to their case: what is refused and how, what survives, and who may look."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from ivr.domain.agents import Agent
from ivr.domain.photos import Photo
from ivr.domain.staff import StaffRole
from ivr.service.accounts import Accounts
from ivr.service.photos import MOST_BYTES
from ivr.web.asgi_body import Files, WholeBody
from tests.web.site import PASSWORD, QUICK, Site, text_of, value_of

PHOTO_PASSWORD = "photos are for staff"


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **more: Any) -> bytes:
    """A file: red on the left, blue on the right."""
    made = Image.new("RGB", size, "blue")
    made.paste("red", (0, 0, size[0] // 2, size[1]))
    file = BytesIO()
    made.save(file, kind, **more)
    return file.getvalue()


def turned() -> bytes:
    """A JPEG of a telephone that was held sideways, which also tells where it was."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif, comment=b"a secret comment")


def bomb() -> bytes:
    """A PNG of 100 megapixels in few bytes."""
    file = BytesIO()
    Image.new("1", (10_000, 10_000)).save(file, "PNG")
    return file.getvalue()


def send(site: Site, path: str, data: bytes | None, name: str = "photo.jpg", caption: str = "The door") -> TestResponse:
    form: dict[str, Any] = {"caption": caption, "csrf_token": site.token()}
    if data is not None:
        form["photo"] = FileStorage(BytesIO(data), name)
    boundary, body = encode_multipart(form)
    base = "https://voice.example.com"
    sent = {"data": body, "content_type": f'multipart/form-data; boundary="{boundary}"', "base_url": base}
    return site.browser.post(f"{path}/photo?lang=en-US", headers={"Referer": base + path}, **sent)


def photos_of(site: Site, path: str) -> list[Photo]:
    with site.store.read() as uow:
        return list(uow.photos.of_case(site.callback(path).case_id))


def stored(site: Site, path: str) -> Image.Image:
    (photo,) = photos_of(site, path)
    with site.store.read() as uow:
        jpeg = uow.photos.picture(photo.case_id, photo.id)
    assert jpeg is not None
    return Image.open(BytesIO(jpeg))


def test_photos_of_all_three_kinds_stand_with_their_words_in_the_case(site: Site) -> None:
    path = site.proven()
    for kind in ("JPEG", "PNG", "WEBP"):
        answer = send(site, path, picture(kind), name="photo.exe")  # what a file is called tells nothing
        assert (answer.status_code, "told=photo" in answer.headers["Location"]) == (303, True)
    page = text_of(site.get(f"{path}?told=photo"))
    assert "The agent will see your photo." in page
    assert "Photos added: 3 of 5." in page
    kept = photos_of(site, path)
    assert {(photo.caption, photo.width, photo.height) for photo in kept} == {("The door", 60, 40)}
    with site.store.read() as uow:
        pictures = [uow.photos.picture(photo.case_id, photo.id) or b"" for photo in kept]
        kinds = [event.kind for event in uow.events.of_case(kept[0].case_id)]
    assert {Image.open(BytesIO(jpeg)).format for jpeg in pictures} == {"JPEG"}
    assert kinds.count("photo_added") == 3


def test_a_photo_is_upright_small_and_knows_nothing_of_its_making(site: Site) -> None:
    path = site.proven()
    sent = turned()
    assert b"a secret comment" in sent
    send(site, path, sent)
    kept = stored(site, path)
    assert kept.size == (40, 60)
    top = kept.convert("RGB").getpixel((20, 5))
    assert isinstance(top, tuple)
    assert top[0] > 200 > 60 > top[2]  # red is above now
    assert (dict(kept.getexif()), set(kept.info) & {"comment", "exif", "xmp", "icc_profile"}) == ({}, set())


def test_large_photos_are_made_smaller(site: Site) -> None:
    path = site.proven()
    send(site, path, picture(size=(4000, 3000)))
    assert stored(site, path).size == (1600, 1200)


BAD = {
    "none": (None, 422, "photo", "Choose a photo."),
    "empty": (b"", 422, "photo", "Choose a photo."),
    "like a gif": (b"GIF89a" + bytes(50), 422, "photo_type", "Choose a JPEG, PNG or WebP"),
    "a gif": (picture("GIF"), 422, "photo_type", "Choose a JPEG, PNG or WebP"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 422, "photo_type", "cannot read this file"),
    "cut off": (picture()[:-300], 422, "photo_type", "cannot read this file"),
    "a header alone": (picture("PNG")[:60], 422, "photo_type", "cannot read this file"),
    "zeros": (b"\xff\xd8\xff\xe0" + bytes(9000), 422, "photo_type", "cannot read this file"),
    "a bomb": (bomb(), 422, "photo_large", "at most 8 MB and 50 megapixels"),
    "large": (b"\xff" * (MOST_BYTES + 1), 422, "photo_large", "at most 8 MB"),
    "larger": (b"\xff" * (MOST_BYTES + 100_000), 413, "photo_large", "at most 8 MB"),
}


def test_a_bad_photo_is_explained_and_nothing_else_is_lost(site: Site) -> None:
    path = site.proven()
    before = site.callback(path)
    for what, (data, status, code, text) in BAD.items():
        answer = send(site, path, data)
        assert (answer.status_code, f'data-code="{code}"' in answer.text) == (status, True), what
        assert text in text_of(answer), what
        assert '<a href="#photo">' in answer.text, what
        assert "Your callback" in text_of(answer), what
        assert value_of(answer, "caption") == ("The door" if status == 422 else ""), what
    assert photos_of(site, path) == []
    assert site.callback(path).version == before.version


def test_the_same_photo_twice_is_one_and_a_case_has_so_many(new_site: Callable[..., Site]) -> None:
    site = new_site(IVR_PHOTOS="2")
    path = site.proven()
    for size in (50, 50, 51):
        assert send(site, path, picture(size=(size, size))).status_code == 303
    assert len(photos_of(site, path)) == 2
    answer = send(site, path, picture(size=(52, 52)))
    assert (answer.status_code, 'data-code="photo_full"' in answer.text) == (422, True)
    assert "There are 2 photos already" in text_of(answer)
    assert send(site, path, picture(size=(50, 50))).status_code == 303  # the back button


def test_hostile_words_are_shown_as_text_and_too_many_are_told(site: Site) -> None:
    path = site.proven()
    answer = send(site, path, picture(), caption="x" * 501)
    assert (answer.status_code, 'data-code="words"' in answer.text) == (422, True)
    send(site, path, picture(), caption='\x00"><script>alert(1)</script>')
    supervisor = signed_in(site, "supervisor", PASSWORD)
    page = supervisor.get(f"/agent/cases/{number_of(site, path)}", base_url="https://voice.example.com")
    assert "<script>alert" not in page.text
    assert 'alt="&#34;&gt;&lt;script&gt;' in page.text


def test_nobody_adds_photos_before_the_proof_after_the_end_or_by_guessing(site: Site) -> None:
    path = site.asked()
    assert send(site, path, picture()).status_code == 409
    site.post(f"{path}/confirm", {"code": site.code()})
    for token in ("0" * 32, "A" * 43, "x"):
        assert send(site, f"/callbacks/{token}", picture()).status_code == 404
    site.post(f"{path}/cancel")
    assert send(site, path, picture()).status_code == 409
    assert photos_of(site, path) == []


def test_where_no_photos_are_taken_none_is_asked_for(new_site: Callable[..., Site]) -> None:
    site = new_site(IVR_PHOTOS="0")
    path = site.proven()
    assert 'type="file"' not in site.get(path).text
    assert send(site, path, picture()).status_code == 422


def test_photos_are_deleted_when_their_time_is_over(new_site: Callable[..., Site]) -> None:
    site = new_site(IVR_PHOTO_DAYS="2")
    path = site.proven()
    send(site, path, picture())
    for days, left in ((1.9, 1), (2.1, 0)):
        with site.store.begin() as uow:
            now = site.clock.now() + timedelta(days=days)
            uow.guards.sweep(now, kept_since=now - timedelta(days=7))
            uow.commit()
        assert len(photos_of(site, path)) == left


# --- who may look ----------------------------------------------------------------------------------------------


def number_of(site: Site, path: str) -> str:
    with site.store.read() as uow:
        case = uow.cases.get(site.callback(path).case_id)
    assert case is not None
    return case.number


def signed_in(site: Site, name: str, password: str) -> Any:
    """A browser of the staff."""
    browser = site.app.test_client()
    base = "https://voice.example.com"
    token = browser.get("/sign-in", base_url=base).text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"name": name, "password": password, "csrf_token": token}
    answer = browser.post("/sign-in", data=form, base_url=base, headers={"Referer": base + "/sign-in"})
    assert answer.status_code == 303, answer.text
    return browser


def agent(site: Site, name: str, skill: str) -> Any:
    """An agent's browser."""
    with site.store.begin() as uow:
        number = f"+1202555017{len(name)}"
        uow.agents.add(Agent(id=name, name=name, number=number, skills=(skill,), status_at=site.clock.now()))
        uow.commit()
    Accounts(site.store, site.clock, QUICK).add(name, StaffRole.AGENT, PHOTO_PASSWORD, name)
    return signed_in(site, name, PHOTO_PASSWORD)


def test_only_staff_who_may_see_the_case_see_its_photos_and_each_look_is_written_down(site: Site) -> None:
    path = site.proven()
    send(site, path, picture())
    (photo,) = photos_of(site, path)
    number, base = number_of(site, path), "https://voice.example.com"
    address = f"/agent/cases/{number}/photos/{photo.id}"
    kim = agent(site, "Kim", "orders")
    page = kim.get(f"/agent/cases/{number}", base_url=base)
    assert f'src="{address}"' in page.text
    assert 'alt="The door"' in page.text
    shown = kim.get(address, base_url=base)
    assert (shown.status_code, shown.content_type) == (200, "image/jpeg")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert (shown.headers["X-Content-Type-Options"], shown.headers["Cache-Control"]) == ("nosniff", "no-store")
    assert address in signed_in(site, "supervisor", PASSWORD).get(f"/supervisor/cases/{number}", base_url=base).text
    lee = agent(site, "Leeann", "returns")
    assert lee.get(address, base_url=base).status_code == 404
    assert site.get(address).status_code == 303  # a customer is asked to sign in
    for wrong in (f"/agent/cases/{number}/photos/{'0' * 32}", f"/agent/cases/0000000/photos/{photo.id}", address + "x"):
        assert kim.get(wrong, base_url=base).status_code == 404
    with site.store.read() as uow:
        looks = [(line.name, line.about) for line in uow.staff.log_lines(50) if line.what == "photo_seen"]
    assert looks == [("Kim", number)]


async def body_seen(path: str, size: int) -> tuple[int, int]:
    """How much of a request of this size the app gets, and the status that is sent without it."""
    seen, statuses = [-1], [0]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen[0] = len((await receive())["body"])

    parts = [{"type": "http.request", "body": b"x" * size, "more_body": False}]

    async def receive() -> Any:
        return parts.pop()

    async def send(message: Any) -> None:
        statuses[0] = message.get("status", statuses[0])

    body = WholeBody(app, 10, files=Files(lambda path: path == "/photo", 100))
    await body({"type": "http", "path": path, "headers": [(b"content-length", b"%d" % size)]}, receive, send)
    return seen[0], statuses[0]


@pytest.mark.parametrize(("path", "size", "seen"), [("/photo", 100, 100), ("/photo", 101, 0), ("/other", 11, -1)])
def test_only_photos_may_be_long_and_the_app_explains_what_is_too_long(path: str, size: int, seen: int) -> None:
    assert asyncio.run(body_seen(path, size)) == (seen, 413 if seen < 0 else 0)
