"""Signing in: name and password become a token that the browser holds; wrong ones are counted as rows."""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

from ivr.domain.staff import PASSWORD_LONGEST, SignIn, SignInRules, StaffRole, User, login_of
from ivr.errors import SignInRefused
from ivr.service.hashing import hashed
from ivr.service.ports import Clock
from ivr.service.staff_log import Member, log_act
from ivr.service.store import Store, UnitOfWork

SUPERVISOR: Final = "supervisor"
"""The name, and the user's id, of whoever signs in with IVR_SUPERVISOR_PASSWORD."""
SEEN_SECONDS: Final = 60
"""A sign-in's last use is written no more often: reading a page must not cost a write each time."""


class Passwords(Protocol):
    """How passwords are kept."""

    def hash(self, password: str) -> str: ...
    def fits(self, password: str, kept: str) -> bool: ...
    def is_outdated(self, kept: str) -> bool: ...


@dataclass(frozen=True)
class Account:
    """Whom a name stands for."""

    member: Member
    password_hash: str


class SignIns:
    """Who is signed in."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        passwords: Passwords,
        rules: SignInRules,
        *,
        secret: str,
        supervisor_password: str = "",
    ) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords
        self._rules = rules
        self._secret = secret.encode()
        self._supervisor_password = supervisor_password
        self._nobody = ""

    def is_open(self) -> bool:
        """Whether anybody can sign in at all."""
        with self._store.read() as uow:
            return bool(self._supervisor_password) or any(not user.is_disabled for user in uow.staff.users())

    def begin(self, name: str, password: str, address: str) -> str:
        """A token for the browser. Raises SignInRefused: `too_many` (even if it is right), `wrong`."""
        now, login = self._clock.now(), login_of(name)[:PASSWORD_LONGEST]
        self._count(login, address, now)
        with self._store.read() as uow:
            account = self._account(uow, uow.staff.user_by_login(login), login)
        if not self._fits(account, password):
            self._tell_failure(account, now)
            raise SignInRefused("wrong", "name and password do not fit together")
        assert account is not None
        return self._begin(account, password, self._keys(login, address), now)

    def begin_as(self, user_id: str) -> str:
        """A token for somebody whom another provider vouches for. Raises SignInRefused (`wrong`): disabled, or gone."""
        with self._store.read() as uow:
            user = uow.staff.user(user_id)
            account = self._account(uow, user, user.login) if user is not None else None
        if account is None:
            raise SignInRefused("wrong", "this account is not open any more")
        return self._begin(account, "", (), self._clock.now())

    def who(self, token: str, *, is_use: bool = True) -> Member | None:
        """Whose token this is, while the sign-in lasts; `is_use`: it is used by a person, not by a page by itself."""
        now = self._clock.now()
        with self._store.read() as uow:
            sign_in = uow.staff.sign_in(hashed(token))
            user = uow.staff.user(sign_in.user_id) if sign_in is not None else None
            account = self._account(uow, user, sign_in.user_id) if sign_in is not None else None
        if sign_in is None or account is None or sign_in.is_over(now, self._rules):
            return None
        if not hmac.compare_digest(sign_in.mark, self._mark(account.password_hash)):
            return None
        if is_use and now - sign_in.seen_at >= timedelta(seconds=SEEN_SECONDS):
            self._seen(sign_in.id, now)
        return account.member

    def end(self, token: str) -> None:
        """Sign out, wherever else the token may be."""
        member = self.who(token, is_use=False)
        with self._store.begin() as uow:
            uow.staff.end_sign_in(hashed(token))
            if member is not None:
                log_act(uow, self._clock.now(), member, "signed_out")
            uow.commit()

    def _account(self, uow: UnitOfWork, user: User | None, login: str) -> Account | None:
        """A user's own; of nobody's name `supervisor`, that of the settings' password."""
        if user is not None:
            member = Member(user.id, user.name, user.role, user.agent_id or "")
            return None if user.is_disabled else Account(member, user.password_hash)
        if login != SUPERVISOR or not self._supervisor_password or uow.staff.user_by_login(SUPERVISOR) is not None:
            return None
        return Account(Member(SUPERVISOR, SUPERVISOR, StaffRole.SUPERVISOR), f"plain:{self._supervisor_password}")

    def _fits(self, account: Account | None, password: str) -> bool:
        """Takes as long for a name that nobody has."""
        if len(password) > PASSWORD_LONGEST:
            return False
        if account is not None and account.password_hash.startswith("plain:"):
            expected = account.password_hash.removeprefix("plain:")
            return hmac.compare_digest(expected.encode(), password.encode("utf-8", "replace"))
        self._nobody = self._nobody or self._passwords.hash(secrets.token_urlsafe())
        return self._passwords.fits(password, account.password_hash if account else self._nobody) and bool(account)

    def _keys(self, login: str, address: str) -> dict[str, int]:
        """What is counted, and how many are taken."""
        return {
            f"sign_in:{hashed(login + chr(0) + address)}": self._rules.tries,
            f"sign_in_from:{hashed(address)}": self._rules.tries_from_address,
            f"sign_in_for:{hashed(login)}": self._rules.tries_for_name,
        }

    def _count(self, login: str, address: str, now: datetime) -> None:
        """Before the password is looked at: many at once must not get more tries than one after the other."""
        with self._store.begin() as uow:
            keys = self._keys(login, address).items()
            used = [uow.guards.count_hit(key, now, self._rules.window_seconds) > most for key, most in keys]
            uow.commit()
        if any(used):
            minutes = self._rules.window_seconds // 60
            raise SignInRefused("too_many", f"too many wrong passwords; try again in {minutes} minutes")

    def _mark(self, password_hash: str) -> str:
        """What a sign-in keeps of the password: when that changes, the sign-in is over."""
        return hmac.new(self._secret, password_hash.encode(), sha256).hexdigest()

    def _begin(self, account: Account, password: str, keys: Iterable[str], now: datetime) -> str:
        token, kept = secrets.token_urlsafe(32), account.password_hash
        with self._store.begin() as uow:
            for key in keys:
                uow.guards.take_hit_back(key, now)
            uow.staff.end_sign_ins(now - timedelta(seconds=self._rules.longest_seconds))
            user = uow.staff.user(account.member.user_id)
            if user is not None and password and self._passwords.is_outdated(user.password_hash):
                user.password_hash = kept = self._passwords.hash(password)
            about = {"user_id": account.member.user_id, "mark": self._mark(kept)}
            row = SignIn(id=hashed(token), started_at=now, seen_at=now, **about)
            uow.staff.add_sign_in(row)
            log_act(uow, now, account.member, "signed_in")
            uow.commit()
        return token

    def _tell_failure(self, account: Account | None, now: datetime) -> None:
        """Only of names that there are: what else is typed there may be somebody's password."""
        if account is None:
            return
        with self._store.begin() as uow:
            log_act(uow, now, account.member, "sign_in_failed")
            uow.commit()

    def _seen(self, sign_in_id: str, now: datetime) -> None:
        with self._store.begin() as uow:
            sign_in = uow.staff.sign_in(sign_in_id)
            if sign_in is not None:
                sign_in.seen_at = now
            uow.commit()
