"""Recorded conversations: who may see the case may listen, through this server alone; the audit log says who did."""

from flask import Blueprint, Response, redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from ivr.domain.cases import Case
from ivr.errors import NotFound
from ivr.service.case_file import may_see
from ivr.service.staff_log import log_act
from ivr.service.store import UnitOfWork
from ivr.web.services import Services


class RecordingPages:
    """Handlers; a recording of somebody else's case is as unknown as none."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def sound(self, recording_id: str) -> Response:
        """The sound as it comes from the carrier. Raises NotFound, CarrierRejected or CarrierUnclear."""
        self._note(recording_id, "recording_heard")
        pieces = self._services.recorder.sound(recording_id)
        return Response(pieces, mimetype="audio/wav", headers={"Accept-Ranges": "none"})

    def delete(self, recording_id: str) -> AnyResponse:
        """The customer wants it gone. Raises NotFound."""
        case = self._note(recording_id, "recording_deleted")
        self._services.recorder.withdraw(recording_id, by=current_user.member.name)
        return redirect(url_for("agent.case", number=case.number, done="recording"), 303)

    def _note(self, recording_id: str, what: str) -> Case:
        with self._services.store.begin() as uow:
            case = _case_of(uow, recording_id)
            about = {"recording": recording_id}
            log_act(uow, self._services.clock.now(), current_user.member, what, about=case.number, data=about)
            uow.commit()
        return case


def _case_of(uow: UnitOfWork, recording_id: str) -> Case:
    recording = uow.recordings.get(recording_id)
    case = uow.cases.get(recording.case_id) if recording is not None and recording.case_id else None
    if case is None or not may_see(uow, current_user.member, case):
        raise NotFound("there is no such recording among yours")
    return case


def add_recording_rules(blueprint: Blueprint, pages: RecordingPages) -> None:
    """Listening and deleting."""
    blueprint.add_url_rule("/recordings/<recording_id>", view_func=pages.sound, endpoint="recording")
    blueprint.add_url_rule(
        "/recordings/<recording_id>/delete", view_func=pages.delete, endpoint="recording_delete", methods=["POST"]
    )
