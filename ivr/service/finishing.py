"""Finishes a return on the page that a text leads to: by the rules, and with the hands, of the telephone."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final

from ivr.domain.cases import Case, CaseStatus
from ivr.domain.dialogue import Caller
from ivr.domain.dialogue.care import said_of
from ivr.domain.dialogue.effects import Decide
from ivr.domain.dialogue.heard import Decided
from ivr.domain.dialogue.machine import blank
from ivr.domain.drop_offs import DropOff
from ivr.domain.policy import Decision, Topic
from ivr.domain.policy.facts import FORM_REASONS
from ivr.domain.settlements import SENT_BACK
from ivr.domain.turn import Say
from ivr.errors import CallbackRefused
from ivr.service.care import AT_ONCE, CHOSEN, Asking
from ivr.service.cases import resolve_case
from ivr.service.countries import zone_of
from ivr.service.linked_orders import LinkedOrders
from ivr.service.scenes import Scene
from ivr.service.timeline import record
from ivr.service.unfinished import GONE_ON, said_so_far

ANY_LOCALE: Final = "en-US"
ASKS: Final = frozenset({Decision.ASK, Decision.CHOOSE})
"""Another size is chosen in a conversation; on the page another reason can be given."""


@dataclass(frozen=True, kw_only=True)
class ReturnStep:
    """Where a return stands, for its page."""

    case: Case
    item: str
    said: tuple[Say, ...] = ()
    """What the rules say of it."""
    asks_reason: bool = False
    reason: str = ""
    """As said so far."""
    choices: tuple[str, ...] = ()
    """Of which one is to be chosen."""
    places: tuple[DropOff, ...] = ()
    """Where it can be handed in."""
    is_return: bool = False
    """It is set up: the page of the return shows how."""
    needs_person: bool = False


@dataclass(frozen=True)
class Finishing(LinkedOrders):
    """The use cases."""

    missing: ClassVar[str] = "there is no such return; phone us"

    def look(self, token: str, locale: str) -> ReturnStep:
        """Nothing is done by looking, however often the link is opened."""
        with self.scenes.store.begin() as uow:  # left without a commit
            scene = Scene(uow, self.scenes.clock.now(), [])
            case = self._case(scene, token)
            asking, reason = self._asking(scene, case, locale)
            is_open = case.status is CaseStatus.OPEN
            result = self.care.decide(asking, _wanted(case, reason))
            settled = uow.settlements.of_order(asking.order.id)
        is_return = any(one.kind in SENT_BACK and one.case_id == case.id for one in settled)
        step = ReturnStep(case=case, item=asking.order.item, reason=reason, is_return=is_return)
        return self._asked(step, result, locale, is_open=is_open)

    def _asked(self, step: ReturnStep, result: Decided, locale: str, *, is_open: bool) -> ReturnStep:
        decision = result.ruling.decision
        choices = tuple(choice for of, choice in CHOSEN if of is decision) if is_open else ()
        asks_reason = is_open and (decision in ASKS or decision in AT_ONCE or bool(choices and step.reason))
        unsaid = is_open and decision in AT_ONCE  # it is done, and said, once the reason is sent
        said = () if unsaid else self._said(step.case, result, locale)
        person = (is_open and decision is Decision.AGENT) or step.case.status is CaseStatus.WAITING_AGENT
        return replace(
            step, said=said, asks_reason=asks_reason, choices=choices, places=result.places, needs_person=person
        )

    def _said(self, case: Case, result: Decided, locale: str) -> tuple[Say, ...]:
        caller = Caller(number=result.order.number, zone=zone_of(self.care.numbers, result.order.number))
        return said_of(replace(blank(caller, (locale,), result.now), case_number=case.number), result)

    def go_on(self, token: str, *, reason: str, choice: str) -> None:
        """Take an answer; sent twice, or after a call that finished it, it changes nothing.

        Raises CallbackRefused (`choose`).
        """
        if reason not in FORM_REASONS and not choice:
            raise CallbackRefused("choose", "choose one of the answers")
        self.scenes.run(lambda scene: self._go_on(scene, token, reason, choice))

    def _go_on(self, scene: Scene, token: str, reason: str, choice: str) -> None:
        case = self._case(scene, token)
        if case.status is not CaseStatus.OPEN:
            return
        asking, said = self._asking(scene, case, ANY_LOCALE)
        reason = reason if reason in FORM_REASONS else said
        result = self.care.decide(asking, _wanted(case, reason, choice))
        decision = result.ruling.decision
        if decision is Decision.AGENT:
            case.move(CaseStatus.WAITING_AGENT)
        elif decision in AT_ONCE or decision is Decision.TELL or result.choice:
            resolve_case(scene.uow, scene.now, case, result.ruling.rule.id)
        record(scene.uow, scene.now, GONE_ON, subject=case, data={"reason": reason, "choice": result.choice})

    def _case_id(self, token: str, now: datetime) -> str:
        return self.links.case_to_finish(token, now)

    def _asking(self, scene: Scene, case: Case, locale: str) -> tuple[Asking, str]:
        return self._as_owner(scene, _wanted(case, ""), locale), said_so_far(scene.uow, case)


def _wanted(case: Case, reason: str, choice: str = "") -> Decide:
    """On a page nothing is tried step by step, as at an agent's desk."""
    return Decide(Topic.RETURN_REFUND, case.order_id or "", case.id, reason, choice, by_staff=True)
