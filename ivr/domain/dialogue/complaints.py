"""A complaint, taken to a person at once; and data that is to be erased."""

from dataclasses import replace

from ivr.domain.cases import CaseKind
from ivr.domain.dialogue.account_talk import ProveNumber
from ivr.domain.dialogue.booking import open_case_then
from ivr.domain.dialogue.effects import EraseData, EstimateWait
from ivr.domain.dialogue.lost import finish
from ivr.domain.dialogue.questions import ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Intent
from ivr.domain.turn import Say


def begin(dialogue: Dialogue) -> Step:
    """A case of its own, and a person who listens: now, or in a callback. Its number is said once it has one."""
    return _to_person(dialogue, CaseKind.COMPLAINT)


def begin_erasing(dialogue: Dialogue) -> Step:
    """Confirmed first; for a number that is not known, or lies where no such law is, a person decides."""
    if dialogue.caller.may_erase:
        return Step(ask(replace(dialogue, want=CaseKind.DELETE_DATA.value), State.ERASE_CONFIRM))
    unknown = (Say("delete_no_number"),) if dialogue.caller.number is None else ()
    return _to_person(replace(dialogue, preface=(*dialogue.preface, *unknown)), CaseKind.DELETE_DATA)


def _to_person(dialogue: Dialogue, kind: CaseKind) -> Step:
    fresh = replace(dialogue, want=kind.value, case_id="", case_number="", order=None, agent_asked=True)
    return open_case_then(fresh, EstimateWait())


def answer_erase(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes erases, once a code has shown whose telephone it is: numbers can be pretended. No keeps everything."""
    if intent.name == "yes":
        return Step(replace(dialogue, order=None), (ProveNumber(),))
    if intent.name == "no":
        return Step(ask(replace(dialogue, want=""), State.ANYTHING_ELSE, Say("delete_kept")))
    return None


def proven(dialogue: Dialogue, *, is_theirs: bool, told: Say | None = None) -> Step:
    """The code was right; or a person has to make sure."""
    if is_theirs:
        return Step(dialogue, (EraseData(),))
    preface = dialogue.preface if told is None else (*dialogue.preface, told)
    return _to_person(replace(dialogue, preface=preface), CaseKind.DELETE_DATA)


def erased(dialogue: Dialogue, result: object) -> Step:
    """Say what stays, and end the call: what it holds goes with it."""
    return finish(dialogue, Say("delete_done"))
