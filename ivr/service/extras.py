"""What customers add to a callback on its page: a note, a rating, an entry in their calendar."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.turn import At, Say
from ivr.errors import CallbackRefused, IllegalMove, NotFound
from ivr.service.links import Links
from ivr.service.ports import CalendarEntry, Clock, Speaker
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record
from ivr.service.wording import locale_for

MOST_NOTES: Final = 10
DAY_SECONDS: Final = 24 * 3600
SHORTEST: Final = timedelta(minutes=15)
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
        callback, now = _callback(uow, callback_id), self.clock.now()
        if callback.status not in (CallbackStatus.SCHEDULED, CallbackStatus.DIALING):
            raise IllegalMove(f"this callback is {callback.status}; nobody reads notes any more, or not yet")
        if uow.guards.count_hit(f"note:{callback.id}", now, DAY_SECONDS) > MOST_NOTES:
            raise CallbackRefused("limit", f"a callback has at most {MOST_NOTES} notes a day")
        record(uow, now, "customer_noted", subject=callback, data={"words": words})

    def rate(self, uow: UnitOfWork, callback_id: str, effort: int) -> None:
        """1 (very easy) to 7 (very hard), once. Raises NotFound, IllegalMove (they have not talked)."""
        callback = _callback(uow, callback_id)
        case = uow.cases.get(callback.case_id)
        if callback.status != CallbackStatus.DONE or case is None:
            raise IllegalMove("only a callback in which they have talked is rated")
        if case.effort is None:
            case.effort = effort
            record(uow, self.clock.now(), "effort_rated", subject=callback, data={"effort": effort})

    def calendar(self, callback: Callback, locale: str) -> CalendarEntry:
        """The same event as in e-mails about it: moved with the callback."""
        served, ends_at = locale_for(self.speaker, locale), max(callback.promised_by_at, callback.due_at + SHORTEST)
        token = self.links.follow(callback.id, callback.id, callback.closes_at + LINK_KEPT)
        told = Say("moment", {"when": At(callback.due_at, callback.zone, self.clock.now())})
        return CalendarEntry(
            uid=callback.id,
            sequence=callback.revision,
            is_canceled=False,
            starts_at=callback.due_at,
            ends_at=ends_at,
            changed_at=self.clock.now(),
            zone=callback.zone,
            title=self.speaker.text(served, Say("calendar_title_text", {"company": self.company})),
            description=self.speaker.text(served, told),
            url=self.links.follow_url(token),
        )


def _callback(uow: UnitOfWork, callback_id: str) -> Callback:
    found = uow.callbacks.get(callback_id)
    if found is None:
        raise NotFound("no such callback")
    return found
