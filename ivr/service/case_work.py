"""What staff do about a case: notes and their drafts, the outcome, a follow-up callback."""

from datetime import datetime
from typing import Final

from ivr.domain.callbacks import Callback
from ivr.domain.cases import Case, CaseStatus
from ivr.domain.staff import Draft
from ivr.errors import CallbackRefused, IllegalMove
from ivr.service.booking import BookingRequest, Bookings
from ivr.service.case_file import find_case
from ivr.service.requests import remember, repetition_key
from ivr.service.scenes import Scene, Scenes
from ivr.service.staff_log import Member, log_act
from ivr.service.timeline import record

NOTE_LONGEST: Final = 4000
OUTCOMES: Final = ("informed", "replaced", "refunded", "return_started", "order_canceled", "not_reached", "other")
"""What an agent may say came of a case."""


class CaseWork:
    """The use cases. All raise NotFound for a case that the member may not see."""

    def __init__(self, scenes: Scenes, bookings: Bookings) -> None:
        self._scenes = scenes
        self._bookings = bookings

    def keep_draft(self, member: Member, number: str, text: str) -> None:
        """Keep a note that is not finished; empty: forget it. Raises CallbackRefused (`note`)."""
        kept = read_note(text)
        self._scenes.run(lambda scene: self._keep_draft(scene, member, number, kept))

    def _keep_draft(self, scene: Scene, member: Member, number: str, text: str) -> None:
        case = find_case(scene.uow, member, number)
        if not text.strip():
            scene.uow.staff.drop_draft(member.user_id, case.id)
            return
        draft = Draft(user_id=member.user_id, case_id=case.id, text=text, changed_at=scene.now)
        scene.uow.staff.keep_draft(draft)

    def note(self, member: Member, number: str, text: str, form_id: str) -> None:
        """Add a note; the same form sent twice adds one. Raises CallbackRefused (`note`, `no_note`)."""
        kept = read_note(text).strip()
        if not kept:
            raise CallbackRefused("no_note", "the note is empty; write what the next one should know")
        self._scenes.run(lambda scene: self._note(scene, member, number, kept, form_id))

    def _note(self, scene: Scene, member: Member, number: str, text: str, form_id: str) -> None:
        case = find_case(scene.uow, member, number)
        key = repetition_key("note", member.user_id, form_id)
        if scene.uow.guards.get_note(key) is not None:
            return
        remember(scene.uow, key, {"case": case.id}, scene.now)
        record(scene.uow, scene.now, "note_added", subject=case, data={"by": member.name, "text": text})
        scene.uow.staff.drop_draft(member.user_id, case.id)
        log_act(scene.uow, scene.now, member, "note_added", about=case.number)

    def finish(self, member: Member, number: str, outcome: str, *, resolved: bool) -> None:
        """Say what came of it; resolved, or still open. The same again changes nothing.

        Raises CallbackRefused (`outcome`), IllegalMove (closed, or a callback is still promised).
        """
        if outcome not in OUTCOMES:
            raise CallbackRefused("outcome", f"an outcome is one of {', '.join(OUTCOMES)}")
        self._scenes.run(lambda scene: self._finish(scene, member, number, outcome, resolved))

    def _finish(self, scene: Scene, member: Member, number: str, outcome: str, resolved: bool) -> None:
        finish_case(scene, member, find_case(scene.uow, member, number), outcome, resolved=resolved)

    def follow_up(self, member: Member, number: str, at: datetime | None, zone: str = "") -> Callback:
        """Promise another callback for this case; at None as soon as possible. Raises as Bookings.book."""
        return self._scenes.run(lambda scene: self._follow_up(scene, member, number, at, zone))

    def _follow_up(self, scene: Scene, member: Member, number: str, at: datetime | None, zone: str) -> Callback:
        return self.promise(scene, member, find_case(scene.uow, member, number), at, zone)

    def promise(self, scene: Scene, member: Member, case: Case, at: datetime | None, zone: str) -> Callback:
        """The same in the caller's transaction."""
        customer = scene.uow.customers.get(case.customer_id) if case.customer_id else None
        if customer is None:
            raise CallbackRefused("number", "the customer's number is not known; ask for it, and add a note")
        request = BookingRequest(
            case_id=case.id, customer_id=customer.id, number=customer.number, locale=case.locale,
            zone=zone or customer.zone, at=at, source="agent", skill=case.skill, priority=case.priority,
        )  # fmt: skip
        callback = self._bookings.book(scene.uow, request)
        log_act(scene.uow, scene.now, member, "callback_booked", about=case.number)
        return callback


def finish_case(scene: Scene, member: Member, case: Case, outcome: str, *, resolved: bool) -> None:
    """Keep what came of a case. Raises IllegalMove."""
    to = CaseStatus.RESOLVED if resolved else case.status
    if (case.outcome, case.status) == (outcome, to):
        return
    if resolved:
        _resolve(scene, case)
    case.outcome = outcome
    data = {"outcome": outcome, "by": member.name, "resolved": resolved}
    record(scene.uow, scene.now, "case_finished", subject=case, data=data)
    log_act(scene.uow, scene.now, member, "case_finished", about=case.number, data=data)


def _resolve(scene: Scene, case: Case) -> None:
    promised = scene.uow.callbacks.open_for_case(case.id)
    if promised is not None and case.status != CaseStatus.WITH_AGENT:
        raise IllegalMove("a callback is still promised for this case; cancel it first, or leave the case open")
    case.move(CaseStatus.RESOLVED)


def read_note(text: str) -> str:
    """A note without what cannot be shown; lines stay lines. Raises CallbackRefused (`note`)."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = "".join(c for c in plain if c.isprintable() or c == "\n")
    if len(kept) > NOTE_LONGEST:
        raise CallbackRefused("note", f"a note has {NOTE_LONGEST} characters at most; this has {len(kept)}")
    return kept
