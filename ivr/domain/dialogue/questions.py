"""What each state asks: prompts, what may be answered, and the key that stands for each answer."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ivr.domain.dialogue import order_days
from ivr.domain.dialogue.account_questions import ACCOUNT_QUESTIONS
from ivr.domain.dialogue.asking import (
    ASKED,
    NO,
    PLACES,
    YES,
    Question,
    boolean,
    numbered,
    return_reason_asked,
    return_way_asked,
    settlement_asked,
    way_out,
)
from ivr.domain.dialogue.claim_questions import CLAIM_QUESTIONS
from ivr.domain.dialogue.going_on import go_on_asked
from ivr.domain.dialogue.heard import OpenCallback
from ivr.domain.dialogue.menu_questions import MENU_INTENTS as MENU_INTENTS
from ivr.domain.dialogue.menu_questions import MENU_KEYS as MENU_KEYS
from ivr.domain.dialogue.menu_questions import menu_asked, menu_more_asked
from ivr.domain.dialogue.values import Dialogue, State
from ivr.domain.hearing import Ability, Pace
from ivr.domain.intents import ORDERED_ON, Builtin, Choice, Expects, Intent
from ivr.domain.moments import AskBack, When
from ivr.domain.orders import Order
from ivr.domain.turn import At, Next, Phrase, Say, SayArg, Spelled, Turn

LANGUAGE_KEY = 8
GLOBAL_KEYS: Mapping[str, Intent] = {
    "0": Intent("agent"),
    str(LANGUAGE_KEY): Intent("another_language"),
    "9": Intent("repeat"),
    "*": Intent("go_back"),
}
ORDER_DIGITS = (7, 17)
CODE_DIGITS = (6, 8)
"""Codes that take a callback up from any telephone."""
LONGEST_NUMBER = 15
"""E.164 allows fifteen digits."""
SIMPLE = frozenset({Builtin.BOOLEAN, Builtin.DIGITS})
"""What a language understands of which only part is understood."""
LANGUAGES_AT_ONCE = 8
"""More languages than these are offered page by page: key 9 leads on."""
ASKS_BACK = frozenset({State.INTENT_CONFIRM, State.MENU_THREE})
"""What was meant was not clear."""
STOP_CALLS = "stop_calls"
STOPPED_IN = frozenset({State.SETTLEMENT, State.RENEWAL, State.ANYTHING_ELSE})
"""Where a call with news can be told to be the last: elsewhere the caller has gone on to something else."""
MOMENT_DIGITS = (4, 8)
"""Keyed moments: hour and minute, or month, day, hour and minute, on the 24-hour clock."""


def question(dialogue: Dialogue) -> Question:
    """What the dialogue's state asks; it expects no words that would not be understood."""
    asked = QUESTIONS[dialogue.state](dialogue)
    if dialogue.is_news and dialogue.state in STOPPED_IN:
        asked = replace(asked, expects=replace(asked.expects, intents=(*asked.expects.intents, STOP_CALLS)))
    return asked if dialogue.ability == Ability.FULL else replace(asked, expects=_within(asked.expects, dialogue))


def _within(expects: Expects, d: Dialogue) -> Expects:
    if d.ability == Ability.KEYPAD:
        return Expects()
    builtins = tuple(builtin for builtin in expects.builtins if builtin in SIMPLE)
    return Expects(builtins=builtins, digit_lengths=expects.digit_lengths)


def ask(dialogue: Dialogue, state: State, *before: Say, failures: int = 0) -> Dialogue:
    """Go to a state: the next turn says the preface, `before`, and the state's own prompts."""
    number = dialogue.turn.number + 1
    since = dialogue.since if state == dialogue.state and dialogue.turn.number else number
    moved = replace(
        dialogue, state=state, since=since, failures=failures, preface=(), misheard=False, vague=None,
        asked_back=dialogue.asked_back or state in ASKS_BACK,
    )  # fmt: skip
    asked = question(moved)
    turn = Turn(
        number=number,
        locale=dialogue.locale,
        say=dialogue.preface + before + asked.say,
        expects=asked.expects,
        next=asked.next,
        key_count=asked.key_count,
        pace=asked.pace,
        wait_seconds=asked.wait_seconds,
        charge=asked.charge,
        slow=dialogue.slow,
        by_keys=dialogue.keypad,
        state=state.value,
    )
    return replace(moved, turn=turn)


def _menu_three(d: Dialogue) -> Question:
    names = {place: Phrase(f"intent_{name}") for place, name in zip(PLACES, d.offered, strict=False)}
    keys = {str(i + 1): Intent(name) for i, name in enumerate(d.offered)}
    expects = Expects(intents=MENU_INTENTS, builtins=(Builtin.CHOICE,), choices=numbered(len(d.offered)))
    return Question((Say("menu_three", names),), expects, keys)


def _intent_confirm(d: Dialogue) -> Question:
    name = d.doubt.name if d.doubt else ""
    return boolean(Say("confirm_intent", {"what": Phrase(f"intent_{name}")}), also=MENU_INTENTS)


def _language(d: Dialogue) -> Question:
    offered = languages_offered(d)
    say = tuple(Say("language_menu", {"key": i + 1}, locale=name) for i, name in enumerate(offered))
    keys = {str(i + 1): Intent("another_language", {"language": name}) for i, name in enumerate(offered)}
    if len(d.locales) > LANGUAGES_AT_ONCE:
        say = (*say, Say("language_more", {"key": LANGUAGES_AT_ONCE + 1}))
        keys[str(LANGUAGES_AT_ONCE + 1)] = Intent("another_language")
    expects = Expects(builtins=(Builtin.CHOICE,), choices=numbered(len(offered)))
    return Question(say, expects, keys)


def languages_offered(d: Dialogue) -> tuple[str, ...]:
    """The languages on the present page, likeliest first; after the last page comes the first again."""
    pages = -(-len(d.locales) // LANGUAGES_AT_ONCE)
    first = d.language_page % max(pages, 1) * LANGUAGES_AT_ONCE
    return d.locales[first : first + LANGUAGES_AT_ONCE]


def _order_pick(d: Dialogue) -> Question:
    items = {place: order.item for place, order in zip(PLACES, d.orders, strict=False)}
    say = Say(f"ask_order_pick_{len(d.orders)}", {**items, "other": len(d.orders) + 1})
    choices = tuple(_choice(i, order) for i, order in enumerate(d.orders))
    keys = {c.key: Intent("choice", {"index": i + 1}) for i, c in enumerate(choices)}
    keys[str(len(choices) + 1)] = NO
    builtins = (Builtin.CHOICE, Builtin.BOOLEAN, Builtin.DIGITS)
    named = order_days.named_by(d)
    return Question((say,), Expects(named, (), builtins, choices, digit_lengths=ORDER_DIGITS), keys)


def _choice(index: int, order: Order) -> Choice:
    return Choice(str(index + 1), (order.item, *order.item_phrases))


def _order_number(d: Dialogue) -> Question:
    keyed = d.keypad or d.ability == Ability.KEYPAD
    prompt = "ask_order_keys" if d.failures or keyed else "ask_order_number"
    expects = Expects(order_days.named_by(d), builtins=(Builtin.DIGITS,), digit_lengths=ORDER_DIGITS)
    say = (Say(prompt), *(() if d.failures else order_days.hint(d)))
    return Question(say, expects, key_count=max(ORDER_DIGITS), pace=Pace.DIGITS, wait_seconds=8)


def _order_confirm(d: Dialogue) -> Question:
    if d.order is None:
        raise ValueError("no order to confirm")
    args: dict[str, SayArg] = {"item": d.order.item, "digits": Spelled(d.order.id[-7:])}
    spoken = {"wanted": Phrase(f"kind_{d.want}")} if d.reason else {}  # what was keyed needs no second look
    return boolean(Say("confirm_order", args | spoken))


def _cancel_confirm(d: Dialogue) -> Question:
    return boolean(Say("cancel_confirm", {"item": d.order.item if d.order else ""}))


def _unfinished(d: Dialogue) -> Question:
    return boolean(Say("ask_unfinished", {"item": d.order.item if d.order else ""}), also=MENU_INTENTS)


def _offer(d: Dialogue) -> Question:
    keys = {"1": Intent("hold"), "2": Intent("callback")}
    if not d.agent_free:
        keys = {"1": Intent("moment", {"when": When(asap=True)}), "2": Intent("callback"), "3": Intent("hold")}
    expects = Expects(intents=("callback", "hold", "main_menu"), builtins=(Builtin.BOOLEAN, Builtin.MOMENT))
    return Question(() if d.failures == 0 else (_offer_again(d),), expects, keys)


def _offer_again(d: Dialogue) -> Say:
    return Say("offer_agent_or_callback" if d.agent_free else "offer_again")


def refusal(d: Dialogue, key: str) -> Say:
    """Why a moment cannot be had."""
    return Say(key, {"days": d.caller.booking_days} if key.endswith("too_far") else {})


def _moment(d: Dialogue) -> Question:
    expects = Expects(builtins=(Builtin.MOMENT,))
    if d.ask_back == AskBack.AM_OR_PM:
        halves = {"1": Intent("moment", {"when": When(half="am")}), "2": Intent("moment", {"when": When(half="pm")})}
        return Question((Say("moment_am_or_pm"),), expects, halves)
    prompt = "ask_moment_keys" if d.failures or d.is_keyed else "ask_moment"
    why = refusal(d, f"moment_{d.ask_back.value}") if d.ask_back and not d.failures else None
    say = (why,) if why and not d.is_keyed else (why, Say(prompt)) if why else (Say(prompt),)
    asap = {"1": Intent("moment", {"when": When(asap=True)})}
    return Question(say, expects, asap, key_count=max(MOMENT_DIGITS), wait_seconds=8)


def _moment_confirm(d: Dialogue) -> Question:
    if d.at is None or d.now is None:
        raise ValueError("no moment to confirm")
    when = At(d.at, d.caller.zone, d.now, d.until)
    expects = Expects(builtins=(Builtin.BOOLEAN, Builtin.MOMENT))
    return Question((Say("confirm_moment", {"when": when}),), expects, {"1": YES, "2": NO})


def _callback_number(d: Dialogue) -> Question:
    expects = Expects(builtins=(Builtin.DIGITS,), digit_lengths=tuple(range(7, LONGEST_NUMBER + 1)))
    say = (Say("ask_callback_number"),)
    return Question(say, expects, key_count=LONGEST_NUMBER, pace=Pace.DIGITS, wait_seconds=8)


def _number_confirm(d: Dialogue) -> Question:
    number = (d.checked.number if d.checked else None) or ""
    return boolean(Say("confirm_callback_number", {"number": Spelled(number.lstrip("+"))}))


def existing_is(callback: OpenCallback, d: Dialogue) -> Say:
    """Where the open callback stands; `now` is not known at the greeting, so the day is always said."""
    when = At(callback.at, d.caller.zone, d.now or callback.at, callback.until)
    return Say("existing_callback_by" if callback.asap else "existing_callback_at", {"when": when})


def _existing(d: Dialogue) -> Question:
    told = (existing_is(d.caller.callback, d),) if d.caller.callback else ()
    keys = {
        "1": YES,
        "2": Intent("existing_callback", {"action": "move"}),
        "3": Intent("existing_callback", {"action": "cancel"}),
        "4": Intent("main_menu"),
        "5": Intent("existing_callback", {"action": "number"}),
    }
    expects = Expects(
        intents=(*MENU_INTENTS, "main_menu", "hold"), builtins=(Builtin.BOOLEAN, Builtin.MOMENT, Builtin.CHOICE)
    )
    return Question((*told, Say("existing_callback_menu")), expects, keys)


def _resume_code(d: Dialogue) -> Question:
    expects = Expects(builtins=(Builtin.DIGITS,), digit_lengths=CODE_DIGITS)
    return Question((Say("ask_resume_code"),), expects, key_count=max(CODE_DIGITS), pace=Pace.DIGITS, wait_seconds=8)


def _recall_confirm(d: Dialogue) -> Question:
    return boolean(Say("confirm_cancel_callback"))


def _holding(d: Dialogue) -> Question:
    expects = Expects(intents=("callback", "hold"), builtins=(Builtin.MOMENT,))
    return Question((), expects, {"1": Intent("callback")}, next=Next.HOLD, wait_seconds=20)


def _anything_else(d: Dialogue) -> Question:
    expects = Expects(intents=(*MENU_INTENTS, "main_menu"), also=("question", ORDERED_ON), builtins=(Builtin.BOOLEAN,))
    return Question((*way_out(d), Say("anything_else")), expects, {**MENU_KEYS, "7": NO})


QUESTIONS: Mapping[State, Callable[[Dialogue], Question]] = {
    State.MENU: menu_asked,
    State.MENU_MORE: menu_more_asked,
    State.MENU_THREE: _menu_three,
    State.INTENT_CONFIRM: _intent_confirm,
    State.LANGUAGE: _language,
    State.ORDER_PICK: _order_pick,
    State.ORDER_NUMBER: _order_number,
    State.ORDER_CONFIRM: _order_confirm,
    State.CANCEL_CONFIRM: _cancel_confirm,
    State.RETURN_REASON: return_reason_asked,
    State.RETURN_WAY: return_way_asked,
    State.SETTLEMENT: settlement_asked,
    State.OFFER: _offer,
    State.MOMENT: _moment,
    State.MOMENT_CONFIRM: _moment_confirm,
    State.CALLBACK_NUMBER: _callback_number,
    State.NUMBER_CONFIRM: _number_confirm,
    State.EXISTING: _existing,
    State.UNFINISHED: _unfinished,
    State.GO_ON: go_on_asked,
    State.RESUME_CODE: _resume_code,
    State.RECALL_CONFIRM: _recall_confirm,
    State.HOLDING: _holding,
    State.ANYTHING_ELSE: _anything_else,
    **ASKED,
    **ACCOUNT_QUESTIONS,
    **CLAIM_QUESTIONS,
}
