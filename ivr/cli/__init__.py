"""The commands of `python -m ivr`: one module each, imported only when it runs, so that every command starts fast."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final

from ivr.errors import IvrError

COMMANDS: Final[Mapping[str, str]] = {
    "serve": "run the public server and a dispatcher",
    "dispatch": "run one more dispatcher on the same database",
    "demo": "play the whole story on this machine's own carrier",
    "call": "talk to the dialogue by typing",
    "agents": "add, list and set agents",
    "users": "who may sign in to the pages of agents and supervisors",
    "keys": "make, list and revoke keys of the API",
    "demo-data": "put the demonstration's customers and orders in place",
    "connect": "point a Twilio number at this server, or undo it",
    "grammar": "explain sentences, make some, and check the grammars",
    "help": "search the help articles, and see whether they help",
    "audio": "make prompts of recordings, and list what could be recorded",
    "simulate": "try a policy out: a day of callers under a simulated clock",
    "models": "list, install, check and remove speech models",
    "explain": "why a case was decided as it was, rule by rule",
    "policy": "check the shop's rules, and try changed ones on past decisions",
    "recordings": "list and delete what is recorded of a customer's conversations",
    "commerce": "check whether a shop keeps the contract of the HTTP adapter",
    "proactive": "tell of news: a delay, a parcel that is lost or found, a defect in a batch, a subscription that ends",
    "trust": "export the sellers' trust record, and check such a file with the public key alone",
    "audit": "prove from the tables that every promise was kept, or name those that were not",
    "doctor": "say what is set up, what works, and what to do about the rest",
}
"""What each command does. Its module has `add_arguments(parser)` and `run(arguments) -> exit status`."""

FAILED: Final = 2
STOPPED: Final = 130


def run(argv: Sequence[str]) -> int:
    """Run one command. Our own errors become one line, `code: text`, and exit status 2."""
    if not argv or argv[0] not in COMMANDS:
        return _overview(argv)
    try:
        return _run_command(argv[0], argv[1:])
    except IvrError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        # Whoever read the output has left (`| head`): nothing is wrong, and nothing more can be said.
        sys.stderr.close()
        return 0


def _run_command(name: str, rest: Sequence[str]) -> int:
    module = import_module(f"ivr.cli.{name.replace('-', '_')}")
    parser = argparse.ArgumentParser(prog=f"python -m ivr {name}", description=_sentence(COMMANDS[name]))
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(rest)))


def _overview(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ivr",
        description="Ringback: a telephone line that listens, and callbacks that are kept.",
        epilog="Each command tells more with --help.",
        formatter_class=lambda prog: argparse.HelpFormatter(prog, max_help_position=16),
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, text in COMMANDS.items():
        commands.add_parser(name, help=text)
    if not argv:
        parser.print_help()
        return FAILED
    parser.parse_args(argv)
    return FAILED


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
