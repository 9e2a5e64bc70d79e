"""Quiet hours: nobody is woken by a message that they did not ask for at this moment."""

from datetime import datetime, timedelta
from typing import Final

from ivr.domain.hours import EARLIEST, LATEST, CallingHours
from ivr.domain.messages import Channel, Message
from ivr.domain.policies import CallbackRules
from ivr.errors import NumberRefused
from ivr.service.ports import NumberRules
from ivr.service.store import UnitOfWork

JUST_NOW: Final = timedelta(minutes=15)
"""So long somebody is awake for the answer to what they asked; what is held up longer waits for the day."""


class QuietHours:
    """The hours of calls, at most 8 to 20, hold for messages: in the customer's zone, and where the number lies."""

    def __init__(self, rules: CallbackRules, numbers: NumberRules) -> None:
        self._rules = rules
        self._numbers = numbers

    def until(self, uow: UnitOfWork, message: Message, now: datetime) -> datetime | None:
        """When a message may be sent; None: now."""
        callback = uow.callbacks.get(message.callback_id) if message.callback_id else None
        is_awaited = message.at_any_hour and now - message.created_at < JUST_NOW
        if self._rules.any_hour or is_awaited or (callback is None and message.channel != Channel.TEXT):
            return None
        own = self._zones(callback.number if callback else message.address)
        first = callback.zone if callback else next(iter(own), "UTC")
        for zones in ((first, *own), (first,)):
            hours = CallingHours.of(zones, EARLIEST, LATEST)
            if hours.allows(now):
                return None
            later = hours.next_allowed(now)
            if later is not None:
                return later
        return None

    def _zones(self, number: str) -> tuple[str, ...]:
        try:
            return self._numbers.check(number).zones
        except NumberRefused:
            return ()
