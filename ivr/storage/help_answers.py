"""What callers made of the help's answers."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import case, func, insert, select, update

from ivr.domain.knowledge import Tally
from ivr.storage.help_tables import help_answers
from ivr.storage.rows import Repository


class SqlAnswers(Repository):
    """service.store.Answers: plain rows."""

    def add(self, article_id: str, locale: str, at: datetime, call_sid: str | None) -> None:
        """One answer was read."""
        row = {"article_id": article_id, "locale": locale, "at": at, "call_sid": call_sid}
        self._session.execute(insert(help_answers).values(**row))

    def rate(self, call_sid: str, article_id: str, *, helped: bool) -> None:
        """The verdict on what was read last of it in this call."""
        c = help_answers.c
        last = select(func.max(c.serial)).where(c.call_sid == call_sid, c.article_id == article_id).scalar_subquery()
        self._session.execute(update(help_answers).where(c.serial == last).values(helped=helped))

    def tallies(self) -> Mapping[str, Tally]:
        """By article, all languages together."""
        c = help_answers.c
        helped, not_helped = (func.sum(case((c.helped.is_(said), 1), else_=0)) for said in (True, False))
        rows = self._session.execute(select(c.article_id, func.count(), helped, not_helped).group_by(c.article_id))
        return {name: Tally(int(asked), int(yes), int(no)) for name, asked, yes, no in rows}
