"""The main menu, languages, what is understood everywhere, and the end of a call."""

from dataclasses import replace

from ivr.domain.cases import CaseKind
from ivr.domain.dialogue import accounts, complaints, existing, going_on, knowledge, orders, promises, troubleshooting
from ivr.domain.dialogue.booking import open_case_then
from ivr.domain.dialogue.effects import (
    EnterLine,
    EscalateClaim,
    EstimateWait,
    LeaveLine,
    OpenCase,
    RateEffort,
    ReadOrders,
)
from ivr.domain.dialogue.heard import OrdersRead
from ivr.domain.dialogue.lost import finish
from ivr.domain.dialogue.questions import LANGUAGE_KEY, LANGUAGES_AT_ONCE, ask, languages_offered
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Intent
from ivr.domain.turn import Say

ORDER_REQUESTS = frozenset((
    "track_order", "delivered_not_received", "return_refund", "cancel_order", "change_address", "seller_claim",
    "refund_status",
))  # fmt: skip
REQUESTS = ORDER_REQUESTS | accounts.ACCOUNT_REQUESTS | {"callback", "existing_callback", "complaint", "delete_data"}
"""Intents that start something; vague ones are confirmed first."""
INTERRUPTED = {
    State.ORDER_PICK: State.ORDER_PICK,
    State.ORDER_NUMBER: State.ORDER_NUMBER,
    State.ORDER_CONFIRM: State.ORDER_NUMBER,
}
"""Where "go back" leads from the offer of an agent, by the question that "agent" interrupted. An order that was being
confirmed is asked for anew: "no" may have been heard as "agent"."""


def answer_menu(dialogue: Dialogue, intent: Intent) -> Step | None:
    """A request in the main menu, or wherever the main menu's requests are understood."""
    dialogue = replace(dialogue, denied="")
    if intent.name in ORDER_REQUESTS:
        why = str(intent.slots.get("cause") or intent.slots.get("reason", ""))
        fresh = replace(dialogue, case_id="", case_number="", order=None, why=why, evidence="", claim=None)
        return orders.begin(replace(fresh, want=intent.name), intent)
    if intent.name in accounts.ACCOUNT_REQUESTS:
        return accounts.begin(replace(dialogue, case_id="", case_number="", order=None, claim=None), intent)
    if intent.name == "more":
        return Step(ask(dialogue, State.MORE))
    if intent.name == "more_choices":
        return Step(ask(dialogue, State.MENU_MORE))
    if intent.name == "callback":
        return promises.begin(replace(dialogue, want=dialogue.want or CaseKind.QUESTION.value), intent)
    if intent.name == "existing_callback":
        return existing.existing(dialogue, intent)
    if intent.name == "question":
        return knowledge.begin(dialogue, intent)
    if intent.name == "complaint":
        return complaints.begin(dialogue)
    if intent.name == "delete_data":
        return complaints.begin_erasing(dialogue)
    if intent.name == "hold":
        return ask_for_agent(dialogue)
    if intent.name == "main_menu":
        return Step(ask(dialogue, State.MENU))
    return None


def answer_three(dialogue: Dialogue, intent: Intent) -> Step | None:
    """One of the three likeliest, by number or by words."""
    index = intent.slots.get("index")
    if intent.name == "choice" and isinstance(index, int) and 1 <= index <= len(dialogue.offered):
        return answer_menu(dialogue, Intent(dialogue.offered[index - 1]))
    return answer_menu(dialogue, intent)


def answer_confirm(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes or no to "is that right?"; another request replaces the doubtful one."""
    if intent.name == "yes" and dialogue.doubt is not None:
        return answer_menu(replace(dialogue, doubt=None), dialogue.doubt)
    if intent.name == "no":
        denied = dialogue.doubt.name if dialogue.doubt else ""
        return Step(ask(replace(dialogue, doubt=None, reason="", denied=denied), State.MENU, failures=1))
    return answer_menu(replace(dialogue, doubt=None), intent)


def answer_global(dialogue: Dialogue, intent: Intent) -> Step:
    """What is understood in every turn."""
    if intent.name == "agent":
        return ask_for_agent(dialogue)
    if intent.name == "another_language":
        return _another_language(dialogue, intent)
    if intent.name == "keypad":
        return _ask_again(replace(dialogue, keypad=True))
    if intent.name == "go_back":
        return _go_back(dialogue)
    if intent.name == "cancel":
        return _cancel(dialogue)
    if intent.name == "slower":
        return repeat(replace(dialogue, slow=True))
    return repeat(dialogue)


def _go_back(dialogue: Dialogue) -> Step:
    """To the main menu, or the step before; from the offer that "agent" led to, to the question that it interrupted."""
    if dialogue.state == State.STEP and (before := troubleshooting.back(dialogue)) is not None:
        return before
    left = (LeaveLine(),) if dialogue.state == State.HOLDING else ()
    interrupted = dialogue.state == State.OFFER and dialogue.interrupted in INTERRUPTED.values()
    to = dialogue.interrupted if interrupted else State.MENU
    fresh = replace(dialogue, order=None, when=None, at=None, moves_id="", interrupted=State.MENU)
    return Step(ask(fresh, to), left)


def by_keys(dialogue: Dialogue) -> Step:
    """We could not hear what was said: the same question for the keypad, after an apology."""
    return _ask_again(replace(dialogue, keypad=True, preface=(*dialogue.preface, Say("apology"))))


def card_given(dialogue: Dialogue) -> Step:
    """Nobody may tell us a card number: it is dropped, that is said, and the same is asked."""
    return _ask_again(replace(dialogue, preface=(*dialogue.preface, Say("card_never_spoken"))))


def _ask_again(dialogue: Dialogue) -> Step:
    """The same question, in other words or another language; the wait in an offer is estimated anew."""
    if dialogue.state in (State.OFFER, State.HOLDING):
        return Step(dialogue, (EstimateWait(),))
    return Step(ask(dialogue, dialogue.state, failures=dialogue.failures))


def _cancel(dialogue: Dialogue) -> Step:
    """Give up what is in hand; asked again where "cancel" could be a yes or a no."""
    if dialogue.state in (
        State.CANCEL_CONFIRM,
        State.RECALL_CONFIRM,
        State.ERASE_CONFIRM,
        State.HOLDING,
        State.JOINED,
        State.RATING,
    ):
        return repeat(dialogue)
    fresh = replace(dialogue, want="", reason="", order=None, when=None, at=None, moves_id="", then=(), doubt=None)
    return Step(ask(fresh, State.MENU))


def repeat(dialogue: Dialogue) -> Step:
    """Say the present turn once more."""
    turn = replace(dialogue.turn, number=dialogue.turn.number + 1, slow=dialogue.slow)
    return Step(replace(dialogue, turn=turn))


def ask_for_agent(dialogue: Dialogue) -> Step:
    """An agent if one is free; else the honest wait and a callback."""
    if dialogue.state in (State.HOLDING, State.JOINED):
        return repeat(dialogue)
    if dialogue.state == State.OFFER:
        return open_case_then(dialogue, EnterLine())
    order = None if dialogue.state == State.ORDER_CONFIRM else dialogue.order
    want = dialogue.want or CaseKind.QUESTION.value
    back = INTERRUPTED.get(dialogue.state, State.MENU)
    wanted = replace(dialogue, want=want, order=order, agent_asked=True, interrupted=back)
    callback = dialogue.caller.callback
    if callback is not None and callback.case_id and not dialogue.want and not dialogue.case_id:
        # It is about what the callback is for: the agent finds the story there.
        return Step(wanted, (OpenCase(CaseKind(want), dialogue.reason, case_id=callback.case_id), EstimateWait()))
    done = open_case_then(wanted, EstimateWait())
    told = (EscalateClaim(dialogue.claim.id),) if dialogue.claim is not None else ()
    return replace(done, effects=(*told, *done.effects))


def _another_language(dialogue: Dialogue, intent: Intent) -> Step:
    language = intent.slots.get("language")
    if isinstance(language, str) and language in dialogue.locales:
        return answer_language(dialogue, intent) or repeat(dialogue)
    if len(dialogue.locales) == 2:
        other = next(name for name in dialogue.locales if name != dialogue.locale)
        return _speak(dialogue, other)
    return _offer_page(dialogue, dialogue.language_page + 1 if dialogue.state == State.LANGUAGE else 0)


def offer_languages(dialogue: Dialogue, likeliest: str = "") -> Step:
    """Each language in its own words, from the page with the likeliest."""
    at = dialogue.locales.index(likeliest) if likeliest in dialogue.locales else 0
    return _offer_page(dialogue, at // LANGUAGES_AT_ONCE)


def _offer_page(dialogue: Dialogue, page: int) -> Step:
    """The present question waits; of the languages themselves, the one that they interrupted."""
    waits = dialogue.interrupted if dialogue.state == State.LANGUAGE else dialogue.state
    return Step(ask(replace(dialogue, language_page=page, interrupted=waits), State.LANGUAGE))


def answer_language(dialogue: Dialogue, intent: Intent) -> Step | None:
    """A language by its number or its name."""
    index = intent.slots.get("index")
    offered = languages_offered(dialogue)
    if intent.name == "choice" and isinstance(index, int) and 1 <= index <= len(offered):
        return _speak(dialogue, offered[index - 1])
    language = intent.slots.get("language")
    if isinstance(language, str) and language in dialogue.locales:
        return _speak(dialogue, language)
    return None


def _speak(dialogue: Dialogue, locale: str) -> Step:
    """Who did not want this language is told, in the one they had, how they get back."""
    ids = tuple(order.id for order in (*dialogue.orders, *((dialogue.order,) if dialogue.order else ())))
    back = Say("language_menu", {"key": LANGUAGE_KEY}, locale=dialogue.locale)
    said = (Say("language_changed"), *((back,) if locale != dialogue.locale else ()))
    return Step(replace(dialogue, locale=locale, preface=said), (ReadOrders(ids),))


def orders_read(dialogue: Dialogue, result: object) -> Step:
    """The language has changed: the same question in it, with the items' names in it."""
    assert isinstance(result, OrdersRead)
    named = {order.id: order for order in (*result.others, *result.recent)}
    told = replace(
        dialogue,
        caller=replace(dialogue.caller, orders=result.recent),
        orders=tuple(named.get(order.id, order) for order in dialogue.orders),
        order=named.get(dialogue.order.id, dialogue.order) if dialogue.order else None,
    )
    if told.state == State.LANGUAGE:  # keys for the languages, come late, must not answer what they interrupted
        told = replace(told, state=told.interrupted, since=told.turn.number + 1, failures=0)
    if told.state == State.STEP:
        return troubleshooting.in_new_language(told)
    return _ask_again(knowledge.in_new_language(told))


def answer_anything_else(dialogue: Dialogue, intent: Intent) -> Step | None:
    """More requests, or goodbye."""
    if intent.name == "no":
        return finish(dialogue)
    if intent.name == "yes":
        return Step(ask(replace(dialogue, want="", reason=""), State.MENU))
    return answer_menu(dialogue, intent)


def answer_rating(dialogue: Dialogue, intent: Intent) -> Step | None:
    """The effort, 1 to 7."""
    index = intent.slots.get("index")
    if intent.name != "choice" or not isinstance(index, int) or not 1 <= index <= 7:
        return None
    done = finish(dialogue, Say("rate_thanks"))
    return Step(done.dialogue, (RateEffort(index),))


def answer_unfinished(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes goes on where the last call ended, with what was answered there; no, or another request, begins anew."""
    left = dialogue.caller.unfinished
    if intent.name == "yes" and left is not None:
        going_on = replace(dialogue, want=left.want, why=left.why, explaining=True)
        return Step(going_on, (OpenCase(CaseKind(left.want), "", left.order.id, case_id=left.case_id),))
    if intent.name == "no":
        return Step(ask(replace(dialogue, order=None), State.MENU))
    return answer_menu(dialogue, intent)


def answer_existing(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Keep, move or cancel the open callback, or anything the main menu understands."""
    return existing.answer_existing(dialogue, intent) or answer_menu(dialogue, intent)


def answer_go_on(dialogue: Dialogue, intent: Intent) -> Step | None:
    """The case that was begun goes on, or it is about something else."""
    if intent.name == "no":
        return Step(ask(dialogue, State.MENU))
    return going_on.goes_on(dialogue, intent) or answer_menu(dialogue, intent)
