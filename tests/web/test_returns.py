"""Returns set up by telephone: what was promised is sent, the page shows it, the shop hears of it."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from ivr.domain.cases import CaseStatus
from ivr.domain.drop_offs import DropOff, nearest
from ivr.domain.handovers import HandoverStatus
from ivr.domain.orders import Order
from ivr.domain.settlements import SettlementKind
from ivr.domain.turn import Turn
from ivr.errors import ShopRefused, ShopUnavailable
from ivr.service.fulfilment import Errand, Receipt
from ivr.service.opting import has_opted_out, opt_out
from ivr.service.timeline import new_id
from ivr.web.barcode import widths
from tests.fakes.messenger import FakeMailer
from tests.web.site import Site, text_of

NewSite = Callable[..., Site]


def returnable(site: Site, *, with_email: bool = False) -> Order:
    """One that was delivered a few days ago and costs enough to be sent back."""
    shop = site.ivr.shop
    days = site.clock.now() - timedelta(days=3)
    orders = (order for owner in shop.seeded for order in shop.recent_orders(owner.number, "en-US")[:3])
    recent = (order for order in orders if order.delivered_at and order.delivered_at > days)
    return next(order for order in recent if float(order.amount) > 25 and bool(order.email) is with_email)


def sends_back(site: Site, order: Order, *said: str, again: bool = False) -> Turn:
    """The caller wants to return it, because it is not wanted, by a label; `again`: not where the last call ended."""
    sid, calls = f"CA{new_id()}", site.ivr.calls
    place = [one.id for one in site.ivr.shop.recent_orders(order.number, "en-US")].index(order.id) + 1
    turn = calls.arrive(sid, order.number, "+12025550100")
    for key in (*(("2",) if again else ()), "3", str(place), *(said or ("3", "2"))):
        turn = calls.keys(sid, turn.number, key)
    calls.ended(sid)
    return turn


def keys_of(turn: Turn) -> list[str]:
    return [say.key for say in turn.say]


def link_in(text: str) -> str:
    found = re.search(r"https://voice\.example\.com(/r/[\w-]{43})", text)
    assert found, text
    return found[1]


def test_a_label_promised_by_text_is_texted_and_its_page_shows_all_that_is_needed(new_site: NewSite) -> None:
    site = new_site(IVR_TEXTS="on")
    order = returnable(site)
    assert keys_of(sends_back(site, order))[0] == "return_label"
    site.ivr.engine.outbox.sweep()
    ((to, text),) = site.messenger.sent
    assert to == order.number
    page = site.get(link_in(text))
    with site.store.read() as uow:
        (row,) = uow.settlements.of_order(order.id)
        number = uow.cases.get(row.case_id).number
    assert page.status_code == 200
    assert all(part in text_of(page) for part in (number, order.item, f"${order.amount}", "Print this page"))
    assert ElementTree.fromstring(re.search(r"<svg.*</svg>", page.text)[0]).attrib["aria-label"] == number
    assert row.until_at == order.delivered_at + timedelta(days=30)
    assert order.number[1:] not in page.text
    site.ivr.shop_sweeps[0].sweep()
    (deed,) = site.store.demo_deeds().of_order(order.id)
    assert (deed.kind, deed.amount_minor) == (SettlementKind.RETURN, row.amount_minor)
    with site.store.read() as uow:
        assert uow.handovers.get(row.key).status is HandoverStatus.DONE
        kinds = [event.kind for event in uow.events.of_case(row.case_id)]
    assert {"message_sent", "handed_over"} <= set(kinds)


def test_the_nearest_place_is_said_and_all_three_stand_in_the_text_and_on_the_page(
    new_site: NewSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = new_site(IVR_TEXTS="on")
    order = returnable(site)
    asked: list[str] = []
    near = nearest(tuple(site.ivr.shop.drop_offs(order.id, "en-US")))

    def told(order_id: str, locale: str) -> Sequence[DropOff]:
        asked.append(order_id)
        return near[::-1]

    monkeypatch.setattr(site.ivr.shop, "drop_offs", told)
    turn = sends_back(site, order, "3")
    assert "drop_off_near" in keys_of(turn)
    assert near[0].name in site.ivr.speaker.text("en-US", turn.say[-2])
    with site.store.read() as uow:
        assert uow.settlements.of_order(order.id) == []
    sends_back(site, order, "3", "1", again=True)
    assert asked == [order.id] * 2  # once in each call: what was said is what is written
    site.ivr.engine.outbox.sweep()
    text = next(text for _, text in site.messenger.sent if "/r/" in text)
    page = text_of(site.get(link_in(text)))
    assert all(part in text and part in page for place in near for part in (place.name, place.street))


def test_while_the_shop_tells_no_places_todays_words_stand(new_site: NewSite, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(order_id: str, locale: str) -> Sequence[DropOff]:
        raise ShopUnavailable("the shop does not answer")

    site = new_site(IVR_TEXTS="on")
    monkeypatch.setattr(site.ivr.shop, "drop_offs", away)
    order = returnable(site)
    turn = sends_back(site, order, "3")
    assert keys_of(turn)[-2:] == ["why_in_window", "ask_return_way"]
    assert keys_of(sends_back(site, order, "3", "1", again=True))[0] == "return_drop_off"
    site.ivr.engine.outbox.sweep()
    assert all("Nearest" not in text for _, text in site.messenger.sent)


def test_where_no_text_is_sent_none_is_promised_and_the_number_is_read_out(new_site: NewSite) -> None:
    site = new_site()
    turn = sends_back(site, returnable(site))
    assert keys_of(turn)[0] == "return_label_number"
    said = site.ivr.speaker.text("en-US", turn.say[0])
    with site.store.read() as uow:
        number = uow.cases.recent(1)[0].number
        assert "message_sent" not in [event.kind for event in uow.events.recent(50)]
    assert number in re.sub(r"[ ,]", "", said)
    site.ivr.engine.outbox.sweep()
    assert site.messenger.sent == []


def test_what_the_shop_refuses_is_told_to_the_customer_and_waits_for_a_person(
    new_site: NewSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = new_site(IVR_TEXTS="on")
    order = returnable(site)
    sends_back(site, order)

    def refuse(errand: Errand) -> Receipt:
        raise ShopRefused("charged_back")

    monkeypatch.setattr(site.ivr.shop, "carry_out", refuse)
    site.ivr.shop_sweeps[0].sweep()
    site.ivr.engine.outbox.sweep()
    assert [to for to, _ in site.messenger.sent] == [order.number] * 2
    assert "there is news about your order" in site.messenger.sent[1][1]
    with site.store.read() as uow:
        assert uow.cases.recent(1)[0].status is CaseStatus.WAITING_AGENT


def test_whoever_wants_no_texts_is_promised_none(new_site: NewSite) -> None:
    site = new_site(IVR_TEXTS="on")
    order = returnable(site)
    with site.store.begin() as uow:
        opt_out(uow, order.number, site.clock.now(), "text")
        uow.commit()
    assert keys_of(sends_back(site, order))[0] == "return_label_number"


def test_without_texts_the_label_goes_to_the_address_that_the_shop_knows(new_site: NewSite) -> None:
    site = new_site(IVR_SMTP_URL="smtp://127.0.0.1:9", IVR_MAIL_FROM="Acme <a@example.com>")
    mailer = FakeMailer()
    vars(site.ivr)["mailer"] = mailer
    del vars(site.ivr)["engine"]  # another one, with this mailer
    order = returnable(site, with_email=True)
    assert keys_of(sends_back(site, order))[0] == "return_label_mail"
    site.ivr.engine.outbox.sweep()
    (mail,) = mailer.sent
    assert mail.to == order.email
    assert site.get(link_in(mail.text)).status_code == 200
    stop = mail.stop_url.removeprefix("https://voice.example.com")
    assert site.get(stop).status_code == 200
    assert site.post(stop, page=stop).status_code == 200
    with site.store.read() as uow:
        assert has_opted_out(uow, order.email)


@pytest.mark.parametrize("token", ["x", "A" * 43])
def test_a_made_up_link_shows_nothing(site: Site, token: str) -> None:
    assert site.get(f"/r/{token}").status_code == 404


def test_a_link_of_a_callback_opens_no_return_nor_one_that_is_too_old(site: Site) -> None:
    links, now = site.ivr.engine.links, site.clock.now()
    assert site.get(f"/r/{links.follow(new_id(), new_id(), now + timedelta(days=1))}").status_code == 404
    assert site.get(f"/r/{links.send_back(new_id(), new_id(), now - timedelta(hours=2))}").status_code == 410


def test_the_bar_code_is_that_of_the_standard() -> None:
    assert widths("05") == [1, 1, 1, 1, 1, 3, 1, 1, 3, 3, 3, 1, 1, 1, 3, 1, 1]
    assert widths("5") == widths("05")
