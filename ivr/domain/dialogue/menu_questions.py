"""The main menu: what may be said in it, and its keys on two pages."""

from collections.abc import Mapping

from ivr.domain.dialogue.account_questions import MORE_INTENTS
from ivr.domain.dialogue.asking import Question
from ivr.domain.dialogue.values import Dialogue
from ivr.domain.intents import Expects, Intent
from ivr.domain.turn import Say

MENU_KEYS: Mapping[str, Intent] = {
    "1": Intent("track_order"),
    "2": Intent("delivered_not_received"),
    "3": Intent("return_refund"),
    "4": Intent("cancel_order"),
    "5": Intent("callback"),
    "6": Intent("existing_callback"),
}
QUESTION_KEYS: Mapping[str, Intent] = {"7": Intent("question")}
"""In the main menu only: elsewhere 7 ends the call."""
MORE_KEYS: Mapping[str, Intent] = {"*": Intent("more")}
"""In the main menu there is nothing to go back to: the star leads on."""
PAGE_KEYS: Mapping[str, Intent] = {"9": Intent("more_choices")}
"""Nobody keeps ten keys in mind: 9 tells the rest of them. Each works on both pages."""
BACK_KEYS: Mapping[str, Intent] = {"9": Intent("main_menu")}
MENU_INTENTS = (
    *(intent.name for intent in MENU_KEYS.values()), "change_address", "seller_claim", "refund_status", *MORE_INTENTS,
    "complaint", "delete_data",
)  # fmt: skip
EXPECTED = Expects(intents=(*MENU_INTENTS, "hold", "question", "more_choices"))
_KEYS = {**MENU_KEYS, **QUESTION_KEYS, **MORE_KEYS}


def menu_asked(d: Dialogue) -> Question:
    """What is wanted, in own words, or by the likeliest keys."""
    prompt = "menu_keys" if d.is_keyed or d.failures >= 3 else "menu_rephrase" if d.failures else "menu"
    return Question((Say(prompt),), EXPECTED, {**_KEYS, **PAGE_KEYS})


def menu_more_asked(d: Dialogue) -> Question:
    """The rest of the keys."""
    return Question((Say("menu_more"),), EXPECTED, {**_KEYS, **BACK_KEYS})
