"""When nothing, or nothing we know, was heard: rephrase, three choices, keypad, then an agent or a callback."""

from dataclasses import replace

from ivr.domain.dialogue.booking import open_case_then
from ivr.domain.dialogue.effects import EnterLine, EstimateWait
from ivr.domain.dialogue.questions import MENU_INTENTS, ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Meaning
from ivr.domain.turn import Next, Say, Turn

LIKELIEST = ("delivered_not_received", "track_order", "callback")
"""Offered to a caller of whom nothing at all was understood."""
SPARE = (*LIKELIEST, "return_refund")
"""Makes three of fewer, one of which the caller may have said no to."""

TOP = frozenset({State.MENU, State.MENU_MORE, State.MENU_THREE})
GIVE_UP = 4
"""At this failure in a row in the main menu an agent or a callback is offered."""
GIVE_UP_WITHIN = 3
"""The same within a question."""


def silent(dialogue: Dialogue) -> Step:
    """No input."""
    if dialogue.is_news and dialogue.answered < 0 and dialogue.failures:
        return finish(dialogue)  # nobody is there, or a machine is
    if dialogue.state == State.RATING:
        return finish(dialogue, Say("rate_thanks"))
    if dialogue.state == State.ANYTHING_ELSE:
        return finish(dialogue)
    apology = "not_understood" if dialogue.misheard else "nothing_heard"
    return _escalate(dialogue, Say(apology), LIKELIEST)


def lost(dialogue: Dialogue, meaning: Meaning) -> Step:
    """No match."""
    likeliest = tuple(name for name in meaning.likeliest if name in MENU_INTENTS)
    padded = [name for name in dict.fromkeys((*likeliest, *SPARE)) if name != dialogue.denied]
    if dialogue.state == State.OFFER and dialogue.failures + 1 >= GIVE_UP_WITHIN:
        # Somebody is there and talks: a person must hear them. Only silence is left at last.
        return open_case_then(replace(dialogue, preface=(Say("not_understood"),)), EnterLine())
    return _escalate(dialogue, Say("not_understood"), tuple(padded[:3]))


def _escalate(dialogue: Dialogue, apology: Say, likeliest: tuple[str, ...]) -> Step:
    failures = dialogue.failures + 1
    if dialogue.state == State.OFFER and failures >= GIVE_UP_WITHIN:
        return finish(dialogue, Say("give_up"))
    if dialogue.state in TOP:
        return _escalate_menu(dialogue, apology, likeliest)
    if failures >= GIVE_UP_WITHIN:
        order = None if dialogue.state == State.ORDER_CONFIRM else dialogue.order  # doubted: not the case's
        return Step(replace(dialogue, preface=(*dialogue.preface, apology), order=order), (EstimateWait(),))
    return Step(ask(dialogue, dialogue.state, apology, failures=failures))


def _escalate_menu(dialogue: Dialogue, apology: Say, likeliest: tuple[str, ...]) -> Step:
    failures = dialogue.failures + 1
    if failures == 2:
        offered = replace(dialogue, offered=likeliest)
        return Step(ask(offered, State.MENU_THREE, apology, failures=failures))
    if failures >= GIVE_UP:
        return Step(replace(dialogue, preface=(apology,)), (EstimateWait(),))
    return Step(ask(dialogue, State.MENU, apology, failures=failures))


def finish(dialogue: Dialogue, *say: Say) -> Step:
    """Say goodbye and hang up."""
    turn = Turn(
        number=dialogue.turn.number + 1,
        locale=dialogue.locale,
        say=(*dialogue.preface, *say, Say("goodbye", {"company": dialogue.caller.company})),
        next=Next.HANG_UP,
        state=State.ENDED.value,
    )
    return Step(replace(dialogue, state=State.ENDED, turn=turn, preface=()))
