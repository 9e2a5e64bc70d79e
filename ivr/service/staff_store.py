"""The port of what is kept about staff: users, sign-ins, the audit log, unsaved notes; a part of the store's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from ivr.domain.staff import AuditLine, Draft, SignIn, User


class Staff(Protocol):
    """Rows about staff. The database allows one user per login (Conflict otherwise)."""

    def add_user(self, user: User) -> None: ...
    def user(self, user_id: str) -> User | None: ...
    def user_by_login(self, login: str) -> User | None: ...
    def users(self) -> Sequence[User]:
        """By name."""

    def add_sign_in(self, sign_in: SignIn) -> None: ...
    def sign_in(self, sign_in_id: str) -> SignIn | None: ...
    def end_sign_in(self, sign_in_id: str) -> None: ...
    def end_sign_ins(self, begun_before: datetime) -> None:
        """Forget those that are too old anyway."""

    def log(self, line: AuditLine) -> None: ...
    def log_lines(self, limit: int, *, about: str = "", name: str = "") -> Sequence[AuditLine]:
        """Newest first; about one thing, or of one name."""

    def draft(self, user_id: str, case_id: str) -> Draft | None: ...
    def keep_draft(self, draft: Draft) -> None:
        """In the place of the one before."""

    def drop_draft(self, user_id: str, case_id: str) -> None: ...
    def pulse(self) -> str:
        """A word that changes whenever the timeline grows or an agent's status changes."""
