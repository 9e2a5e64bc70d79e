"""The carrier's conferences as the use cases see them: everything asked for is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ivr.errors import CallGone, CarrierUnclear
from ivr.service.ports import RoomChange, RoomMember


@dataclass
class FakeRooms:
    """ports.Rooms."""

    inside: dict[str, RoomMember] = field(default_factory=dict)
    """By CallSid."""
    asked: list[tuple[str, RoomChange]] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    """Conferences whose members were asked for."""
    is_down: bool = False

    def members(self, conference: str) -> Sequence[RoomMember]:
        if self.is_down:
            raise CarrierUnclear("503")
        self.looks.append(conference)
        return list(self.inside.values())

    def change(self, conference: str, call_sid: str, change: RoomChange) -> None:
        if self.is_down:
            raise CarrierUnclear("503")
        if call_sid not in self.inside:
            raise CallGone("gone")
        self.asked.append((call_sid, change))
        told = {"hold": change.hold, "muted": change.muted}
        coaching = {} if change.coaches is None else {"coaching": bool(change.coaches)}
        known = {name: value for name, value in told.items() if value is not None}
        self.inside[call_sid] = replace(self.inside[call_sid], **known, **coaching)

    def remove(self, conference: str, call_sid: str) -> None:
        self.inside.pop(call_sid, None)
