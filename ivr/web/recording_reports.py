"""What the carrier reports of recorded conversations; repeated, late and unknown ones are the use case's to judge."""

from flask import Blueprint, request

from ivr.phone.recordings import is_recording_sid
from ivr.phone.signature import is_call_sid
from ivr.service.recording_ports import CarriersRecording
from ivr.web.recording_writer import RecordingWriter
from ivr.web.services import Services


def recording_blueprint(services: Services) -> Blueprint:
    """The address that each recording is reported to: it carries our id."""
    reports, writer = Blueprint("voice_recordings", __name__), RecordingWriter(services)

    @reports.post("/voice/recording/<recording_id>")
    def report(recording_id: str) -> tuple[str, int]:
        form = request.form
        sid, call_sid = form.get("RecordingSid", ""), form.get("CallSid", "")
        seconds = form.get("RecordingDuration", "")
        if is_recording_sid(sid) and is_call_sid(call_sid):
            found = CarriersRecording(sid, form.get("RecordingStatus", ""), int(seconds) if seconds.isdecimal() else 0)
            services.recorder.told(recording_id, found, call_sid)
            if found.status == "completed":
                writer.something_came()
        return "", 204

    return reports
