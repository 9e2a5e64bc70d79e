"""Users, sign-ins, the audit log and unsaved notes."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from ivr.domain.staff import AuditLine, Draft, SignIn, User
from ivr.storage import staff_tables as tables
from ivr.storage.rows import Repository
from ivr.storage.tables import agents, events


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

    def pulse(self) -> str:
        """Both are the last entries of an index, or of a table of some hundred rows."""
        newest = self._session.scalar(select(func.max(events.c.serial)))
        moved, turns = self._session.execute(select(func.max(agents.c.status_at), func.sum(agents.c.version))).one()
        return f"{newest}-{turns}-{moved}"
