"""Agents and callbacks: the honest wait, the offer, waiting on the line, the promise."""

from dataclasses import replace

from ivr.domain.dialogue.booking import as_soon_as_possible, ask_moment, open_case_then, take_moment
from ivr.domain.dialogue.effects import (
    EnterLine,
    EstimateWait,
    LeaveLine,
)
from ivr.domain.dialogue.existing import exists
from ivr.domain.dialogue.heard import (
    CallbackBooked,
    CallbackNotBooked,
    InLine,
    OpenCallback,
    WaitEstimated,
)
from ivr.domain.dialogue.questions import ask, refusal
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Intent
from ivr.domain.moments import When
from ivr.domain.turn import At, Say, Span, Spelled
from ivr.domain.upset import IN_DANGER

SOON_SECONDS = 900
"""Who is in danger is not left waiting on the line for longer: the callback is offered."""


def begin(dialogue: Dialogue, intent: Intent) -> Step:
    """A callback is wanted: at the moment said with it, or ask for one."""
    when = intent.slots.get("when")
    asked = replace(dialogue, callback_asked=True, moves_id="", renumbers_id="")
    if dialogue.caller.callback is not None:
        return exists(asked, dialogue.caller.callback)
    if isinstance(when, When):
        return take_moment(asked, when)
    return open_case_then(asked, EstimateWait())


def wait_estimated(dialogue: Dialogue, result: object) -> Step:
    """Connect, offer, or tell how long it still takes."""
    assert isinstance(result, WaitEstimated)
    wait = Span(result.low_seconds, result.high_seconds)
    if dialogue.state == State.HOLDING:
        place = Say("hold_ahead", {"count": result.ahead}) if result.ahead else Say("hold_next")
        return Step(ask(dialogue, State.HOLDING, place, Say("hold_music_line", {"wait": wait})))
    if dialogue.agent_asked and (result.agent_free or _cannot_wait(dialogue, result)):
        return open_case_then(replace(dialogue, agent_asked=False), EnterLine())
    if dialogue.agent_asked and result.is_short:
        soon = replace(dialogue, agent_asked=False, preface=(*dialogue.preface, Say("hold_short", {"wait": wait})))
        return open_case_then(soon, EnterLine())
    if dialogue.then and dialogue.then[0].name in ("callback", "moment"):
        first = replace(dialogue, then=dialogue.then[1:])
        return begin(first, dialogue.then[0])
    free = result.agent_free and not dialogue.callback_asked
    prompt = "offer_agent_or_callback" if free else _offer_prompt(dialogue)
    args = {} if free else {"wait": wait}
    back = dialogue.interrupted if dialogue.agent_asked or dialogue.state == State.OFFER else State.MENU
    offered = replace(dialogue, agent_free=free, agent_asked=False, callback_asked=False, interrupted=back)
    return Step(ask(offered, State.OFFER, Say(prompt, args)))


def _cannot_wait(dialogue: Dialogue, result: WaitEstimated) -> bool:
    """In danger: to the front of the line without a question, unless nobody is there for long."""
    return dialogue.hurried == IN_DANGER and result.high_seconds <= SOON_SECONDS


def _offer_prompt(dialogue: Dialogue) -> str:
    return "offer_callback" if dialogue.callback_asked else "offer_callback_wait"


def answer_offer(dialogue: Dialogue, intent: Intent) -> Step | None:
    """An agent now, a callback as soon as possible or at a time, waiting on the line, or none of it."""
    match intent.name:
        case "hold" if intent.slots.get("about") == "wait":  # asks how long it is: that is told again
            return still_waiting(dialogue)
        case "hold":
            return open_case_then(dialogue, EnterLine())
        case "yes":
            return open_case_then(dialogue, EnterLine()) if dialogue.agent_free else as_soon_as_possible(dialogue)
        case "no":
            return Step(ask(dialogue, State.ANYTHING_ELSE))
        case "main_menu":
            return Step(ask(dialogue, State.MENU))
        case "callback" | "moment":
            return _callback_or_moment(dialogue, intent)
    return None


def _callback_or_moment(dialogue: Dialogue, intent: Intent) -> Step:
    when = intent.slots.get("when")
    return take_moment(dialogue, when) if isinstance(when, When) else ask_moment(dialogue)


def booked(dialogue: Dialogue, result: object) -> Step:
    """The promise stands: say it."""
    assert isinstance(result, CallbackBooked)
    callback = result.callback
    if dialogue.renumbers_id:
        return _renumbered(dialogue, callback)
    when = At(callback.at, dialogue.caller.zone, result.now, callback.until)
    key = "callback_booked_asap" if callback.asap else "callback_booked_at"
    key = "callback_moved" if dialogue.moves_id else key
    caller = replace(dialogue.caller, callback=callback)
    kept = replace(dialogue, caller=caller, moves_id="", when=None, at=None, until=None)
    said = Say(
        key, {"when": when, "case": Spelled(dialogue.case_number)} if key != "callback_moved" else {"when": when}
    )
    return Step(ask(kept, State.ANYTHING_ELSE, said))


def _renumbered(dialogue: Dialogue, callback: OpenCallback) -> Step:
    caller = replace(dialogue.caller, callback=callback)
    number = Spelled((dialogue.number or "").lstrip("+"))
    said = Say("callback_renumbered", {"number": number})
    return Step(ask(replace(dialogue, caller=caller, renumbers_id=""), State.ANYTHING_ELSE, said))


def not_booked(dialogue: Dialogue, result: object) -> Step:
    """Say why, and what can be done instead."""
    assert isinstance(result, CallbackNotBooked)
    told = replace(dialogue, now=result.now)
    why = refusal(told, f"callback_refused_{result.reason}")
    if dialogue.renumbers_id:  # it rings the number before
        return Step(ask(replace(told, renumbers_id="", number=None), State.ANYTHING_ELSE, why))
    if result.existing is not None and _is_own(dialogue, result.existing):
        return exists(told, result.existing)
    if result.nearest_at is not None:
        nearest = replace(told, at=result.nearest_at, until=None, ask_back=None)
        return Step(ask(nearest, State.MOMENT_CONFIRM, Say(f"moment_{result.reason}")))
    if result.reason in ("hours", "past", "too_far", "full"):
        return ask_moment(told, why)
    if result.reason in ("country", "line_type", "number"):
        return Step(ask(replace(told, number=None), State.CALLBACK_NUMBER, why))
    return Step(ask(replace(told, moves_id="", number=None), State.ANYTHING_ELSE, why))


def _is_own(dialogue: Dialogue, callback: OpenCallback) -> bool:
    """Whoever keys a number in is not told, nor let change, what somebody else was promised there."""
    return dialogue.number in (None, dialogue.caller.number) or callback.case_id == dialogue.case_id


def in_line(dialogue: Dialogue, result: object) -> Step:
    """Waiting on the telephone."""
    assert isinstance(result, InLine)
    if result.agent_free:
        return Step(ask(dialogue, State.HOLDING, Say("connecting_agent")))
    wait, code = Span(result.kept_seconds, result.kept_seconds), Spelled(result.code)
    kept = (Say("hold_kept", {"wait": wait} | ({"code": code} if result.code else {})),) if result.kept_seconds else ()
    return Step(ask(dialogue, State.HOLDING, Say("hold_started"), *kept))


def still_waiting(dialogue: Dialogue) -> Step:
    """Tell the wait again from time to time."""
    return Step(dialogue, (EstimateWait(),))


def answer_holding(dialogue: Dialogue, intent: Intent) -> Step | None:
    """A callback instead of waiting, the place in line is kept; who says that they wait hears how long."""
    if intent.name == "hold":
        return still_waiting(dialogue)
    if intent.name not in ("callback", "moment"):
        return None
    left = replace(dialogue, state=State.OFFER)
    chosen = _callback_or_moment(left, intent) if intent.slots.get("when") else as_soon_as_possible(left)
    return Step(chosen.dialogue, (LeaveLine(), *chosen.effects))


def after_failure(dialogue: Dialogue) -> Step:
    """A document of ours failed: apologise, then an agent or a callback."""
    sorry = replace(dialogue, preface=(Say("apology"),), explaining=False)
    if sorry.state == State.HOLDING:
        sorry = replace(sorry, state=State.OFFER)
    return open_case_then(sorry, EstimateWait())
