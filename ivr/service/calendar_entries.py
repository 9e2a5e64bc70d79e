"""A callback as an event of its customer's calendar, wherever the file comes from."""

from datetime import datetime, timedelta
from typing import Final

from ivr.domain.callbacks import Callback
from ivr.service.mail_ports import CalendarEntry

SHORTEST: Final = timedelta(minutes=15)


def calendar_entry(
    callback: Callback, *, changed_at: datetime, title: str, description: str, url: str, is_canceled: bool = False
) -> CalendarEntry:
    """The same event in every file: it moves with the callback."""
    return CalendarEntry(
        uid=callback.id,
        sequence=callback.revision,
        is_canceled=is_canceled,
        starts_at=callback.due_at,
        ends_at=max(callback.promised_by_at, callback.due_at + SHORTEST),
        changed_at=changed_at,
        zone=callback.zone,
        title=title,
        description=description,
        url=url,
    )
