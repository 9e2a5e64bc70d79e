"""Links in messages: signed, expiring, in the customer's language; and where e-mail is stopped."""

import string
from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest

from ivr.domain.callbacks import CallbackStatus
from ivr.service.timeline import new_id
from tests.web.site import Site, a_site, hidden, text_of

EMAIL = "grace@example.com"
LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
"""In base64's order."""


def token(site: Site, callback_id: str, days: float = 7) -> str:
    return site.ivr.engine.links.follow(callback_id, new_id(), site.clock.now() + timedelta(days=days))


def opened(site: Site) -> tuple[str, str]:
    """A proven callback's path, and its link's token."""
    path = site.proven()
    return path, token(site, path.rpartition("/")[2])


def test_link_shows_the_callback_and_never_its_lasting_address(site: Site) -> None:
    path, link = opened(site)
    page = site.get(f"/c/{link}")
    assert page.status_code == 200
    assert "Your callback" in text_of(page)
    assert path.rpartition("/")[2] not in page.text
    assert "This works until" not in text_of(page)
    last_day = site.get(f"/c/{token(site, path.rpartition('/')[2], days=0.5)}")
    assert "This works until tomorrow" in text_of(last_day)
    assert 'data-seconds="43200"' in last_day.text


def test_callback_is_moved_by_its_link(site: Site) -> None:
    path, link = opened(site)
    moved = site.post(
        f"/callbacks/{link}/move", {"when": "at", "date": "2026-03-11", "time": "15:30"}, page=f"/c/{link}"
    )
    assert moved.headers["Location"].startswith(f"/callbacks/{link}?")
    assert not site.callback(path).asap
    assert "3:30 PM" in text_of(site.get(f"/c/{link}"))


def test_callback_is_canceled_by_its_link_and_twice_is_no_error(site: Site) -> None:
    path, link = opened(site)
    for _ in range(2):
        assert site.post(f"/callbacks/{link}/cancel").status_code == 303
    assert site.callback(path).status is CallbackStatus.CANCELED


def test_what_is_refused_is_explained_below_the_same_link(site: Site) -> None:
    path, link = opened(site)
    refused = site.post(
        f"/callbacks/{link}/move", {"when": "at", "date": "2026-03-11", "time": "23:30"}, page=f"/c/{link}"
    )
    assert refused.status_code == 422
    assert path.rpartition("/")[2] not in refused.text


def test_link_that_is_too_old_opens_nothing_and_says_what_to_do(site: Site) -> None:
    path, _ = opened(site)
    old = token(site, path.rpartition("/")[2], days=-1)
    for page in (site.get(f"/c/{old}"), site.post(f"/callbacks/{old}/cancel")):
        assert page.status_code == 410
        assert "too old" in text_of(page)
    assert site.callback(path).is_open


def test_forged_link_is_like_one_that_never_was(site: Site) -> None:
    _, link = opened(site)
    changed = [link[:i] + ("A" if link[i] != "A" else "B") + link[i + 1 :] for i in (0, 20, 27, 31, 42)]
    spelled_otherwise = link[:-1] + LETTERS[LETTERS.index(link[-1]) + 1]
    assert urlsafe_b64decode(spelled_otherwise + "=") == urlsafe_b64decode(link + "=")
    pages = [site.get(f"/c/{forged}") for forged in (*changed, spelled_otherwise, link[:-1], link + "A", "x")]
    assert {page.status_code for page in pages} == {404}


def test_link_of_another_installation_opens_nothing(site: Site, sqlite_url: str) -> None:
    _, link = opened(site)
    other = a_site(site.store, IVR_SECRET_KEY="another secret of theirs")
    assert other.get(f"/c/{link}").status_code == 404


def test_page_speaks_the_language_of_the_message_unless_another_is_asked_for(site: Site) -> None:
    path = site.asked()
    with site.store.begin() as uow:
        callback = uow.callbacks.get(path.rpartition("/")[2])
        assert callback is not None
        callback.locale = "ko-KR"
        callback.move(CallbackStatus.SCHEDULED)
        uow.commit()
    link = token(site, path.rpartition("/")[2])
    assert 'lang="ko-KR"' in site.get(f"/c/{link}").text
    assert 'lang="fr-FR"' in site.get(f"/c/{link}?lang=fr-FR").text


# --- e-mail ----------------------------------------------------------------------------------------------------


@pytest.fixture
def mailed(site: Site) -> Site:
    """A site that e-mails."""
    return a_site(site.store, IVR_SMTP_URL="smtp://127.0.0.1:9", IVR_MAIL_FROM="callbacks@example.com")


def test_address_is_asked_for_only_where_mail_is_sent(site: Site, mailed: Site) -> None:
    assert 'name="email"' not in site.get("/").text
    assert 'name="email"' in mailed.get("/").text


def test_address_that_is_none_is_explained_and_kept(mailed: Site) -> None:
    for wrong in ("grace", "grace@", "a b@example.com", "grace@example.com\r\nBcc: x@example.com", "grace@localhost"):
        page = mailed.ask(email=wrong)
        assert page.status_code == 422
        assert "This is not an e-mail address" in text_of(page)
    assert mailed.callback(mailed.asked(email=f" {EMAIL} ")).email == EMAIL


def test_mail_is_stopped_by_a_button_and_by_a_mail_programs_one_click(mailed: Site) -> None:
    path = mailed.proven(email=EMAIL)
    stop = mailed.ivr.engine.links.stop_url(path.rpartition("/")[2]).removeprefix("https://voice.example.com")
    page = mailed.get(stop)
    assert "g…@example.com" in text_of(page)
    assert EMAIL not in page.text
    with mailed.store.read() as uow:
        assert not uow.guards.wants_no_messages(EMAIL), "opening it stops nothing"
    done = mailed.app.test_client().post(stop, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    with mailed.store.read() as uow:
        assert uow.guards.wants_no_messages(EMAIL)
    assert "We send no more e-mail" in text_of(mailed.get(stop))


def test_link_to_follow_does_not_stop_mail_and_the_other_way_round(mailed: Site) -> None:
    callback_id = mailed.proven(email=EMAIL).rpartition("/")[2]
    stop = mailed.ivr.engine.links.stop_url(callback_id).rpartition("/")[2]
    assert mailed.get(f"/c/{stop}").status_code == 404
    assert mailed.get(f"/no-mail/{token(mailed, callback_id)}").status_code == 404


def test_whoever_opted_out_of_texts_is_told_the_code_by_a_call(mailed: Site) -> None:
    with mailed.store.begin() as uow:
        uow.guards.opt_out("+12025550143", mailed.clock.now(), "text")
        uow.commit()
    refused = mailed.ask(verification="text")
    assert refused.status_code == 422
    assert "wants no text messages" in text_of(refused)
    assert "We are ringing the number" in text_of(mailed.get(mailed.asked()))
    assert mailed.messenger.sent == []
    assert hidden(mailed.get("/"), "form_id")
