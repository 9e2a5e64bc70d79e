"""What became of a text after it was sent: the carrier tells, late, twice or out of order; each row takes it once."""

from dataclasses import dataclass
from typing import Final

import structlog

from ivr.domain.callbacks import Callback
from ivr.domain.messages import Message, MessageStatus
from ivr.service.opting import masked_address
from ivr.service.scenes import Scene, Scenes
from ivr.service.telling import Telling
from ivr.service.timeline import record

log = structlog.get_logger(__name__)

ON_THE_WAY: Final = frozenset({"sent", "delivered", "undelivered", "failed"})
"""Statuses that are kept; those before them (queued, accepted) say nothing that the row does not."""
FINAL: Final = frozenset({"delivered", "undelivered", "failed"})
LOST: Final = frozenset({"undelivered", "failed"})
REASONS: Final = {
    30003: "telephone is off or out of reach",
    30004: "blocked by its owner or network",
    30005: "no such number",
    30006: "landline or network that takes no texts",
    30007: "filtered as spam",
    30034: "our number is not registered (A2P 10DLC)",
}
"""The usual ones of Twilio's error dictionary, for operators."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One status callback of a text."""

    message_id: str
    """From the address that the carrier was given; the row that it is about."""
    sid: str
    status: str
    code: int | None = None


class Deliveries:
    """Takes status callbacks of texts."""

    def __init__(self, scenes: Scenes, telling: Telling) -> None:
        self._scenes = scenes
        self._telling = telling

    def told(self, delivery: Delivery) -> None:
        """The same again, or an earlier one that comes late, changes nothing. Raises Conflict."""
        if delivery.status in ON_THE_WAY:
            self._scenes.run(lambda scene: self._told(scene, delivery))

    def _told(self, scene: Scene, delivery: Delivery) -> None:
        message = scene.uow.messages.get(delivery.message_id)
        if message is None or message.delivery in FINAL or message.delivery == delivery.status:
            return
        callback = scene.uow.callbacks.get(message.callback_id) if message.callback_id else None
        if message.status == MessageStatus.SENDING:  # the carrier's answer got lost: this is one
            message.end(MessageStatus.SENT, scene.now)
            _record(scene, message, callback, "message_sent", channel=message.channel.value)
        message.reference = message.reference or delivery.sid
        message.delivery, message.delivery_code = delivery.status, delivery.code
        if delivery.status in LOST:
            self._lost(scene, message, callback)

    def _lost(self, scene: Scene, message: Message, callback: Callback | None) -> None:
        """E-mail tells it instead, if it has not already and there is an address."""
        code = message.delivery_code or 0
        log.warning("text_not_delivered", delivery=message.delivery, carrier_code=code)
        reason = REASONS.get(code, message.delivery)
        _record(scene, message, callback, "message_undelivered", code=code, reason=reason)
        if callback is not None:
            self._telling.by_mail_instead(scene.uow, callback, message, scene.now)


def _record(scene: Scene, message: Message, callback: Callback | None, kind: str, **more: str | int) -> None:
    about = {"message": message.kind.value, "to": masked_address(message.address)}
    subject = callback or scene.uow.cases.get(message.case_id or "")
    record(scene.uow, scene.now, kind, subject=subject, data=about | more)
