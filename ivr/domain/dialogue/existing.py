"""A callback that exists already: hear, keep, move or cancel it, or have it ring another number."""

from dataclasses import replace

from ivr.domain.dialogue.booking import ask_moment, take_moment
from ivr.domain.dialogue.effects import CancelCallback, EnterLine, EstimateWait, FindByCode
from ivr.domain.dialogue.heard import CodeFound, CodeUnknown, OpenCallback
from ivr.domain.dialogue.questions import ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Intent
from ivr.domain.moments import When
from ivr.domain.turn import Say

CODE_TRIES = 3
"""In one go; over all calls they are counted by the service."""


def exists(dialogue: Dialogue, callback: OpenCallback) -> Step:
    """Tell of the open callback that stands in the way of another."""
    known = replace(dialogue, caller=replace(dialogue.caller, callback=callback), renumbers_id="")
    return Step(ask(known, State.EXISTING))


def existing(dialogue: Dialogue, intent: Intent) -> Step:
    """Hear, move or cancel the open callback."""
    callback = dialogue.caller.callback
    if intent.slots.get("action") == "number":
        return _another_number(dialogue, callback)
    if callback is None:
        return Step(ask(dialogue, State.RESUME_CODE, Say("existing_callback_none")))
    match intent.slots.get("action"):
        case "move":
            return _move(dialogue, callback, intent)
        case "cancel":
            return Step(ask(dialogue, State.RECALL_CONFIRM))
    return exists(dialogue, callback)


def _move(dialogue: Dialogue, callback: OpenCallback, intent: Intent) -> Step:
    moving = replace(dialogue, moves_id=callback.id, case_id=callback.case_id or dialogue.case_id)
    when = intent.slots.get("when")
    return take_moment(moving, when) if isinstance(when, When) else ask_moment(moving)


def _another_number(dialogue: Dialogue, callback: OpenCallback | None) -> Step:
    """For the open callback, or for the one that is wanted now."""
    if callback is None:
        return Step(ask(replace(dialogue, renumbers_id="", moves_id=""), State.CALLBACK_NUMBER))
    case_id = callback.case_id or dialogue.case_id
    return Step(ask(replace(dialogue, renumbers_id=callback.id, case_id=case_id), State.CALLBACK_NUMBER))


def answer_code(dialogue: Dialogue, intent: Intent) -> Step | None:
    """The digits of the code that a voicemail or a text message told."""
    code = intent.slots.get("value")
    return Step(dialogue, (FindByCode(code),)) if isinstance(code, str) else None


def code_found(dialogue: Dialogue, result: object) -> Step:
    """Whoever knows the code goes on with its case, and keeps its place, whatever telephone they call from."""
    assert isinstance(result, CodeFound)
    resumed = replace(dialogue, case_id=result.case_id, case_number=result.case_number)
    if result.place:
        return Step(resumed, (EnterLine(result.place),))
    if result.callback is None:
        return Step(resumed, (EstimateWait(),))
    return exists(resumed, result.callback)


def code_unknown(dialogue: Dialogue, result: object) -> Step:
    """Asked again a few times; then there are an agent and the menu."""
    assert isinstance(result, CodeUnknown)
    if result.locked:
        return Step(ask(dialogue, State.MENU, Say("resume_code_locked")))
    failures = dialogue.failures + 1
    if failures >= CODE_TRIES:
        return Step(ask(dialogue, State.MENU, Say("resume_code_wrong")))
    return Step(ask(dialogue, State.RESUME_CODE, Say("resume_code_wrong"), failures=failures))


def answer_existing(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Keep (yes), move, cancel, or another number; a moment said here moves it."""
    callback = dialogue.caller.callback
    if callback is None:
        return None
    actions = {1: "yes", 2: "move", 3: "cancel", 5: "number"}
    action = actions.get(index) if isinstance(index := intent.slots.get("index"), int) else None
    if intent.name == "yes" or action == "yes":
        return Step(ask(dialogue, State.ANYTHING_ELSE, Say("callback_kept")))
    if intent.name == "no":
        return Step(ask(dialogue, State.MENU))
    if intent.name in ("moment", "callback") and isinstance(intent.slots.get("when"), When):
        return _move(dialogue, callback, intent)
    if action is not None:
        return existing(dialogue, Intent("existing_callback", {"action": action}))
    return None


def answer_recall(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes takes the callback back."""
    callback = dialogue.caller.callback
    if intent.name == "yes" and callback is not None:
        return Step(dialogue, (CancelCallback(callback.id),))
    if intent.name == "no":
        return Step(ask(dialogue, State.ANYTHING_ELSE, Say("callback_kept")))
    return None


def callback_canceled(dialogue: Dialogue, result: object) -> Step:
    """Taken back."""
    without = replace(dialogue, caller=replace(dialogue.caller, callback=None))
    return Step(ask(without, State.ANYTHING_ELSE, Say("callback_canceled")))


def callback_gone(dialogue: Dialogue, result: object) -> Step:
    """It was served or canceled meanwhile: nothing to move or cancel any more."""
    without = replace(
        dialogue, caller=replace(dialogue.caller, callback=None), moves_id="", when=None, at=None, until=None
    )
    without = replace(without, renumbers_id="")
    return Step(ask(without, State.ANYTHING_ELSE, Say("existing_callback_none")))


def answer_returned(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Back into the line at the old place, or something else; the place waits until its time is over."""
    place = dialogue.caller.place
    if intent.name == "yes" and place is not None:
        back = replace(dialogue, case_id=place.case_id, case_number=place.case_number)
        return Step(back, (EnterLine(place.call_sid),))
    return Step(ask(dialogue, State.MENU)) if intent.name == "no" else None
