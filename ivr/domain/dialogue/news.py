"""Calls that we make because of news about an order: who calls and why, the way out in one key or word."""

from dataclasses import replace
from datetime import datetime

from ivr.domain.cases import CaseKind
from ivr.domain.dialogue.effects import OpenCase, StopNews
from ivr.domain.dialogue.lost import finish
from ivr.domain.dialogue.orders import finished
from ivr.domain.dialogue.values import Dialogue, Step
from ivr.domain.orders import Order
from ivr.domain.outreach import ABOUT, News
from ivr.domain.turn import Say

STOP_KEY = "5"


def tell(dialogue: Dialogue, kind: News, order: Order, case_id: str, now: datetime) -> Step:
    """The first turn: what is done about it is decided by the rules, as if the customer had called about it."""
    want = ABOUT[kind].value
    hello = (Say("proactive_hello", {"company": dialogue.caller.company}),)
    news = replace(dialogue, is_news=True, want=want, order=order, preface=hello, now=now)
    if kind is News.FOUND:
        return finished(replace(news, case_id=case_id), "found", Say("proactive_found", {"item": order.item}))
    opening = OpenCase(CaseKind(want), "", order.id, case_id=case_id)
    return Step(replace(news, explaining=True), (opening,))


def stop(dialogue: Dialogue) -> Step:
    """They want no such calls any more."""
    return Step(finish(dialogue, Say("proactive_stopped")).dialogue, (StopNews(),))
