"""Account, payment and membership: who it is, what is told, and what is changed by a link, never by voice."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ivr.domain.accounts import MembershipState
from ivr.domain.cases import CaseKind
from ivr.domain.dialogue import complaints
from ivr.domain.dialogue.account_questions import KEEPS, MEMBERSHIP_ACTS, membership_args
from ivr.domain.dialogue.account_talk import (
    AskMembership,
    BillFound,
    CheckCode,
    CodeChecked,
    CodeSent,
    FindBill,
    KeepPayment,
    LinkSent,
    MembershipRuled,
    Paid,
    ProveNumber,
    SendAccountLink,
)
from ivr.domain.dialogue.effects import EstimateWait, OpenCase, ResolveCase
from ivr.domain.dialogue.questions import ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Intent
from ivr.domain.orders import Order
from ivr.domain.policy import Decision
from ivr.domain.turn import Money, Say

ACCOUNT_REQUESTS = frozenset({"account", "payment", "membership"})
CODE_TRIES = 3
ENDING = "ending"
"""What is asked of a membership where we bring the news that it ends."""
ABOUT = {"account": "details", "payment": "pay", "membership": "explain"}
"""What is meant where nothing more was said."""


def begin(dialogue: Dialogue, intent: Intent) -> Step:
    """Whose account it is: the caller's, who has orders; else that of an order whose number they know."""
    why = str(intent.slots.get("about", "")) or ABOUT[intent.name]
    asked = replace(dialogue, want=intent.name, why=why, bill=None, membership=None)
    if not dialogue.caller.orders:
        return Step(ask(asked, State.ORDER_NUMBER))
    order = dialogue.caller.orders[0]
    opening = OpenCase(CaseKind(intent.name), asked.reason, order.id)
    return Step(replace(asked, order=order, explaining=True), (opening,))


def known(dialogue: Dialogue) -> Step:
    """The case is open, and whose account it is stands."""
    order = dialogue.order
    if dialogue.want == CaseKind.DELETE_DATA:
        return complaints.proven(dialogue, is_theirs=dialogue.proven == dialogue.caller.number)
    if order is None:
        return Step(ask(dialogue, State.ORDER_NUMBER))
    if dialogue.want == CaseKind.MEMBERSHIP:
        return Step(dialogue, (_membership(dialogue),))
    if dialogue.want == CaseKind.ACCOUNT or dialogue.why == "method":
        return Step(dialogue, (SendAccountLink(order.id, dialogue.case_id),))
    if not is_known(dialogue):
        return Step(dialogue, (ProveNumber(order.id),))
    return _charged(dialogue) if dialogue.why == "charge" else Step(dialogue, (FindBill(order.id),))


def is_known(dialogue: Dialogue) -> bool:
    """They call from the number on file, or have said the code that was sent there."""
    order = dialogue.order
    return order is not None and order.number in (dialogue.caller.number, dialogue.proven)


def _membership(dialogue: Dialogue, *, is_sure: bool = False) -> AskMembership:
    order = dialogue.order
    assert order is not None, "a membership is that of an order's owner"
    return AskMembership(dialogue.why, order.id, dialogue.case_id, dialogue.proven == order.number, is_sure)


def _charged(dialogue: Dialogue) -> Step:
    """Why something was charged: the newest order, with what it cost."""
    order = dialogue.order
    if order is None or not order.amount:
        return _person(dialogue, Say("payment_none"))
    return done(dialogue, "charge_told", _last(order))


def _last(order: Order) -> Say:
    return Say("payment_last", {"item": order.item, "amount": Money(order.amount, order.currency)})


def code_sent(dialogue: Dialogue, result: object) -> Step:
    """Ask for its digits; where no text arrives a person makes sure who it is."""
    assert isinstance(result, CodeSent)
    if not result.sent:
        return _person(dialogue, Say("account_no_text"))
    return Step(ask(dialogue, State.ACCOUNT_CODE))


def answer_code(dialogue: Dialogue, intent: Intent) -> Step | None:
    """The six digits."""
    code = intent.slots.get("value")
    if intent.name != "digits" or not isinstance(code, str):
        return None
    return Step(dialogue, (CheckCode(dialogue.order.id if dialogue.order is not None else "", code),))


def code_checked(dialogue: Dialogue, result: object) -> Step:
    """Right: on with what was wanted."""
    assert isinstance(result, CodeChecked)
    if result.right:
        owner = dialogue.order.number if dialogue.order is not None else dialogue.caller.number or ""
        return known(replace(dialogue, proven=owner))
    failures = dialogue.failures + 1
    if result.is_over or failures >= CODE_TRIES:
        return _person(dialogue, Say("account_code_wrong"))
    return Step(ask(dialogue, State.ACCOUNT_CODE, Say("account_code_wrong"), failures=failures))


def link_sent(dialogue: Dialogue, result: object) -> Step:
    """It is on its way; else a person has to help."""
    assert isinstance(result, LinkSent)
    if not result.sent:
        return _person(dialogue, Say("account_no_text"))
    return done(dialogue, "link_sent", *dialogue.preface, Say("account_link_sent"))


def ruled(dialogue: Dialogue, result: object) -> Step:
    """What the shop's rules say of the membership."""
    assert isinstance(result, MembershipRuled)
    told = replace(dialogue, membership=result.membership, at=result.until, now=result.now)
    if (
        told.membership is not None
        and told.membership.state is MembershipState.HELD
        and told.why in ("pause", "cancel")
    ):
        told = replace(told, why="keep")
    args = membership_args(told)
    says = tuple(Say(key, args) for key in result.ruling.rule.reasons)
    match result.ruling.decision:
        case Decision.PROVE:
            assert told.order is not None, "only the owner of an order is asked to prove it"
            return Step(told, (ProveNumber(told.order.id),))
        case Decision.ASK:
            return Step(ask(told, State.RENEWAL if told.why == ENDING else State.MEMBERSHIP, *says))
        case Decision.CHANGE if not result.done:
            return Step(ask(told, State.MEMBERSHIP_CONFIRM))
        case Decision.AGENT:
            return _person(told, *says)
    return done(told, result.ruling.rule.id, *says)


def answer_membership(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Pause, cancel, or leave it."""
    index, about = intent.slots.get("index"), str(intent.slots.get("about", ""))
    if intent.name == "choice" and isinstance(index, int) and 1 <= index <= len(MEMBERSHIP_ACTS):
        about = MEMBERSHIP_ACTS[index - 1]
    if about == KEEPS or intent.name == "no":
        return _left(dialogue)
    if about not in MEMBERSHIP_ACTS:
        return None
    chosen = replace(dialogue, why=about)
    return Step(chosen, (_membership(chosen),))


def answer_renewal(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes renews it, no lets it end."""
    act = {"yes": "renew", "no": "let_end"}.get(intent.name)
    if act is None:
        return None
    chosen = replace(dialogue, why=act)
    return Step(chosen, (_membership(chosen, is_sure=True),))


def answer_membership_confirm(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Are you sure?"""
    if intent.name == "no":
        return done(dialogue, "membership_left") if dialogue.why == "keep" else _left(dialogue)
    return Step(dialogue, (_membership(dialogue, is_sure=True),)) if intent.name == "yes" else None


def _left(dialogue: Dialogue) -> Step:
    return done(dialogue, "membership_kept", Say("membership_kept"))


def bill_found(dialogue: Dialogue, result: object) -> Step:
    """Tell what is open and ask; nothing is, and that is said, with what was charged last."""
    assert isinstance(result, BillFound)
    if result.is_unclear:
        return _person(dialogue, Say("pay_unclear"))
    if result.bill is None:
        last = (_last(dialogue.order),) if dialogue.order is not None and dialogue.order.amount else ()
        return done(dialogue, "nothing_open", Say("payment_none"), *last)
    return Step(ask(replace(dialogue, bill=result.bill, by_keypad=result.by_keypad), State.PAY_CONFIRM))


def answer_pay(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes: to the carrier's card terminal, or a link by text."""
    if intent.name == "no":
        return done(dialogue, "not_paid")
    if intent.name != "yes" or dialogue.order is None:
        return None
    if dialogue.by_keypad:
        return Step(ask(dialogue, State.PAYING))
    return Step(dialogue, (SendAccountLink(dialogue.order.id, dialogue.case_id),))


def answer_paying(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Nothing that is said or keyed meanwhile is for us."""
    return None


def paid(dialogue: Dialogue, result: object) -> Step:
    """What came of it. Nothing was charged: a link, for a card that is typed. Nobody knows: a person looks."""
    assert isinstance(result, Paid)
    bill, order = dialogue.bill, dialogue.order
    if bill is None or order is None:
        return _person(dialogue, Say("pay_unclear"))
    kept = KeepPayment(bill.order_id, dialogue.case_id, bill.amount, bill.currency, result.reference)
    if result.outcome == "unclear":
        asked = _person(dialogue, Say("pay_unclear"))
        return replace(asked, effects=(replace(kept, is_clear=False), *asked.effects))
    if result.outcome == "paid":
        finished = done(dialogue, "paid", Say("pay_done", {"amount": Money(bill.amount, bill.currency)}))
        return replace(finished, effects=(kept, *finished.effects))
    why = Say("pay_declined" if result.outcome == "declined" else "pay_failed")
    return Step(replace(dialogue, preface=(why,)), (SendAccountLink(order.id, dialogue.case_id),))


def done(dialogue: Dialogue, outcome: str, *say: Say) -> Step:
    """Self-service has done it: say so, and ask for more."""
    told = replace(dialogue, preface=())
    return Step(ask(told, State.ANYTHING_ELSE, *say), (ResolveCase(dialogue.case_id, outcome),))


def _person(dialogue: Dialogue, *say: Say) -> Step:
    if dialogue.want == CaseKind.DELETE_DATA:  # there is no case yet
        return complaints.proven(dialogue, is_theirs=False, told=say[0])
    return Step(replace(dialogue, preface=(*dialogue.preface, *say)), (EstimateWait(),))


ACCOUNT_ANSWERS: Mapping[State, Callable[[Dialogue, Intent], Step | None]] = {
    State.ACCOUNT_CODE: answer_code,
    State.MEMBERSHIP: answer_membership,
    State.RENEWAL: answer_renewal,
    State.MEMBERSHIP_CONFIRM: answer_membership_confirm,
    State.PAY_CONFIRM: answer_pay,
    State.PAYING: answer_paying,
}
ACCOUNT_RESULTS: Mapping[type, Callable[[Dialogue, object], Step]] = {
    CodeSent: code_sent,
    CodeChecked: code_checked,
    LinkSent: link_sent,
    MembershipRuled: ruled,
    BillFound: bill_found,
    Paid: paid,
}
