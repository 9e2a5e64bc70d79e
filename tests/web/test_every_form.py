"""Every customer's form, one like the other: stale, hostile, repeated, guessed, late; and none is left out."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from ivr.domain.callbacks import CallbackStatus
from ivr.service.timeline import new_id
from tests.web.site import FORM, Site, hidden, text_of

BASE = "https://voice.example.com"
NASTY = '\x00"><script>alert(1)</script>\ufffe\u202e' + "9" * 700
EMAIL = "ada@example.com"
PROVEN, ASKED, TALKED = "proven", "asked", "talked"
FORMS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "confirm": (ASKED, {"code": "code"}),
    "resend": (ASKED, {"verification": "text"}),
    "move": (PROVEN, {"when": "at", "date": "2026-03-11", "time": "15:30"}),
    "cancel": (PROVEN, {}),
    "note": (PROVEN, {"note": "Ring twice"}),
    "photo": (PROVEN, {"caption": "The door"}),
    "rate": (TALKED, {"effort": "2"}),
}
"""One callback's forms: in which state it is sent, and with what."""
ELSEWHERE = {"book", "stop", "chat_new", "chat_write"}
"""Forms without a callback's address: tried in test_pages.py (twice, hostile), test_links.py and test_chat.py."""


@pytest.fixture
def site(new_site: Callable[..., Site]) -> Site:
    """Without the limit of posts a minute, which has tests of its own."""
    made = new_site(IVR_SMTP_URL="smtp://127.0.0.1:9", IVR_MAIL_FROM="callbacks@example.com")
    for limiter in made.app.extensions["limiter"]:
        limiter.enabled = False
    return made


def callback_in(site: Site, state: str) -> str:
    """The path of a callback in this state."""
    path = site.asked() if state == ASKED else site.proven()
    if state == TALKED:
        with site.store.begin() as uow:
            found = uow.callbacks.get(site.callback(path).id)
            assert found is not None
            found.move(CallbackStatus.DIALING)
            found.move(CallbackStatus.DONE)
            uow.commit()
    return path


def filled(site: Site, name: str, *, nasty: bool = False) -> dict[str, Any]:
    form: dict[str, Any] = dict.fromkeys(FORMS[name][1], NASTY) if nasty else dict(FORMS[name][1])
    if form.get("code") == "code":
        form["code"] = site.code()
    if name == "photo":
        file = BytesIO()
        Image.new("RGB", (9, 9), "red").save(file, "PNG")
        form["photo"] = (BytesIO(NASTY.encode("utf-8", "replace") if nasty else file.getvalue()), "photo.png")
    return form


def send(site: Site, path: str, name: str, form: dict[str, Any], *, token: bool = True) -> TestResponse:
    sent = form | ({"csrf_token": site.token()} if token else {})
    kind = {"content_type": "multipart/form-data"} if name == "photo" else {}
    headers = {"Referer": BASE + path}
    return site.browser.post(f"{path}/{name}?lang=en-US", data=sent, base_url=BASE, headers=headers, **kind)


def state_of(site: Site, path: str) -> tuple[object, ...]:
    callback = site.callback(path)
    with site.store.read() as uow:
        case = uow.cases.get(callback.case_id)
        assert case is not None
        lines = [event.kind for event in uow.events.of_case(case.id)]
        return callback.version, case.version, lines, len(uow.photos.of_case(case.id))


def test_no_form_is_left_out(site: Site) -> None:
    found = set()
    for rule in site.app.url_map.iter_rules():
        blueprint, _, name = rule.endpoint.rpartition(".")
        if blueprint in ("pages", "no_mail", "help") and "POST" in (rule.methods or ()):
            found.add(name)
    assert found == FORMS.keys() | ELSEWHERE


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_stale_or_of_others_or_by_a_bad_link_changes_nothing(site: Site, name: str) -> None:
    path = callback_in(site, FORMS[name][0])
    before, callback = state_of(site, path), site.callback(path)
    stale = send(site, path, name, filled(site, name), token=False)
    assert (stale.status_code, "nothing was changed" in text_of(stale)) == (400, True)
    good = site.ivr.engine.links.follow(callback.id, new_id(), site.clock.now() + timedelta(days=1))
    old = site.ivr.engine.links.follow(callback.id, new_id(), site.clock.now() - timedelta(days=1))
    stop = site.ivr.engine.links.stop_url(callback.id).rpartition("/")[2]
    for token in (new_id(), callback.id[:-1], good[:20] + "AAAA" + good[24:], stop):
        guessed = send(site, f"/callbacks/{token}", name, filled(site, name))
        assert guessed.status_code == 404
        assert "You can ask for a new callback, or phone us." in text_of(guessed)
    late = send(site, f"/callbacks/{old}", name, filled(site, name))
    assert (late.status_code, "too old" in text_of(late)) == (410, True)
    assert state_of(site, path) == before
    site.clock.advance(-7200)  # the machine's clock is set back: nothing breaks, and nothing is believed too long
    assert send(site, f"/callbacks/{good}", name, filled(site, name)).status_code in (303, 422)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_survives_hostile_fields_a_double_click_and_the_back_button(site: Site, name: str) -> None:
    path = callback_in(site, FORMS[name][0])
    hostile = send(site, path, name, filled(site, name, nasty=True))  # a button without fields just does its work
    assert hostile.status_code in (303, 422), text_of(hostile)
    assert "<script>alert" not in hostile.text
    assert "<script>alert" not in site.get(path).text
    site.clock.advance(1)
    form = filled(site, name)
    first = send(site, path, name, form)
    assert first.status_code == 303, text_of(first)
    again = send(site, path, name, filled(site, name) if name == "photo" else form)
    assert again.status_code == 303, text_of(again)
    assert first.headers["Location"].startswith(path)
    back = site.get(f"{path}/{name}?lang=ko-KR")
    assert (back.status_code, back.headers["Location"]) == (303, f"{path}?lang=ko-KR")
    once = {"photo": "photo_added", "rate": "effort_rated", "confirm": "callback_verified"}
    if name in once:
        assert state_of(site, path)[2].count(once[name]) == 1  # type: ignore[attr-defined]


def test_a_booking_survives_a_clock_that_is_wrong_on_either_side(site: Site) -> None:
    page = site.get("/")
    form = FORM | {"form_id": hidden(page, "form_id"), "csrf_token": hidden(page, "csrf_token")}
    headers = {"Referer": BASE + "/", "Date": "Thu, 01 Jan 1970 00:00:00 GMT"}
    site.clock.advance(-3600)
    first = site.browser.post("/callbacks", data=form, base_url=BASE, headers=headers)
    site.clock.advance(7200)
    second = site.browser.post("/callbacks", data=form, base_url=BASE, headers=headers)
    assert [first.status_code, second.status_code] == [303, 303]
    assert len(site.all_open()) == 1
