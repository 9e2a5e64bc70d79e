"""What is asked about an account, a payment, a membership."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ivr.domain.dialogue.asking import Question, boolean, by_number, way_out
from ivr.domain.dialogue.values import Dialogue, State
from ivr.domain.hearing import Pace
from ivr.domain.intents import Builtin, Expects, Intent
from ivr.domain.turn import At, Charge, Money, Next, Phrase, Say, SayArg

MORE = {"1": Intent("account"), "2": Intent("payment"), "3": Intent("membership")}
"""Behind the star of the main menu."""
BESIDE = {"4": Intent("seller_claim"), "5": Intent("refund_status"), "6": Intent("change_address")}
"""What else is said in the main menu and has no key there."""
MORE_INTENTS = tuple(intent.name for intent in MORE.values())
KEEPS = "keep"
MEMBERSHIP_ACTS = ("pause", "cancel", KEEPS)
"""In the order of their keys."""
CODE_DIGITS = 6


def more_asked(d: Dialogue) -> Question:
    """Which of the things that the main menu has no keys for."""
    keys = (Say("more_key", {"what": Phrase(f"intent_{one.name}"), "key": key}) for key, one in BESIDE.items())
    names = (one.name for one in BESIDE.values())
    return Question((Say("more_menu"), *keys), Expects(intents=(*MORE_INTENTS, *names, "main_menu")), MORE | BESIDE)


def code_asked(d: Dialogue) -> Question:
    """The code that was texted to the number on file."""
    expects = Expects(builtins=(Builtin.DIGITS,), digit_lengths=(CODE_DIGITS,))
    return Question((Say("ask_account_code"),), expects, key_count=CODE_DIGITS, pace=Pace.DIGITS, wait_seconds=20)


def membership_asked(d: Dialogue) -> Question:
    """Pause, cancel, leave."""
    return by_number(Say("ask_membership"), len(MEMBERSHIP_ACTS), "membership")


def renewal_asked(d: Dialogue) -> Question:
    """Renew it, or let it end."""
    args = {name: arg for name, arg in membership_args(d).items() if name == "amount"}
    asked = boolean(Say("ask_renewal", args))
    return replace(asked, say=(*asked.say, *way_out(d)))


def membership_confirm_asked(d: Dialogue) -> Question:
    """What is lost first, then: are you sure?"""
    return boolean(Say(f"membership_{d.why}_sure", membership_args(d)))


def membership_args(d: Dialogue) -> dict[str, SayArg]:
    """Everything that is told of a membership."""
    one, args = d.membership, dict[str, SayArg]()
    if one is not None:
        args = {"plan": one.plan, "gives": one.gives}
        if one.amount:
            args["amount"] = Money(one.amount, one.currency)
    until = d.at or (one.until if one is not None else None)
    if until is not None and d.now is not None:
        args["until"] = At(until, d.caller.zone, d.now)
    return args


def pay_asked(d: Dialogue) -> Question:
    """Whether what is open is paid now, by the keypad or by a link."""
    bill = d.bill
    args: dict[str, SayArg] = {}
    if bill is not None:
        args = {"item": bill.item, "amount": Money(bill.amount, bill.currency)}
    return boolean(Say("ask_pay" if d.by_keypad else "ask_pay_link", args))


def paying_asked(d: Dialogue) -> Question:
    """The carrier's card terminal asks; we hear and see nothing meanwhile."""
    bill = d.bill
    charge = Charge(bill.amount, bill.currency, bill.order_id) if bill is not None else None
    return Question((Say("pay_now"),), Expects(), next=Next.PAY, charge=charge)


ACCOUNT_QUESTIONS: Mapping[State, Callable[[Dialogue], Question]] = {
    State.MORE: more_asked,
    State.ACCOUNT_CODE: code_asked,
    State.MEMBERSHIP: membership_asked,
    State.RENEWAL: renewal_asked,
    State.MEMBERSHIP_CONFIRM: membership_confirm_asked,
    State.PAY_CONFIRM: pay_asked,
    State.PAYING: paying_asked,
}
