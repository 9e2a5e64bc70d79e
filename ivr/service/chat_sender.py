"""Sends what agents write, and what is said without having been asked, as text messages: each at most once."""

import structlog

from ivr.domain.chats import ChatLine, ChatRules, Delivery
from ivr.errors import Conflict, IvrError
from ivr.service.limits import uses_today
from ivr.service.opting import has_opted_out
from ivr.service.ports import Messenger
from ivr.service.scenes import Scene, Scenes
from ivr.service.timeline import record

log = structlog.get_logger(__name__)

BATCH = 50


class ChatSender:
    """A claim is one commit, "sending"; whoever dies after it leaves a line that the console shows as unsure."""

    def __init__(self, scenes: Scenes, messenger: Messenger | None, rules: ChatRules) -> None:
        self._scenes = scenes
        self._messenger = messenger
        self._rules = rules

    def sweep(self) -> None:
        """Send all that is due."""
        with self._scenes.store.read() as uow:
            due = uow.chats.due(BATCH)
        for line_id in due:
            self._send(line_id)

    def _send(self, line_id: str) -> None:
        try:
            claimed = self._scenes.run(lambda scene: self._claim(scene, line_id))
            if claimed is None:
                return
            delivery = self._given(*claimed)
            self._scenes.run(lambda scene: _settle(scene, line_id, delivery))
        except Conflict:
            log.info("chat_line_sent_by_another")

    def _claim(self, scene: Scene, line_id: str) -> tuple[str, str] | None:
        line = scene.uow.chats.line(line_id)
        chat = scene.uow.chats.get(line.chat_id) if line is not None else None
        if line is None or chat is None or chat.number is None or line.delivery is not Delivery.DUE:
            return None
        why = self._why_not(scene, chat.number)
        if why:
            line.delivery = Delivery.FAILED
            record(scene.uow, scene.now, "chat_not_sent", call=chat.as_call(), data={"reason": why})
            return None
        line.delivery = Delivery.SENDING
        return chat.number, line.body

    def _why_not(self, scene: Scene, number: str) -> str:
        if self._messenger is None:
            return "no_messenger"
        if has_opted_out(scene.uow, number):
            return "opted_out"
        return "too_many" if is_capped(scene, self._rules) else ""

    def _given(self, number: str, body: str) -> Delivery:
        assert self._messenger is not None
        try:
            self._messenger.send_text(number, body)
        except IvrError as error:
            log.warning("chat_line_failed", code=error.code, error=str(error))
            return Delivery.FAILED
        return Delivery.SENT


def is_capped(scene: Scene, rules: ChatRules) -> bool:
    """Count one text of ours; whether there were too many in a day."""
    return uses_today(scene.uow, "chat_texts", "", scene.now) > rules.texts_per_day


def _settle(scene: Scene, line_id: str, delivery: Delivery) -> None:
    line = scene.uow.chats.line(line_id)
    if not isinstance(line, ChatLine) or line.delivery is not Delivery.SENDING:
        return
    line.delivery = delivery
    chat = scene.uow.chats.get(line.chat_id)
    if delivery is Delivery.FAILED and chat is not None:
        record(scene.uow, scene.now, "chat_not_sent", call=chat.as_call(), data={"reason": "carrier"})
