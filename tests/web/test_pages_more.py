"""What else customers do on their pages: their own words, notes, a rating, the calendar; and the widget's pages."""

import re
from collections.abc import Callable

import pytest
from icalendar import Calendar

from ivr.domain.callbacks import CallbackStatus
from tests.web.site import FORM, Site, hidden, text_of, value_of

SHOP = "https://shop.example.com"


def chosen(page: object) -> str:
    """The kind that the form shows as chosen."""
    found = re.search(r'<option value="(\w*)" selected', getattr(page, "text", ""))
    return found[1] if found else ""


def events_of(site: Site, path: str) -> list[str]:
    with site.store.read() as uow:
        return [event.kind for event in uow.events.of_case(site.callback(path).case_id)]


def talked(site: Site, path: str) -> None:
    with site.store.begin() as uow:
        found = uow.callbacks.get(site.callback(path).id)
        assert found is not None
        found.move(CallbackStatus.DIALING)
        found.move(CallbackStatus.DONE)
        found.ended_at = site.clock.now()
        uow.commit()


# --- in their own words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "kind", "told"),
    [
        ("it says delivered but I don't have it", "delivered_not_received", "We understood: It says delivered"),
        ("where is my parcel", "track_order", "We understood: Where is my order"),
        ("I like turtles", "question", "do not tell us what it is about"),
    ],
)
def test_own_words_are_understood_and_shown_before_anything_is_booked(
    site: Site, words: str, kind: str, told: str
) -> None:
    page = site.ask(kind="", words=words)
    assert (page.status_code, chosen(page)) == (200, kind)
    assert told in text_of(page)
    assert (value_of(page, "number"), value_of(page, "words")) == (FORM["number"], words)
    assert site.all_open() == []
    assert site.ask(kind=kind, words=words, form_id=hidden(page, "form_id")).status_code == 303


def test_own_words_are_understood_in_the_language_of_the_page(site: Site) -> None:
    form = {name: value for name, value in FORM.items() if name != "kind"} | {"words": "주문한 물건이 어디 있어요"}
    page = site.post("/callbacks?lang=ko-KR", form | {"kind": ""})
    assert (page.status_code, chosen(page)) == (200, "track_order")


def test_what_was_chosen_is_not_doubted(site: Site) -> None:
    assert site.ask(kind="return_refund", words="where is my parcel").status_code == 303


def test_hostile_words_are_told_at_their_field_and_kept(site: Site) -> None:
    page = site.ask(kind="", words="<script>" * 100)
    assert page.status_code == 422
    assert "at most 500 characters" in text_of(page)
    assert "<script>" not in page.text.replace('<script src="', "")


def test_a_link_may_say_what_it_is_about(site: Site) -> None:
    assert chosen(site.get("/?kind=return_refund")) == "return_refund"
    for wrong in ("nonsense", "%00", "<b>"):
        assert chosen(site.get(f"/?kind={wrong}")) == ""


# --- one callback ----------------------------------------------------------------------------------------------


def test_the_code_tells_how_long_it_is_good(site: Site) -> None:
    page = site.get(site.asked())
    left = re.search(r'data-seconds="(\d+)"', page.text)
    assert left
    assert 60 <= int(left[1]) <= 3600
    assert "The code is good until today at" in text_of(page)
    site.clock.advance(int(left[1]) + 1)
    assert "data-seconds" not in site.get(site.asked(number="+12025550144")[:0] or page.request.path).text


def test_a_note_reaches_the_timeline_of_the_case(site: Site) -> None:
    path = site.proven()
    assert site.post(f"{path}/note", {"note": "The \x00door <b>code</b> is 12"}, page=path).status_code == 303
    assert "The agent will read your note." in text_of(site.get(f"{path}?told=noted"))
    with site.store.read() as uow:
        (note,) = [e for e in uow.events.of_case(site.callback(path).case_id) if e.kind == "customer_noted"]
    assert note.data == {"words": "The door <b>code</b> is 12"}


def test_notes_are_limited_in_length_and_number_and_come_to_an_end(site: Site) -> None:
    path = site.asked()
    assert site.post(f"{path}/note", {"note": "x"}, page=path).status_code == 409  # not proven yet
    site.post(f"{path}/confirm", {"code": site.code()}, page=path)
    assert site.post(f"{path}/note", {"note": "x" * 501}, page=path).status_code == 422
    assert site.post(f"{path}/note", {"note": "  "}, page=path).status_code == 303
    codes = [site.post(f"{path}/note", {"note": "x"}, page=path).status_code for _ in range(11)]
    assert codes == [303] * 10 + [422]
    assert events_of(site, path).count("customer_noted") == 10
    site.clock.advance(60)
    site.post(f"{path}/cancel", page=path)
    assert site.post(f"{path}/note", {"note": "x"}).status_code in (409, 429)


def test_the_effort_is_rated_once_after_they_have_talked(site: Site) -> None:
    path = site.proven()
    assert site.post(f"{path}/rate", {"effort": "3"}, page=path).status_code == 409
    talked(site, path)
    assert "How easy was it" in text_of(site.get(path))
    for given in ("0", "8", "x", "", "３", "3" * 400):
        assert site.post(f"{path}/rate", {"effort": given}).status_code == 303
    for given in ("2", "7"):  # a double click, the back button
        assert site.post(f"{path}/rate", {"effort": given}).status_code == 303
    with site.store.read() as uow:
        case = uow.cases.get(site.callback(path).case_id)
    assert case is not None
    assert case.effort == 2
    assert events_of(site, path).count("effort_rated") == 1
    assert "How easy was it" not in text_of(site.get(path))


def test_the_calendar_file_has_the_promise_and_leads_back(site: Site) -> None:
    path = site.proven(when="at", date="2026-03-11", time="15:30")
    answer = site.get(f"{path}/calendar.ics")
    assert answer.content_type.startswith("text/calendar")
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert event.start.isoformat() == "2026-03-11T15:30:00-04:00"
    link = str(event["url"]).removeprefix("https://voice.example.com")
    assert site.get(link).status_code == 200
    assert event["uid"] == f"{site.callback(path).id}@voice.example.com"


def test_there_is_no_calendar_file_before_the_proof_nor_after_the_end(site: Site) -> None:
    path = site.asked()
    assert site.get(f"{path}/calendar.ics").status_code == 404
    site.post(f"{path}/confirm", {"code": site.code()}, page=path)
    site.post(f"{path}/cancel", page=path)
    assert site.get(f"{path}/calendar.ics").status_code == 404


@pytest.mark.parametrize("act", ["note", "rate"])
def test_other_peoples_callbacks_are_not_touched_by_guessing(site: Site, act: str) -> None:
    for token in ("0" * 32, "x", "A" * 43):
        assert site.post(f"/callbacks/{token}/{act}", {"note": "x", "effort": "1"}).status_code == 404
        assert site.get(f"/callbacks/{token}/calendar.ics").status_code == 404


# --- inside other people's sites -------------------------------------------------------------------------------


def test_only_the_listed_sites_may_frame_the_form_and_nothing_else_of_ours(new_site: Callable[..., Site]) -> None:
    site = new_site(IVR_WIDGET_SITES=f"{SHOP},http://localhost:8080")
    inside = site.get("/embed/")
    assert f"frame-ancestors {SHOP} http://localhost:8080;" in inside.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in inside.headers
    assert f'data-sites="{SHOP} http://localhost:8080"' in inside.text
    for path in ("/", "/supervisor/", "/api/v1/docs", "/embedded"):
        page = site.get(path)
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Frame-Options"] == "DENY"


def test_without_a_list_there_is_no_widget(site: Site) -> None:
    assert {site.get(path).status_code for path in ("/embed/", "/widget.js", "/embed/callbacks")} == {404}
    assert site.browser.post("/embed/callbacks", data=FORM, base_url="https://voice.example.com").status_code == 404
    assert site.all_open() == []


def test_a_customer_books_inside_a_frame_without_any_cookie(new_site: Callable[..., Site]) -> None:
    site = new_site(IVR_WIDGET_SITES=SHOP)
    page = site.get("/embed/?kind=track_order&lang=ko-KR")
    form = FORM | {"form_id": hidden(page, "form_id")}
    asked = site.browser.post("/embed/callbacks?lang=ko-KR", data=form, base_url="https://voice.example.com")
    path = str(asked.headers["Location"]).partition("?")[0]
    assert path.startswith("/embed/callbacks/")
    send = {"data": {"code": site.code()}, "base_url": "https://voice.example.com"}
    assert site.browser.post(f"{path}/confirm", **send).status_code == 303
    shown = site.get(f"{path}?lang=ko-KR")
    assert f'href="{path.removeprefix("/embed")}?lang=ko-KR" target="_blank"' in shown.text
    for answer in (page, asked, shown):
        assert "Set-Cookie" not in answer.headers
    assert re.findall(r'(?:action|href)="/(?!embed/|static/|callbacks/\w+\?lang=ko-KR" target)[^"]*"', shown.text) == []


def test_sites_of_the_setting_are_origins(new_site: Callable[..., Site]) -> None:
    for wrong in ("shop.example.com", "https://shop.example.com/path", "*", "https://a;script-src *"):
        with pytest.raises(Exception, match="IVR_WIDGET_SITES"):
            new_site(IVR_WIDGET_SITES=wrong)


def test_the_script_is_public_and_speaks_every_language(new_site: Callable[..., Site]) -> None:
    site = new_site(IVR_WIDGET_SITES=SHOP)
    answer = site.app.test_client().get("/widget.js")
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert all(f'"{locale}"' in answer.text for locale in site.ivr.speaker.locales)
    assert not re.search(r"innerHTML|eval\(|setAttribute\(.style|insertAdjacent|document\.write", answer.text)
    again = site.app.test_client().get("/widget.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_page_and_api_tell_the_code_that_keeps_the_place_once_the_number_is_proven(site: Site) -> None:
    path = site.asked()
    code = site.callback(path).resume_code
    assert code
    assert code not in text_of(site.get(path))
    assert site.api("GET", f"/callbacks/{site.callback(path).id}").json["resume_code"] is None
    assert site.post(f"{path}/confirm", {"code": site.code()}).status_code == 303
    assert f"press 6 and key {code}" in text_of(site.get(path))
    assert site.api("GET", f"/callbacks/{site.callback(path).id}").json["resume_code"] == code
