"""`recordings`: what is kept of conversations, and the deletion that a customer asks for, of chats and e-mails, too."""

import argparse

from ivr.bootstrap import Ivr, build
from ivr.cli.context import read_settings
from ivr.domain.recordings import Recording
from ivr.errors import SettingsError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """forget, list."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    forgetting = actions.add_parser("forget", help="delete recordings, at the carrier, too, and all that they wrote")
    forgetting.add_argument("number", metavar="NUMBER", help="the customer's telephone number, or an e-mail address")
    listing = actions.add_parser("list", help="what is left of a customer's")
    listing.add_argument("number", metavar="NUMBER", help="the customer's telephone number")


def run(arguments: argparse.Namespace) -> int:
    """Do one of them."""
    with build(read_settings(quiet=True)) as ivr:
        if arguments.action == "forget" and "@" in arguments.number:
            print(_forgotten(ivr, arguments.number))
            return 0
        number = ivr.numbers.check(arguments.number).e164
        print("\n".join(_forget(ivr, number) if arguments.action == "forget" else _listed(ivr, number)))
    return 0


def _forget(ivr: Ivr, number: str) -> list[str]:
    if ivr.recorder is None and _rows(ivr, number):
        raise SettingsError("only with IVR_RECORDING=on is the carrier asked to delete: set it for this command")
    asked = ivr.engine.recorder.forget(number)
    left = len(_listed(ivr, number)) if _rows(ivr, number) else 0
    later = f"; {left} that the carrier did not delete yet are tried again by the dispatcher" if left else ""
    return [f"{asked} recordings are to be deleted{later}", _forgotten(ivr, number)]


def _forgotten(ivr: Ivr, whose: str) -> str:
    return f"{ivr.chats.erasing.forget(whose)} chats and e-mail threads are erased, their words everywhere"


def _listed(ivr: Ivr, number: str) -> list[str]:
    lines = [f"{row.id}  {row.created_at:%Y-%m-%d %H:%M}  {row.status}  {row.seconds} s" for row in _rows(ivr, number)]
    return lines or ["nothing is left"]


def _rows(ivr: Ivr, number: str) -> list[Recording]:
    with ivr.store.read() as uow:
        customer = uow.customers.by_number(number)
        return list(uow.recordings.of_customer(customer.id)) if customer is not None else []
