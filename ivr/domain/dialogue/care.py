"""What follows a decision of the shop's rules: the reason is said, and what was decided is done or asked."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ivr.domain.dialogue import troubleshooting
from ivr.domain.dialogue.asking import exchange_choices
from ivr.domain.dialogue.effects import Decide, EstimateWait
from ivr.domain.dialogue.heard import Decided
from ivr.domain.dialogue.orders import finished, status_says
from ivr.domain.dialogue.questions import ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.drop_offs import DropOff
from ivr.domain.intents import Intent
from ivr.domain.money import spoken_money
from ivr.domain.policy import Decision, Topic
from ivr.domain.policy.facts import EXCHANGE, EXPRESS, REASONS, WAIT
from ivr.domain.policy.rules import Anchor
from ivr.domain.turn import At, Phrase, PostalAddress, Say, SayArg, Spelled
from ivr.domain.variants import named

WAYS = ("drop_off", "label")
"""How something is sent back, the greener way first."""
LABELS = {"text": "return_label", "email": "return_label_mail"}
"""What is said of a label, by how it is really sent; else the number is told, to be written on the box."""
INSTEAD = ("refund", "replacement")
"""What is given for a lost parcel."""


def decided(dialogue: Dialogue, result: object) -> Step:
    """Say why, and go on as decided."""
    assert isinstance(result, Decided)
    told = replace(dialogue, order=result.order, now=result.now)
    return FOLLOWS[result.ruling.decision](told, result)


def _ask_reason(dialogue: Dialogue, result: Decided) -> Step:
    facts = result.ruling.facts.values
    state = State.CLAIM_CAUSE if facts.get("sold_by_seller") else State.RETURN_REASON
    if result.ruling.topic is Topic.SELLER_CLAIM and dialogue.why:
        state = State.CLAIM_EVIDENCE
    return Step(ask(dialogue, state, *_reasons(dialogue, result)))


def _tell(dialogue: Dialogue, result: Decided) -> Step:
    return finished(dialogue, result.ruling.rule.id, *_reasons(dialogue, result))


def _offer(dialogue: Dialogue, result: Decided) -> Step:
    """What a person has to go on with: an agent or a callback."""
    return Step(replace(dialogue, preface=(*dialogue.preface, *_reasons(dialogue, result))), (EstimateWait(),))


def _pay(dialogue: Dialogue, result: Decided) -> Step:
    return finished(dialogue, result.ruling.rule.id, *_reasons(dialogue, result), *_payout(result))


def _send_back(dialogue: Dialogue, result: Decided) -> Step:
    if not result.choice:
        near = (Say("drop_off_near", _near(result.places[0], result.ruling.facts.country)),) if result.places else ()
        told = replace(dialogue, places=result.places)
        return Step(ask(told, State.RETURN_WAY, *_reasons(dialogue, result), *near))
    say = Say(_way_told(result), _args(dialogue, result))
    return finished(dialogue, result.ruling.rule.id, say, *_payout(result))


def _way_told(result: Decided) -> str:
    is_exchange = result.ruling.decision is Decision.EXCHANGE
    if result.choice == "drop_off":
        return "exchange_drop_off" if is_exchange else "return_drop_off"
    if is_exchange:
        return "exchange_label" if result.told else "exchange_label_number"
    return LABELS.get(result.told, "return_label_number")


def _near(place: DropOff, country: str) -> dict[str, SayArg]:
    """The street as people there say it, whatever the shop abbreviates."""
    told = {name: arg for name, arg in place.told().items() if name != "until"}
    return told | {"street": PostalAddress(place.street, city="", country=country)}


def _settle(dialogue: Dialogue, result: Decided) -> Step:
    if not result.choice:
        return Step(ask(dialogue, State.SETTLEMENT, *_reasons(dialogue, result)))
    say = Say(f"settled_{result.choice}", _args(dialogue, result))
    paid = _payout(result) if result.choice == "refund" else ()
    return finished(dialogue, result.ruling.rule.id, say, *paid)


def _share(dialogue: Dialogue, result: Decided) -> Step:
    if not result.choice:
        return Step(ask(dialogue, State.PART_CHOICE, *_reasons(dialogue, result)))
    return finished(dialogue, result.ruling.rule.id, Say("settled_refund", _args(dialogue, result)), *_payout(result))


def _expedite(dialogue: Dialogue, result: Decided) -> Step:
    if not result.choice:
        return Step(ask(dialogue, State.EXPRESS, *_reasons(dialogue, result)))
    return finished(dialogue, result.ruling.rule.id, Say("express_done", _args(dialogue, result)))


def _choose(dialogue: Dialogue, result: Decided) -> Step:
    """Whoever has said already which one they want is not asked."""
    said = named(result.order.variants, dialogue.reason)
    if said is not None and result.ruling.facts.values["exchange_for"] == "none":
        return _again(replace(dialogue, variant=said.id), "") or Step(dialogue)
    return Step(ask(dialogue, State.EXCHANGE, *_reasons(dialogue, result)))


def _claimed(dialogue: Dialogue, result: Decided) -> Step:
    """The seller has the word, or the claim is paid: the case stands as the claim left it."""
    return Step(ask(dialogue, State.ANYTHING_ELSE, *_reasons(dialogue, result), *_payout(result)))


def _tell_offer(dialogue: Dialogue, result: Decided) -> Step:
    return Step(ask(dialogue, State.CLAIM_OFFER, *_reasons(dialogue, result)))


def _try_steps(dialogue: Dialogue, result: Decided) -> Step:
    return troubleshooting.begin(dialogue, result, *_reasons(dialogue, result))


def _link(dialogue: Dialogue, result: Decided) -> Step:
    """The page is on its way; where no text arrives a person sees to it."""
    if not result.told:
        return Step(replace(dialogue, preface=(*dialogue.preface, Say("account_no_text"))), (EstimateWait(),))
    return finished(dialogue, result.ruling.rule.id, *_reasons(dialogue, result))


def _confirm_cancel(dialogue: Dialogue, result: Decided) -> Step:
    return Step(ask(dialogue, State.CANCEL_CONFIRM))


FOLLOWS: Mapping[Decision, Callable[[Dialogue, Decided], Step]] = {
    Decision.ASK: _ask_reason,
    Decision.TELL: _tell,
    Decision.AGENT: _offer,
    Decision.TRACE: _offer,
    Decision.KEEP_ITEM: _pay,
    Decision.REFUND_NOW: _pay,
    Decision.CREDIT: _tell,
    Decision.SEND_BACK: _send_back,
    Decision.SETTLE: _settle,
    Decision.CANCEL: _confirm_cancel,
    Decision.LINK: _link,
    Decision.CLAIM: _claimed,
    Decision.OFFER: _tell_offer,
    Decision.APPROVE: _claimed,
    Decision.DENY: _offer,
    Decision.TRY_STEPS: _try_steps,
    Decision.SEND_PART: _tell,
    Decision.SHARE: _share,
    Decision.EXPEDITE: _expedite,
    Decision.CHOOSE: _choose,
    Decision.EXCHANGE: _send_back,
}


def _payout(result: Decided) -> tuple[Say, ...]:
    return tuple(Say(key) for key in result.payout)


def _reasons(dialogue: Dialogue, result: Decided) -> tuple[Say, ...]:
    args = _args(dialogue, result)
    status = status_says(dialogue, result.order, result.now)
    return tuple(status if key == "order_status" else Say(key, args) for key in result.ruling.rule.reasons)


def _args(dialogue: Dialogue, result: Decided) -> dict[str, SayArg]:
    """Everything that a reason may tell; content/policy_rules.py knows the same names."""
    ruling, zone = result.ruling, dialogue.caller.zone
    args = dict(status_says(dialogue, result.order, result.now).args)
    args |= {"case": Spelled(dialogue.case_number), "days": ruling.rule.days}
    args["variant"] = result.variant
    args["means"] = Phrase(f"means_{result.order.paid_by or 'none'}")
    args["until"] = At(_until(result), zone, result.now)
    args["since"] = At(result.settled_at or result.now, zone, result.now)
    price = result.settled_minor or ruling.amount_minor or result.claim_minor
    if ruling.facts.currency:
        args["amount"] = spoken_money(price, ruling.facts.currency)
    return args


def _until(result: Decided) -> datetime:
    rule = result.ruling.rule
    if result.claim_due_at is not None:
        return result.claim_due_at
    if result.ruling.decision is Decision.EXPEDITE and result.order.express_at is not None:
        return result.order.express_at
    anchors = {Anchor.TRACE: result.traced_at, Anchor.SETTLEMENT: result.settled_at}
    begins = anchors.get(rule.counts_from, result.order.delivered_at)
    return (begins or result.now) + timedelta(days=rule.days, hours=rule.hours)


def said_of(dialogue: Dialogue, result: Decided) -> tuple[Say, ...]:
    """What was decided and why, where nothing is asked by voice: on a page."""
    return (*_reasons(dialogue, result), *_payout(result))


def answer_reason(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Why it is sent back, in words or by number."""
    said = intent.slots.get("reason")
    reason = said if intent.name == "return_reason" and said in REASONS else _chosen(REASONS, intent)
    return _again(replace(dialogue, why=str(reason), variant=""), "") if reason else None


def answer_way(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Dropped off, or by a label."""
    return _again(dialogue, way) if (way := _chosen(WAYS, intent)) else None


def answer_settlement(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Money, or a new one."""
    return _again(dialogue, chosen) if (chosen := _chosen(INSTEAD, intent)) else None


def answer_part(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Keep it for a share of the price; or it goes back like what is not what was ordered."""
    match intent.slots.get("index") if intent.name == "choice" else None:
        case 1:
            return _again(dialogue, "share")
        case 2:
            return _again(replace(dialogue, why="wrong"), "")
    return None


def answer_express(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Yes sends it faster; no waits, and the other rules about a delay apply."""
    chosen = {"yes": EXPRESS, "no": WAIT}.get(intent.name)
    return _again(dialogue, chosen) if chosen else None


def answer_exchange(dialogue: Dialogue, intent: Intent) -> Step | None:
    """Another size or color; whoever wants none of them sends it back."""
    index, choices = intent.slots.get("index"), exchange_choices(dialogue.order)
    if intent.name == "choice" and isinstance(index, int) and 1 <= index <= len(choices):
        chosen = choices[index - 1]
        return _again(replace(dialogue, variant=chosen.id), "") if chosen else _instead(dialogue)
    is_back = intent.name == "return_refund" and intent.slots.get("reason") != EXCHANGE
    return _instead(dialogue) if is_back or intent.name == "no" else None


def _instead(dialogue: Dialogue) -> Step | None:
    return _again(replace(dialogue, why="unwanted", variant=""), "")


def _chosen(offered: tuple[str, ...], intent: Intent) -> str:
    index = intent.slots.get("index")
    fits = intent.name == "choice" and isinstance(index, int) and 1 <= index <= len(offered)
    return offered[index - 1] if fits and isinstance(index, int) else ""


def _again(dialogue: Dialogue, choice: str) -> Step | None:
    """The rules are asked anew with what was answered: meanwhile another call may have settled it."""
    if dialogue.order is None:
        return None
    places = dialogue.places if dialogue.state is State.RETURN_WAY else None
    asked = Decide(Topic(dialogue.want), dialogue.order.id, dialogue.case_id, dialogue.why, choice)
    variant = dialogue.variant if dialogue.why == EXCHANGE else ""
    wanted = replace(asked, places=places, words=dialogue.reason, variant=variant)
    return Step(dialogue, (wanted,))
