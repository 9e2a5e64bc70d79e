"""What a customer's telephone is told between answer and agent: one turn for each stage of `domain.answered`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from ivr.domain.answered import OVERHEARD, Answered, Stage, Who
from ivr.domain.intents import Builtin, Expects
from ivr.domain.policies import DialRules
from ivr.domain.turn import Next, Say, SayArg, Turn
from ivr.service.leg_turns import Told

STATE: Final = "who_answered"
GAP_SECONDS: Final = 1
"""After the first sentence: somebody may answer it. It is the shortest that a Gather can wait."""
ANSWERS: Final = Expects(
    intents=OVERHEARD,
    builtins=(Builtin.BOOLEAN,),
)
"""What may be heard on a telephone that was just answered."""


class FirstWords:
    """Makes the turns. Nothing is changed here."""

    def __init__(self, rules: DialRules, hears: Callable[[str], bool]) -> None:
        """`hears`: whether speech in a locale is heard now; else keys alone are asked for."""
        self._rules = rules
        self._hears = hears

    def of(self, now: Answered, told: Told, at: datetime) -> Turn:
        """The document of the present stage."""
        turn = self._stage(now, told, at)
        return replace(turn, number=now.turn, state=STATE)

    def _stage(self, now: Answered, told: Told, at: datetime) -> Turn:
        match now.stage:
            case Stage.GREETING:
                return self._asks(told, "customer_calling", at, GAP_SECONDS)
            case Stage.ASKED:
                heard = self._hears(told.locale)
                key = "customer_proof" if heard else "customer_proof_keys"
                return self._asks(told, key, at, self._rules.proof_seconds)
            case Stage.CONSENT:
                return self._asks(told, "recording_ask", at, self._rules.proof_seconds)
            case Stage.SCREENED:
                return self._asks(told, "screening_answer", at, self._rules.screening_seconds)
            case Stage.AWAITING_TONE:
                return self._asks(told, "", at, self._rules.tone_seconds)
            case Stage.MESSAGE:
                facts = told.facts(at) | told.next_try(at)
                return told.last("machine_message", facts, then="machine_goodbye")
            case Stage.REFUSED:
                return told.last("customer_refused", told.next_try(at))
        return self._leaves(now, told, at)

    def _leaves(self, now: Answered, told: Told, at: datetime) -> Turn:
        """A menu and a fax are told nothing."""
        if now.who in (Who.IVR, Who.UNKNOWN):
            return Turn(number=0, locale=told.locale, say=(), next=Next.HANG_UP)
        return told.last("customer_unheard", told.next_try(at))

    def _asks(self, told: Told, key: str, at: datetime, seconds: int) -> Turn:
        facts: dict[str, SayArg] = told.facts(at)
        return Turn(
            number=0,
            locale=told.locale,
            say=(Say(key, facts),) if key else (),
            expects=ANSWERS,
            wait_seconds=seconds,
            interruptible=False,
        )
