"""`models`: speech models, which languages have one, and where more come from."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from ivr.cli.context import read_settings
from ivr.ears import model_environment
from ivr.errors import ModelError
from ivr.speech import models
from ivr.speech.model_check import told_of
from ivr.speech.model_folders import find_models

MEGABYTE = 1_000_000
LARGE = "  (large: takes no grammar; install it by its name)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """list, install, remove, check."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="show the models found here")
    listing.add_argument("--published", action="store_true", help="show what Vosk publishes")
    installing = actions.add_parser("install", help="fetch and check a model")
    installing.add_argument("model", metavar="MODEL", help="a language such as en-us, or a model's full name")
    removing = actions.add_parser("remove", help="delete an installed model")
    removing.add_argument("model", metavar="MODEL")
    checking = actions.add_parser("check", help="read models through, whatever was found before")
    checking.add_argument("locale", metavar="LOCALE", nargs="?", help="only this one, such as ko-KR")


def run(arguments: argparse.Namespace) -> int:
    """Do one of them. Raises ModelError, which says what to do without a network, too."""
    environ = model_environment(read_settings(quiet=True))
    match arguments.action:
        case "list":
            print("\n".join(published(environ) if arguments.published else found(environ)))
        case "install":
            folder = models.install(arguments.model, environ, progress=_progress())
            print(f"installed: {folder}{_told_of(folder)}")
        case "remove":
            print(f"removed: {models.remove(arguments.model, environ)}")
        case "check":
            return check(environ, arguments.locale)
    return 0


def found(environ: Mapping[str, str]) -> list[str]:
    """One line for each language that has a model here."""
    here = sorted(find_models(environ).items())
    return [f"{locale:<8} {folder}{_told_of(folder)}" for locale, folder in here] or [
        "no model yet: python -m ivr models install en-us"
    ]


def published(environ: Mapping[str, str]) -> list[str]:
    """One line for each model that can be installed."""
    return [
        f"{model.locale:<8} {model.bytes // MEGABYTE:>5} MB  {model.name}{LARGE if model.kind == 'big' else ''}"
        for model in models.published(environ)
    ]


def check(environ: Mapping[str, str], locale: str | None) -> int:
    """Exit status 1 if a model is not as it should be."""
    wanted = {name: folder for name, folder in find_models(environ).items() if locale in (None, name)}
    if locale and not wanted:
        raise ModelError(f"there is no model for {locale} here; `models list` shows all")
    problems = 0
    for name, folder in sorted(wanted.items()):
        try:
            models.check(folder)
            print(f"✔ {name:<8} {folder}{_told_of(folder)}")
        except ModelError as error:
            problems += 1
            print(f"✘ {name:<8} {error}")
    return 1 if problems else 0


def _told_of(folder: Path) -> str:
    told = told_of(folder)
    return f"  ({told})" if told else ""


def _progress() -> models.Progress | None:
    if not sys.stderr.isatty():
        return None

    def show(have: int, whole: int) -> None:
        print(f"\r{have // MEGABYTE} of {whole // MEGABYTE} MB", end="", file=sys.stderr, flush=True)

    return show
