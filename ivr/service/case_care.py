"""What staff do about a case that needs more care: hand it up a tier, take a complaint through its steps."""

from contextlib import suppress
from datetime import datetime

from ivr.domain.cases import Case, CaseStatus, Tier
from ivr.domain.complaint_steps import ComplaintStep, advanced
from ivr.errors import CallbackRefused, IllegalMove
from ivr.service.case_file import find_case
from ivr.service.case_work import CaseWork
from ivr.service.raising import HANDED_UP, one_up, raise_case
from ivr.service.scenes import Scene, Scenes
from ivr.service.staff_log import Member, log_act
from ivr.service.timeline import record


class CaseCare:
    """The use cases. All raise NotFound for a case that the member may not see."""

    def __init__(self, scenes: Scenes, work: CaseWork) -> None:
        self._scenes = scenes
        self._work = work

    def hand_up(self, member: Member, number: str) -> None:
        """One tier higher, before others; the customer is called back as soon as possible, if the number is known.

        Raises IllegalMove: it is over, or at the highest tier already.
        """
        self._scenes.run(lambda scene: self._hand_up(scene, member, number))

    def _hand_up(self, scene: Scene, member: Member, number: str) -> None:
        case = find_case(scene.uow, member, number)
        if case.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
            raise IllegalMove("the case is over; open it again by booking a callback")
        if case.tier >= Tier.HIGHER and case.escalated_at is not None and case.attended_at is None:
            raise IllegalMove("the case is at the highest tier already, and waits there")
        raise_case(scene.uow, scene.now, case, HANDED_UP, tier=max(Tier.SPECIALIST, one_up(case.tier)), by=member.name)
        if scene.uow.callbacks.open_for_case(case.id) is None:
            with suppress(CallbackRefused):  # out of reach by telephone: it is raised all the same
                self._work.promise(scene, member, case, None, "")
        log_act(scene.uow, scene.now, member, "case_raised", about=case.number)

    def advance(self, member: Member, number: str, to: str, at: datetime | None = None, zone: str = "") -> None:
        """The next step of a complaint; the last one promises the follow-up call, at None as soon as possible.

        Raises IllegalMove (not the next one), and as Bookings.book.
        """
        self._scenes.run(lambda scene: self._advance(scene, member, number, (to, at, zone)))

    def _advance(self, scene: Scene, member: Member, number: str, how: tuple[str, datetime | None, str]) -> None:
        case, (to, at, zone) = find_case(scene.uow, member, number), how
        step = advanced(case.step, to)
        if step is ComplaintStep.FOLLOW_UP:
            self._work.promise(scene, member, case, at, zone)
        _keep(scene, member, case, step)


def _keep(scene: Scene, member: Member, case: Case, step: ComplaintStep) -> None:
    case.step = step.value
    data = {"step": step.value, "by": member.name}
    record(scene.uow, scene.now, "complaint_step", subject=case, data=data)
    log_act(scene.uow, scene.now, member, "complaint_step", about=case.number, data={"step": step.value})
