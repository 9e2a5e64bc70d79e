"""What the pages behind texted links share: a case with an order, asked about as its owner would."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from ivr.domain.cases import Case
from ivr.domain.dialogue.effects import Decide
from ivr.errors import NotFound
from ivr.service.care import Asking, Care
from ivr.service.links import Links
from ivr.service.scenes import Scene, Scenes


@dataclass(frozen=True)
class LinkedOrders(ABC):
    """The use cases of one link. All raise NotFound, LinkExpired, and ShopUnavailable while the shop is silent."""

    missing: ClassVar[str] = "there is no such order; phone us"

    scenes: Scenes
    care: Care
    links: Links

    def locale(self, token: str) -> str:
        """The language of its customer."""
        with self.scenes.store.read() as uow:
            return self._case(Scene(uow, self.scenes.clock.now(), []), token).locale

    @abstractmethod
    def _case_id(self, token: str, now: datetime) -> str:
        """The case that a token of this kind is for."""

    def _case(self, scene: Scene, token: str) -> Case:
        case = scene.uow.cases.get(self._case_id(token, scene.now))
        if case is None or not case.order_id:
            raise NotFound(self.missing)
        return case

    def _as_owner(self, scene: Scene, wanted: Decide, locale: str) -> Asking:
        """The link was texted to the number on file: whoever has it stands for the order's owner."""
        asking = self.care.asking(scene.uow, wanted, caller=None, locale=locale)
        return replace(asking, caller=asking.order.number)
