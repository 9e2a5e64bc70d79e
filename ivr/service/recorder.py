"""Recorded conversations from their first second to their deletion.

A row is written before the carrier is asked for anything, so whatever is lost on the way (an answer, a report, this
process) leaves a row from which the sweep finds the recording and, in the end, deletes it. Every method may be called
again or late without harm.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

import structlog

from ivr.domain.recordings import Recording, RecordingStatus
from ivr.errors import AudioError, CallGone, CarrierRejected, CarrierUnclear, NotFound
from ivr.service import recording_steps as steps
from ivr.service.recording_ports import CallRecorder, CarriersRecording
from ivr.service.scenes import Scenes

log = structlog.get_logger(__name__)

Write = Callable[[Iterator[bytes], str], list[Any]]
"""The sound of two channels and its locale to lines of speaker, second and words."""
LIMIT: Final = 20
"""Rows in one round of the sweep: each costs a request."""


class Recorder:
    """Starts, hands out and deletes. Without a carrier that records it does nothing."""

    def __init__(self, scenes: Scenes, carrier: CallRecorder | None) -> None:
        self._scenes = scenes
        self._carrier = carrier

    def start(self, attempt_id: str) -> None:
        """Record, if the two of this attempt are joined and it was agreed to."""
        if self._carrier is None or (begun := self._scenes.run(lambda scene: steps.begin(scene, attempt_id))) is None:
            return
        try:
            sid = self._carrier.start(begun.call_sid, begun.id)
        except (CallGone, CarrierRejected) as error:
            log.warning("recording_not_started", code=error.code, error=str(error))
            self._scenes.run(lambda scene: steps.over(scene, begun.id, "never_started"))
        except CarrierUnclear as error:  # the sweep asks what became of it
            log.warning("recording_unclear", code=error.code, error=str(error))
        else:
            self.told(begun.id, CarriersRecording(sid, "in-progress"), begun.call_sid)

    def told(self, recording_id: str, one: CarriersRecording, call_sid: str) -> None:
        """The carrier's report. A recording that nobody here knows, or wants any more, is deleted by the sweep."""
        self._scenes.run(lambda scene: steps.found(scene, recording_id, one, call_sid))

    def withdraw(self, which: str, by: str) -> None:
        """The customer does not want it any more: stop, and delete what there is. Raises NotFound if there is none.

        `which`: its id, or the attempt's whose two people talk.
        """
        self._look(self._scenes.run(lambda scene: steps.withdraw(scene, which, by)))

    def forget(self, number: str) -> int:
        """Delete all that is left of a customer's; how many. What the carrier refuses now is tried again."""
        ids = self._scenes.run(lambda scene: steps.forget(scene, number))
        for recording_id in ids:
            self._look(recording_id)
        return len(ids)

    def sweep(self) -> None:
        """One round: what is kept long enough is deleted, what nobody reported is asked for."""
        if self._carrier is None:
            return
        with self._scenes.store.read() as uow:
            due = [one.id for one in uow.recordings.due(self._scenes.clock.now(), LIMIT)]
        for recording_id in due:
            self._look(recording_id)

    def sound(self, recording_id: str, *, channels: int = 1) -> Iterator[bytes]:
        """The sound, piece by piece. Raises NotFound (also: gone at the carrier), CarrierRejected or CarrierUnclear."""
        with self._scenes.store.read() as uow:
            recording = uow.recordings.get(recording_id)
        if recording is None or self._carrier is None or recording.status is not RecordingStatus.KEPT:
            raise NotFound("there is no such recording, or not any more")
        try:
            return self._carrier.sound(recording.sid or "", channels=channels)
        except NotFound:
            self._scenes.run(lambda scene: steps.over(scene, recording_id, "gone"))
            raise

    def write_down(self, write: Write) -> int:
        """Put into words what is not yet; how many. Raises EngineUnavailable: the rest waits."""
        with self._scenes.store.read() as uow:
            waiting = uow.recordings.unwritten(LIMIT)
        for recording in waiting:
            try:
                lines, problem = write(self.sound(recording.id, channels=2), recording.locale), ""
            except (NotFound, AudioError) as error:
                lines, problem = [], error.code
            self._note(recording.id, lines, problem)
        return len(waiting)

    def _note(self, recording_id: str, lines: list[Any], problem: str) -> None:
        self._scenes.run(lambda scene: steps.written(scene, recording_id, lines, problem))

    def _look(self, recording_id: str) -> None:
        """One row that is due: ask the carrier what there is, or have it deleted there."""
        recording = self._scenes.run(lambda scene: steps.due(scene, recording_id))
        if recording is None or self._carrier is None:
            return
        try:
            if recording.status is RecordingStatus.DELETING:
                self._delete(self._carrier, recording)
            elif recording.may_run:
                self._ask(self._carrier, recording)
        except (CallGone, CarrierRejected, CarrierUnclear) as error:
            log.warning("recording_postponed", recording=recording_id, code=error.code, error=str(error))
            self._scenes.run(lambda scene: steps.postpone(scene, recording_id))

    def _delete(self, carrier: CallRecorder, recording: Recording) -> None:
        """By its name; where we never learned it, whatever the call has that no row knows."""
        sids = [recording.sid] if recording.sid else self._strange(carrier.of_call(recording.call_sid))
        if not sids and self._scenes.clock.now() < recording.created_at + steps.SETTLED:
            raise CarrierUnclear("the carrier does not show the recording yet")
        for sid in sids:
            with suppress(CallGone, CarrierRejected):  # not running, most likely: the deletion tells
                carrier.stop(recording.call_sid, sid)
            carrier.delete(sid)
        self._scenes.run(lambda scene: steps.over(scene, recording.id, recording.reason))

    def _ask(self, carrier: CallRecorder, recording: Recording) -> None:
        listed = {one.sid: one for one in carrier.of_call(recording.call_sid)}
        sid = recording.sid or next(iter(self._strange(listed.values())), "")
        if sid in listed:
            self.told(recording.id, listed[sid], recording.call_sid)
        else:
            self._scenes.run(lambda scene: steps.not_found(scene, recording.id))

    def _strange(self, listed: Iterable[CarriersRecording]) -> list[str]:
        """Those that no row knows."""
        with self._scenes.store.read() as uow:
            return [one.sid for one in listed if uow.recordings.by_sid(one.sid) is None]
