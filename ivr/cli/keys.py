"""`keys`: who may use the API, and for what."""

import argparse
import secrets
from contextlib import closing

from ivr.cli.context import read_settings
from ivr.domain.programs import ApiKey, Scope
from ivr.errors import IllegalMove, NotFound
from ivr.parts import make_clock, open_store
from ivr.service.hashing import hashed
from ivr.service.ports import Clock
from ivr.service.store import Store
from ivr.service.timeline import record
from ivr.web.api_keys import new_key


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """add, list, revoke."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="make a key; it is shown once, only its hash is kept")
    adding.add_argument("name", metavar="NAME", help="whose it is, or what for")
    adding.add_argument(
        "--scope", action="append", default=[], choices=list(Scope), help="what it opens; again for more; none: all"
    )
    actions.add_parser("list", help="all keys; those of IVR_API_KEYS are not among them")
    revoking = actions.add_parser("revoke", help="close it, at once and for good")
    revoking.add_argument("id", metavar="ID", help="eight hex digits, as `keys list` shows them")


def run(arguments: argparse.Namespace) -> int:
    """Do one of them."""
    settings = read_settings(quiet=True)
    with closing(open_store(settings)) as store:
        print("\n".join(_told(KeysDesk(store, make_clock(settings)), arguments)))
    return 0


def _told(desk: "KeysDesk", arguments: argparse.Namespace) -> list[str]:
    match arguments.action:
        case "add":
            return [desk.add(arguments.name, tuple(arguments.scope))]
        case "revoke":
            return [desk.revoke(arguments.id)]
    return desk.listed()


class KeysDesk:
    """What the command does, apart from printing; every method returns what to tell."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def add(self, name: str, scopes: tuple[str, ...]) -> str:
        """The key itself, and nothing else: it can be piped. Raises IllegalMove (the name is taken)."""
        key_id = secrets.token_hex(4)
        key = new_key(key_id)
        with self._store.begin() as uow:
            if any(one.name == name and one.revoked_at is None for one in uow.programs.all_keys()):
                raise IllegalMove(f"there is a key {name} already; revoke it first, or take another name")
            granted = tuple(sorted(set(scopes))) or tuple(Scope)
            now = self._clock.now()
            uow.programs.add(ApiKey(id=key_id, name=name, key_hash=hashed(key), scopes=granted, created_at=now))
            record(uow, now, "key_added", data={"key": key_id, "name": name, "scopes": list(granted)})
            uow.commit()
        return key

    def listed(self) -> list[str]:
        """One line for each, oldest first."""
        with self._store.read() as uow:
            return [_line(key) for key in uow.programs.all_keys()] or ["no keys yet: python -m ivr keys add NAME"]

    def revoke(self, key_id: str) -> str:
        """Twice is no error. Raises NotFound."""
        with self._store.begin() as uow:
            found = next((key for key in uow.programs.all_keys() if key.id == key_id), None)
            if found is None:
                raise NotFound(f"there is no key {key_id}; `keys list` shows all")
            if found.revoked_at is None:
                found.revoked_at = self._clock.now()
                record(uow, found.revoked_at, "key_revoked", data={"key": key_id, "name": found.name})
            uow.commit()
        return _line(found)


def _line(key: ApiKey) -> str:
    state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else f"since {key.created_at:%Y-%m-%d}"
    return f"{key.id}  {key.name:<20} {state:<18} {' '.join(key.scopes)}"
