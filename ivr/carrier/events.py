"""The carrier's timeline, for pages and terminals that want to show what happens."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivr.carrier.formats import utc_now


@dataclass(frozen=True)
class CarrierEvent:
    """Something that happened; `kind` is a dotted word such as `call.status`, `heard`, `key` or `document`."""

    kind: str
    call_sid: str | None = None
    number: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    at: datetime = field(default_factory=utc_now)
    at_monotonic: float = field(default_factory=time.monotonic)


Subscriber = Callable[[CarrierEvent], None]


class Timeline:
    """Hands every event to every subscriber, on the carrier's own thread."""

    def __init__(self) -> None:
        self._subscribers: list[Subscriber] = []
        self.events: list[CarrierEvent] = []

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber` with each event from now on; the answer ends that."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber) if subscriber in self._subscribers else None

    def publish(self, event: CarrierEvent) -> None:
        """Keep the event and pass it on."""
        self.events.append(event)
        for subscriber in list(self._subscribers):
            subscriber(event)
