"""Cases that go up a tier: upset, in danger, come back, handed up; from then on the time is taken."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.agents import Agent
from ivr.domain.calls import Call
from ivr.domain.cases import DANGER, ESCALATED, SENIOR, Case, CaseKind, CaseStatus, Tier
from ivr.domain.upset import IN_DANGER
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record

CAME_BACK, HANDED_UP = "came_back", "handed_up"
AGAIN: Final = timedelta(days=30)
"""A case about the same thing so soon after the last one has come back."""
PRIORITY: Final[Mapping[str, int]] = {IN_DANGER: DANGER}
"""Of the causes that go before ESCALATED."""
LOOKED_AT: Final = 20


def raise_case(
    uow: UnitOfWork, now: datetime, case: Case, cause: str, *, tier: Tier = Tier.SPECIALIST, by: str = ""
) -> None:
    """Before others, with whoever waits for it; the highest tier to those who have its skill, if anybody has."""
    case.escalate(now, tier)
    case.priority = min(case.priority, PRIORITY.get(cause, ESCALATED))
    if tier is Tier.HIGHER and any(_is_senior(agent, case.locale) for agent in uow.agents.all()):
        case.skill = SENIOR
    for hold in uow.holds.waiting():
        if hold.case_id == case.id:
            hold.priority, hold.skill = case.priority, case.skill
    promised = uow.callbacks.open_for_case(case.id)
    if promised is not None:
        promised.priority, promised.skill = case.priority, case.skill
    data = {"cause": cause, "tier": Tier(case.tier).name.lower(), "by": by}
    record(uow, now, "case_raised", subject=case, data=data)


def came_back(uow: UnitOfWork, now: datetime, case: Case, call: Call) -> None:
    """The customer calls again about what a person had in hand, or what was settled lately: one tier up, once."""
    if case.attended_at is not None and case.attended_at < call.started_at:
        raise_case(uow, now, case, CAME_BACK, tier=one_up(case.tier))
    elif case.opened_at >= call.started_at and (before := _before(uow, now, case)) is not None:
        _follow(uow, now, case, one_up(before.tier))


def _follow(uow: UnitOfWork, now: datetime, case: Case, tier: Tier) -> None:
    """What self-service had settled is not yet a matter for people; what people had, goes before others."""
    if tier is Tier.HIGHER:
        raise_case(uow, now, case, CAME_BACK, tier=tier)
        return
    case.raise_to(tier)
    record(uow, now, "case_raised", subject=case, data={"cause": CAME_BACK, "tier": tier.name.lower(), "by": ""})


def _before(uow: UnitOfWork, now: datetime, case: Case) -> Case | None:
    """The last one about the same order and thing. Asking again where an order is, is no sign of anything."""
    if case.customer_id is None or case.order_id is None or case.kind is CaseKind.TRACK_ORDER or case.tier:
        return None
    others = uow.cases.of_customer(case.customer_id, LOOKED_AT)
    same = (one for one in others if one.id != case.id and (one.kind, one.order_id) == (case.kind, case.order_id))
    over = (one for one in same if one.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED))
    return next((one for one in over if now - one.opened_at <= AGAIN), None)


def one_up(tier: int) -> Tier:
    """The next, or the highest."""
    return Tier(min(tier + 1, Tier.HIGHER))


def _is_senior(agent: Agent, locale: str) -> bool:
    return SENIOR in agent.skills and agent.can_take(SENIOR, locale)
