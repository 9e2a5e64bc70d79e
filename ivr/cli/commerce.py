"""`commerce check`: whether a shop keeps the contract of docs/commerce.openapi.yaml."""

import argparse

from ivr.cli.context import read_settings
from ivr.commerce.contract import Contract
from ivr.errors import SettingsError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which shop, with which order."""
    commands = parser.add_subparsers(dest="what", required=True)
    check = commands.add_parser("check", help="put a shop to the contract; status 1: it breaks it")
    check.add_argument("url", nargs="?", help="its address; else IVR_COMMERCE_URL. The token is IVR_COMMERCE_TOKEN")
    check.add_argument("--order", required=True, help="an order of it, all seventeen digits")
    check.add_argument("--writes", action="store_true", help="also have it do something: for an order made for tests")


def run(arguments: argparse.Namespace) -> int:
    """One line a check. Raises SettingsError."""
    settings = read_settings(quiet=True)
    url = arguments.url or settings.commerce_url
    if not url:
        raise SettingsError("name the shop's address, or set IVR_COMMERCE_URL")
    contract = Contract(url.rstrip("/"), settings.commerce_token, arguments.order.replace("-", ""))
    broken = 0
    for finding in contract.check(writes=arguments.writes):
        broken += bool(finding.wrong)
        print(f"{'✘' if finding.wrong else '✔'} {finding.name}{': ' if finding.wrong else ''}{finding.wrong}")
    return 1 if broken else 0
