"""A case that was begun a short while ago, on this channel or another: it can go on where it stood."""

from dataclasses import replace
from datetime import datetime

from ivr.domain.cases import CaseKind
from ivr.domain.dialogue.asking import Question, boolean
from ivr.domain.dialogue.effects import EstimateWait, OpenCase
from ivr.domain.dialogue.values import Caller, Dialogue, Step
from ivr.domain.intents import Intent
from ivr.domain.money import spoken_money
from ivr.domain.settlements import SettlementKind
from ivr.domain.turn import At, Phrase, Say, SayArg, Spelled


def go_on_asked(d: Dialogue) -> Question:
    """Whether it is about that case again; any other request is understood, too."""
    case = d.caller.begun
    kind, number = (case.kind, case.number) if case is not None else (CaseKind.QUESTION.value, "")
    told: dict[str, SayArg] = {"what": Phrase(f"kind_{kind}"), "case": Spelled(number)}
    return boolean(Say("go_on", told), also=(*ORDINARY, "question"))


DONE = {
    SettlementKind.RETURN: "why_return_open",
    SettlementKind.REFUND: "why_refunded",
    SettlementKind.REPLACEMENT: "why_replaced",
}


def done_meanwhile(caller: Caller, now: datetime) -> tuple[Say, ...]:
    """Whoever finished on a page what a call had left half done is told that we know."""
    done = caller.done
    if done is None:
        return ()
    args: dict[str, SayArg] = {"item": done.item, "since": At(done.at, caller.zone, now)}
    if done.currency:
        args["amount"] = spoken_money(done.amount_minor, done.currency)
    return (Say(DONE[done.kind], args),)


ORDINARY = (
    "track_order", "delivered_not_received", "return_refund", "cancel_order", "callback", "existing_callback",
    "refund_status", "seller_claim", "change_address", "account", "payment", "membership", "complaint", "delete_data",
)  # fmt: skip
"""What the main menu understands."""


def goes_on(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes takes the case up: the rules are asked anew about its order, or a person is offered who finds the story."""
    case = dialogue.caller.begun
    if intent.name != "yes" or case is None:
        return None
    taken = replace(
        dialogue, want=case.kind, reason="", case_id=case.id, case_number=case.number, order=case.order,
        why=case.why, explaining=case.order is not None,
    )  # fmt: skip
    opening = OpenCase(CaseKind(case.kind), "", case.order.id if case.order else None, case_id=case.id)
    return Step(taken, (opening,) if case.order is not None else (opening, EstimateWait()))
