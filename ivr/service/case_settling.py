"""Refunds, replacements and returns from a case's page: the shop's rules are asked, and an agent confirms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ivr.domain.cases import Case, CaseKind
from ivr.domain.dialogue.effects import Decide
from ivr.domain.policy import Ruling, Topic
from ivr.domain.policy.facts import FORM_REASONS
from ivr.domain.settlements import SettlementKind
from ivr.errors import CallbackRefused
from ivr.service.care import AT_ONCE, CHOSEN, Asking, Care
from ivr.service.case_file import find_case
from ivr.service.scenes import Scene, Scenes
from ivr.service.staff_log import Member, log_act

TOPICS: Final = {
    CaseKind.RETURN_REFUND: Topic.RETURN_REFUND,
    CaseKind.DELIVERED_NOT_RECEIVED: Topic.DELIVERED_NOT_RECEIVED,
}
OUTCOMES: Final = {
    SettlementKind.REFUND: "refunded",
    SettlementKind.REPLACEMENT: "replaced",
    SettlementKind.RETURN: "return_started",
    SettlementKind.PART: "replaced",
}


@dataclass(frozen=True, kw_only=True)
class Settling:
    """What an agent asks for, and what they were shown when they confirm it."""

    reason: str = ""
    choice: str = ""
    shown: str = ""
    """The rule that was shown: another one now is told, and nothing is done."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What the rules say at this moment."""

    ruling: Ruling
    choices: Sequence[str]
    """What the customer may choose of it."""
    kind: SettlementKind | None
    """What is done at once; None: a choice is needed, or nothing is to be done."""


class CaseSettling:
    """The use cases. All raise NotFound for a case that the member may not see, CallbackRefused (`no_rules`)."""

    def __init__(self, scenes: Scenes, care: Care) -> None:
        self._scenes = scenes
        self._care = care

    def propose(self, member: Member, number: str, wanted: Settling) -> Proposal:
        """What would be decided; nothing of it is kept."""
        with self._scenes.store.begin() as uow:  # left without a commit
            scene = Scene(uow, self._scenes.clock.now(), [])
            asking, question = self._asking(scene, member, number, wanted)
            ruling = self._care.decide(asking, question).ruling
        choices = [choice for decision, choice in CHOSEN if decision is ruling.decision]
        return Proposal(ruling=ruling, choices=choices, kind=AT_ONCE.get(ruling.decision))

    def settle(self, member: Member, number: str, wanted: Settling) -> SettlementKind:
        """Do it, once: the same form again changes nothing. Raises CallbackRefused (`rules_changed`, `no_choice`)."""
        return self._scenes.run(lambda scene: self._settle(scene, member, number, wanted))

    def _settle(self, scene: Scene, member: Member, number: str, wanted: Settling) -> SettlementKind:
        asking, question = self._asking(scene, member, number, wanted)
        done = _done_before(asking, wanted)
        if done is not None:
            return done
        ruling = self._care.decide(asking, question).ruling
        if ruling.rule.id != wanted.shown:
            raise CallbackRefused("rules_changed", "the rules say something else by now; look at it again")
        kind = AT_ONCE.get(ruling.decision) or CHOSEN.get((ruling.decision, wanted.choice))
        if kind is None:
            raise CallbackRefused("no_choice", "choose one of the ways that the rules allow")
        asking.case.outcome = OUTCOMES.get(kind, asking.case.outcome)
        data = {"kind": kind.value, "rule": ruling.rule.id}
        log_act(scene.uow, scene.now, member, "case_settled", about=asking.case.number, data=data)
        return kind

    def _asking(self, scene: Scene, member: Member, number: str, wanted: Settling) -> tuple[Asking, Decide]:
        case = find_case(scene.uow, member, number)
        topic = TOPICS.get(case.kind)
        if topic is None or not case.order_id:
            raise CallbackRefused("no_rules", "the shop's rules settle cases about an order that came, or did not come")
        reason = wanted.reason if wanted.reason in FORM_REASONS else ""
        question = Decide(topic, case.order_id, case.id, reason=reason, choice=wanted.choice, by_staff=True)
        caller = _number(scene, case)
        return self._care.asking(scene.uow, question, caller=caller, locale=case.locale), question


def _done_before(asking: Asking, wanted: Settling) -> SettlementKind | None:
    """What was settled for this case by the rule that was shown: the form was sent twice."""
    before = asking.uow.settlements.of_order(asking.order.id)
    mine = (one for one in before if (one.case_id, one.rule_id) == (asking.case.id, wanted.shown))
    return next((one.kind for one in mine), None)


def _number(scene: Scene, case: Case) -> str | None:
    customer = scene.uow.customers.get(case.customer_id) if case.customer_id else None
    return customer.number if customer is not None else None
