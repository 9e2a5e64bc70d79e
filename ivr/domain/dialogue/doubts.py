"""What was heard only vaguely: confirmed where one question does it, else asked again. Nothing is done meanwhile."""

from dataclasses import replace

from ivr.domain.dialogue import booking, existing, knowledge, orders, promises
from ivr.domain.dialogue.lost import TOP
from ivr.domain.dialogue.menu import REQUESTS, offer_languages
from ivr.domain.dialogue.questions import ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Intent
from ivr.domain.moments import When

FREELY_ASKED = TOP | {State.ANYTHING_ELSE, State.EXISTING, State.GO_ON, State.INTENT_CONFIRM}
"""Where a person may be asked for as a request of its own; inside a question the question is asked again."""
WANTS_PERSON = frozenset({"agent", "hold"})
READS_BACK = {
    State.ORDER_NUMBER: orders.answer_number,
    State.ORDER_PICK: orders.answer_pick,
    State.CALLBACK_NUMBER: booking.answer_number,
    State.MOMENT: booking.answer_moment,
    State.MOMENT_CONFIRM: booking.answer_moment_confirm,
    State.OFFER: promises.answer_offer,
    State.EXISTING: existing.answer_existing,
}
"""Questions whose digits or moment are read back before anything is done with them."""


def doubted(dialogue: Dialogue, first: Intent) -> Step | None:
    """Ask whether this is what was said; None: ask again."""
    if first.name == "another_language":
        return offer_languages(dialogue, str(first.slots.get("language", "")))
    if first.name == "question":
        return knowledge.begin(dialogue, first)  # asks itself whether that is meant
    if is_read_back(dialogue.state, first):
        return READS_BACK[dialogue.state](dialogue, first)
    if first.name in REQUESTS:
        return confirm(dialogue, first)
    if dialogue.state == State.HOLDING:
        return Step(dialogue)  # talk beside the telephone
    if first.name in WANTS_PERSON and dialogue.state in FREELY_ASKED:
        return confirm(replace(dialogue, reason=""), Intent("hold"))
    return _chosen(dialogue, first) if first.name == "choice" else None


def confirm(dialogue: Dialogue, first: Intent) -> Step | None:
    """Is that right? Never twice for what the caller has just said no to: other choices are offered then."""
    if first.name == dialogue.denied:
        return None
    return Step(ask(replace(dialogue, doubt=first), State.INTENT_CONFIRM))


def is_read_back(state: State, intent: Intent) -> bool:
    """Whether the next question is "is that right?" anyway. As soon as possible is promised at once, so it is not."""
    when = intent.slots.get("when")
    told = intent.name == "digits" or (isinstance(when, When) and not when.asap)
    return told and state in READS_BACK


def _chosen(dialogue: Dialogue, choice: Intent) -> Step | None:
    """One of several offered requests or orders: is it this one?"""
    index = choice.slots.get("index")
    if not isinstance(index, int) or index < 1:
        return None
    if dialogue.state == State.MENU_THREE and index <= len(dialogue.offered):
        return confirm(dialogue, Intent(dialogue.offered[index - 1]))
    if dialogue.state == State.ORDER_PICK and index <= len(dialogue.orders):
        return Step(ask(replace(dialogue, order=dialogue.orders[index - 1]), State.ORDER_CONFIRM))
    return None
