"""The day that was said of what is past, such as an order: resolved backwards."""

from calendar import monthrange
from datetime import date, timedelta

from ivr.domain.moments import When


def latest_day(when: When, today: date) -> date | None:
    """The newest day that it can mean of one that is past or today, such as an order's; None: it names none.

    A weekday is never today: whoever means today says so.
    """
    if when.month is not None or when.day is not None:
        return _latest_date(when.month, when.day, today)
    if when.weekday is not None:
        return today - timedelta(days=(today.weekday() - when.weekday - 1) % 7 + 1)
    if when.day_offset is None or when.day_offset > 0:
        return None
    return today + timedelta(days=when.day_offset)


def _latest_date(month: int | None, day: int | None, today: date) -> date | None:
    """This date in the last months or years, leap days too; days that a month does not have are passed over."""
    if day is None:
        return None
    for step in range(8 * 12 + 1):
        year, index = divmod(today.year * 12 + today.month - 1 - step, 12)
        if month in (None, index + 1) and 1 <= day <= monthrange(year, index + 1)[1]:
            found = date(year, index + 1, day)
            if found <= today:
                return found
    return None
