"""Who may sign in: users added, given another password, disabled; for the command line."""

from collections.abc import Callable, Sequence
from typing import Final

from ivr.domain.staff import StaffRole, User, check_name, check_password, login_of
from ivr.errors import IllegalMove, NotFound, SignInRefused
from ivr.service.ports import Clock
from ivr.service.sign_in import Passwords
from ivr.service.staff_log import Member, log_act
from ivr.service.store import Store, UnitOfWork
from ivr.service.timeline import new_id

OPERATOR: Final = Member("", "(command line)", StaffRole.ADMIN)


class Accounts:
    """The users. All may raise NotFound."""

    def __init__(self, store: Store, clock: Clock, passwords: Passwords) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords

    def add(self, name: str, role: StaffRole, password: str, agent: str = "") -> User:
        """Raises SignInRefused: `name`, `password`, `exists`; NotFound for the agent."""
        shown = check_name(name)
        kept = self._passwords.hash(check_password(password, shown))
        with self._store.begin() as uow:
            if uow.staff.user_by_login(login_of(shown)) is not None:
                raise SignInRefused("exists", f"there is a user {shown} already; `users password` gives another one")
            user = User(
                id=new_id(), name=shown, login=login_of(shown), role=role, password_hash=kept,
                agent_id=_agent_id(uow, agent) if agent else None, created_at=self._clock.now(),
            )  # fmt: skip
            uow.staff.add_user(user)
            data = {"role": role.value, "agent": agent}
            log_act(uow, self._clock.now(), OPERATOR, "user_added", about=user.name, data=data)
            uow.commit()
        return user

    def listed(self) -> Sequence[User]:
        """All of them."""
        with self._store.read() as uow:
            return uow.staff.users()

    def set_password(self, name: str, password: str) -> User:
        """Whoever is signed in with the one before is signed out. Raises SignInRefused (`password`)."""
        kept = self._passwords.hash(check_password(password, name))
        return self._change(name, "password_set", lambda user: setattr(user, "password_hash", kept))

    def disable(self, name: str, *, disabled: bool) -> User:
        """Out at once and until further notice; or in again. Raises IllegalMove for the last admin."""
        if disabled:
            self._refuse_last_admin(name)
        what = "user_disabled" if disabled else "user_enabled"
        return self._change(name, what, lambda user: setattr(user, "is_disabled", disabled))

    def _refuse_last_admin(self, name: str) -> None:
        admins = {user.login for user in self.listed() if user.role is StaffRole.ADMIN and not user.is_disabled}
        if admins == {login_of(name)}:
            raise IllegalMove("this is the last admin; add another one first")

    def _change(self, name: str, what: str, change: Callable[[User], None]) -> User:
        with self._store.begin() as uow:
            user = uow.staff.user_by_login(login_of(name))
            if user is None:
                raise NotFound(f"there is no user {name}; `users list` shows all")
            change(user)
            log_act(uow, self._clock.now(), OPERATOR, what, about=user.name)
            uow.commit()
        return user


def _agent_id(uow: UnitOfWork, name: str) -> str:
    agent = uow.agents.by_name(name)
    if agent is None:
        raise NotFound(f"there is no agent {name}; `agents list` shows all")
    return agent.id
