"""When a customer who was not reached is rung again."""

from datetime import datetime, timedelta

from ivr.domain.callbacks import Outcome

RETRY_AFTER = {
    Outcome.BUSY: (timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=15)),
    Outcome.NO_ANSWER: (timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=2)),
    Outcome.MACHINE: (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=3)),
    Outcome.IVR: (timedelta(minutes=30), timedelta(hours=2)),
    Outcome.SCREENED: (timedelta(minutes=15), timedelta(hours=1)),
    Outcome.SILENT: (timedelta(minutes=5), timedelta(minutes=30)),
    Outcome.REFUSED: (timedelta(hours=1),),
    Outcome.FAILED: (timedelta(minutes=1), timedelta(minutes=15)),
    Outcome.CUSTOMER_HUNG_UP: (timedelta(minutes=1),),
}
"""Spacing of the next attempts by outcome; when the list is used up a person decides.

Compare callbacks.md row 4 to 6: Mindful 2 each, Cisco 3, Puzzel 1 to 3; spacing 1 minute to hours.
"""

MAX_TRIES = 4


def retry_at(outcome: Outcome, tries: int, now: datetime, *, most: int = MAX_TRIES) -> datetime | None:
    """When to ring the customer again after `tries` rung attempts of `most`; None: not by machine any more."""
    ladder = RETRY_AFTER.get(outcome, ())
    if tries >= most or tries > len(ladder) or tries < 1:
        return None
    return now + ladder[tries - 1]
