"""One step of one call, with its open transaction: what effects are carried out in."""

from dataclasses import dataclass

from ivr.domain.calls import Call
from ivr.domain.dialogue import Dialogue
from ivr.service.scenes import Scene
from ivr.service.store import UnitOfWork


@dataclass(frozen=True)
class Exchange:
    """One step of one call, in its open transaction."""

    scene: Scene
    call: Call
    dialogue: Dialogue
    source: str = "phone"
    """Which door it came in by, for cases and callbacks."""

    @property
    def uow(self) -> UnitOfWork:
        """The transaction."""
        return self.scene.uow
