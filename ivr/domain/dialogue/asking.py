"""What a state asks, as a value; and what is asked about help articles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ivr.domain.dialogue.values import Dialogue, State
from ivr.domain.hearing import Pace
from ivr.domain.intents import Builtin, Choice, Expects, Intent
from ivr.domain.orders import Order
from ivr.domain.policy.facts import REASONS
from ivr.domain.turn import At, Charge, Clock, Next, Say
from ivr.domain.variants import Variant, offered

YES, NO = Intent("yes"), Intent("no")
PLACES = ("first", "second", "third")
STEP_SECONDS = 25
"""So long somebody may be busy with a step before it is told again."""
COMPLAINT_KEY = "4"
"""Beside the three questions asked most."""


@dataclass(frozen=True)
class Question:
    """What one state asks."""

    say: tuple[Say, ...]
    expects: Expects
    keys: Mapping[str, Intent] = field(default_factory=dict)
    key_count: int = 1
    pace: Pace = Pace.DIRECTED
    next: Next = Next.LISTEN
    wait_seconds: int = 6
    charge: Charge | None = None
    """Of a card terminal."""


def numbered(count: int) -> tuple[Choice, ...]:
    """Choices without words, by their keys."""
    return tuple(Choice(str(i + 1)) for i in range(count))


def number_keys(count: int) -> Mapping[str, Intent]:
    """The key of each choice."""
    return {str(n): Intent("choice", {"index": n}) for n in range(1, count + 1)}


def by_number(say: Say, count: int, *intents: str) -> Question:
    """One of so many, by its number or key."""
    expects = Expects(intents=intents, builtins=(Builtin.CHOICE,), choices=numbered(count))
    return Question((say,), expects, number_keys(count))


def boolean(*say: Say, also: tuple[str, ...] = ()) -> Question:
    """Yes or no, by words or by 1 and 2."""
    return Question(say, Expects(also=also, builtins=(Builtin.BOOLEAN,)), {"1": YES, "2": NO})


def question_asked(d: Dialogue) -> Question:
    """A question in own words, or one of the three most asked by key."""
    titles = {place: one.title for place, one in zip(PLACES, d.answers, strict=False)}
    is_first = len(d.answers) == len(PLACES) and not d.unanswered
    say = (Say("help_ask", titles), Say("complaint_key")) if is_first else (Say("help_ask_plain"),)
    expects = Expects(
        intents=("question", "main_menu"), builtins=(Builtin.CHOICE,), choices=numbered(len(d.answers)), questions=True
    )
    keys = {**number_keys(len(d.answers)), COMPLAINT_KEY: Intent("complaint")}
    return Question(say, expects, keys, wait_seconds=8)


def answer_confirm_asked(d: Dialogue) -> Question:
    """Whether this is what was meant."""
    return boolean(Say("help_confirm", {"title": d.answer.title if d.answer else ""}), also=("question",))


def photo_asked(d: Dialogue) -> Question:
    """Whether the link of the driver's photo is wanted."""
    return boolean(Say("ask_photo"))


def answer_text_asked(d: Dialogue) -> Question:
    """Whether the rest is wanted as a text message."""
    return boolean(Say("help_text_offer"))


def answer_helped_asked(d: Dialogue) -> Question:
    """Whether it helped."""
    return boolean(Say("help_helped"))


def step_asked(d: Dialogue) -> Question:
    """A step of troubleshooting, and whether it helped; time to try it out."""
    asked = boolean(*_step_said(d))
    expects = replace(asked.expects, intents=("next_step",))
    keys = {**asked.keys, "3": Intent("next_step", {"tried": "yes"})}
    return replace(asked, expects=expects, keys=keys, wait_seconds=STEP_SECONDS)


def _step_said(d: Dialogue) -> tuple[Say, ...]:
    if d.guide is None:
        return (Say("ask_step_helped"),)
    step = d.guide.step(d.trail[-1])
    return Say(d.guide.prompt(step.id)), Say("yes_or_no" if step.asks_itself else "ask_step_helped")


def express_asked(d: Dialogue) -> Question:
    """Whether what is late goes by express."""
    return boolean(Say("ask_express"))


def part_choice_asked(d: Dialogue) -> Question:
    """To keep what lacks a part, or to send it back."""
    return by_number(Say("ask_part_share"), 2)


def exchange_choices(order: Order | None) -> tuple[Variant | None, ...]:
    """What is offered by key, then (None) to send it back, then what is understood by its name."""
    variants = order.variants if order is not None else ()
    near = offered(variants)
    return (*near, None, *(one for one in variants if one not in near))


def exchange_asked(d: Dialogue) -> Question:
    """Another size or color; or it is sent back."""
    choices = exchange_choices(d.order)
    back = choices.index(None) + 1
    near = (Say("ask_exchange_key", {"variant": one.label, "key": n}) for n, one in enumerate(choices[:back], 1) if one)
    say = (Say("ask_exchange"), *near, Say("ask_exchange_back", {"key": back}))
    names = (Choice(str(n), (one.label, *one.phrases) if one else ()) for n, one in enumerate(choices, 1))
    expects = Expects(also=("return_refund",), builtins=(Builtin.CHOICE, Builtin.BOOLEAN), choices=tuple(names))
    return Question(say, expects, number_keys(back))


def zone_asked(d: Dialogue) -> Question:
    """On which of several clocks a time was named."""
    if d.at is None or d.now is None:
        raise ValueError("no moment to ask about")
    among = tuple(one.zone for one in d.zones)
    named = Say("ask_zone", {"when": At(d.at, d.caller.zone, d.now, d.until)})
    keys = (Say("ask_zone_key", {"zone": Clock(zone, among), "key": n}) for n, zone in enumerate(among, 1))
    choices = tuple(Choice(str(n), (one.name,)) for n, one in enumerate(d.zones, 1))
    expects = Expects(builtins=(Builtin.CHOICE,), choices=choices)
    return Question((named, *keys), expects, number_keys(len(among)))


def consent_asked(d: Dialogue) -> Question:
    """Whether the conversation may be recorded."""
    return boolean(Say("recording_ask"))


def erase_asked(d: Dialogue) -> Question:
    """Whether everything about the caller is to be erased."""
    return boolean(Say("delete_confirm"), Say("delete_follows"), Say("yes_or_no"))


def returned_asked(d: Dialogue) -> Question:
    """Whether somebody who was cut off takes the place in line up again."""
    return boolean(Say("place_kept"))


def rating_asked(d: Dialogue) -> Question:
    """How easy it was."""
    return by_number(Say("rate_effort"), 7)


def ended(d: Dialogue) -> Question:
    """The last words."""
    return Question((Say("goodbye"),), Expects(), next=Next.HANG_UP)


ASKED: Mapping[State, Callable[[Dialogue], Question]] = {
    State.PHOTO: photo_asked,
    State.QUESTION: question_asked,
    State.ANSWER_CONFIRM: answer_confirm_asked,
    State.ANSWER_TEXT: answer_text_asked,
    State.ANSWER_HELPED: answer_helped_asked,
    State.ZONE: zone_asked,
    State.CONSENT: consent_asked,
    State.RETURNED: returned_asked,
    State.ERASE_CONFIRM: erase_asked,
    State.RATING: rating_asked,
    State.ENDED: ended,
    State.STEP: step_asked,
    State.PART_CHOICE: part_choice_asked,
    State.EXPRESS: express_asked,
    State.EXCHANGE: exchange_asked,
}
"""Those of `questions.QUESTIONS` that are here."""


def return_reason_asked(d: Dialogue) -> Question:
    """Why it is sent back; an exchange is told of where there is something to exchange it for."""
    asked = by_number(Say("ask_return_reason"), len(REASONS), "return_reason")
    other = d.order is not None and offered(d.order.variants)
    return replace(asked, say=(*asked.say, Say("ask_reason_exchange"))) if other else asked


def return_way_asked(d: Dialogue) -> Question:
    """How it is sent back; a label by text only where texts are sent."""
    return by_number(Say("ask_return_way" if d.caller.gets_texts else "ask_return_way_plain"), 2)


def settlement_asked(d: Dialogue) -> Question:
    """Money, or a new one."""
    asked = by_number(Say("ask_settlement", {"item": d.order.item if d.order else ""}), 2)
    return replace(asked, say=(*asked.say, *way_out(d)))


def way_out(d: Dialogue) -> tuple[Say, ...]:
    """How whoever was rung about news gets no more such calls; said once."""
    return (Say("proactive_stop"),) if d.is_news and d.answered < 0 and not d.failures else ()
