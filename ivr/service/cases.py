"""Opening a case, from any door: the open one about the same thing, or a new one with its number."""

from dataclasses import dataclass
from datetime import datetime

from ivr.domain.calls import Call
from ivr.domain.cases import PRIORITIES, SKILLS, Case, CaseKind, CaseStatus, case_number
from ivr.domain.complaint_steps import ComplaintStep
from ivr.service.raising import came_back
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id, record

WORDS_LIMIT = 500
"""Characters of a reason that are kept."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What a case is opened about."""

    kind: CaseKind
    customer_id: str | None
    order_id: str | None
    words: str
    """The reason in the customer's own words."""
    locale: str
    source: str
    call: Call | None = None
    """The call in which it is opened; gets its `case_id`."""


def open_case(uow: UnitOfWork, now: datetime, opening: Opening) -> Case:
    """The customer's open case of this kind about this order, this call's own unfinished one, or a new one.

    Writes `case_continued` or `case_opened`.
    """
    case = _same(uow, opening) or _continued(uow, now, opening) or _new(uow, now, opening)
    _begin_steps(uow, now, case)
    if opening.call is not None:
        opening.call.case_id = case.id
        came_back(uow, now, case, opening.call)
    return case


def _begin_steps(uow: UnitOfWork, now: datetime, case: Case) -> None:
    if case.kind is CaseKind.COMPLAINT and not case.step:
        case.step = ComplaintStep.LISTEN.value
        record(uow, now, "complaint_step", subject=case, data={"step": case.step, "by": ""})


def _same(uow: UnitOfWork, opening: Opening) -> Case | None:
    if opening.customer_id is None:
        return None
    wanted = (opening.kind, opening.order_id)
    return next((c for c in uow.cases.open_of(opening.customer_id) if (c.kind, c.order_id) == wanted), None)


def _continued(uow: UnitOfWork, now: datetime, opening: Opening) -> Case | None:
    """The case that this call opened before its order was known, and nobody was promised a call about it.

    For an agent or a callback that was not taken, and for another request: the first was misheard, or given up.
    """
    call = opening.call
    case = uow.cases.get(call.case_id) if call is not None and call.case_id else None
    if case is None or call is None or case.order_id or case.status != CaseStatus.OPEN:
        return None
    if case.opened_at < call.started_at or uow.callbacks.of_case(case.id):
        return None
    case.kind, case.skill, case.priority = opening.kind, SKILLS[opening.kind], PRIORITIES[opening.kind]
    case.order_id, case.summary = opening.order_id, opening.words[:WORDS_LIMIT] or case.summary
    record(uow, now, "case_continued", subject=case, data={"kind": case.kind.value, "order": case.order_id})
    return case


def _new(uow: UnitOfWork, now: datetime, opening: Opening) -> Case:
    case = Case(
        id=new_id(),
        number=case_number(uow.cases.next_serial()),
        kind=opening.kind,
        priority=PRIORITIES[opening.kind],
        skill=SKILLS[opening.kind],
        locale=opening.locale,
        customer_id=opening.customer_id,
        order_id=opening.order_id,
        summary=opening.words[:WORDS_LIMIT],
        source=opening.source,
        opened_at=now,
    )
    uow.cases.add(case)
    record(uow, now, "case_opened", subject=case, data={"kind": case.kind.value, "order": case.order_id})
    return case


def resolve_case(uow: UnitOfWork, now: datetime, case: Case, outcome: str) -> None:
    """Nothing is left to do about it. Raises IllegalMove."""
    case.move(CaseStatus.RESOLVED)
    case.outcome = outcome
    record(uow, now, "case_resolved", subject=case, data={"outcome": outcome})
