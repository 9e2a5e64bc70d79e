"""Another address for one order under way, given on a page by whoever has the signed link: never dictated."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from ivr.domain.accounts import AccountChange, ChangeKind
from ivr.domain.cases import Case
from ivr.domain.dialogue.effects import Decide
from ivr.domain.orders import Order, OrderStatus
from ivr.domain.policy import Decision, Ruling, Topic
from ivr.service.linked_orders import LinkedOrders
from ivr.service.scenes import Scene
from ivr.service.timeline import record

GIVEN = "order_address_given"


@dataclass(frozen=True, kw_only=True)
class AddressStep:
    """Where it stands, for the page."""

    case: Case
    order: Order
    ruling: Ruling

    @property
    def is_open(self) -> bool:
        """It can still go elsewhere."""
        return self.ruling.decision is Decision.LINK


@dataclass(frozen=True)
class OrderAddress(LinkedOrders):
    """The use cases."""

    def look(self, token: str, locale: str) -> AddressStep:
        """What the rules say at this moment."""
        with self.scenes.store.read() as uow:
            scene = Scene(uow, self.scenes.clock.now(), [])
            return self._step(scene, self._case(scene, token), locale)

    def give(self, token: str, address: str, locale: str) -> bool:
        """Write it down; the shop is told afterwards, once for each address. False: it is too late."""
        return self.scenes.run(lambda scene: self._give(scene, token, address, locale))

    def _give(self, scene: Scene, token: str, address: str, locale: str) -> bool:
        step = self._step(scene, self._case(scene, token), locale)
        if not step.is_open:
            return False
        case, order = step.case, step.order
        key = f"{case.id}/{ChangeKind.ORDER_ADDRESS.value}/{sha256(address.encode()).hexdigest()[:16]}"
        if scene.uow.account_changes.get(key) is None:
            way = "change" if order.status is OrderStatus.PREPARING else "redirect"
            change = AccountChange(
                key=key, kind=ChangeKind.ORDER_ADDRESS, number=order.number, case_id=case.id, order_id=order.id,
                values={"address": address, "way": way}, due_at=scene.now, created_at=scene.now,
            )  # fmt: skip
            scene.uow.account_changes.add(change)
            record(scene.uow, scene.now, GIVEN, subject=case, data={"way": way, "rule": step.ruling.rule.id})
        return True

    def _step(self, scene: Scene, case: Case, locale: str) -> AddressStep:
        wanted = Decide(Topic.CHANGE_ADDRESS, case.order_id or "", case.id)
        asking = self._as_owner(scene, wanted, locale)
        return AddressStep(case=case, order=asking.order, ruling=self.care.ruling(asking, wanted))

    def _case_id(self, token: str, now: datetime) -> str:
        return self.links.case_of_address(token, now)
