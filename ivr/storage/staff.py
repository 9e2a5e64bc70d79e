"""Users, sign-ins, the audit log and unsaved notes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Final

from sqlalchemy import delete, func, insert, select

from ivr.domain.assignments import Assignment
from ivr.domain.holidays import Holiday
from ivr.domain.staff import AuditLine, Draft, SignIn, StaffRole, User
from ivr.storage import staff_tables as tables
from ivr.storage.rows import Repository
from ivr.storage.tables import agents, events

SWEPT: Final = 1000


class SqlStaff(Repository):
    """service.staff_store.Staff."""

    def add_user(self, user: User) -> None:
        """Conflict at commit if the login is taken."""
        self._add(user)

    def user(self, user_id: str) -> User | None:
        """By id."""
        return self._session.find(User, user_id)

    def user_by_login(self, login: str) -> User | None:
        """By the name as it is compared."""
        return self._first(select(User).where(tables.users.c.login == login))

    def users(self) -> Sequence[User]:
        """By name."""
        return self._all(select(User).order_by(tables.users.c.login))

    def held_admins(self) -> Sequence[User]:
        """Those who are not disabled."""
        c = tables.users.c
        return self._all(select(User).where(c.role == StaffRole.ADMIN, c.is_disabled.is_(False)), lock=True)

    def add_sign_in(self, sign_in: SignIn) -> None:
        """A browser is signed in."""
        self._add(sign_in)

    def sign_in(self, sign_in_id: str) -> SignIn | None:
        """By id."""
        return self._session.find(SignIn, sign_in_id)

    def end_sign_in(self, sign_in_id: str) -> None:
        """Ending it twice is no error."""
        self._session.execute(delete(tables.sign_ins).where(tables.sign_ins.c.id == sign_in_id))

    def end_sign_ins(self, begun_before: datetime) -> None:
        """All that began before."""
        self._session.execute(delete(tables.sign_ins).where(tables.sign_ins.c.started_at < begun_before))

    def log(self, line: AuditLine) -> None:
        """Add a line."""
        row = {each.name: getattr(line, each.name) for each in fields(line)}
        self._session.execute(insert(tables.audit_log).values(row | {"data": dict(line.data)}))

    def log_lines(self, limit: int, *, about: str = "", name: str = "") -> Sequence[AuditLine]:
        """Newest first."""
        c = tables.audit_log.c
        query = select(*(c[each.name] for each in fields(AuditLine))).order_by(c.serial.desc()).limit(limit)
        query = query.where(c.about == about) if about else query
        query = query.where(c.name == name) if name else query
        return [AuditLine(**row._mapping) for row in self._session.execute(query)]

    def draft(self, user_id: str, case_id: str) -> Draft | None:
        """The one there is."""
        c = tables.drafts.c
        return self._first(select(Draft).where(c.user_id == user_id, c.case_id == case_id))

    def keep_draft(self, draft: Draft) -> None:
        """In the place of the one before."""
        self._session.merge(draft)

    def drop_draft(self, user_id: str, case_id: str) -> None:
        """One that is not there is no error."""
        c = tables.drafts.c
        self._session.execute(delete(tables.drafts).where(c.user_id == user_id, c.case_id == case_id))

    def assign(self, assignment: Assignment) -> None:
        """In the place of the one before."""
        self._session.merge(assignment)

    def unassign(self, callback_id: str) -> None:
        """One that was given to nobody is no error."""
        c = tables.assignments.c
        self._session.execute(delete(tables.assignments).where(c.callback_id == callback_id))

    def assignments(self, callback_ids: Collection[str]) -> Mapping[str, Assignment]:
        """By the callbacks' ids."""
        c = tables.assignments.c
        found = self._all(select(Assignment).where(c.callback_id.in_(callback_ids))) if callback_ids else ()
        return {one.callback_id: one for one in found}

    def add_holiday(self, holiday: Holiday) -> None:
        """In the place of the one before."""
        self._session.merge(holiday)

    def remove_holiday(self, region: str, day: date) -> bool:
        """Whether there was one."""
        c = tables.holidays.c
        done = self._session.execute(delete(tables.holidays).where(c.region == region, c.day == day))
        return bool(done.rowcount)

    def holidays(self) -> Sequence[Holiday]:
        """By day."""
        c = tables.holidays.c
        return self._all(select(Holiday).order_by(c.day, c.region))

    def add_identity(self, subject: str, user_id: str) -> None:
        """Conflict if somebody else is known by it."""
        self._session.execute(insert(tables.identities).values(subject=subject, user_id=user_id))

    def identity(self, subject: str) -> str | None:
        """The user's id."""
        c = tables.identities.c
        return self._session.scalar(select(c.user_id).where(c.subject == subject))

    def sweep(self, log_since: datetime, assigned_since: datetime) -> int:
        """A thousand lines of the log at a time: a log of years must not hold up all who write."""
        log, given = tables.audit_log.c, tables.assignments.c
        old = select(log.serial).where(log.at < log_since).order_by(log.serial).limit(SWEPT)
        queries = (
            delete(tables.audit_log).where(log.serial.in_(old)),
            delete(tables.assignments).where(given.given_at < assigned_since),
        )
        return sum(self._session.execute(query).rowcount for query in queries)

    def pulse(self) -> str:
        """Both are the last entries of an index, or of a table of some hundred rows."""
        newest = self._session.scalar(select(func.max(events.c.serial)))
        moved, turns = self._session.execute(select(func.max(agents.c.status_at), func.sum(agents.c.version))).one()
        return f"{newest}-{turns}-{moved}"
