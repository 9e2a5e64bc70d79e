"""The right to be forgotten, by telephone: all about a number goes in one transaction, with a line in the audit log."""

from contextlib import suppress
from datetime import timedelta
from typing import Final

from ivr.domain.calls import Call
from ivr.domain.staff import AuditLine
from ivr.errors import IllegalMove, NotFound
from ivr.service import recording_steps
from ivr.service.booking import Bookings
from ivr.service.scenes import Scene
from ivr.service.timeline import masked, new_id, record

NOTED: Final = timedelta(days=2)
"""Longer than any call: that it is to be erased when it ends."""


def erase(scene: Scene, bookings: Bookings, call: Call) -> None:
    """Of the caller's own number; promised calls are canceled, recordings deleted by the next sweep.

    Kept: what was paid (a duty), that no calls are wanted, and that this was done. The call itself goes when it ends.
    """
    number = call.from_number
    if number is None:
        return
    uow = scene.uow
    promised = uow.callbacks.open_for_number(number)
    if promised is not None:
        with suppress(NotFound, IllegalMove):
            _, actions = bookings.cancel(uow, promised.id, by="customer")
            scene.after.extend(actions)
    recordings = len(recording_steps.forget(scene, number))
    call.from_number = call.customer_id = call.case_id = None
    erased = uow.erasures.customer(number, but=call.sid)
    uow.guards.set_note(_key(call.sid), {}, expires_at=scene.now + NOTED)
    line = AuditLine(
        id=new_id(), at=scene.now, user_id="", name="customer", what="data_erased", about=masked(number),
        data={"cases": erased, "recordings": recordings},
    )  # fmt: skip
    uow.staff.log(line)
    record(uow, scene.now, "data_erased", call=call, data={"how": "by telephone"})


def forget_if_asked(scene: Scene, call: Call) -> None:
    """A call that ends, in which its owner had everything erased: what was said in it goes, too."""
    if scene.uow.guards.get_note(_key(call.sid)) is None:
        return
    call.from_number = call.customer_id = call.dialogue = None
    scene.uow.guards.set_note(_key(call.sid), None)
    scene.uow.erasures.call(call.sid)


def _key(sid: str) -> str:
    return f"erase_call:{sid}"
