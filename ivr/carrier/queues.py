"""Callers waiting in line for a Dial or a REST dequeue, and calls waiting to be dialed."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from ivr.carrier.calls import Call
from ivr.carrier.documents import Jump
from ivr.carrier.formats import API_VERSION, new_sid, rfc2822, utc_now


@dataclass(eq=False)
class Member:
    """One waiting call; `taken` resolves to an agent's call or to a document to run."""

    call: Call
    taken: "asyncio.Future[Call | Jump]"
    over: "asyncio.Future[None]"
    """Resolves when the talk after a Dial is over."""
    enqueued: str = field(default_factory=lambda: rfc2822(utc_now()) or "")
    since: float = field(default_factory=time.monotonic)

    @property
    def waited_seconds(self) -> int:
        """Whole seconds in the queue, by the clock on the wall."""
        return int(time.monotonic() - self.since)


@dataclass(eq=False)
class CallerQueue:
    """One named queue."""

    account_sid: str
    friendly_name: str
    max_size: int = 1000
    members: list[Member] = field(default_factory=list)
    sid: str = field(default_factory=lambda: new_sid("QU"))
    created: str = field(default_factory=lambda: rfc2822(utc_now()) or "")
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def params(self, member: Member) -> list[tuple[str, str]]:
        """What a waiting caller's document is told."""
        position = self.members.index(member) + 1 if member in self.members else 0
        return [
            ("QueuePosition", str(position)),
            ("QueueSid", self.sid),
            ("QueueTime", str(member.waited_seconds)),
            ("AvgQueueTime", str(member.waited_seconds)),
            ("CurrentQueueSize", str(len(self.members))),
            ("MaxQueueSize", str(self.max_size)),
        ]

    def body(self) -> dict[str, Any]:
        """The queue as REST shows it."""
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "friendly_name": self.friendly_name,
            "max_size": self.max_size,
            "current_size": len(self.members),
            "average_wait_time": 0,
            "date_created": self.created,
            "date_updated": self.created,
            "uri": self.uri,
        }

    @property
    def uri(self) -> str:
        """Its REST path."""
        return f"/{API_VERSION}/Accounts/{self.account_sid}/Queues/{self.sid}.json"

    def member_body(self, member: Member) -> dict[str, Any]:
        """A member as REST shows it."""
        return {
            "call_sid": member.call.sid,
            "date_enqueued": member.enqueued,
            "position": self.members.index(member) + 1 if member in self.members else 0,
            "wait_time": member.waited_seconds,
            "queue_sid": self.sid,
            "uri": self.uri.replace(".json", f"/Members/{member.call.sid}.json"),
        }


class CallQueue:
    """POST /Calls leaves the queue at so many calls a second; the rest waits (twilio.md section 11)."""

    def __init__(self, calls_per_second: float, speed: float) -> None:
        self._gap = 1 / calls_per_second / speed
        self._speed = speed
        self._free_at = 0.0

    def take(self) -> float:
        """Seconds of call time until the next call may start."""
        now = time.monotonic()
        start = max(now, self._free_at)
        self._free_at = start + self._gap
        return (start - now) * self._speed
