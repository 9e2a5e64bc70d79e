"""Legs: what the carrier tells of the telephones we ring, and what is said on them.

Every method takes the id from the webhook's own address, runs its own transaction, may be called again or late without
harm, and does its work at the carrier after the commit.
"""

from typing import Final

from ivr.domain.answered import PERSON_THERE, Spoke
from ivr.domain.callbacks import Attempt, CallbackStatus, Leg, LegState, Outcome, Party
from ivr.domain.policies import CallbackRules
from ivr.domain.turn import Turn
from ivr.service import addresses, attempts
from ivr.service.afterwards import Redirect
from ivr.service.code_calls import CodeCalls
from ivr.service.guests import Guests
from ivr.service.leg_turns import LATER_REASONS, PASS_REASONS, WHISPERED_AGAIN, WHY, Told, silent_goodbye
from ivr.service.outcomes import Outcomes
from ivr.service.recorder import Recorder
from ivr.service.reports import Reports
from ivr.service.scenes import Scene, Scenes
from ivr.service.shop_words import ShopWords
from ivr.service.timeline import record
from ivr.service.who_answered import WhoAnswered

NEWS_STATE: Final = "news"
"""What follows on such a call is the dialogue: `CallService.tell_news`."""
ENTRY_SECONDS: Final = 3600
BOTH: Final = 2


class Legs:
    """Agents' and customers' legs, as the webhooks drive them."""

    def __init__(
        self,
        scenes: Scenes,
        rules: CallbackRules,
        *,
        outcomes: Outcomes,
        reports: Reports,
        codes: CodeCalls,
        who: WhoAnswered,
        guests: Guests,
        shop: ShopWords,
        recorder: Recorder,
    ) -> None:
        self._recorder = recorder
        self._codes = codes
        self._who = who
        self._guests = guests
        self._shop = shop
        self._scenes = scenes
        self._rules = rules.dial
        self._outcomes = outcomes
        self._reports = reports

    # --- what the carrier reports --------------------------------------------------------------------------------

    def status(self, leg_id: str, sid: str, *, call_status: str, sequence: str) -> None:
        """A status callback. Repeated, late and out-of-order ones change nothing.

        `call_status` in Twilio's words, `sequence` its SequenceNumber as sent (empty if it is missing).
        """
        self._scenes.run(lambda scene: self._status(scene, leg_id, sid, call_status, sequence))

    def _status(self, scene: Scene, leg_id: str, sid: str, call_status: str, sequence: str) -> None:
        leg = scene.uow.legs.get(leg_id)
        if leg is not None and scene.uow.guards.is_new_webhook(sid, "status", sequence or call_status):
            number = int(sequence) if sequence.isdecimal() else leg.last_sequence + 1
            self._reports.status(scene, leg, sid, call_status, number)

    def machine(self, leg_id: str, answered_by: str, *, sid: str = "") -> None:
        """The carrier's verdict on who picked up: human, machine_start, machine_end_..., fax, unknown."""
        self._scenes.run(lambda scene: self._machine(scene, leg_id, answered_by, sid))

    def _machine(self, scene: Scene, leg_id: str, answered_by: str, sid: str) -> None:
        leg = scene.uow.legs.get(leg_id)
        if leg is None or (sid and leg.sid not in (None, sid)):
            return
        if sid and leg.state == LegState.PLACING:  # it may be faster than the answer to our own request
            self._reports.placed(scene, leg, sid, how="webhook")
        if scene.uow.guards.is_new_webhook(leg.sid or leg_id, "machine", answered_by):
            self._who.judged(scene, leg, answered_by)

    # --- documents ---------------------------------------------------------------------------------------------

    def agent_answered(self, leg_id: str, sid: str, *, status: str = "in-progress") -> Turn:
        """The agent picked up: the whisper. A call that is not its attempt's live leg is hung up."""
        return self._scenes.run(lambda scene: self._answered(scene, leg_id, sid, Party.AGENT))

    def customer_answered(self, leg_id: str, sid: str) -> Turn:
        """The customer, or something in their place, picked up: who calls and why."""
        return self._scenes.run(lambda scene: self._answered(scene, leg_id, sid, Party.CUSTOMER))

    def answered(self, leg_id: str, sid: str) -> Turn:
        """Whoever's leg it is picked up."""
        return self._scenes.run(lambda scene: self._answered(scene, leg_id, sid, None))

    def _told(self, scene: Scene, attempt: Attempt) -> Told:
        return Told(scene.uow, attempt, self._shop)

    def _answered(self, scene: Scene, leg_id: str, sid: str, party: Party | None) -> Turn:
        leg = scene.uow.legs.get(leg_id)
        if leg is None or party not in (None, leg.party) or not self._reports.is_ours(scene, leg, sid):
            return silent_goodbye()
        self._reports.answered(scene, leg)
        attempt = attempts.of_leg(scene.uow, leg)
        if leg.party == Party.NEWS:
            return Turn(number=0, locale="en-US", say=(), state=NEWS_STATE)
        if attempt is None:
            return self._codes.answered(scene, leg)
        if leg.party == Party.GUEST:
            return self._guests.present(scene, leg, attempt)
        if leg.party == Party.AGENT:
            return self._present_agent(scene, attempt)
        return self._who.present(scene, leg, attempt)

    def present(self, leg_id: str) -> Turn:
        """What a called customer's telephone is to hear now."""
        return self._scenes.run(lambda scene: self._present(scene, leg_id))

    def _present(self, scene: Scene, leg_id: str) -> Turn:
        leg = scene.uow.legs.get(leg_id)
        attempt = attempts.of_leg(scene.uow, leg)
        if leg is None or attempt is None or leg.party != Party.CUSTOMER or not leg.is_live:
            return silent_goodbye()
        return self._who.present(scene, leg, attempt)

    def _present_agent(self, scene: Scene, attempt: Attempt, turn: int = 1) -> Turn:
        told = self._told(scene, attempt)
        if attempt.ended_at is not None:
            return told.news(scene.now)
        if attempt.accepted_at is not None:
            return told.agent_joins()
        return told.whisper(scene.now, number=turn, wait_seconds=self._rules.key_wait_seconds)

    def entered(self, attempt_id: str, sid: str) -> None:
        """The carrier says that a call is in the attempt's conference: with both of them there, they are joined."""
        self._scenes.run(lambda scene: self._entered(scene, attempt_id, sid))
        self._recorder.start(attempt_id)

    def _entered(self, scene: Scene, attempt_id: str, sid: str) -> None:
        attempt, guards = scene.uow.attempts.get(attempt_id), scene.uow.guards
        if attempt is None or guards.saw_webhook(sid, "conference", attempt_id):
            return
        # Counted for its lock only: of two who enter at the same moment the second must see the first one's row.
        guards.count_hit(f"conference:{attempt_id}", scene.now, ENTRY_SECONDS)
        guards.is_new_webhook(sid, "conference", attempt_id)
        both = [leg for leg in scene.uow.legs.of_attempt(attempt_id) if leg.party != Party.GUEST]
        sids = {leg.sid for leg in both} | {attempt.hold_call_sid} - {None}
        inside = {one for one in sids if one and guards.saw_webhook(one, "conference", attempt_id)}
        if len(inside) == BOTH:
            scene.after.extend(self._outcomes.joined(scene.uow, attempt, scene.now))

    def keyed(self, leg_id: str, key: str | None, *, turn: int) -> Turn:
        """The answer to the document number `turn` of an agent's leg or of a call that tells a code.

        An agent's whisper (1, then 2): 1 accepts, 2 passes on, 3 wants no call for a while. None, or any other key:
        asked once more, then the agent is set away and the next one is tried.
        """
        return self._scenes.run(lambda scene: self._keyed(scene, leg_id, key, turn))

    def _keyed(self, scene: Scene, leg_id: str, key: str | None, turn: int) -> Turn:
        leg = scene.uow.legs.get(leg_id)
        attempt = attempts.of_leg(scene.uow, leg)
        if leg is not None and leg.party == Party.UNPROVEN:
            return self._codes.keyed(scene, leg, key, turn)
        if leg is not None and attempt is not None and leg.party == Party.CUSTOMER:
            return self._who.pressed(scene, leg, attempt, key, turn)
        if leg is not None and attempt is not None and leg.party == Party.GUEST:
            return self._guests.keyed(scene, leg, attempt, key, turn)
        if leg is None or attempt is None or leg.party != Party.AGENT:
            return silent_goodbye()
        return self._agent_key(scene, leg, attempt, key, turn)

    def spoke(self, leg_id: str, heard: Spoke, *, text: str = "") -> Turn:
        """Something was said on a customer's telephone before they were joined; a late one gets the present turn."""
        return self._scenes.run(lambda scene: self._spoke(scene, leg_id, heard, text))

    def _spoke(self, scene: Scene, leg_id: str, heard: Spoke, text: str) -> Turn:
        leg = scene.uow.legs.get(leg_id)
        attempt = attempts.of_leg(scene.uow, leg)
        if leg is None or attempt is None or leg.party != Party.CUSTOMER or not leg.is_live:
            return silent_goodbye()
        record(scene.uow, scene.now, "overheard", subject=leg, data={"text": text, "cue": heard.cue.value})
        return self._who.spoke(scene, leg, attempt, heard)

    def _agent_key(self, scene: Scene, leg: Leg, attempt: Attempt, key: str | None, turn: int) -> Turn:
        if turn == WHY:
            self._agent_reason(scene, attempt, key or "")
        if attempt.ended_at is not None or attempt.accepted_at is not None or leg.state != LegState.PLACED:
            return self._present_agent(scene, attempt)
        if key == "1":
            self._accept(scene, attempt)
        elif key == "2":
            record(scene.uow, scene.now, "agent_declined", subject=attempt)
            scene.after.extend(self._outcomes.next_agent(scene.uow, attempt, Outcome.DECLINED, scene.now))
        elif key == "3":
            scene.after.extend(self._outcomes.agent_later(scene.uow, attempt, scene.now))
        elif turn >= WHISPERED_AGAIN:
            scene.after.extend(self._outcomes.agent_away(scene.uow, attempt, scene.now))
        # This very answer is the agent's next document: no redirect of the same call beside it.
        scene.after[:] = [action for action in scene.after if getattr(action, "call_sid", None) != leg.sid]
        if attempt.outcome in (Outcome.DECLINED, Outcome.LATER):
            return self._told(scene, attempt).why(self._rules.later_seconds)
        return self._present_agent(scene, attempt, turn=WHISPERED_AGAIN)

    def _agent_reason(self, scene: Scene, attempt: Attempt, key: str) -> None:
        """Why an agent passed on or wants it later, once; without a key it stays unsaid."""
        reasons = {Outcome.DECLINED: PASS_REASONS, Outcome.LATER: LATER_REASONS}.get(attempt.outcome or Outcome.JOINED)
        if reasons is not None and key in reasons and attempt.reason is None:
            attempt.reason = reasons[key]
            record(scene.uow, scene.now, "agent_reason", subject=attempt, data={"reason": attempt.reason})

    def _accept(self, scene: Scene, attempt: Attempt) -> None:
        attempt.accepted_at = scene.now
        record(scene.uow, scene.now, "agent_accepted", subject=attempt)
        if attempt.hold_call_sid is not None:
            self._fetch_caller(scene, attempt)
            return
        if attempt.customer_first:
            self._fetch_customer(scene, attempt)
            return
        callback = attempts.callback_of(scene.uow, attempt)
        if callback.status == CallbackStatus.DIALING and scene.uow.legs.live_for_number(callback.number) is None:
            attempts.intend(scene.uow, attempt, Party.CUSTOMER, number=callback.number, now=scene.now)
        else:  # the number rings otherwise, as an agent's own number may
            scene.after.extend(self._outcomes.next_agent(scene.uow, attempt, Outcome.CANCELED, scene.now))

    def _fetch_customer(self, scene: Scene, attempt: Attempt) -> None:
        """The customer who was rung first leaves the music for the conference."""
        leg = attempts.leg_of(scene.uow, attempt, Party.CUSTOMER)
        is_person = leg is not None and leg.picked_up is not None and leg.picked_up.stage in PERSON_THERE
        if leg is not None and is_person and leg.is_live and leg.sid is not None:
            scene.after.append(Redirect(leg.sid, addresses.present(leg.id)))

    def _fetch_caller(self, scene: Scene, attempt: Attempt) -> None:
        hold = attempts.hold_of(scene.uow, attempt)
        call = scene.uow.calls.get(attempt.hold_call_sid or "")
        if hold is None or hold.status != "connecting" or call is None or not call.is_live:
            scene.after.extend(attempts.end(scene.uow, attempt, Outcome.CUSTOMER_HUNG_UP, scene.now))
            return
        scene.after.append(Redirect(hold.call_sid, addresses.join(attempt.id)))

    def left_conference(self, leg_id: str) -> Turn:
        """A leg's conference is over for it: the customer rates, the agent is done.

        An agent's leave changes nothing here: our own redirect looks the same (twilio.md 13); their leg's end counts.
        """
        return self._scenes.run(lambda scene: self._left(scene, leg_id))

    def _left(self, scene: Scene, leg_id: str) -> Turn:
        leg = scene.uow.legs.get(leg_id)
        attempt = attempts.of_leg(scene.uow, leg)
        if leg is None or attempt is None:
            return silent_goodbye()
        told = self._told(scene, attempt)
        if leg.party == Party.GUEST:
            return silent_goodbye(told.locale)
        if leg.party == Party.AGENT:
            return told.news(scene.now) if attempt.ended_at else told.last("goodbye")
        if attempt.ended_at is None:
            _, actions = self._outcomes.have_met(scene.uow, attempt, scene.now)
            scene.after.extend((*actions, *self._outcomes.conversation_over(scene.uow, attempt, scene.now)))
        return told.after_talk()

    def news(self, leg_id: str) -> Turn:
        """Whoever waited on the line hears what became of the other one, and when the customer is tried again."""
        with self._scenes.store.read() as uow:
            leg = uow.legs.get(leg_id)
            attempt = attempts.of_leg(uow, leg)
            if leg is None or attempt is None:
                return silent_goodbye()
            told = Told(uow, attempt, self._shop)
            return told.after_talk() if leg.party == Party.CUSTOMER else told.news(self._scenes.clock.now())

    def rate(self, attempt_id: str, key: str | None) -> Turn:
        """The customer's rating, 1 (very easy) to 7 (very hard), onto the case; anything else: goodbye."""
        return self._scenes.run(lambda scene: self._rate(scene, attempt_id, key))

    def _rate(self, scene: Scene, attempt_id: str, key: str | None) -> Turn:
        attempt = scene.uow.attempts.get(attempt_id)
        if attempt is None:
            return silent_goodbye()
        told = self._told(scene, attempt)
        if key not in set("1234567") or told.case is None:
            return told.last("goodbye")
        if scene.uow.guards.is_new_webhook(attempt_id, "rated", ""):
            told.case.effort = int(key or 0)
            record(scene.uow, scene.now, "effort_rated", subject=attempt, data={"effort": told.case.effort})
        return told.thanks()
