"""Customers pick the order that it is about: by one order and their number, or by a link to their telephone."""

import re
from collections.abc import Callable
from datetime import timedelta

from werkzeug.test import TestResponse

from tests.web.site import FORM, NUMBER, ORDER, Site, hidden, text_of, value_of

LINK = re.compile(r"https://voice\.example\.com(/o/[\w-]+)")


def show(site: Site, what: str, **changes: str) -> TestResponse:
    """Press one of the buttons below the order's field."""
    form = FORM | {"form_id": hidden(site.get("/"), "form_id"), "show": what} | changes
    return site.post("/callbacks?lang=en-US", form)


def offered(page: TestResponse) -> list[str]:
    return re.findall(r'type="radio" name="order" value="(\d{17})"', page.text)


def chosen(page: TestResponse) -> str:
    found = re.search(r'type="radio" name="order" value="(\d*)" checked', page.text)
    return found[1] if found else "nothing"


def others(site: Site) -> str:
    """An order of another customer."""
    return next(row.order_number[-7:] for row in site.ivr.shop.demo_rows() if row.number != NUMBER)


def booked_order(site: Site, answer: TestResponse) -> str | None:
    assert answer.status_code == 303, text_of(answer)
    with site.store.read() as uow:
        case = uow.cases.get(site.callback(answer.headers["Location"].partition("?")[0]).case_id)
    assert case is not None
    return case.order_id


def test_whoever_knows_one_order_picks_among_all_and_the_case_is_about_it(site: Site) -> None:
    page = show(site, "orders")
    mine = [order.id for order in site.ivr.commerce.recent_orders(NUMBER, "en-US")]
    assert len(mine) > 1
    assert (page.status_code, offered(page)) == (200, mine)
    assert chosen(page).endswith(ORDER)
    assert value_of(page, "words") == FORM["words"]
    newest = site.ivr.commerce.order(mine[0], "en-US")
    assert newest is not None
    assert newest.item in text_of(page)
    assert site.all_open() == []
    another = next(order for order in mine if not order.endswith(ORDER))
    form = FORM | {"form_id": hidden(page, "form_id"), "orders": hidden(page, "orders"), "order": another}
    wrong = site.post("/callbacks?lang=en-US", form | {"consent": ""})  # the list stays while something else is wrong
    assert (wrong.status_code, offered(wrong), chosen(wrong)) == (422, mine, another)
    assert booked_order(site, site.post("/callbacks?lang=en-US", form)) == another


def test_the_widget_offers_the_list_without_any_cookie(new_site: Callable[..., Site]) -> None:
    site = new_site(IVR_WIDGET_SITES="https://shop.example.com")
    form = FORM | {"form_id": hidden(site.get("/embed/"), "form_id"), "show": "orders"}
    page = site.browser.post("/embed/callbacks?lang=en-US", data=form, base_url="https://voice.example.com")
    assert chosen(page).endswith(ORDER)
    assert "Set-Cookie" not in page.headers


def test_all_wrong_pairs_get_the_same_answer_and_each_is_counted(site: Site) -> None:
    pages = [
        show(site, "orders", order=others(site)),
        show(site, "orders", order="0000000"),
        show(site, "orders", order=""),
        show(site, "orders", number="202 555 0188"),
    ]
    told = {re.search(r'(?s)<div class="error".*?</div>', page.text)[0] for page in pages}  # type: ignore[index]
    assert ({page.status_code for page in pages}, len(told)) == ({200}, 1)
    assert 'data-code="orders"' in told.pop()
    assert all(offered(page) == [] for page in pages)
    for _ in range(7):
        show(site, "orders", order="0000000")
    spent = show(site, "orders")  # the eleventh of this number: right, and too late
    assert ('data-code="limit"' in spent.text, offered(spent)) == (True, [])
    site.clock.advance(24 * 3600 + 1)
    assert offered(show(site, "orders"))


def test_a_list_is_nobodys_but_its_numbers_and_forged_tokens_open_none(site: Site) -> None:
    token = hidden(show(site, "orders"), "orders")
    assert offered(show(site, "slots", orders=token))
    for changes in (
        {"orders": token, "number": "202 555 0188"},
        {"orders": token[:-4] + "AAAA"},
        {"orders": "x" * 400},
        {"orders": "<script>"},
    ):
        page = show(site, "slots", **changes)
        assert offered(page) == []
        assert value_of(page, "order") == ORDER
    site.clock.advance(3601)
    assert offered(show(site, "slots", orders=token)) == []


def test_a_link_opens_the_list_for_whoever_holds_the_telephone(site: Site) -> None:
    answer = show(site, "link", order="")
    assert "If we know orders of this number" in text_of(answer)
    (sent,) = site.messenger.sent
    assert sent[0] == NUMBER
    path = LINK.search(sent[1])
    assert path
    page = site.get(path[1])
    assert offered(page) == [order.id for order in site.ivr.commerce.recent_orders(NUMBER, "en-US")]
    assert value_of(page, "number") == NUMBER
    assert 'data-seconds="' in page.text
    form = FORM | {"form_id": hidden(page, "form_id"), "orders": hidden(page, "orders"), "order": offered(page)[0]}
    assert booked_order(site, site.post("/callbacks?lang=en-US", form)) == offered(page)[0]
    site.clock.advance(3601)
    assert (site.get(path[1]).status_code, "too old" in text_of(site.get(path[1]))) == (410, True)
    forged = [site.get(path[1][:-3] + "AAA"), site.get("/o/x"), site.get(f"/o/{'A' * 43}")]
    assert {page.status_code for page in forged} == {404}


def test_a_link_tells_nobody_whether_there_are_orders_and_is_limited(site: Site) -> None:
    known, unknown = show(site, "link"), show(site, "link", number="202 555 0188")
    assert text_of(unknown) == text_of(known)
    assert [number for number, _ in site.messenger.sent] == [NUMBER]
    answers = [show(site, "link") for _ in range(3)]
    assert ['data-code="limit"' in answer.text for answer in answers] == [False, False, True]
    assert len(site.messenger.sent) == 3
    assert 'data-code="number"' in show(site, "link", number="x").text


def test_a_link_of_a_callback_opens_no_orders_nor_the_other_way_round(site: Site) -> None:
    path = site.proven()
    follow = site.ivr.engine.links.follow(site.callback(path).id, "0" * 32, site.clock.now() + timedelta(days=1))
    show(site, "link")
    orders = LINK.search(site.messenger.sent[-1][1])
    assert orders
    assert site.get(f"/o/{follow}").status_code == 404
    assert site.get(f"/c/{orders[1].rpartition('/')[2]}").status_code == 404
