"""`trust`: the sellers' trust record as a file that anybody can check without us."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from ivr.cli.context import read_settings
from ivr.domain.trust import verify
from ivr.errors import ContentError
from ivr.trust_keys import Ed25519Check


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    exporting = actions.add_parser("export", help="print the record, or write it to a file")
    exporting.add_argument("file", nargs="?", type=Path, metavar="FILE")
    exporting.add_argument("--seller", default="", metavar="ID", help="of one seller only")
    verifying = actions.add_parser("verify", help="check a file with the public key only; needs no database")
    verifying.add_argument("file", type=Path, metavar="FILE")
    verifying.add_argument("--key", required=True, metavar="HEX", help="the public key, as the shop publishes it")
    actions.add_parser("key", help="print the public key")


def run(arguments: argparse.Namespace) -> int:
    """Do it. Raises ContentError, SettingsError, StorageUnavailable."""
    if arguments.action == "verify":
        return _verify(arguments.file, arguments.key)
    # Imported here: checking a file needs neither the settings nor the database.
    from ivr.cli.database import filled_store
    from ivr.parts import shared_secret
    from ivr.service.trust import TrustRecord
    from ivr.trust_keys import Ed25519Signer

    settings = read_settings(quiet=True)
    signer = Ed25519Signer(settings.trust_key or shared_secret(settings))
    if arguments.action == "key":
        print(signer.public_key)
        return 0
    with filled_store(settings) as store, store.read() as uow:
        lines = TrustRecord(signer).export(uow, datetime.now(UTC), arguments.seller)
    if arguments.file is None:
        print("\n".join(lines))
    else:
        arguments.file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{len(lines) - 2} entries; public key {signer.public_key}", file=sys.stderr)
    return 0


def _verify(path: Path, key: str) -> int:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"{path} cannot be read: {error}; give the file that `trust export` wrote") from error
    verdict = verify(lines, Ed25519Check(key))
    print("\n".join(verdict.wrong or [f"{verdict.entries} entries of {verdict.sellers} sellers, as of {verdict.at}"]))
    return 1 if verdict.wrong else 0
