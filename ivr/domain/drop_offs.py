"""Where something that is sent back may be handed in, near where it was delivered."""

from dataclasses import dataclass

from ivr.domain.turn import Distance, SayArg, TimeOfDay

MOST = 3
"""So many are told in writing; by voice the nearest one."""


@dataclass(frozen=True)
class DropOff:
    """One place, as the shop tells it in the customer's language."""

    name: str
    street: str
    """With its number."""
    meters: int
    """From the address of delivery."""
    open_until: str = ""
    """Today, on the place's own clock: "18:00"; empty: not told."""

    def told(self) -> dict[str, SayArg]:
        """What prompts and messages tell of it."""
        until = TimeOfDay(self.open_until) if self.open_until else ""
        return {"name": self.name, "street": self.street, "distance": Distance(self.meters), "until": until}


def nearest(places: tuple[DropOff, ...]) -> tuple[DropOff, ...]:
    """The nearest first."""
    return tuple(sorted(places, key=lambda place: place.meters))[:MOST]
