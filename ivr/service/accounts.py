"""Who may sign in: users added, given another role or password, disabled; by command and on admins' pages."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.staff import StaffRole, User, check_name, check_password, login_of
from ivr.errors import Conflict, IllegalMove, LinkExpired, NotFound, SignInRefused
from ivr.service.hashing import hashed
from ivr.service.ports import Clock
from ivr.service.sign_in import Passwords
from ivr.service.staff_log import Member, log_act
from ivr.service.store import Store, UnitOfWork
from ivr.service.timeline import new_id

OPERATOR: Final = Member("", "(command line)", StaffRole.ADMIN)
LINK_VALID: Final = timedelta(hours=24)
"""A link by which somebody chooses a password works once, and no longer than this."""


class Accounts:
    """The users. All may raise NotFound; `by`: who does it."""

    def __init__(self, store: Store, clock: Clock, passwords: Passwords) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords

    def add(
        self, name: str, role: StaffRole, password: str, agent: str = "", *, by: Member = OPERATOR, subject: str = ""
    ) -> User:
        """Raises SignInRefused: `name`, `password`, `user_exists`; NotFound for the agent.

        `subject`: as another provider of identities knows them.
        """
        shown = check_name(name)
        kept = self._passwords.hash(check_password(password, shown))
        with self._store.begin() as uow:
            if uow.staff.user_by_login(login_of(shown)) is not None:
                raise SignInRefused(
                    "user_exists", f"there is a user {shown} already; `users password` gives another one"
                )
            user = User(
                id=new_id(), name=shown, login=login_of(shown), role=role, password_hash=kept,
                agent_id=_agent_id(uow, agent) if agent else None, created_at=self._clock.now(),
            )  # fmt: skip
            uow.staff.add_user(user)
            if subject:
                uow.staff.add_identity(subject, user.id)
            data = {"role": role.value, "agent": agent}
            log_act(uow, self._clock.now(), by, "user_added", about=user.name, data=data)
            uow.commit()
        return user

    def invite(self, by: Member, name: str, role: StaffRole, agent: str = "") -> str:
        """Add somebody who chooses the password; the token of their link. Raises as `add`."""
        user = self.add(name, role, secrets.token_urlsafe(), agent, by=by)
        return self.link(by, user.name)

    def listed(self) -> Sequence[User]:
        """All of them."""
        with self._store.read() as uow:
            return uow.staff.users()

    def link(self, by: Member, name: str) -> str:
        """The token of a link by which they choose another password, once; the one before works until then."""
        token, now = secrets.token_urlsafe(32), self._clock.now()
        until_at = now + LINK_VALID
        with self._store.begin() as uow:
            user = _user(uow, name)
            note = {"user": user.id, "until_at": until_at.isoformat()}
            uow.guards.set_note(_note_key(token), note, expires_at=until_at)
            log_act(uow, now, by, "password_link_made", about=user.name)
            uow.commit()
        return token

    def whose(self, token: str) -> User:
        """For whom a link is. Raises LinkExpired."""
        with self._store.read() as uow:
            return self._linked(uow, token)

    def choose(self, token: str, password: str) -> User:
        """The new password by a link, which is used up. Raises LinkExpired, SignInRefused (`password`)."""
        kept = self._passwords.hash(check_password(password, self.whose(token).name))
        with self._store.begin() as uow:
            user = self._linked(uow, token)
            user.password_hash = kept
            uow.guards.set_note(_note_key(token), None)
            who = Member(user.id, user.name, user.role)
            log_act(uow, self._clock.now(), who, "password_set", about=user.name)
            uow.commit()
        return user

    def set_password(self, name: str, password: str) -> User:
        """Whoever is signed in with the one before is signed out. Raises SignInRefused (`password`)."""
        kept = self._passwords.hash(check_password(password, name))
        return self._change(OPERATOR, name, "password_set", lambda user: setattr(user, "password_hash", kept))

    def identify(self, name: str, subject: str, *, by: Member = OPERATOR) -> User:
        """Tie a user to "ISSUER SUBJECT" of another provider. Raises Conflict: that is somebody already."""
        with self._store.begin() as uow:
            user = _user(uow, name)
            uow.staff.add_identity(" ".join(subject.split()), user.id)
            log_act(uow, self._clock.now(), by, "user_identified", about=user.name)
            uow.commit()
        return user

    def set_role(self, by: Member, name: str, role: StaffRole) -> User:
        """From their next page on. Raises IllegalMove for the last admin."""
        return self._change(by, name, f"role_{role.value}", lambda user: setattr(user, "role", role))

    def disable(self, name: str, *, disabled: bool, by: Member = OPERATOR) -> User:
        """Out at once and until further notice; or in again. Raises IllegalMove for the last admin."""
        what = "user_disabled" if disabled else "user_enabled"
        return self._change(by, name, what, lambda user: setattr(user, "is_disabled", disabled))

    def _change(self, by: Member, name: str, what: str, change: Callable[[User], None]) -> User:
        with self._store.begin() as uow:
            # Held until the commit: two admins who disable each other must not both succeed.
            admins = uow.staff.held_admins()
            user = _user(uow, name)
            was_admin = _is_admin(user)
            change(user)
            if was_admin and not _is_admin(user):
                _refuse_last_admin(admins, user)
            log_act(uow, self._clock.now(), by, what, about=user.name)
            uow.commit()
        return user

    def _linked(self, uow: UnitOfWork, token: str) -> User:
        note = uow.guards.get_note(_note_key(token))
        is_valid = note is not None and self._clock.now() < datetime.fromisoformat(note["until_at"])
        user = uow.staff.user(str(note["user"])) if note is not None and is_valid else None
        if user is None or user.is_disabled:
            raise LinkExpired("this link was used already, or is too old; ask an administrator for another one")
        return user


def _is_admin(user: User) -> bool:
    return user.role is StaffRole.ADMIN and not user.is_disabled


def _refuse_last_admin(admins: Sequence[User], user: User) -> None:
    if user not in admins:
        raise Conflict("somebody changes the administrators at this moment; try again")
    if not any(_is_admin(admin) for admin in admins):
        raise IllegalMove("this is the last admin; add another one first")


def _user(uow: UnitOfWork, name: str) -> User:
    user = uow.staff.user_by_login(login_of(name))
    if user is None:
        raise NotFound(f"there is no user {name}; `users list` shows all")
    return user


def _agent_id(uow: UnitOfWork, name: str) -> str:
    agent = uow.agents.by_name(name)
    if agent is None:
        raise NotFound(f"there is no agent {name}; `agents list` shows all")
    return agent.id


def _note_key(token: str) -> str:
    return f"password_link:{hashed(token)}"
