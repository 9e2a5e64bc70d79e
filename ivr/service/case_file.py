"""Everything about one case on one page, for those who may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ivr.domain.callbacks import Callback
from ivr.domain.cases import Case, CaseStatus, Customer, Event, is_case_number
from ivr.domain.next_steps import Step, next_step
from ivr.domain.orders import Order
from ivr.domain.photos import Photo
from ivr.domain.recordings import Recording
from ivr.domain.staff import StaffRole
from ivr.domain.transcripts import Passage, transcript
from ivr.errors import NotFound
from ivr.service.finding import agent_of
from ivr.service.guides import said_reason
from ivr.service.mail_views import MailView, mail_views
from ivr.service.ports import Commerce
from ivr.service.staff_log import Member
from ivr.service.store import UnitOfWork

EARLIER: Final = 10
SERVED: Final = {"chat_taken": "agent", "attempt_started": "agent", "transferred": "agent", "transfer_begun": "agent"}
"""Kinds of events that name an agent who was given the case."""


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """One case with what belongs to it."""

    case: Case
    customer: Customer | None
    order: Order | None
    orders: Sequence[Order]
    """The customer's other ones."""
    callbacks: Sequence[Callback]
    events: Sequence[Event]
    passages: Sequence[Passage]
    recordings: Sequence[Recording]
    """Of what was said with agents."""
    earlier: Sequence[Case]
    step: Step
    photos: Sequence[Photo]
    mails: Sequence[MailView]
    """Threads of e-mail."""
    draft: str

    @property
    def reason(self) -> str:
        """Why it is sent back, as the customer has said it last; empty: nobody has asked yet."""
        return said_reason(self.events)


def find_case(uow: UnitOfWork, member: Member, number: str) -> Case:
    """A case that this member may see. Raises NotFound, for those of others too."""
    case = uow.cases.by_number(number) if is_case_number(number) else None
    if case is None or not may_see(uow, member, case):
        raise NotFound("no such case among yours")
    return case


def may_see(uow: UnitOfWork, member: Member, case: Case) -> bool:
    """Supervisors all; agents those that they were given, and those waiting that they could be given."""
    if member.may(StaffRole.SUPERVISOR):
        return True
    agent = agent_of(uow, member)
    if agent is None:
        return False
    if case.status == CaseStatus.WAITING_AGENT and agent.can_take(case.skill, case.locale):
        return True
    return any(event.data.get(SERVED.get(event.kind, "")) == agent.name for event in uow.events.of_case(case.id))


def read_case_file(uow: UnitOfWork, commerce: Commerce, member: Member, number: str, now: datetime) -> CaseFile:
    """Raises NotFound."""
    case = find_case(uow, member, number)
    customer = uow.customers.get(case.customer_id) if case.customer_id else None
    orders = list(commerce.recent_orders(customer.number, case.locale)) if customer else []
    order = commerce.order(case.order_id, case.locale) if case.order_id else None
    all_cases = uow.cases.of_customer(customer.id, EARLIER + 1) if customer is not None else ()
    earlier = [one for one in all_cases if one.id != case.id]
    callbacks, events = uow.callbacks.of_case(case.id), uow.events.of_case(case.id)
    draft = uow.staff.draft(member.user_id, case.id)
    return CaseFile(
        case=case,
        customer=customer,
        order=order,
        orders=[one for one in orders if order is None or one.id != order.id],
        callbacks=callbacks,
        events=events,
        passages=transcript(events),
        recordings=uow.recordings.of_case(case.id),
        earlier=earlier[:EARLIER],
        step=next_step(case, order, callbacks, earlier, now),
        photos=uow.photos.of_case(case.id),
        mails=mail_views(uow, member, case.id),
        draft=draft.text if draft is not None else "",
    )
