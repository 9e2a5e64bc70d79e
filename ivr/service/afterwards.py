"""What must be done at the carrier once a transaction is committed: never inside it, and harmless if it gets lost.

A process that dies before it ran these leaves rows from which the reconciler finds the same work again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from ivr.domain.turn import Say
from ivr.errors import CallGone, IvrError
from ivr.service.ports import Messenger, Phone, Speaker
from ivr.service.recording_ports import CallRecorder
from ivr.service.wording import locale_for

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Redirect:
    """Make a live call fetch the document at `path` below the public address."""

    call_sid: str
    path: str


@dataclass(frozen=True)
class HangUp:
    """End or cancel a call."""

    call_sid: str


@dataclass(frozen=True)
class SendText:
    """Send a text message in a language."""

    number: str
    say: Say
    locale: str


@dataclass(frozen=True)
class StopRecording:
    """End the recording of a call."""

    call_sid: str
    recording_sid: str


Action = Redirect | HangUp | SendText | StopRecording
Actions = tuple[Action, ...]


class Afterwards:
    """Runs actions after the commit; a call that ended meanwhile is no error, a failing carrier is logged."""

    def __init__(
        self, phone: Phone, messenger: Messenger | None, speaker: Speaker, recorder: CallRecorder | None = None
    ) -> None:
        self._phone = phone
        self._messenger = messenger
        self._speaker = speaker
        self._recorder = recorder

    def run(self, actions: Iterable[Action]) -> None:
        """Carry all of them out, in order."""
        for action in actions:
            try:
                self._run(action)
            except CallGone:
                log.info("call_gone_meanwhile", action=type(action).__name__)
            except IvrError as error:
                log.warning("afterwards_failed", action=type(action).__name__, code=error.code, error=str(error))

    def _run(self, action: Action) -> None:
        match action:
            case Redirect(call_sid, path):
                self._phone.redirect(call_sid, path)
            case HangUp(call_sid):
                self._phone.hang_up(call_sid)
            case StopRecording(call_sid, recording_sid):
                if self._recorder is not None:
                    self._recorder.stop(call_sid, recording_sid)
            case SendText(number, say, locale):
                if self._messenger is not None:
                    self._messenger.send_text(number, self._speaker.text(locale_for(self._speaker, locale), say))
