"""An open callback that is to ring another number: at its place in line, as promised, inside that number's hours."""

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.errors import IllegalMove
from ivr.service.afterwards import Actions
from ivr.service.attempts import withdraw
from ivr.service.booking import AlreadyBooked, Bookings
from ivr.service.store import UnitOfWork
from ivr.service.timeline import masked, record


def change_number(bookings: Bookings, uow: UnitOfWork, callback_id: str, number: str) -> tuple[Callback, Actions]:
    """Run the actions after the commit. Nothing changes if it is this number already.

    Raises NotFound, IllegalMove (it has ended, or its number is still to be proven), NumberRefused, AlreadyBooked
    and CallbackRefused (`do_not_call`, `too_many_today`, `hours`).
    """
    callback, checked = bookings.still_open(uow, callback_id), bookings.check_number(number)
    if checked.e164 == callback.number:
        return callback, ()
    if callback.status == CallbackStatus.UNVERIFIED:
        raise IllegalMove("its number is not proven yet; cancel it and ask with the other number")
    if (existing := uow.callbacks.open_for_number(checked.e164)) is not None:
        raise AlreadyBooked(existing)
    now = bookings.now()
    bookings.refuse_number(uow, checked.e164, now)
    actions = withdraw(uow, callback, now, "renumbered")
    callback.move(CallbackStatus.SCHEDULED)
    callback.number, callback.tries = checked.e164, 0
    callback.zone = callback.zone if callback.zone in checked.zones else checked.zones[0]
    spoken = callback.promised_by_at
    bookings.renew(uow, callback, checked)
    if callback.due_at <= spoken:  # what was promised still can be kept
        callback.promised_by_at = spoken
    callback.revision += 1
    data = {"number": masked(checked.e164), "due_at": callback.due_at.isoformat()}
    record(uow, now, "callback_renumbered", subject=callback, data=data)
    bookings.telling.moved(uow, callback, now)
    return callback, actions
