"""Calls that we make because of news about an order: who calls and why, the way out in one key or word."""

from dataclasses import replace
from datetime import datetime

from ivr.domain.cases import CaseKind
from ivr.domain.dialogue import accounts
from ivr.domain.dialogue.effects import OpenCase, StopNews
from ivr.domain.dialogue.lost import finish
from ivr.domain.dialogue.orders import finished
from ivr.domain.dialogue.questions import ask
from ivr.domain.dialogue.values import Dialogue, Renewal, State, Step
from ivr.domain.orders import Order
from ivr.domain.outreach import ABOUT, News
from ivr.domain.turn import Say

STOP_KEY = "5"


def tell(dialogue: Dialogue, kind: News, order: Order, case_id: str, now: datetime) -> Step:
    """The first turn: what is done about it is decided by the rules, as if the customer had called about it."""
    want = ABOUT[kind].value
    key = "proactive_hello_membership" if kind is News.SUBSCRIPTION else "proactive_hello"
    hello = (Say(key, {"company": dialogue.caller.company}),)
    why = accounts.ENDING if kind is News.SUBSCRIPTION else ""
    news = replace(dialogue, is_news=True, want=want, why=why, order=order, preface=hello, now=now)
    if kind is News.FOUND:
        return finished(replace(news, case_id=case_id), "found", Say("proactive_found", {"item": order.item}))
    opening = OpenCase(CaseKind(want), "", order.id, case_id=case_id)
    return Step(replace(news, explaining=True), (opening,))


def written(dialogue: Dialogue, renewal: Renewal) -> Dialogue:
    """They answer what was written to them about a membership."""
    told = replace(
        dialogue, want=CaseKind.MEMBERSHIP.value, why=accounts.ENDING, order=renewal.order, case_id=renewal.case_id,
        case_number=renewal.case_number, membership=renewal.membership,
    )  # fmt: skip
    return ask(told, State.RENEWAL)


def stop(dialogue: Dialogue) -> Step:
    """They want no such calls any more."""
    return Step(finish(dialogue, Say("proactive_stopped")).dialogue, (StopNews(),))
