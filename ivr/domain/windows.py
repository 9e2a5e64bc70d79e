"""When a number may be rung: the moments that a promise is made of."""

from datetime import datetime, timedelta

from ivr.domain.hours import Hours
from ivr.domain.policies import window_end


def first_due(hours: Hours, now: datetime, reserve_seconds: int) -> datetime | None:
    """The first moment from now on at which the window stays open long enough to ring both telephones."""
    reserve = timedelta(seconds=reserve_seconds)
    due_at = hours.next_allowed(now)
    for _ in range(2):
        if due_at is None:
            return None
        closes_at = window_end(hours, due_at)
        if closes_at - due_at >= reserve:
            return due_at
        due_at = hours.next_allowed(closes_at)
    return due_at


def after_open_time(hours: Hours, due_at: datetime, wait: timedelta) -> tuple[datetime, datetime]:
    """When so much time in which we may ring is over, and when that window closes.

    What the close cuts off a wait is waited on the next day: "by seven" must not be promised to the hundredth in line.
    """
    closes_at = window_end(hours, due_at)
    while due_at + wait > closes_at:
        opens_at = hours.next_allowed(closes_at)
        if opens_at is None:
            return closes_at, closes_at
        wait -= closes_at - due_at
        due_at, closes_at = opens_at, window_end(hours, opens_at)
    return due_at + wait, closes_at
