"""A conference room: who is in it, who hears whom, and the callbacks about it (twilio.md section 4b)."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ivr.carrier.audio import SILENCE, mix
from ivr.carrier.calls import Call
from ivr.carrier.documents import Jump
from ivr.carrier.formats import API_VERSION, new_sid, rfc2822, utc_now, yes_no
from ivr.carrier.script import WAIT_VERBS, Script
from ivr.carrier.speaking import music

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange

_GROUP = {"unmute": "mute", "unhold": "hold"}
"""Event to the word that subscribes to it, where they differ."""


@dataclass(eq=False)
class Participant:
    """One call in a conference."""

    call: Call
    label: str = ""
    muted: bool = False
    hold: bool = False
    coaching: bool = False
    call_sid_to_coach: str | None = None
    start_on_enter: bool = True
    end_on_exit: bool = False
    wait: Jump | None = None
    """Where the waiting document is; None is the carrier's music."""
    silent_wait: bool = False
    left: "asyncio.Future[str]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    """Resolves to the reason for leaving."""
    joined_at: str = field(default_factory=lambda: rfc2822(utc_now()) or "")
    waiting: "asyncio.Task[None] | None" = None


@dataclass(frozen=True)
class ConferenceCallback:
    """The first participant's wish to be told; later participants' wishes do not count."""

    url: str
    method: str
    events: frozenset[str]


class Conference:
    """One room, from the first entry to its end."""

    def __init__(self, exchange: "Exchange", friendly_name: str, *, callback: ConferenceCallback | None) -> None:
        self.sid = new_sid("CF")
        self.friendly_name = friendly_name
        self.status = "init"
        self.participants: dict[str, Participant] = {}
        self.past: list[Participant] = []
        self.created = self.updated = rfc2822(utc_now())
        self.reason_ended: str | None = None
        self.call_sid_ending: str | None = None
        self._exchange = exchange
        self._callback = callback
        self._sequence = 0

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.status != "completed"

    def find(self, key: str) -> Participant | None:
        """A participant by CallSid or label."""
        return next((p for p in self.participants.values() if key in (p.call.sid, p.label)), None)

    # Coming and going

    def join(self, participant: Participant) -> None:
        """Let a call in; the room starts with the second one if somebody may start it."""
        call = participant.call
        self.participants[call.sid] = participant
        assert call.line is not None
        call.line.feed = lambda: self._hears(participant)
        self._tell("join", participant)
        self._exchange.event("conference.join", call, conference=self.friendly_name, sid=self.sid)
        if self.status == "init" and self._can_start():
            self._start()
        elif self.status == "init":
            self._let_wait(participant)

    def _can_start(self) -> bool:
        return len(self.participants) >= 2 and any(p.start_on_enter for p in self.participants.values())

    def _start(self) -> None:
        self.status, self.updated = "in-progress", rfc2822(utc_now())
        for participant in self.participants.values():
            if not participant.hold:
                self._stop_waiting(participant)
        self._tell("start")
        self._exchange.event("conference.start", conference=self.friendly_name, sid=self.sid)

    def leave(self, participant: Participant, reason: str) -> None:
        """Take a call out; the room ends with its last or with a moderator."""
        call = participant.call
        if self.participants.pop(call.sid, None) is None:
            return
        self.past.append(participant)
        self._stop_waiting(participant)
        if call.line:
            call.line.feed = None
        if not participant.left.done():
            participant.left.set_result(reason)
        self._tell("leave", participant, ReasonParticipantLeft=reason, ParticipantCallStatus=call.status.value)
        self._exchange.event("conference.leave", call, conference=self.friendly_name, reason=reason)
        if participant.end_on_exit:
            self.end("participant-with-end-conference-on-exit-left", call.sid)
        elif not self.participants:
            self.end("last-participant-left", call.sid)

    def end(self, reason: str, call_sid: str | None = None) -> None:
        """Close the room; everybody still in it goes on with their own document."""
        if not self.live:
            return
        self.status, self.updated, self.reason_ended = "completed", rfc2822(utc_now()), reason
        self.call_sid_ending = call_sid
        why = "conference_ended_via_api" if reason == "conference-ended-via-api" else "moderator_ended_conference"
        for participant in list(self.participants.values()):
            participant.end_on_exit = False
            self.leave(participant, why)
        self._tell("end", ReasonConferenceEnded=reason, CallSidEndingConference=call_sid or "", Reason=reason)
        self._exchange.event("conference.end", conference=self.friendly_name, reason=reason)

    # Changes

    def mute(self, participant: Participant, muted: bool) -> None:
        """Mute or unmute; nothing when it is so already."""
        if participant.muted != muted:
            participant.muted = muted
            self._tell("mute" if muted else "unmute", participant)

    def hold(self, participant: Participant, hold: bool, *, music_at: Jump | None) -> None:
        """Put somebody on hold with a document of its own, or take them back."""
        if participant.hold == hold:
            return
        participant.hold = hold
        self._stop_waiting(participant)
        if hold:
            participant.waiting = self._exchange.background(self._wait(participant.call, music_at))
        elif self.status == "init":
            self._let_wait(participant)
        self._tell("hold" if hold else "unhold", participant)

    def announce(self, participants: list[Participant], jump: Jump) -> None:
        """Play a document to some, over the talk; the others hear nothing of it."""
        for participant in participants:
            self._exchange.background(self._announce(participant.call, jump))

    async def _announce(self, call: Call, jump: Jump) -> None:
        await Script(self._exchange, call, verbs=WAIT_VERBS).run(jump)

    # Waiting and hearing

    def _let_wait(self, participant: Participant) -> None:
        if not participant.silent_wait:
            participant.waiting = self._exchange.background(self._wait(participant.call, participant.wait))

    async def _wait(self, call: Call, jump: Jump | None) -> None:
        if jump is None:
            await music(call)
        else:
            params = [("ConferenceSid", self.sid), ("FriendlyName", self.friendly_name)]
            await Script(self._exchange, call, verbs=WAIT_VERBS, params=params).run(jump)

    @staticmethod
    def _stop_waiting(participant: Participant) -> None:
        if participant.waiting:
            participant.waiting.cancel()
            participant.waiting = None

    def _hears(self, listener: Participant) -> bytes:
        speakers = self.speakers_for(listener)
        return mix([p.call.line.inbound for p in speakers if p.call.line]) if speakers else SILENCE

    def speakers_for(self, listener: Participant) -> list[Participant]:
        """Whom a participant hears."""
        if self.status != "in-progress" or listener.hold:
            return []
        return [p for p in self.participants.values() if p is not listener and self._audible(p, listener)]

    @staticmethod
    def _audible(speaker: Participant, listener: Participant) -> bool:
        if speaker.muted or speaker.hold:
            return False
        return not speaker.coaching or speaker.call_sid_to_coach == listener.call.sid

    # Callbacks and REST

    def _tell(self, event: str, participant: Participant | None = None, **more: str) -> None:
        if self._callback is None or _GROUP.get(event, event) not in self._callback.events:
            return
        prefix = "participant-" if participant else "conference-"
        params = {
            "ConferenceSid": self.sid,
            "FriendlyName": self.friendly_name,
            "AccountSid": self._exchange.account_sid,
            "SequenceNumber": str(self._sequence),
            "Timestamp": rfc2822(utc_now()) or "",
            "StatusCallbackEvent": prefix + event,
        }
        self._sequence += 1
        if self._exchange.faults.loses(prefix + event):
            return
        about = self._about(participant) if participant else {}
        self._exchange.callbacks.send(
            self._callback.url, self._callback.method, params=list((params | about | more).items())
        )

    @staticmethod
    def _about(participant: Participant) -> dict[str, str]:
        return {
            "CallSid": participant.call.sid,
            "Muted": yes_no(participant.muted),
            "Hold": yes_no(participant.hold),
            "Coaching": yes_no(participant.coaching),
            "EndConferenceOnExit": yes_no(participant.end_on_exit),
            "StartConferenceOnEnter": yes_no(participant.start_on_enter),
        } | ({"ParticipantLabel": participant.label} if participant.label else {})

    def body(self) -> dict[str, Any]:
        """The conference as REST shows it."""
        uri = f"/{API_VERSION}/Accounts/{self._exchange.account_sid}/Conferences/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": self._exchange.account_sid,
            "friendly_name": self.friendly_name,
            "status": self.status,
            "region": "us1",
            "api_version": API_VERSION,
            "reason_conference_ended": self.reason_ended,
            "call_sid_ending_conference": self.call_sid_ending,
            "date_created": self.created,
            "date_updated": self.updated,
            "uri": f"{uri}.json",
            "subresource_uris": {"participants": f"{uri}/Participants.json", "recordings": f"{uri}/Recordings.json"},
        }
