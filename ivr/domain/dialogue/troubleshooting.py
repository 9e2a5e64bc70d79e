"""Steps that are tried before something under warranty is sent back: told one by one, "did that help?" after each."""

from dataclasses import replace

from ivr.domain.dialogue.effects import Decide, NoteStep
from ivr.domain.dialogue.heard import Decided
from ivr.domain.dialogue.orders import finished
from ivr.domain.dialogue.questions import ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.guides import DECLINED, ENDS, SOLVED, UNSOLVED
from ivr.domain.intents import Intent
from ivr.domain.policy import Topic
from ivr.domain.turn import Say

OUTCOME = "solved_by_steps"
"""Of a case that ends here: nothing is sent back."""
OVER = {UNSOLVED: "steps_over", DECLINED: "steps_declined"}
"""What is said before the rules decide on."""


def begin(dialogue: Dialogue, result: Decided, *reasons: Say) -> Step:
    """The first step, or the one that was reached in an earlier call."""
    if result.guide is None:
        raise ValueError("rules offered steps where there are none")
    trail = result.trail or (result.guide.steps[0].id,)
    why = str(result.ruling.facts.values.get("reason", dialogue.why))
    return _tell(replace(dialogue, guide=result.guide, why=why, trail=trail), *reasons)


def _tell(dialogue: Dialogue, *before: Say) -> Step:
    return Step(ask(dialogue, State.STEP, *before), (_note(dialogue, step=dialogue.trail[-1]),))


def _note(dialogue: Dialogue, *, step: str = "", end: str = "") -> NoteStep:
    return NoteStep(dialogue.case_id, dialogue.guide.kind if dialogue.guide else "", step, end)


def answer_step(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes and no lead on as the guide says, "next" like no; at the first step "I tried that" refuses all of them."""
    if dialogue.guide is None:
        return None
    step = dialogue.guide.step(dialogue.trail[-1])
    if intent.name == "next_step" and intent.slots.get("tried") and len(dialogue.trail) == 1:
        return _end(dialogue, DECLINED)
    if intent.name not in ("yes", "no", "next_step"):
        return None
    to = step.yes if "yes" in (intent.name, intent.slots.get("works")) else step.no
    return _end(dialogue, to) if to in ENDS else _tell(replace(dialogue, trail=(*dialogue.trail, to)))


def _end(dialogue: Dialogue, end: str) -> Step:
    note = _note(dialogue, end=end)
    left = replace(dialogue, guide=None, trail=())
    if end == SOLVED:
        done = finished(left, OUTCOME, Say("steps_solved"))
        return Step(done.dialogue, (note, *done.effects))
    told = replace(left, preface=(Say(OVER[end]),))
    return Step(told, (note, *_rules(told)))


def back(dialogue: Dialogue) -> Step | None:
    """The step before; None at the first one."""
    return _tell(replace(dialogue, trail=dialogue.trail[:-1])) if len(dialogue.trail) > 1 else None


def in_new_language(dialogue: Dialogue) -> Step:
    """The rules are asked anew: there may be no steps in this language."""
    return Step(replace(dialogue, guide=None, trail=()), _rules(dialogue))


def _rules(dialogue: Dialogue) -> tuple[Decide, ...]:
    if dialogue.order is None:
        return ()
    return (Decide(Topic.RETURN_REFUND, dialogue.order.id, dialogue.case_id, dialogue.why),)
