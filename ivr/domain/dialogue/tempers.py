"""Who is upset, or in danger, gets a person before having to ask for one: with one sentence, and before others."""

from dataclasses import replace

from ivr.domain.dialogue.effects import RaiseCase
from ivr.domain.dialogue.menu import REQUESTS, ask_for_agent
from ivr.domain.dialogue.questions import ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Meaning
from ivr.domain.turn import Say
from ivr.domain.upset import EVEN_TEMPER, IN_DANGER, UPSET

SAID = {UPSET: "upset_to_person", IN_DANGER: "danger_to_person"}
ELSEWHERE = frozenset({State.CONSENT, State.JOINED, State.RATING, State.ENDED})
"""With an agent, or after one."""


def felt(dialogue: Dialogue, meaning: Meaning) -> Dialogue:
    """Remember how this was said."""
    first = meaning.first
    request = first.name if first is not None and first.name in REQUESTS else ""
    temper = dialogue.temper.after(meaning.mood, request, understood=first is not None)
    return replace(dialogue, temper=temper)


def hurried(dialogue: Dialogue, meaning: Meaning) -> Step | None:
    """To a person, once for each cause; None: the dialogue goes on."""
    if dialogue.state in ELSEWHERE:
        return None
    if meaning.mood.danger and dialogue.hurried != IN_DANGER:
        return _to_person(dialogue, IN_DANGER, meaning)
    if dialogue.temper.is_upset and not dialogue.hurried:
        return _to_person(dialogue, UPSET, meaning)
    return None


def _to_person(dialogue: Dialogue, cause: str, meaning: Meaning) -> Step:
    told = replace(dialogue, hurried=cause, reason=dialogue.reason or meaning.text, temper=EVEN_TEMPER)
    if told.state == State.HOLDING:
        return Step(ask(told, State.HOLDING, Say(SAID[cause])), (RaiseCase(cause),))
    step = ask_for_agent(replace(told, preface=(*told.preface, Say(SAID[cause]))))
    *opening, last = step.effects
    return replace(step, effects=(*opening, RaiseCase(cause), last))
