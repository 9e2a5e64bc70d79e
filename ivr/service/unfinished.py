"""A return that a call left half done: its customer is texted a link, once, and goes on where the call ended."""

from typing import Final

from ivr.domain.calls import Call
from ivr.domain.cases import Case, CaseKind, CaseStatus
from ivr.domain.dialogue import Dialogue
from ivr.domain.dialogue.values import UNFINISHED_IN
from ivr.domain.messages import Message, MessageKind
from ivr.service.notices import Addressee, Notices
from ivr.service.scenes import Scene
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record

CUT_OFF: Final = "return_cut_off"
GONE_ON: Final = "return_gone_on"


def note_cut_off(scene: Scene, notices: Notices, call: Call) -> None:
    """In the step that ends the call. Nobody asked for the text: at night it waits, and whoever declined gets none."""
    case = _left(scene.uow, call)
    dialogue = call.dialogue
    if case is None or not isinstance(dialogue, Dialogue) or dialogue.order is None:
        return
    data = {"at": dialogue.state.value, "reason": dialogue.why}
    record(scene.uow, scene.now, CUT_OFF, subject=case, data=data)
    if not scene.uow.messages.count_of_case(case.id, MessageKind.UNFINISHED):
        addressee = Addressee(number=dialogue.order.number)
        notices.write(scene.uow, case, MessageKind.UNFINISHED, addressee, scene.now)


def _left(uow: UnitOfWork, call: Call) -> Case | None:
    """The open return of whose own order the call ended in the middle."""
    dialogue = call.dialogue
    if not isinstance(dialogue, Dialogue) or dialogue.state not in UNFINISHED_IN or dialogue.is_news:
        return None
    is_own = dialogue.order is not None and dialogue.order.number == call.from_number
    case = uow.cases.get(dialogue.case_id) if is_own and dialogue.want == CaseKind.RETURN_REFUND else None
    return case if case is not None and case.status is CaseStatus.OPEN else None


def said_so_far(uow: UnitOfWork, case: Case) -> str:
    """Why it is sent back, as far as it was said; empty: not yet."""
    steps = [event.data for event in uow.events.of_case(case.id) if event.kind in (CUT_OFF, GONE_ON)]
    return str(steps[-1]["reason"]) if steps else ""


def is_overtaken(uow: UnitOfWork, message: Message) -> bool:
    """It was finished before the text could be sent."""
    if message.kind is not MessageKind.UNFINISHED:
        return False
    case = uow.cases.get(message.case_id or "")
    return case is None or case.status is not CaseStatus.OPEN
