"""Users whom another provider of identities vouches for: found by issuer and subject, never by name."""

import secrets
from dataclasses import dataclass

from ivr.domain.staff import StaffRole, User
from ivr.errors import IllegalMove, NotFound, SignInRefused
from ivr.service.accounts import Accounts
from ivr.service.sign_in import SignIns
from ivr.service.staff_log import Member
from ivr.service.store import Store


@dataclass(frozen=True)
class Identity:
    """Whom the provider has confirmed."""

    subject: str
    """Issuer and subject."""
    name: str
    role: StaffRole | None
    governs: bool
    """Whether the provider says the role: then without one nobody gets in."""


class Identities:
    """Lets them in."""

    def __init__(self, store: Store, accounts: Accounts, sign_ins: SignIns) -> None:
        self._store = store
        self._accounts = accounts
        self._sign_ins = sign_ins

    def begin(self, identity: Identity) -> str:
        """A token for the browser. Raises SignInRefused: `oidc_unknown`, `user_exists` (another has the name)."""
        if identity.governs and identity.role is None:
            raise _unknown(identity)
        user = self._known(identity)
        if user is None:
            if identity.role is None:
                raise _unknown(identity)
            user = self._accounts.add(
                identity.name, identity.role, secrets.token_urlsafe(), by=_provider(identity), subject=identity.subject
            )
        elif identity.role is not None and identity.role is not user.role:
            self._follow(identity, user, identity.role)
        return self._sign_ins.begin_as(user.id)

    def _known(self, identity: Identity) -> User | None:
        """Raises SignInRefused for one who is disabled here."""
        with self._store.read() as uow:
            user_id = uow.staff.identity(identity.subject)
            user = uow.staff.user(user_id) if user_id else None
        if user is not None and user.is_disabled:
            raise _unknown(identity)
        return user

    def _follow(self, identity: Identity, user: User, role: StaffRole) -> None:
        """The provider's role, but for the last admin: somebody must be able to put it right."""
        try:
            self._accounts.set_role(_provider(identity), user.name, role)
        except (IllegalMove, NotFound):
            return


def _provider(identity: Identity) -> Member:
    return Member("", f"({identity.subject.partition(' ')[0]})", StaffRole.ADMIN)


def _unknown(identity: Identity) -> SignInRefused:
    told = f"Nobody here is known as {identity.subject}. Ask an administrator for an account, and tell them this name."
    return SignInRefused("oidc_unknown", told)
