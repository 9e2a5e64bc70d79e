"""The port of what is kept about staff: users, sign-ins, the audit log, unsaved notes; a part of the store's."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from ivr.domain.assignments import Assignment
from ivr.domain.holidays import Holiday
from ivr.domain.staff import AuditLine, Draft, SignIn, User


class Staff(Protocol):
    """Rows about staff. The database allows one user per login (Conflict otherwise)."""

    def add_user(self, user: User) -> None: ...
    def user(self, user_id: str) -> User | None: ...
    def user_by_login(self, login: str) -> User | None: ...
    def users(self) -> Sequence[User]:
        """By name."""

    def held_admins(self) -> Sequence[User]:
        """Who may change users, held until the unit of work ends; those that another one holds are left out."""

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
    def assign(self, assignment: Assignment) -> None:
        """In the place of the one before."""

    def unassign(self, callback_id: str) -> None: ...
    def assignments(self, callback_ids: Collection[str]) -> Mapping[str, Assignment]:
        """By the ids of those callbacks that were given to one agent."""

    def add_holiday(self, holiday: Holiday) -> None:
        """In the place of one on the same day in the same region."""

    def remove_holiday(self, region: str, day: date) -> bool:
        """Whether there was one."""

    def holidays(self) -> Sequence[Holiday]:
        """By day, then by region."""

    def add_identity(self, subject: str, user_id: str) -> None:
        """Whom another provider of identities knows by this name is this user."""

    def identity(self, subject: str) -> str | None:
        """The user's id."""

    def sweep(self, log_since: datetime, assigned_since: datetime) -> int:
        """Forget older lines of the audit log, and older assignments; how many rows."""

    def pulse(self) -> str:
        """A word that changes whenever the timeline grows or an agent's status changes."""
