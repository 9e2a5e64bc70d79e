"""Guests: somebody who is added to a conversation is rung, told what it is about, and joins with key 1.

A guest's telephone is a leg as any other: the five commits, one live leg for each number. Its end ends nothing else.
"""

from datetime import datetime
from typing import Final

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import Attempt, Leg, LegState, Party
from ivr.domain.conversations import Role
from ivr.domain.intents import Choice, Expects
from ivr.domain.policies import DialRules
from ivr.domain.turn import Next, Say, Turn
from ivr.service import addresses, attempts
from ivr.service.consents import is_recorded
from ivr.service.leg_turns import JOINING, WHISPERED, WHISPERED_AGAIN, Told, silent_goodbye
from ivr.service.scenes import Scene
from ivr.service.shop_words import ShopWords
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record

JOIN_KEY: Final = "1"
STATE: Final = "guest"


class Guests:
    """What a guest hears, and what their keys do. All methods run in the scene's transaction."""

    def __init__(self, rules: DialRules, shop: ShopWords) -> None:
        self._rules = rules
        self._shop = shop

    def present(self, scene: Scene, leg: Leg, attempt: Attempt, number: int = WHISPERED) -> Turn:
        """What it is about; once they pressed 1, the conference; after its end nothing."""
        if attempt.ended_at is not None or attempt.joined_at is None:
            return silent_goodbye()
        told = Told(scene.uow, attempt, self._shop)
        return self._joins(scene, leg, attempt, told) if leg.joins_at else self._whisper(leg, told, scene, number)

    def keyed(self, scene: Scene, leg: Leg, attempt: Attempt, key: str | None, turn: int) -> Turn:
        """Key 1 joins; anything else is asked once more, then they are left alone."""
        if leg.state == LegState.PLACED and key == JOIN_KEY and attempt.ended_at is None and leg.joins_at is None:
            leg.joins_at = scene.now
            record(scene.uow, scene.now, "guest_joined", subject=leg, data={"role": leg.role})
        elif leg.joins_at is None and turn >= WHISPERED_AGAIN:
            return silent_goodbye(Told(scene.uow, attempt, self._shop).locale)
        return self.present(scene, leg, attempt, WHISPERED_AGAIN)

    def _whisper(self, leg: Leg, told: Told, scene: Scene, number: int) -> Turn:
        key = "whisper_transfer" if leg.role == Role.SUCCESSOR else "whisper_guest"
        recorded = (Say("recording_told"),) if is_recorded(scene.uow, told.attempt) else ()
        facts = told.facts(scene.now) | {"agent": told.agent.name if told.agent else ""}
        return Turn(
            number=number,
            locale=told.locale,
            say=(*recorded, Say(key if number == WHISPERED else "whisper_guest_again", facts)),
            expects=Expects(choices=(Choice(JOIN_KEY),)),
            wait_seconds=self._rules.key_wait_seconds,
            state=STATE,
        )

    def _joins(self, scene: Scene, leg: Leg, attempt: Attempt, told: Told) -> Turn:
        agent_leg = attempts.leg_of(scene.uow, attempt, Party.AGENT)
        coached = agent_leg.sid if agent_leg is not None and leg.role == Role.COACH else None
        return Turn(
            number=JOINING,
            locale=told.locale,
            say=(),
            next=Next.JOIN,
            conference=addresses.conference(attempt.id),
            muted=leg.role == Role.LISTENER,
            coached_sid=coached or "",
            state=STATE,
        )


def guest_gone(uow: UnitOfWork, leg: Leg, attempt: Attempt, now: datetime) -> None:
    """A guest's telephone is over. An agent who was to take over is free again, or away if they did not answer."""
    record(uow, now, "guest_left", subject=leg, data={"role": leg.role})
    agent = uow.agents.by_number(leg.number)
    if agent is None or agent.attempt_id != attempt.id or agent.id == attempt.agent_id:
        return
    answered = leg.answered_at is not None or attempt.ended_at is not None
    agent.move(AgentStatus.AVAILABLE if answered else AgentStatus.AWAY, now)
