"""The one dialogue: `step(dialogue, heard)` decides what is said next and which effects are wanted. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from ivr.domain.dialogue import (
    accounts,
    booking,
    care,
    claims,
    complaints,
    consent,
    delivery_photo,
    doubts,
    existing,
    going_on,
    knowledge,
    menu,
    news,
    orders,
    promises,
    sellers,
    tempers,
    troubleshooting,
)
from ivr.domain.dialogue.account_talk import CardGiven, Paid
from ivr.domain.dialogue.effects import ResolveCase
from ivr.domain.dialogue.heard import (
    AgentLost,
    AgentReady,
    CallbackBooked,
    CallbackCanceled,
    CallbackGone,
    CallbackNotBooked,
    CaseOpened,
    ClaimAnswered,
    ClaimFound,
    CodeFound,
    CodeUnknown,
    ConferenceLeft,
    DataErased,
    Decided,
    DocumentFailed,
    Heard,
    InLine,
    Key,
    MomentResolved,
    NumberChecked,
    OrderCanceled,
    OrdersFound,
    OrdersRead,
    PhotoSent,
    QuestionsRead,
    ShopAway,
    Silence,
    Speech,
    SpeechLost,
    WaitEstimated,
)
from ivr.domain.dialogue.lost import lost, silent
from ivr.domain.dialogue.questions import GLOBAL_KEYS, MOMENT_DIGITS, QUESTIONS, STOP_CALLS, STOPPED_IN, ask
from ivr.domain.dialogue.values import Caller, Dialogue, State, Step
from ivr.domain.hearing import Ability
from ivr.domain.intents import GLOBAL_INTENTS, Builtin, Certainty, Intent, Meaning
from ivr.domain.moments import When
from ivr.domain.turn import Say, Turn

ANSWERS: Mapping[State, Callable[[Dialogue, Intent], Step | None]] = {
    State.MENU: menu.answer_menu,
    State.MENU_MORE: menu.answer_menu,
    State.MENU_THREE: menu.answer_three,
    State.INTENT_CONFIRM: menu.answer_confirm,
    State.LANGUAGE: menu.answer_language,
    State.ORDER_PICK: orders.answer_pick,
    State.ORDER_NUMBER: orders.answer_number,
    State.ORDER_CONFIRM: orders.answer_confirm,
    State.PHOTO: delivery_photo.answer,
    State.CANCEL_CONFIRM: orders.answer_cancel,
    State.RETURN_REASON: care.answer_reason,
    State.RETURN_WAY: care.answer_way,
    State.SETTLEMENT: care.answer_settlement,
    State.STEP: troubleshooting.answer_step,
    State.PART_CHOICE: care.answer_part,
    State.EXPRESS: care.answer_express,
    State.EXCHANGE: care.answer_exchange,
    State.OFFER: promises.answer_offer,
    State.MOMENT: booking.answer_moment,
    State.ZONE: booking.answer_zone,
    State.MOMENT_CONFIRM: booking.answer_moment_confirm,
    State.CALLBACK_NUMBER: booking.answer_number,
    State.NUMBER_CONFIRM: booking.answer_number_confirm,
    State.EXISTING: menu.answer_existing,
    State.RETURNED: existing.answer_returned,
    State.UNFINISHED: menu.answer_unfinished,
    State.GO_ON: menu.answer_go_on,
    State.RESUME_CODE: existing.answer_code,
    State.RECALL_CONFIRM: existing.answer_recall,
    State.HOLDING: promises.answer_holding,
    State.ERASE_CONFIRM: complaints.answer_erase,
    State.ANYTHING_ELSE: menu.answer_anything_else,
    State.QUESTION: knowledge.answer_question,
    State.ANSWER_CONFIRM: knowledge.answer_confirm,
    State.ANSWER_TEXT: knowledge.answer_text,
    State.ANSWER_HELPED: knowledge.answer_helped,
    State.RATING: menu.answer_rating,
    State.MORE: menu.answer_menu,
    **accounts.ACCOUNT_ANSWERS,
    **claims.CLAIM_ANSWERS,
    **sellers.SELLER_ANSWERS,
}

CANNOT_BE_UNDONE = frozenset(
    {State.CANCEL_CONFIRM, State.RECALL_CONFIRM, State.SELLER_ANSWER}
    | {State.RENEWAL, State.MEMBERSHIP_CONFIRM, State.PAY_CONFIRM, State.ERASE_CONFIRM}
)
"""Here a vague yes is never believed, however often it is said."""

RESULTS: Mapping[type, Callable[[Dialogue, object], Step]] = {
    OrdersFound: orders.found,
    OrdersRead: menu.orders_read,
    CaseOpened: orders.case_opened,
    OrderCanceled: orders.canceled,
    ShopAway: orders.shop_away,
    DataErased: complaints.erased,
    Decided: care.decided,
    PhotoSent: delivery_photo.sent,
    ClaimFound: sellers.claim_found,
    ClaimAnswered: sellers.claim_answered,
    WaitEstimated: promises.wait_estimated,
    MomentResolved: booking.moment_resolved,
    NumberChecked: booking.number_checked,
    CallbackBooked: promises.booked,
    CallbackNotBooked: promises.not_booked,
    CallbackCanceled: existing.callback_canceled,
    CallbackGone: existing.callback_gone,
    CodeFound: existing.code_found,
    CodeUnknown: existing.code_unknown,
    InLine: promises.in_line,
    QuestionsRead: knowledge.questions_read,
    **accounts.ACCOUNT_RESULTS,
}


def blank(
    caller: Caller, locales: tuple[str, ...], now: datetime, abilities: Mapping[str, Ability] | None = None
) -> Dialogue:
    """A dialogue in which nothing has been said."""
    turn = Turn(number=0, locale=locales[0], say=())
    return Dialogue(turn=turn, locale=locales[0], locales=locales, caller=caller, now=now, abilities=abilities or {})


def start(
    caller: Caller, locales: tuple[str, ...], now: datetime, abilities: Mapping[str, Ability] | None = None
) -> Dialogue:
    """The dialogue of a call that has just arrived, in the first locale, with its first turn.

    `abilities`: of the locales of which not everything is understood.
    """
    dialogue = blank(caller, locales, now, abilities)
    greeting = Say("greeting", {"company": caller.company})
    if caller.renewal is not None:
        return news.written(dialogue, caller.renewal)
    if caller.callback is not None and caller.number is not None:
        return ask(dialogue, State.EXISTING, greeting)
    if caller.is_seller:
        return ask(dialogue, State.SELLER_NUMBER, greeting)
    if caller.place is not None:
        return ask(dialogue, State.RETURNED, greeting)
    if caller.unfinished is not None:
        return ask(replace(dialogue, order=caller.unfinished.order), State.UNFINISHED, greeting)
    if caller.begun is not None:
        return ask(dialogue, State.GO_ON, greeting)
    return ask(dialogue, State.MENU, greeting, *going_on.done_meanwhile(caller, now))


def step(dialogue: Dialogue, heard: Heard) -> Step:
    """What follows what was heard. Same input, same output: no clock, nothing random."""
    return _go_on(_step(dialogue, heard))


def _go_on(done: Step) -> Step:
    """Instead of "anything else?" do what the caller asked for in the same breath."""
    dialogue = done.dialogue
    waits = any(not isinstance(effect, ResolveCase) for effect in done.effects)
    if dialogue.state != State.ANYTHING_ELSE or not dialogue.then or waits:
        return done
    said = replace(dialogue, then=dialogue.then[1:], preface=dialogue.turn.say[:-1])
    following = menu.answer_menu(said, dialogue.then[0]) or Step(dialogue)
    return Step(following.dialogue, done.effects + following.effects)


def _step(dialogue: Dialogue, heard: Heard) -> Step:
    if dialogue.state == State.CONSENT and isinstance(heard, Key | Speech | Silence):
        return consent.answered(dialogue, heard)
    match heard:
        case Key(news.STOP_KEY) if _ends_news(dialogue):
            return news.stop(dialogue)
        case Key(digits):
            return _key(dialogue, digits)
        case Speech(meaning):
            feeling = tempers.felt(dialogue, meaning)
            return tempers.hurried(feeling, meaning) or _speech(feeling, meaning)
        case Silence():
            return promises.still_waiting(dialogue) if dialogue.state == State.HOLDING else silent(dialogue)
        case CardGiven():
            return menu.card_given(dialogue)
        case SpeechLost():
            return menu.by_keys(dialogue)
        case AgentReady():
            return consent.agent_ready(dialogue, heard)
        case AgentLost():
            return Step(ask(dialogue, State.HOLDING, Say("agent_lost")))
        case ConferenceLeft():
            return Step(ask(dialogue, State.RATING))
        case DocumentFailed() if dialogue.state == State.PAYING:  # the card terminal's result may be what was lost
            return RESULTS[Paid](dialogue, Paid("unclear"))
        case DocumentFailed():
            return promises.after_failure(dialogue)
        case _:
            return RESULTS[type(heard)](dialogue, heard)


def _ends_news(dialogue: Dialogue) -> bool:
    return dialogue.is_news and dialogue.state in STOPPED_IN


def takes_key(dialogue: Dialogue, digits: str) -> bool:
    """Whether the present question itself offers this key: in writing a number may be an answer in words as well."""
    return dialogue.state in ANSWERS and digits in QUESTIONS[dialogue.state](dialogue).keys


def _key(dialogue: Dialogue, digits: str) -> Step:
    asked = QUESTIONS[dialogue.state](dialogue) if dialogue.state in ANSWERS else None  # whatever is understood
    intent = GLOBAL_KEYS.get(digits)
    if asked is not None:
        intent = asked.keys.get(digits) or intent or _keyed_value(asked.expects.builtins, digits)
    if intent is None:
        return lost(dialogue, Meaning(""))
    return answer(dialogue, intent) or lost(dialogue, Meaning(""))


def _keyed_value(builtins: tuple[Builtin, ...], digits: str) -> Intent | None:
    if Builtin.DIGITS in builtins:
        return Intent("digits", {"value": digits})
    if Builtin.MOMENT in builtins and len(digits) in MOMENT_DIGITS and digits.isdigit():
        return Intent("moment", {"when": keyed_moment(digits)})
    return None


def keyed_moment(digits: str) -> When:
    """HHMM, or MMDDHHMM, on the 24-hour clock; impossible values are left to the resolution to refuse."""
    hour, minute = int(digits[-4:-2]), int(digits[-2:])
    if len(digits) == max(MOMENT_DIGITS):
        return When(month=int(digits[:2]), day=int(digits[2:4]), hour=hour, minute=minute, half="24")
    return When(hour=hour, minute=minute, half="24")


def _speech(dialogue: Dialogue, meaning: Meaning) -> Step:
    first = meaning.first
    if first is None:
        return lost(dialogue, meaning)
    ready = replace(dialogue, then=meaning.intents[1:] or dialogue.then)
    if first.name in menu.REQUESTS or first.name == "return_reason":
        ready = replace(ready, reason=meaning.text if meaning.certainty != Certainty.FUZZY else "")
    if meaning.certainty == Certainty.FUZZY:
        return doubts.doubted(ready, first) or _vague(dialogue, meaning, first)
    if first.name in menu.REQUESTS and dialogue.denied:
        return doubts.confirm(ready, first) or lost(dialogue, meaning)
    return answer(ready, first) or lost(dialogue, meaning)


def _vague(dialogue: Dialogue, meaning: Meaning, first: Intent) -> Step:
    """Asked again, the caller who says the same is believed, or one with a soft voice would never get on."""
    if first == dialogue.vague and dialogue.state not in CANNOT_BE_UNDONE:
        return answer(dialogue, first) or lost(dialogue, meaning)
    asked = lost(dialogue, meaning)
    same = asked.dialogue.state == dialogue.state
    return replace(asked, dialogue=replace(asked.dialogue, vague=first)) if same else asked


def answer(dialogue: Dialogue, intent: Intent) -> Step | None:
    """What an intent leads to in this state; None if it is no answer here."""
    if intent.name in ("cancel", STOP_CALLS) and _ends_news(dialogue):
        return news.stop(dialogue)
    if intent.name in GLOBAL_INTENTS:
        return menu.answer_global(dialogue, intent)
    if dialogue.state not in ANSWERS:
        return None
    return ANSWERS[dialogue.state](dialogue, intent)
