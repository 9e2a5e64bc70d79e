"""What the dialogue sees of a callback."""

from ivr.domain.callbacks import Callback
from ivr.domain.dialogue import heard


def open_view(callback: Callback) -> heard.OpenCallback:
    """What the dialogue tells of a callback: as soon as possible by the latest time, else the named time."""
    at = callback.promised_by_at if callback.asap else callback.due_at
    return heard.OpenCallback(callback.id, at, callback.asap, callback.case_id)
