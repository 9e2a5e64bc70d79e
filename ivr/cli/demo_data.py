"""`demo-data`: puts the demonstration's customers in place, and shows them with their orders."""

import argparse
from collections.abc import Sequence
from urllib.parse import urlsplit

from ivr.bootstrap import Ivr, build
from ivr.cli.context import read_settings
from ivr.cli.demo_day import put_day
from ivr.content.shop import DemoRow, ShopCustomer
from ivr.domain.cases import Customer
from ivr.errors import SettingsError
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id
from ivr.settings_values import is_loopback

COLUMNS = ("name", "telephone", "locale", "order", "status", "item")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to show them, and whether to fill a day."""
    parser.add_argument("--day", action="store_true", help="a believable day beside them, in a database without cases")
    parser.add_argument("--print", action="store_true", help="show customers and orders, tab-separated")


def run(arguments: argparse.Namespace) -> int:
    """Do it; doing it twice changes nothing."""
    settings = read_settings(quiet=True)
    if arguments.day and not is_loopback(urlsplit(settings.api_base).hostname or ""):
        # Its callbacks are due now: a dispatcher would ring these numbers.
        raise SettingsError("TWILIO_API_BASE: a day is made up only beside a carrier on this machine")
    with build(settings) as ivr:
        added, rows = put_customers(ivr), ivr.shop.demo_rows()
        count, booked = len(ivr.shop.customers), put_day(ivr) if arguments.day else 0
    if arguments.print:
        print("\n".join(table(rows)))
    else:
        print(
            f"{count} customers ({added} new) and {len(rows)} orders are in place; --print shows them, --day adds a day"
        )
        if arguments.day:
            print(f"{booked} callbacks of today" if booked else "no day was added: there are cases already")
    return 0


def put_customers(ivr: Ivr) -> int:
    """Let the database know the shop's customers; returns how many are new."""
    with ivr.store.begin() as uow:
        added = sum(_put(uow, customer) for customer in ivr.shop.customers)
        uow.commit()
    return added


def table(rows: Sequence[DemoRow]) -> list[str]:
    """One line an order, under a line of names."""
    lines = [(row.name, row.number, row.locale, row.order_number, row.status, row.item) for row in rows]
    return ["\t".join(line) for line in (COLUMNS, *lines)]


def _put(uow: UnitOfWork, known: ShopCustomer) -> bool:
    if uow.customers.by_number(known.number) is not None:
        return False
    customer = Customer(id=new_id(), number=known.number, name=known.name, locale=known.locale, zone=known.zone)
    uow.customers.add(customer)
    return True
