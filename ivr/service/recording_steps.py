"""What becomes of a recording's row: each function is one step in the scene's transaction, harmless if repeated."""

from datetime import timedelta
from typing import Any, Final

from ivr.domain.recordings import Recording, RecordingStatus
from ivr.errors import NotFound
from ivr.service.afterwards import StopRecording
from ivr.service.recording_ports import CarriersRecording
from ivr.service.scenes import Scene
from ivr.service.timeline import new_id, record

SETTLED: Final = timedelta(minutes=5)
"""So long after the beginning a recording that the carrier does not list is believed never to have been."""
FIRST_AGAIN: Final = timedelta(minutes=1)
LONGEST_AGAIN: Final = timedelta(hours=6)
AT_AN_END: Final = frozenset({"completed", "stopped", "processing"})
FAILED: Final = frozenset({"absent", "failed"})


def begin(scene: Scene, attempt_id: str) -> Recording | None:
    """The point of no return: from here on the carrier may have one. None: there is nothing to begin."""
    recording, attempt = scene.uow.recordings.of_attempt(attempt_id), scene.uow.attempts.get(attempt_id)
    is_talking = attempt is not None and attempt.joined_at is not None and attempt.ended_at is None
    if recording is None or recording.status is not RecordingStatus.AGREED or not is_talking:
        return None
    recording.status, recording.due_at = RecordingStatus.STARTING, scene.now + SETTLED
    return recording


def found(scene: Scene, recording_id: str, one: CarriersRecording, call_sid: str) -> None:
    """The carrier has this recording: its report, its answer, or its list says so."""
    recording = scene.uow.recordings.get(recording_id)
    if recording is None or recording.sid not in (None, one.sid):
        _unknown(scene, one, call_sid)
        return
    recording.sid = one.sid
    if recording.may_run:
        _goes_on(scene, recording, one)
    elif recording.status is RecordingStatus.OVER and one.status not in FAILED:
        recording.delete(recording.reason, scene.now)  # told after we took it for gone, or had it deleted


def _unknown(scene: Scene, one: CarriersRecording, call_sid: str) -> None:
    """Nobody here agreed to it, or its row is gone: nothing of it is to stay."""
    if one.status in FAILED or scene.uow.recordings.by_sid(one.sid) is not None:
        return
    stray = Recording(id=new_id(), call_sid=call_sid, sid=one.sid, created_at=scene.now, due_at=scene.now)
    stray.delete("unknown", scene.now)
    scene.uow.recordings.add(stray)


def _goes_on(scene: Scene, recording: Recording, one: CarriersRecording) -> None:
    if one.status in FAILED:
        over(scene, recording.id, "never_started")
    elif one.status == "completed":
        recording.status, recording.seconds = RecordingStatus.KEPT, one.seconds
        recording.ended_at, recording.due_at = scene.now, scene.now + timedelta(days=recording.keep_days)
        _tell(scene, recording, "recording_kept", seconds=one.seconds, keep_days=recording.keep_days)
    else:
        _runs(scene, recording, is_over=one.status in AT_AN_END)


def _runs(scene: Scene, recording: Recording, *, is_over: bool) -> None:
    if recording.status is RecordingStatus.STARTING:
        recording.status = RecordingStatus.RUNNING
        _tell(scene, recording, "recording_started")
    recording.due_at = scene.now + SETTLED
    if not is_over and _has_ended(scene, recording) and recording.sid is not None:
        scene.after.append(StopRecording(recording.call_sid, recording.sid))


def _has_ended(scene: Scene, recording: Recording) -> bool:
    attempt = scene.uow.attempts.get(recording.attempt_id or "")
    return attempt is None or attempt.ended_at is not None


def not_found(scene: Scene, recording_id: str) -> None:
    """The carrier lists none: after a while there never was one."""
    recording = scene.uow.recordings.get(recording_id)
    if recording is None or not recording.may_run:
        return
    if scene.now < recording.created_at + SETTLED or not _has_ended(scene, recording):
        recording.due_at = scene.now + FIRST_AGAIN
    else:
        over(scene, recording_id, "gone" if recording.sid else "never_started")


def withdraw(scene: Scene, recording_id: str, by: str) -> str:
    """Its id. Raises NotFound if nothing is, was or will be recorded."""
    recording = scene.uow.recordings.get(recording_id) or scene.uow.recordings.of_attempt(recording_id)
    if recording is None or recording.status is RecordingStatus.OVER:
        raise NotFound("this conversation is not recorded")
    if recording.status is not RecordingStatus.DELETING:
        recording.delete("withdrawn", scene.now)
        _tell(scene, recording, "recording_withdrawn", by=by)
    return recording.id


def forget(scene: Scene, number: str) -> list[str]:
    """The ids of all that is left of whoever has this number."""
    customer = scene.uow.customers.by_number(number)
    left = scene.uow.recordings.of_customer(customer.id) if customer is not None else ()
    for recording in left:
        recording.delete("forgotten", scene.now)
        _tell(scene, recording, "recording_withdrawn", by="customer")
    return [recording.id for recording in left]


def due(scene: Scene, recording_id: str) -> Recording | None:
    """What the sweep has to do for it; what was kept long enough is to be deleted."""
    recording = scene.uow.recordings.get(recording_id)
    if recording is None or recording.due_at > scene.now:
        return None
    if recording.status in (RecordingStatus.KEPT, RecordingStatus.AGREED):
        recording.delete("expired", scene.now)
    return recording


def written(scene: Scene, recording_id: str, lines: list[Any], problem: str) -> None:
    """What was said, if it is still kept; with a problem nothing is known of it, and that is told."""
    recording = scene.uow.recordings.get(recording_id)
    if recording is None or recording.status is not RecordingStatus.KEPT:
        return
    recording.transcript = lines
    _tell(scene, recording, "recording_written", lines=len(lines), problem=problem)


def postpone(scene: Scene, recording_id: str) -> None:
    """The carrier is away, or does not want to: later, and later each time."""
    recording = scene.uow.recordings.get(recording_id)
    if recording is not None:
        recording.tries += 1
        recording.due_at = scene.now + min(LONGEST_AGAIN, FIRST_AGAIN * 2 ** min(recording.tries, 20))


def over(scene: Scene, recording_id: str, reason: str) -> None:
    """Nothing is there any more, or never was."""
    recording = scene.uow.recordings.get(recording_id)
    if recording is None or recording.status is RecordingStatus.OVER:
        return
    recording.status, recording.reason, recording.transcript = RecordingStatus.OVER, reason, None
    recording.ended_at = recording.ended_at or scene.now
    _tell(scene, recording, "recording_over", reason=reason)


def _tell(scene: Scene, recording: Recording, kind: str, **data: object) -> None:
    case = scene.uow.cases.get(recording.case_id) if recording.case_id else None
    record(scene.uow, scene.now, kind, subject=case, data={"recording": recording.id, **data})
