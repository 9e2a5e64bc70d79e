"""Chats put together: the dialogue in writing, who sends its messages, what agents do with it."""

from dataclasses import dataclass

from ivr.domain.chats import ChatChannel, ChatRules
from ivr.service.arrival import Arrivals
from ivr.service.chat_desk import ChatDesk
from ivr.service.chat_effects import ChatEffects
from ivr.service.chat_erasing import Erasing
from ivr.service.chat_sender import ChatSender
from ivr.service.chat_sweep import ChatSweep
from ivr.service.chats import ChatPorts, ChatService
from ivr.service.effects import Effects
from ivr.service.engine import CallbackEngine
from ivr.service.ports import Messenger, Speaker, Understanding
from ivr.settings import Settings


@dataclass(frozen=True)
class Chats:
    """The use cases of chats."""

    service: ChatService
    sweep: ChatSweep
    desk: ChatDesk
    rules: ChatRules
    erasing: Erasing

    def over(self, channel: ChatChannel) -> ChatService | None:
        """The chat over this channel; None: it is switched off."""
        return self.service if channel in self.rules.channels else None


@dataclass(frozen=True, kw_only=True)
class ChatEdges:
    """What chats share with calls."""

    arrivals: Arrivals
    effects: Effects
    understanding: Understanding
    speaker: Speaker
    """Words as they are written."""
    messenger: Messenger | None


def make_chats(settings: Settings, engine: CallbackEngine, edges: ChatEdges) -> Chats:
    """Everything about chats."""
    rules = chat_rules(settings)
    effects = ChatEffects(edges.effects, engine.verification, settings.company, settings.public_url)
    ports = ChatPorts(engine.scenes, edges.understanding, edges.speaker, edges.arrivals, effects, rules)
    service, sender = ChatService(ports), ChatSender(engine.scenes, edges.messenger, rules)
    sweep = ChatSweep(engine.scenes, service, sender, rules)
    return Chats(
        service, sweep, ChatDesk(engine.scenes, service, sender), rules, Erasing(engine.scenes, settings.chat_days)
    )


def chat_rules(settings: Settings) -> ChatRules:
    """Which channels there are in writing."""
    names = settings.chat.split(",") if settings.chat != "off" else []
    return ChatRules(
        channels=frozenset(ChatChannel(name) for name in names),
        idle_seconds=settings.chat_idle * 60,
        wait_seconds=settings.chat_wait * 60,
        texts_per_day=settings.daily_texts,
    )
