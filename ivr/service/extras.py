"""What customers add to a callback on its page: a note, a rating, an entry in their calendar."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.promised import told_until
from ivr.domain.turn import At, Say
from ivr.errors import IllegalMove
from ivr.service.calendar_entries import calendar_entry
from ivr.service.finding import find_callback
from ivr.service.limits import count_use
from ivr.service.links import Links
from ivr.service.mail_ports import CalendarEntry
from ivr.service.ports import Clock, Speaker
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record
from ivr.service.wording import locale_for

MOST_NOTES: Final = 10
LINK_KEPT: Final = timedelta(days=7)
"""So long after the callback's window a calendar's link leads somewhere."""


@dataclass(frozen=True)
class Extras:
    """All in the caller's unit of work."""

    clock: Clock
    speaker: Speaker
    links: Links
    company: str

    def note(self, uow: UnitOfWork, callback_id: str, words: str) -> None:
        """A line of the timeline that the agent reads. Raises NotFound, IllegalMove, CallbackRefused (`limit`)."""
        callback, now = find_callback(uow, callback_id), self.clock.now()
        if callback.status not in (CallbackStatus.SCHEDULED, CallbackStatus.DIALING):
            raise IllegalMove(f"this callback is {callback.status}; nobody reads notes any more, or not yet")
        refusal = f"a callback has at most {MOST_NOTES} notes a day"
        count_use(uow, "note", callback.id, now, most=MOST_NOTES, refusal=refusal)
        record(uow, now, "customer_noted", subject=callback, data={"words": words})

    def rate(self, uow: UnitOfWork, callback_id: str, effort: int) -> None:
        """1 (very easy) to 7 (very hard), once. Raises NotFound, IllegalMove (they have not talked)."""
        callback = find_callback(uow, callback_id)
        case = uow.cases.get(callback.case_id)
        if callback.status != CallbackStatus.DONE or case is None:
            raise IllegalMove("only a callback in which they have talked is rated")
        if case.effort is None:
            case.effort = effort
            record(uow, self.clock.now(), "effort_rated", subject=callback, data={"effort": effort})

    def calendar(self, callback: Callback, locale: str) -> CalendarEntry:
        """The same event as in e-mails about it: moved with the callback."""
        served, now = locale_for(self.speaker, locale), self.clock.now()
        when = At(callback.due_at, callback.zone, now, told_until(callback))
        token = self.links.follow(callback.id, callback.id, callback.closes_at + LINK_KEPT)
        return calendar_entry(
            callback,
            changed_at=now,
            title=self.speaker.text(served, Say("calendar_title_text", {"company": self.company})),
            description=self.speaker.text(served, Say("moment", {"when": when})),
            url=self.links.follow_url(token),
        )
