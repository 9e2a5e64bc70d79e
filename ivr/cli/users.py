"""`users`: who may sign in to the pages of agents and supervisors. Passwords come from a prompt or from stdin."""

import argparse
import sys
from contextlib import closing
from getpass import getpass

from ivr.cli.context import read_settings
from ivr.domain.staff import StaffRole, User
from ivr.errors import SignInRefused
from ivr.parts import make_clock, open_store
from ivr.passwords import Argon2Passwords
from ivr.service.accounts import Accounts
from ivr.service.store import Store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """add, list, password, disable, enable."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="add a user; asks for a password, or reads it from stdin")
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--role", choices=[role.value for role in StaffRole], default=StaffRole.AGENT.value)
    adding.add_argument("--agent", metavar="AGENT", default="", help="the agent that they are (`agents list`)")
    actions.add_parser("list", help="show all users")
    for action, text in (
        ("password", "give somebody another password; signs them out"),
        ("disable", "let somebody in no more; signs them out"),
        ("enable", "let them in again"),
    ):
        actions.add_parser(action, help=text).add_argument("name", metavar="NAME")

    tying = actions.add_parser("identity", help="tie somebody to who they are at IVR_OIDC_ISSUER")
    tying.add_argument("name", metavar="NAME")
    tying.add_argument("subject", metavar="SUBJECT", help="as the refused sign-in shows it: 'ISSUER SUBJECT'")


def run(arguments: argparse.Namespace) -> int:
    """Do one of them."""
    settings = read_settings(quiet=True)
    with closing(open_store(settings)) as store:
        accounts = Accounts(store, make_clock(settings), Argon2Passwords())
        print("\n".join(_told(store, accounts, arguments)))
    return 0


def _told(store: Store, accounts: Accounts, arguments: argparse.Namespace) -> list[str]:
    match arguments.action:
        case "add":
            role = StaffRole(arguments.role)
            user = accounts.add(arguments.name, role, read_password(), arguments.agent)
            return [f"added: {_line(store, user)}", *_notes(user)]
        case "password":
            return [f"changed: {_line(store, accounts.set_password(arguments.name, read_password()))}"]
        case "identity":
            return [f"tied: {_line(store, accounts.identify(arguments.name, arguments.subject))}"]
        case "disable" | "enable":
            disabled = arguments.action == "disable"
            return [f"{arguments.action}d: {_line(store, accounts.disable(arguments.name, disabled=disabled))}"]
    users = [_line(store, user) for user in accounts.listed()]
    return users or ["no users yet: python -m ivr users add NAME --role admin"]


def read_password() -> str:
    """Typed twice at a terminal, else the first line of stdin. Raises SignInRefused."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("Password (12 characters or more): ")
    if getpass("The same again: ") != password:
        raise SignInRefused("password", "the two do not match; nothing was changed")
    return password


def _line(store: Store, user: User) -> str:
    with store.read() as uow:
        agent = uow.agents.get(user.agent_id) if user.agent_id else None
    ends = f"  agent {agent.name}" if agent is not None else ""
    return f"{user.name:<20} {user.role:<10}{ends}{'  disabled' if user.is_disabled else ''}"


def _notes(user: User) -> list[str]:
    if user.role is StaffRole.AGENT and user.agent_id is None:
        return ["note: tied to no agent, they see the line but take no calls; add them with --agent NAME"]
    return []
