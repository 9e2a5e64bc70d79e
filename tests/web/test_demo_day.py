"""The day that `demo-data --day` makes up: every page of the staff has something to show."""

import pytest

from ivr.cli.demo_data import put_customers
from ivr.cli.demo_day import put_day
from ivr.domain.callbacks import CallbackStatus
from ivr.domain.staff import StaffRole
from tests.web.site import NUMBER, Site, text_of
from tests.web.test_sign_in import SECRET, accounts, sign_in

SHOWN = {
    "/supervisor/": ("Line now", "Claims for a person 1", "Agents free 3 of 5"),
    "/supervisor/claims": ("1 wait; shown are", "Northwind Outdoor", "$79.99"),
    "/supervisor/day": ("Promises by the hour", "Reasons for calling", "Served out of turn, per 1,000"),
    "/supervisor/shifts": ("Mon-Fri 09:00-13:00",),
    "/agent/": ("Waiting conversations", "One glove is missing."),
}


@pytest.fixture
def day(site: Site) -> Site:
    put_customers(site.ivr)
    assert put_day(site.ivr) > 40
    assert put_day(site.ivr) == 0, "a day is made up once, in a database without cases"
    accounts(site).add("Root", StaffRole.ADMIN, SECRET)
    sign_in(site, "Root", SECRET)
    return site


def test_every_page_of_the_day_has_something_to_show(day: Site) -> None:
    for path, texts in SHOWN.items():
        page = text_of(day.get(path))
        assert [text for text in texts if text not in page] == [], path


def test_the_number_that_the_pages_suggest_can_still_ask_for_a_callback(day: Site) -> None:
    assert day.ivr.shop.customers[0].number == NUMBER
    assert day.callback(day.proven()).status == CallbackStatus.SCHEDULED


def test_a_call_of_the_day_is_told_turn_by_turn(day: Site) -> None:
    with day.store.read() as uow:
        told = next(case for case in uow.cases.recent(60) if case.order_id and case.order_id.endswith("2819482"))
    page = text_of(day.get(f"/supervisor/calls/CA{told.id}"))
    for text in ("it says delivered but I don't want it 211.7", "heard by vosk", "2819482"):
        assert text in page
