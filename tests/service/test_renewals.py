"""A membership ends: its holder is rung or texted as they agreed, and one key or word renews it or lets it end."""

from datetime import timedelta

import pytest

from ivr.domain.accounts import AccountChange, ChangeKind
from ivr.domain.cases import CaseStatus
from ivr.domain.outreach import News, Outreach, OutreachStatus, outreach_key
from ivr.errors import NotFound
from ivr.service.incoming_texts import IncomingText
from ivr.service.renewals import Renewals
from ivr.service.timeline import new_id
from tests.service.test_outreach import order_of, rounds
from tests.web.site import Site, a_site

DAYS = 5


@pytest.fixture
def site(sqlite_store) -> Site:
    return a_site(sqlite_store, IVR_TEXTS="on", IVR_CALLING_HOURS="09:00-19:00")


def member(site: Site, *agreed: str) -> str:
    """The number of a customer who agreed to this, and has a membership that ends."""
    number = order_of(site, *agreed).number
    row = {"number": number, "plan": "plus", "currency": "USD", "paid_days": DAYS}
    site.ivr.accounts._members[number] = row
    return number


def ends(site: Site, number: str) -> bool:
    return Renewals(site.ivr.engine.proactive, site.ivr.accounts).membership_ends(number)


def row(site: Site, number: str) -> Outreach:
    until = site.clock.now() + timedelta(days=DAYS)
    with site.store.read() as uow:
        return uow.outreaches.of_key(outreach_key(number, News.SUBSCRIPTION, until.date().isoformat()))


def changes(site: Site, number: str) -> list[AccountChange]:
    with site.store.read() as uow:
        return list(uow.account_changes.of_number(number))


def answers(site: Site, number: str, body: str) -> list[str]:
    return site.ivr.incoming_texts.arrived(IncomingText(sid=f"SM{new_id()}", number=number, body=body))


def status(site: Site, number: str) -> CaseStatus:
    with site.store.read() as uow:
        return uow.cases.get(row(site, number).case_id).status


def test_who_agreed_to_texts_is_written_to_once_and_renews_by_one_word(site: Site) -> None:
    number = member(site, "text")
    assert ends(site, number)
    assert not ends(site, number)
    rounds(site)
    ((to, text),) = site.messenger.sent
    assert (to, site.phone.calls) == (number, [])
    assert all(part in text for part in ("Plus membership", "It ends", "$9.99 a month", "reply 1", "STOP"))
    assert "renewed for $9.99" in " ".join(answers(site, number, "1"))
    assert [(one.kind, one.until_at.date()) for one in changes(site, number)] == [
        (ChangeKind.RESUME, (site.clock.now() + timedelta(days=DAYS)).date())
    ]
    assert status(site, number) is CaseStatus.RESOLVED
    answers(site, number, "1")
    assert len(changes(site, number)) == 1


def test_it_is_let_end_by_a_word_and_nothing_is_changed(site: Site) -> None:
    number = member(site, "text")
    ends(site, number)
    rounds(site)
    assert "nothing more is charged" in " ".join(answers(site, number, "no"))
    assert (changes(site, number), status(site, number)) == ([], CaseStatus.RESOLVED)


def test_what_is_no_answer_is_asked_again(site: Site) -> None:
    number = member(site, "text")
    ends(site, number)
    rounds(site)
    assert "Shall I renew it for $9.99 a month?" in " ".join(answers(site, number, "hmm well"))


def test_after_its_end_an_answer_renews_nothing(site: Site) -> None:
    number = member(site, "text")
    ends(site, number)
    rounds(site)
    site.clock.advance((DAYS + 1) * 86400)
    answers(site, number, "1")
    assert changes(site, number) == []


def test_whoever_agreed_to_calls_is_rung_and_stops_them_by_a_key(site: Site) -> None:
    number = member(site, "call", "text")
    ends(site, number)
    rounds(site)
    (call,) = site.phone.calls
    turn = site.ivr.calls.tell_news(call.sid, call.leg_id)
    said = [say.key for say in turn.say]
    assert said == ["proactive_hello_membership", "membership_ends_soon", "ask_renewal", "proactive_stop"]
    turn = site.ivr.calls.keys(call.sid, turn.number, "5")
    assert [say.key for say in turn.say] == ["proactive_stopped", "goodbye"]
    assert (row(site, number).status, changes(site, number)) == (OutreachStatus.STOPPED, [])


def test_nobody_is_told_without_consent_nor_once_it_is_over(site: Site) -> None:
    silent, late = member(site), member(site, "call", "text")
    ends(site, silent)
    site.clock.advance(12 * 3600)  # midnight in New York
    ends(site, late)
    rounds(site)
    site.clock.advance((DAYS + 1) * 86400)
    rounds(site)
    assert (site.messenger.sent, site.phone.calls) == ([], [])


def test_without_a_membership_that_ends_there_is_no_news(site: Site) -> None:
    with pytest.raises(NotFound, match="number on file"):
        ends(site, order_of(site, "text").number)
