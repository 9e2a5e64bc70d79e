"""The carrier's photo of a delivery: offered before a search, sent by link to the order's own number, never spoken."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from ivr.service.opting import opt_out
from ivr.service.timeline import new_id
from tests.web.site import Site, text_of
from tests.web.test_unfinished import OURS, keys_of

NewSite = Callable[..., Site]
GRACE, ORDER = "+15125550176", "11827022892459571"
HOST = "photos.example.com"


@pytest.fixture
def site(new_site: NewSite) -> Site:
    return new_site(IVR_TEXTS="on")


def said(site: Site, number: str, *keys: str) -> list[list[str]]:
    """What a call says after each key."""
    sid, calls = f"CA{new_id()}", site.ivr.calls
    turn = calls.arrive(sid, number, OURS)
    found = []
    for key in keys:
        turn = calls.keys(sid, turn.number, key)
        found.append(keys_of(turn))
        assert HOST not in " ".join(site.ivr.speaker.text("en-US", say) for say in turn.say)
    calls.ended(sid)
    return found


def missing(site: Site, *keys: str) -> list[list[str]]:
    """Grace says that she has not received it."""
    place = [one.id for one in site.ivr.shop.recent_orders(GRACE, "en-US")].index(ORDER) + 1
    return said(site, GRACE, "2", str(place), *keys)


def test_the_photo_is_sent_by_link_and_its_page_shows_it_from_its_host_alone(site: Site) -> None:
    heard = missing(site, "1")
    assert heard[1] == ["ask_photo"]
    assert heard[2][:3] == ["photo_sent", "dnr_explain", "dnr_case"]
    site.ivr.engine.outbox.sweep()
    ((to, text),) = site.messenger.sent
    assert (to, HOST in text) == (GRACE, False)
    page = site.get(re.search(r"https://voice\.example\.com(/p/[\w-]{43})", text)[1])
    assert page.status_code == 200
    assert all(part in text_of(page) for part in ("picture frame", "left on the porch", f"Open the photo at {HOST}"))
    assert f'<img src="https://{HOST}/' in page.text
    assert f"img-src 'self' https://{HOST};" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert HOST not in site.get("/").headers["Content-Security-Policy"]
    assert "ask_photo" not in missing(site)[1], "it was sent in this case"


def test_whoever_wants_no_photo_goes_on_without(site: Site) -> None:
    heard = missing(site, "2")
    assert heard[2][:2] == ["dnr_explain", "dnr_case"]
    site.ivr.engine.outbox.sweep()
    assert site.messenger.sent == []


def test_it_is_offered_to_nobody_else_and_not_where_texts_are_declined(site: Site) -> None:
    assert said(site, "+12295550100", "2", "4", ORDER[-7:], "1")[-1][0] != "ask_photo"
    with site.store.begin() as uow:
        opt_out(uow, GRACE, site.clock.now(), "text")
        uow.commit()
    assert missing(site)[1][0] != "ask_photo"


def test_a_made_up_link_and_one_too_old_show_nothing(site: Site) -> None:
    links, now = site.ivr.engine.links, site.clock.now()
    assert site.get(f"/p/{'A' * 43}").status_code == 404
    assert site.get(f"/p/{links.photo(new_id(), new_id(), now + timedelta(days=1))}").status_code == 404
    assert site.get(f"/p/{links.photo(new_id(), new_id(), now - timedelta(hours=2))}").status_code == 410
