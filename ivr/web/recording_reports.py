"""What the carrier reports of recorded conversations; repeated, late and unknown ones are the use case's to judge."""

from flask import Blueprint, request

from ivr.phone.recordings import is_recording_sid
from ivr.phone.signature import is_call_sid
from ivr.service.recorder import Recorder
from ivr.service.recording_ports import CarriersRecording


def recording_blueprint(recorder: Recorder) -> Blueprint:
    """The address that each recording is reported to: it carries our id."""
    reports = Blueprint("voice_recordings", __name__)

    @reports.post("/voice/recording/<recording_id>")
    def report(recording_id: str) -> tuple[str, int]:
        form = request.form
        sid, call_sid, seconds = (
            form.get("RecordingSid", ""),
            form.get("CallSid", ""),
            form.get("RecordingDuration", ""),
        )
        if is_recording_sid(sid) and is_call_sid(call_sid):
            found = CarriersRecording(sid, form.get("RecordingStatus", ""), int(seconds) if seconds.isdecimal() else 0)
            recorder.told(recording_id, found, call_sid)
        return "", 204

    return reports
