"""What time does to chats: answers that a dead process owes, a callback where nobody answers, the end of idle ones."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from ivr.domain.cases import CaseStatus
from ivr.domain.chats import Chat, ChatRules, ChatStatus, Delivery
from ivr.domain.dialogue.heard import AgentLost, Silence
from ivr.errors import Conflict
from ivr.service.chat_sender import ChatSender
from ivr.service.chats import ChatService
from ivr.service.scenes import Scene, Scenes
from ivr.service.timeline import record

log = structlog.get_logger(__name__)

OWED: Final = timedelta(seconds=30)
"""A line that nobody has answered for so long was taken by a process that died."""
WITH_PEOPLE: Final = timedelta(days=1)
"""A chat with a person lasts longer: the customer may come back in the evening."""
BATCH: Final = 50


class ChatSweep:
    """Safe to run in several processes."""

    def __init__(self, scenes: Scenes, chats: ChatService, sender: ChatSender, rules: ChatRules) -> None:
        self._scenes = scenes
        self._chats = chats
        self._sender = sender
        self._rules = rules

    def sweep(self) -> None:
        """One round."""
        now = self._scenes.clock.now()
        wait, idle = timedelta(seconds=self._rules.wait_seconds), timedelta(seconds=self._rules.idle_seconds)
        with self._scenes.store.read() as uow:
            owed = uow.chats.unhandled(now - OWED, BATCH)
            unanswered = [chat.id for chat in uow.chats.unanswered(now - wait, BATCH)]
            still = uow.chats.idle(now - idle, BATCH)
            over = [chat.id for chat in still if not chat.is_with_people or chat.changed_at < now - WITH_PEOPLE]
        for chat_id in owed:
            self._try(partial(self._chats.answer, chat_id, delivery=Delivery.DUE))
        for chat_id in unanswered:
            self._try(partial(self._scenes.run, partial(self._offer, chat_id=chat_id)))
        for chat_id in over:
            self._try(partial(self._scenes.run, partial(self._end, chat_id=chat_id)))
        self._sender.sweep()

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Conflict:
            log.info("chat_swept_by_another")

    def _offer(self, scene: Scene, chat_id: str) -> None:
        """Nobody has answered: say so, and offer a callback. An agent who has gone silent gives the chat back."""
        chat = scene.uow.chats.get(chat_id)
        if chat is None or chat.unanswered_since_at is None or chat.offered_at is not None:
            return
        chat.offered_at = scene.now
        record(scene.uow, scene.now, "chat_unanswered", call=chat.as_call())
        if chat.status is ChatStatus.WITH_AGENT:
            give_back(scene, self._chats, chat)
        self._chats.told(scene, chat, Silence())

    def _end(self, scene: Scene, chat_id: str) -> None:
        chat = scene.uow.chats.get(chat_id)
        if chat is not None and chat.is_live:
            self._chats.end(scene, chat)


def give_back(scene: Scene, chats: ChatService, chat: Chat) -> None:
    """Its agent is gone: it waits for another one, who finds the whole story."""
    case = scene.uow.cases.get(chat.case_id) if chat.case_id else None
    if case is not None and case.status is CaseStatus.WITH_AGENT:
        case.move(CaseStatus.WAITING_AGENT)
    chat.status, chat.agent_id = ChatStatus.WAITING, None
    chats.told(scene, chat, AgentLost())
