"""`connect`: points a Twilio number's voice, status and fallback addresses at this server, and back."""

import argparse
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from ivr.cli.context import read_settings
from ivr.errors import NotFound
from ivr.parts import carrier_account, open_store
from ivr.phone.numbers import TwilioNumbers
from ivr.service.store import Store
from ivr.settings_values import e164


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which number, which way."""
    parser.add_argument("--number", type=_number, help="the number, if it is not IVR_PHONE_NUMBER")
    parser.add_argument("--undo", action="store_true", help="give the number its former addresses back")


def run(arguments: argparse.Namespace) -> int:
    """Connect or undo."""
    settings = read_settings(quiet=True)
    account = carrier_account(settings)
    if arguments.number:
        account = replace(account, number=arguments.number)
    numbers = TwilioNumbers(account, texts=settings.texts)
    with closing(open_store(settings)) as store:
        if arguments.undo:
            _tell("restored", undo(numbers, store, account.number))
        else:
            _tell("until now", connect(numbers, store, account.number))
            _tell("connected", numbers.present())
    return 0


def connect(numbers: TwilioNumbers, store: Store, number: str) -> Mapping[str, str]:
    """Point the number here; returns and remembers what it pointed at before we first changed it."""
    before = numbers.point_here()
    with store.begin() as uow:
        # Connecting twice must not forget what was there before the first time; texts may have been added since.
        uow.guards.set_note(_note(number), {**before, **(uow.guards.get_note(_note(number)) or {})})
        uow.commit()
    return before


def undo(numbers: TwilioNumbers, store: Store, number: str) -> Mapping[str, str]:
    """Give back what `connect` remembered. Raises NotFound."""
    with store.begin() as uow:
        before = uow.guards.get_note(_note(number))
        if before is None:
            raise NotFound("this number was not connected from this database; nothing to undo")
        numbers.restore(before)
        uow.guards.set_note(_note(number), None)
        uow.commit()
    return before


def _number(text: str) -> str:
    try:
        return e164(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _note(number: str) -> str:
    return f"connect:{number}"


def _tell(title: str, addresses: Mapping[str, str]) -> None:
    print(f"{title}:")
    for name, value in addresses.items():
        if name != "sid" and not name.endswith("_method"):
            print(f"  {name:<22} {value or '–'}")
