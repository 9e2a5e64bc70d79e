"""Before two people are joined: what is said or asked about recording, and the note of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ivr.domain.callbacks import Attempt
from ivr.domain.calls import Call
from ivr.domain.consent import Consent, Place, RecordingRules, Rule
from ivr.domain.dialogue.consent import told
from ivr.domain.recordings import Recording, RecordingStatus
from ivr.domain.turn import Turn
from ivr.errors import NumberRefused
from ivr.service.ports import NumberRules
from ivr.service.scenes import Scene
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id, record


@dataclass(frozen=True)
class Said:
    """What somebody answered, and where."""

    consent: Consent
    call_sid: str
    number: str
    """E.164; empty: withheld."""
    locale: str
    words: str = ""
    """What was said or keyed."""


class Consents:
    """Which rule counts, and who agreed. All methods run in the caller's unit of work."""

    def __init__(self, rules: RecordingRules, numbers: NumberRules) -> None:
        self._rules = rules
        self._numbers = numbers

    def rule(self, number: str | None) -> Rule | None:
        """What is to be done before a conversation with this number; None: nothing is recorded."""
        if not self._rules.on or (rule := self._place(number or "").rule) is Rule.NEVER:
            return None
        return rule

    def note(self, uow: UnitOfWork, attempt: Attempt, said: Said, now: datetime) -> None:
        """Keep it in the timeline, and the right to record if there is one. A repetition changes nothing."""
        if uow.recordings.of_attempt(attempt.id) is not None:
            return
        place = self._place(said.number)
        data = {"consent": said.consent.value, "words": said.words, "place": place.name, "rule": place.rule.value}
        record(uow, now, "recording_consent", subject=attempt, data=data)
        case = uow.cases.get(attempt.case_id)
        recording = Recording(
            id=new_id(),
            attempt_id=attempt.id,
            case_id=attempt.case_id,
            customer_id=case.customer_id if case is not None else None,
            call_sid=said.call_sid,
            consent=said.consent,
            place=place.name,
            locale=said.locale,
            keep_days=self._rules.days(place),
            created_at=now,
            due_at=now + timedelta(days=self._rules.days(place)),
        )
        if not said.consent.allows:
            recording.status, recording.reason = RecordingStatus.OVER, "refused"
        uow.recordings.add(recording)

    def of_call(self, scene: Scene, call: Call, consent: Consent, words: str) -> None:
        """A caller who waited on the line has answered, or was told."""
        attempt = scene.uow.attempts.live_of_hold(call.sid)
        if attempt is not None:
            said = Said(consent, call.sid, call.from_number or "", call.locale, words)
            self.note(scene.uow, attempt, said, scene.now)

    def before_joining(self, uow: UnitOfWork, attempt: Attempt, said: Said | None, turn: Turn, now: datetime) -> Turn:
        """The document that joins a called customer, with what they hear of the recording."""
        if said is None:
            return turn
        self.note(uow, attempt, said, now)
        return replace(turn, say=(*told(said.consent), *turn.say))

    def _place(self, number: str) -> Place:
        try:
            country = self._numbers.check(number).country if number else ""
        except NumberRefused:
            country = ""
        return self._rules.at(number, country)


def is_recorded(uow: UnitOfWork, attempt: Attempt) -> bool:
    """Whether whoever joins this conversation has to be told that it is recorded."""
    recording = uow.recordings.of_attempt(attempt.id)
    return recording is not None and (recording.may_run or recording.status is RecordingStatus.AGREED)
