"""What a dialogue wants of the shop: orders found, read, canceled, and what the rules say of them."""

from dataclasses import dataclass

from ivr.domain.dialogue import Dialogue, heard
from ivr.domain.dialogue import effects as wanted
from ivr.domain.messages import MessageKind
from ivr.errors import NotFound, ShopUnavailable
from ivr.service.care import Care
from ivr.service.exchange import Exchange
from ivr.service.guides import note_step
from ivr.service.notices import Addressee
from ivr.service.ports import Clock, Commerce
from ivr.service.timeline import record

Wanted = wanted.FindOrders | wanted.ReadOrders | wanted.CancelOrder | wanted.Decide | wanted.SendPhoto | wanted.NoteStep


@dataclass(frozen=True)
class OrderEffects:
    """Each raises ShopUnavailable while the shop does not answer and nothing can be said without it."""

    clock: Clock
    commerce: Commerce
    care: Care

    def carry_out(self, exchange: Exchange, effect: Wanted) -> heard.Result | None:
        """Do one of them."""
        match effect:
            case wanted.FindOrders(readings):
                return self._find_orders(readings, exchange.dialogue.locale)
            case wanted.ReadOrders(order_ids):
                return self._read_orders(exchange.dialogue, order_ids)
            case wanted.CancelOrder(order_id, case_id):
                return self._cancel_order(exchange, order_id, case_id)
            case wanted.Decide():
                return self._decide(exchange, effect)
            case wanted.SendPhoto(order_id, case_id):
                return heard.PhotoSent(self._send_photo(exchange, order_id, case_id))
            case wanted.NoteStep():
                note_step(exchange.uow, self.clock, effect)
                return None

    def _find_orders(self, readings: tuple[str, ...], locale: str) -> heard.OrdersFound:
        found = (tuple(self.commerce.find_orders(digits, locale)) for digits in readings)
        return heard.OrdersFound(next((orders for orders in found if orders), ()))

    def _read_orders(self, dialogue: Dialogue, order_ids: tuple[str, ...]) -> heard.OrdersRead:
        number, locale = dialogue.caller.number, dialogue.locale
        try:
            recent = tuple(self.commerce.recent_orders(number, locale)) if number else ()
            others = [self.commerce.order(order_id, locale) for order_id in order_ids]
        except ShopUnavailable:  # the items keep their names
            return heard.OrdersRead(dialogue.caller.orders)
        return heard.OrdersRead(recent, tuple(order for order in others if order is not None))

    def _cancel_order(self, exchange: Exchange, order_id: str, case_id: str) -> heard.OrderCanceled:
        done = self.commerce.cancel(order_id)
        case = exchange.uow.cases.get(case_id)
        if case is not None:
            record(exchange.uow, self.clock.now(), "order_canceled" if done else "order_not_canceled", subject=case)
        return heard.OrderCanceled(done)

    def _send_photo(self, exchange: Exchange, order_id: str, case_id: str) -> bool:
        """To the order's own number, at any hour: it is asked for just now."""
        case, order = exchange.uow.cases.get(case_id), self.commerce.order(order_id, exchange.dialogue.locale)
        if case is None or order is None or not order.photo or self.care.notices is None:
            return False
        addressee = Addressee(number=order.number, email=order.email, at_any_hour=True)
        kind, now = MessageKind.PHOTO, self.clock.now()
        return self.care.notices.write(exchange.uow, case, kind, addressee, now) is not None

    def _decide(self, exchange: Exchange, effect: wanted.Decide) -> heard.Result:
        dialogue = exchange.dialogue
        try:
            asking = self.care.asking(exchange.uow, effect, caller=dialogue.caller.number, locale=dialogue.locale)
        except NotFound:
            return heard.OrdersFound(())
        return self.care.decide(asking, effect)
