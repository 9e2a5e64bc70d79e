"""What the dialogue sees of a callback."""

from ivr.domain.callbacks import Callback
from ivr.domain.dialogue import heard
from ivr.domain.promised import told_at, told_until


def open_view(callback: Callback) -> heard.OpenCallback:
    """What the dialogue tells of a callback: as soon as possible by the latest time, else the named time."""
    at, until = told_at(callback), told_until(callback)
    return heard.OpenCallback(callback.id, at, callback.asap, callback.case_id, until)
