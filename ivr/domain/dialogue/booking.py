"""The moment and the number of a callback: taken, completed, read back, booked."""

from dataclasses import fields, replace

from ivr.domain.cases import CaseKind
from ivr.domain.dialogue.effects import (
    Book,
    ChangeNumber,
    CheckNumber,
    Effect,
    EstimateWait,
    Move,
    OpenCase,
    ResolveMoment,
)
from ivr.domain.dialogue.heard import (
    MomentResolved,
    NumberChecked,
)
from ivr.domain.dialogue.questions import ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Intent
from ivr.domain.moments import AskBack, Resolved, When
from ivr.domain.turn import Clock, Say
from ivr.domain.when import half_of

MERGES = frozenset({AskBack.AM_OR_PM, AskBack.WHICH_DAY, AskBack.WHICH_TIME})
"""Questions whose answer completes what was said before."""


def open_case_then(dialogue: Dialogue, effect: Effect) -> Step:
    """Have a case, then go on with the effect."""
    if dialogue.case_id:
        return Step(dialogue, (effect,))
    order_id = dialogue.order.id if dialogue.order else None
    kind = CaseKind(dialogue.want or CaseKind.QUESTION)
    return Step(dialogue, (OpenCase(kind, dialogue.reason, order_id), effect))


def ask_moment(dialogue: Dialogue, *say: Say) -> Step:
    """Ask when to ring."""
    return Step(ask(replace(dialogue, ask_back=None, when=None, at=None, until=None), State.MOMENT, *say))


def take_moment(dialogue: Dialogue, when: When) -> Step:
    """A moment was said, or as soon as possible."""
    if when.asap:
        return as_soon_as_possible(dialogue)
    return open_case_then(_on_its_clock(dialogue, when), ResolveMoment(when))


def _on_its_clock(dialogue: Dialogue, when: When) -> Dialogue:
    """A zone that was named counts instead of the number's, and is told with the time: once."""
    said = replace(dialogue, when=when)
    if when.zone is None:
        return said
    caller = replace(dialogue.caller, zone=when.zone, zone_said=True)
    is_told = caller == dialogue.caller and dialogue.when is not None and dialogue.when.zone == when.zone
    told = () if is_told else (Say("zone_told", {"zone": Clock(when.zone)}),)
    return replace(said, caller=caller, preface=(*dialogue.preface, *told))


def as_soon_as_possible(dialogue: Dialogue) -> Step:
    """Promise a callback without a named time."""
    return book(replace(dialogue, at=None, until=None, when=When(asap=True)))


def answer_moment(dialogue: Dialogue, intent: Intent) -> Step | None:
    """A moment, or the part of one that was missing."""
    when = intent.slots.get("when")
    if not isinstance(when, When):
        return None
    if dialogue.ask_back in MERGES and dialogue.when is not None and not when.asap:
        when = merge(dialogue.when, when)
    return take_moment(dialogue, when)


def merge(before: When, now: When) -> When:
    """What was said before, completed or corrected by what is said now."""
    told = {f.name: getattr(now, f.name) for f in fields(When)}
    said = {name: value for name, value in told.items() if value is not None and value is not False}  # 0 is Monday
    if now.part is not None and now.hour is None and before.hour is not None:
        said["half"] = half_of(now.part)
        said.pop("part")
    if now.part is not None and before.is_latest and now.until_hour is None:
        said["half"] = half_of(now.part)
    if "half" in said and before.is_latest and now.hour is None:
        said["until_half"] = said.pop("half")
    if {"weekday", "day_offset", "month", "day"} & said.keys():
        before = replace(before, weekday=None, day_offset=None, month=None, day=None, next_week=False)
    if "hour" in said:
        before = replace(before, minute=None, half=None, in_seconds=None, part=None)
        before = replace(before, until_hour=None, until_minute=None, until_half=None)
    if now.is_latest:  # "not before two" is kept: both make a window
        before = before if before.not_before else replace(before, hour=None, minute=None, half=None, in_seconds=None)
        before = replace(before, until_minute=None, until_half=None, part=None)
    return replace(before, **{**said, "conflict": now.conflict})


def moment_resolved(dialogue: Dialogue, result: object) -> Step:
    """Read a moment back, or ask back what is missing."""
    assert isinstance(result, MomentResolved)
    moment = result.moment
    told = replace(dialogue, now=result.now, until=moment.until if isinstance(moment, Resolved) else None)
    at = moment.at if isinstance(moment, Resolved) else moment.nearest_at
    if result.zones:
        return Step(ask(replace(told, at=at, ask_back=None, zones=result.zones), State.ZONE))
    if isinstance(moment, Resolved):
        return Step(ask(replace(told, at=moment.at, ask_back=None), State.MOMENT_CONFIRM))
    if moment.nearest_at is not None:
        nearest = replace(told, at=moment.nearest_at, ask_back=None)
        return Step(ask(nearest, State.MOMENT_CONFIRM, Say(f"moment_{moment.reason.value}")))
    if moment.reason == AskBack.FULL:
        return ask_moment(told, Say("callback_refused_full"))
    return Step(ask(replace(told, ask_back=moment.reason), State.MOMENT))


def answer_zone(dialogue: Dialogue, intent: Intent) -> Step | None:
    """The clock on which it was named: the moment is taken anew by it."""
    index = intent.slots.get("index")
    if intent.name != "choice" or not isinstance(index, int) or not 0 < index <= len(dialogue.zones):
        return None
    among = tuple(one.zone for one in dialogue.zones)
    zone = among[index - 1]
    caller = replace(dialogue.caller, zone=zone, zone_said=True)
    told = Say("zone_told", {"zone": Clock(zone, among)})
    known = replace(dialogue, caller=caller, zones=(), preface=(*dialogue.preface, told))
    return Step(known, (ResolveMoment(dialogue.when or When()),))


def answer_moment_confirm(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes books; no, or another moment, corrects."""
    when = intent.slots.get("when")
    if intent.name == "yes":
        return book(dialogue)
    if intent.name == "no":
        return ask_moment(dialogue)
    if isinstance(when, When):
        return take_moment(dialogue, merge(dialogue.when or When(), when))
    return None


def book(dialogue: Dialogue) -> Step:
    """Promise it, or ask what is still missing: which number to ring."""
    if dialogue.moves_id:
        return Step(dialogue, (Move(dialogue.moves_id, dialogue.at, dialogue.until),))
    number = dialogue.number or dialogue.caller.number
    if number is None:
        return Step(ask(dialogue, State.CALLBACK_NUMBER))
    return open_case_then(dialogue, Book(dialogue.at, number, dialogue.until))


def answer_number(dialogue: Dialogue, intent: Intent) -> Step | None:
    """The digits of a number to ring."""
    value = intent.slots.get("value")
    return Step(dialogue, (CheckNumber(value),)) if isinstance(value, str) else None


def number_checked(dialogue: Dialogue, result: object) -> Step:
    """Read the number back, or ask for another."""
    assert isinstance(result, NumberChecked)
    if result.number is None:
        refused = Say(f"callback_refused_{result.reason}")
        return Step(ask(dialogue, State.CALLBACK_NUMBER, refused, failures=1))
    return Step(ask(replace(dialogue, checked=result), State.NUMBER_CONFIRM))


def answer_number_confirm(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes rings this number; no asks again. A named time is read back again: the number tells whose clock counts."""
    checked = dialogue.checked
    if intent.name == "no":
        return Step(ask(replace(dialogue, checked=None), State.CALLBACK_NUMBER))
    if intent.name != "yes" or checked is None:
        return None
    caller = replace(dialogue.caller, zone=checked.zone, zone_said=False)
    sure = replace(dialogue, number=checked.number, caller=caller, checked=None)
    if sure.renumbers_id and checked.number:
        return Step(sure, (ChangeNumber(sure.renumbers_id, checked.number),))
    if sure.at is not None and sure.when is not None:
        return Step(_on_its_clock(sure, sure.when), (ResolveMoment(sure.when),))
    if sure.when is None:  # the number was told before the time
        return open_case_then(replace(sure, callback_asked=True), EstimateWait())
    return book(sure)
