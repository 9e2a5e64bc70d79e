"""Staff: who may sign in, as what, and the log of what they saw and changed."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from ivr.errors import SignInRefused

NAME_LONGEST: Final = 60
PASSWORD_SHORTEST, PASSWORD_LONGEST = 12, 200
"""Long rather than strange (NIST SP 800-63B, 5.1.1); the upper bound keeps the hash's work small."""


class StaffRole(StrEnum):
    """What somebody may do; each may do what those before may."""

    AGENT = "agent"
    """Their own calls, and the cases that they serve or could be given."""
    SUPERVISOR = "supervisor"
    """Every case, callback and shift, and the audit log."""
    ADMIN = "admin"
    """And who else may sign in."""

    def may(self, wanted: "StaffRole") -> bool:
        """Whether this role includes the other."""
        order = list(StaffRole)
        return order.index(self) >= order.index(wanted)


@dataclass(eq=False, kw_only=True)
class User:
    """Somebody who may sign in."""

    id: str
    name: str
    login: str
    """The name as it is compared (`login_of`); unique."""
    role: StaffRole
    password_hash: str
    agent_id: str | None = None
    """The agent that they are, if they take calls."""
    is_disabled: bool = False
    created_at: datetime
    version: int = 1


@dataclass(eq=False, kw_only=True)
class SignIn:
    """A browser that is signed in; ending the row ends it everywhere."""

    id: str
    """A hash of the token that the browser holds."""
    user_id: str
    mark: str
    """Of the password at that time: a changed one ends it."""
    started_at: datetime
    seen_at: datetime

    def is_over(self, now: datetime, rules: "SignInRules") -> bool:
        """Whether it is too old, or was not used for too long."""
        too_old = now >= self.started_at + timedelta(seconds=rules.longest_seconds)
        return too_old or now >= self.seen_at + timedelta(seconds=rules.idle_seconds)


@dataclass(frozen=True, kw_only=True)
class SignInRules:
    """How long a sign-in lasts, and how many wrong passwords are taken."""

    idle_seconds: int = 3600
    longest_seconds: int = 12 * 3600
    window_seconds: int = 900
    """Wrong passwords are counted over so long."""
    tries: int = 5
    """With one name from one address."""
    tries_from_address: int = 30
    tries_for_name: int = 100
    """From all addresses: strangers must not lock somebody out by a handful of tries."""


@dataclass(eq=False, kw_only=True)
class AuditLine:
    """One thing that somebody saw or changed; rows are only ever added."""

    id: str
    at: datetime
    user_id: str
    name: str
    """As it was then."""
    what: str
    """A stable word: signed_in, case_seen, callback_moved ..."""
    about: str = ""
    """A case's number, a callback's id, somebody's name."""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(eq=False, kw_only=True)
class Draft:
    """A note about a case that its writer has not saved yet."""

    user_id: str
    case_id: str
    text: str
    changed_at: datetime


def login_of(name: str) -> str:
    """A name as it is compared: whatever its case, width and spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def check_name(name: str) -> str:
    """A name fit for a user. Raises SignInRefused (`name`)."""
    plain = " ".join(name.split())
    if not plain.isprintable() or not 0 < len(plain) <= NAME_LONGEST:
        raise SignInRefused("name", f"a name has 1 to {NAME_LONGEST} printable characters")
    return plain


def check_password(password: str, name: str) -> str:
    """A password fit to be kept. Raises SignInRefused (`password`)."""
    if not PASSWORD_SHORTEST <= len(password) <= PASSWORD_LONGEST:
        raise SignInRefused("password", f"a password has {PASSWORD_SHORTEST} to {PASSWORD_LONGEST} characters")
    if len(set(password)) < 5 or login_of(password) == login_of(name):
        raise SignInRefused("password", "this password is easy to guess; take several words that are not your name")
    return password
