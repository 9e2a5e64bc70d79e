""" "It says delivered, but I don't have it": the driver's photo is offered as a link, before anybody searches."""

from dataclasses import replace

from ivr.domain.cases import CaseKind
from ivr.domain.dialogue.effects import Decide, SendPhoto
from ivr.domain.dialogue.heard import PhotoSent
from ivr.domain.dialogue.questions import ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Intent
from ivr.domain.orders import OrderStatus
from ivr.domain.policy import Topic
from ivr.domain.turn import Say


def is_offered(dialogue: Dialogue) -> bool:
    """To the order's owner, where a text would reach them: it shows where they live."""
    order, caller = dialogue.order, dialogue.caller
    if order is None or dialogue.want != CaseKind.DELIVERED_NOT_RECEIVED or dialogue.is_news:
        return False
    is_owner = order.number == caller.number and caller.gets_texts
    return is_owner and bool(order.photo) and order.status is OrderStatus.DELIVERED


def offer(dialogue: Dialogue) -> Step:
    """Ask."""
    return Step(ask(dialogue, State.PHOTO))


def answer(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes has it texted; with yes and no the rules are asked what is done about the parcel."""
    if dialogue.order is None or intent.name not in ("yes", "no"):
        return None
    if intent.name == "no":
        return _on(dialogue)
    return Step(dialogue, (SendPhoto(dialogue.order.id, dialogue.case_id),))


def sent(dialogue: Dialogue, result: object) -> Step:
    """It is on its way, or nothing could be sent, of which nothing is said."""
    assert isinstance(result, PhotoSent)
    return _on(replace(dialogue, preface=(Say("photo_sent"),)) if result.sent else dialogue)


def _on(dialogue: Dialogue) -> Step:
    order_id = dialogue.order.id if dialogue.order is not None else ""
    return Step(dialogue, (Decide(Topic(dialogue.want), order_id, dialogue.case_id, dialogue.why),))
