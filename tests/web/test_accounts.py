"""Account, payment and membership by telephone and by the signed link: nothing is changed by voice alone."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from ivr.domain.accounts import ChangeKind, ChangeStatus
from ivr.domain.cases import CaseStatus
from ivr.domain.hearing import Hypothesis
from ivr.domain.turn import Next, Turn
from ivr.errors import ShopRefused, ShopUnavailable
from ivr.service.account_sweep import AccountSweep
from ivr.service.timeline import new_id
from tests.web.site import Site, text_of

NewSite = Callable[..., Site]
ADA, STRANGER = "+12025550143", "+12025550199"
VIDEO = "+14155550117"
ORDER = "1815908"


class Talk:
    """One call, by keys and words."""

    def __init__(self, site: Site, number: str = ADA) -> None:
        self.site, self.sid = site, f"CA{new_id()}"
        self.turn: Turn = site.ivr.calls.arrive(self.sid, number, "+12025550100")

    def keys(self, *keys: str) -> list[str]:
        for key in keys:
            self.turn = self.site.ivr.calls.keys(self.sid, self.turn.number, key)
        return self.heard

    def says(self, words: str) -> list[str]:
        said = [Hypothesis(words)]
        self.turn = self.site.ivr.calls.speech(self.sid, self.turn.number, said, engine="typed", audio_seconds=0.0)
        return self.heard

    @property
    def heard(self) -> list[str]:
        return [say.key for say in self.turn.say]

    def code(self) -> str:
        return re.search(r"code is ([\d ,]+)", self.site.messenger.sent[-1][1])[1].translate({32: None, 44: None})


def link(site: Site) -> str:
    """The one that was texted last."""
    site.ivr.engine.outbox.sweep()
    number, text = site.messenger.sent[-1]
    assert number == ADA
    return re.search(r"https://voice\.example\.com(/a/[\w-]{43})", text)[1]


def changes(site: Site, number: str = ADA) -> list:
    with site.ivr.store.read() as uow:
        return list(uow.account_changes.of_number(number))


def everything(site: Site) -> str:
    """Every line of every timeline."""
    with site.ivr.store.read() as uow:
        found = [event for case in uow.cases.recent(100) for event in uow.events.of_case(case.id)]
        return json.dumps([[event.kind, dict(event.data)] for event in found])


@pytest.fixture
def site(new_site: NewSite) -> Site:
    return new_site(IVR_TEXTS="on", IVR_HEARING="gather")


def test_an_address_is_changed_by_a_link_to_the_number_on_file_and_the_shop_is_told(site: Site) -> None:
    assert Talk(site).keys("*", "1") == ["account_link_sent", "anything_else"]
    page = link(site)
    assert "Your account" in text_of(site.get(page))
    form = {"address": "1 New Street\nTown", "email": "ada@example.com"}
    answer = site.post(page, form, page=page)
    assert (answer.status_code, "told=done" in answer.location) == (303, True)
    site.post(page, form, page=page)  # sent twice
    assert [one.kind for one in changes(site)] == [ChangeKind.ADDRESS, ChangeKind.EMAIL]
    AccountSweep(site.ivr.engine.scenes, site.ivr.accounts).sweep()
    assert {one.status for one in changes(site)} == {ChangeStatus.DONE}
    assert [one.values for one in changes(site)] == [{}, {}]  # the shop has them: nothing is kept here
    assert len(site.ivr.accounts.told) == 2
    assert "New Street" not in everything(site)
    assert "account_changed" in everything(site)


def test_a_link_is_over_after_an_hour_and_cannot_be_made_up(site: Site) -> None:
    Talk(site).keys("*", "1")
    page = link(site)
    assert site.get(page[:-4] + "AAAA").status_code == 404
    site.clock.advance(timedelta(hours=2).total_seconds())
    assert site.get(page).status_code == 410


@pytest.mark.parametrize("form", [{}, {"email": "ada"}, {"number": "12"}])
def test_what_cannot_be_read_is_explained_and_nothing_changed(site: Site, form: dict[str, str]) -> None:
    Talk(site).keys("*", "1")
    page = link(site)
    answer = site.post(page, form, page=page)
    assert (answer.status_code, changes(site)) == (422, [])
    assert "Please look at this again" in text_of(answer)


def test_somebody_elses_telephone_gets_no_link_but_the_number_on_file_does(site: Site) -> None:
    talk = Talk(site, STRANGER)
    assert talk.keys("*", "1") == ["ask_order_number"]
    assert talk.keys(ORDER, "1") == ["account_link_sent", "anything_else"]
    assert link(site)


def test_a_membership_is_told_paused_and_handed_to_the_shop(site: Site) -> None:
    talk = Talk(site)
    assert talk.keys("*", "3") == ["membership_about", "ask_membership"]
    assert talk.keys("1") == ["membership_pause_sure"]
    assert talk.keys("1") == ["membership_rests", "anything_else"]
    assert talk.keys("*", "*", "3") == ["membership_rests", "anything_else"]
    AccountSweep(site.ivr.engine.scenes, site.ivr.accounts).sweep()
    assert [one.kind for one in site.ivr.accounts.told.values()] == [ChangeKind.PAUSE]
    assert [one.status for one in changes(site)] == [ChangeStatus.DONE]


def test_canceling_says_what_is_lost_and_wants_the_code_also_from_the_number_on_file(site: Site) -> None:
    talk = Talk(site)
    assert talk.says("cancel my membership") == ["ask_account_code"]
    wrong = f"{(int(talk.code()) + 1) % 10**6:06}"
    assert talk.keys(wrong) == ["account_code_wrong", "ask_account_code"]
    assert talk.keys(talk.code()) == ["membership_cancel_sure"]
    assert "free delivery" in str(talk.turn.say[0].args["gives"])
    assert talk.keys("2") == ["membership_kept", "anything_else"]
    assert changes(site) == []
    assert talk.says("cancel my membership") == ["membership_cancel_sure"]  # proven in this call
    assert talk.keys("1") == ["membership_ends", "anything_else"]
    assert [one.kind for one in changes(site)] == [ChangeKind.CANCEL]
    assert "membership_canceled" in everything(site)


def test_a_code_is_tried_three_times_and_then_a_person_helps(site: Site) -> None:
    talk = Talk(site)
    talk.says("cancel my membership")
    wrong = f"{(int(talk.code()) + 1) % 10**6:06}"
    talk.keys(wrong, wrong)
    assert talk.keys(wrong) == ["account_code_wrong", "offer_callback_wait"]


def test_a_stranger_hears_nothing_of_a_membership_without_the_code(site: Site) -> None:
    talk = Talk(site, STRANGER)
    talk.says("my membership")
    assert talk.keys(ORDER, "1") == ["ask_account_code"]
    assert site.messenger.sent[-1][0] == ADA
    assert talk.keys(talk.code()) == ["membership_about", "ask_membership"]


def test_what_the_shop_refuses_waits_for_a_person(site: Site) -> None:
    talk = Talk(site)
    talk.keys("*", "3", "1", "1")
    faults = iter((ShopUnavailable("down"), ShopRefused("no_pause", "not this plan")))

    class Shop:
        def carry_out(self, change: object) -> None:
            raise next(faults)

    sweep = AccountSweep(site.ivr.engine.scenes, Shop())
    sweep.sweep()
    assert [one.status for one in changes(site)] == [ChangeStatus.WAITING]
    site.clock.advance(60)
    sweep.sweep()
    (change,) = changes(site)
    assert (change.status, change.reason) == (ChangeStatus.FAILED, "no_pause")
    with site.ivr.store.read() as uow:
        assert uow.cases.get(change.case_id).status is CaseStatus.WAITING_AGENT


def test_why_was_i_charged_and_nothing_open(site: Site) -> None:
    talk = Talk(site)
    assert talk.says("why was i charged") == ["payment_last", "anything_else"]
    assert Talk(site, VIDEO).says("i want to pay my bill") == ["payment_none", "payment_last", "anything_else"]


def test_where_no_card_terminal_is_a_link_to_pay_is_offered_and_leads_to_the_provider(new_site: NewSite) -> None:
    site = new_site(IVR_TEXTS="on", IVR_HEARING="gather", IVR_PAYMENT_PAGE="https://pay.example.com/card")
    talk = Talk(site)
    assert talk.says("i want to pay my bill") == ["ask_pay_link"]
    assert talk.keys("1") == ["account_link_sent", "anything_else"]
    assert talk.turn.next is Next.LISTEN
    assert "https://pay.example.com/card?order=10716290726091390" in site.get(link(site)).text


def test_without_texts_a_person_helps(new_site: NewSite) -> None:
    assert Talk(new_site()).keys("*", "1") == ["account_no_text", "offer_callback_wait"]
