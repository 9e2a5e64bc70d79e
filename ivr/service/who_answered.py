"""Who answered: drives `domain.answered` on a customer's leg, and does what its stages mean for the attempt."""

from dataclasses import replace
from typing import Any, Final

from ivr.domain.answered import Answered, Happening, Judged, Pressed, Quiet, Spoke, Stage, Verdict, Who
from ivr.domain.answering import step
from ivr.domain.callbacks import Attempt, Leg, LegState, Outcome, Party
from ivr.domain.consent import Consent, Rule
from ivr.domain.policies import DialRules
from ivr.domain.turn import Next, Turn
from ivr.service import addresses, attempts
from ivr.service.afterwards import Redirect
from ivr.service.consents import Consents, Said
from ivr.service.customer_first import CustomerFirst
from ivr.service.first_words import FirstWords
from ivr.service.leg_turns import Told
from ivr.service.outcomes import Outcomes
from ivr.service.scenes import Scene
from ivr.service.shop_words import ShopWords
from ivr.service.timeline import record

OUTCOMES: Final = {
    Who.VOICEMAIL: Outcome.MACHINE,
    Who.IVR: Outcome.IVR,
    Who.SCREENING: Outcome.SCREENED,
    Who.SILENCE: Outcome.SILENT,
    Who.PERSON: Outcome.REFUSED,
    Who.UNKNOWN: Outcome.MACHINE,
}
"""How a leg ends that no agent is joined with, by who answered it; unknown is a fax."""
LINES: Final = {
    Stage.GREETING: "greeting_repeated",
    Stage.ASKED: "proof_asked",
    Stage.SCREENED: "screening_answered",
    Stage.AWAITING_TONE: "voicemail_answered",
    Stage.MESSAGE: "message_left",
    Stage.CONSENT: "person_answered",
    Stage.CONNECTING: "person_answered",
    Stage.REFUSED: "customer_refused",
    Stage.LEAVING: "nobody_reached",
}
"""Kinds of lines in the timeline."""


class WhoAnswered:
    """The first seconds of a called customer. All methods run in the scene's transaction."""

    def __init__(
        self,
        rules: DialRules,
        outcomes: Outcomes,
        *,
        words: FirstWords,
        customer_first: CustomerFirst,
        shop: ShopWords,
        consents: Consents,
    ) -> None:
        self._rules = rules
        self._outcomes = outcomes
        self._words = words
        self._customer_first = customer_first
        self._shop = shop
        self._consents = consents

    def present(self, scene: Scene, leg: Leg, attempt: Attempt) -> Turn:
        """What the telephone is to hear now."""
        now, told = self._now(leg), Told(scene.uow, attempt, self._shop)
        if now.is_missed or (attempt.ended_at is None and now.stage is not Stage.CONNECTING):
            return self._words.of(now, told, scene.now)
        # The number tells whoever hears the leg that the call has moved on.
        turn = replace(self._customer_first.present(scene, leg, told), number=now.turn)
        if turn.next is not Next.JOIN:
            return turn
        said = self._said(leg, now, told.locale)
        return self._consents.before_joining(scene.uow, attempt, said, turn, scene.now)

    def _said(self, leg: Leg, now: Answered, locale: str) -> Said | None:
        """Of the recording; None: there is none to be, and nothing is said."""
        rule = self._consents.rule(leg.number)
        consent = Consent.TOLD if rule is Rule.TELL else now.consent
        if rule is None or consent is None:
            return None
        return Said(consent, leg.sid or "", leg.number, locale, now.consent_words)

    def pressed(self, scene: Scene, leg: Leg, attempt: Attempt, key: str | None, turn: int) -> Turn:
        """A key, or the silence after a document of this number."""
        now = self._now(leg)
        if now.stage is Stage.CONNECTING:
            told = Told(scene.uow, attempt, self._shop)
            answer = self._customer_first.pressed(scene, leg, told, key)
            return replace(answer, number=now.turn) if answer is not None else self.present(scene, leg, attempt)
        if key or turn == now.turn:
            self._happens(scene, leg, attempt, Pressed(key[0]) if key else Quiet())
        return self.present(scene, leg, attempt)

    def spoke(self, scene: Scene, leg: Leg, attempt: Attempt, heard: Spoke) -> Turn:
        """Something was said on the line."""
        self._happens(scene, leg, attempt, heard)
        return self.present(scene, leg, attempt)

    def judged(self, scene: Scene, leg: Leg, answered_by: str) -> None:
        """The carrier's verdict. A telephone that now is to hear something else is sent there."""
        record(scene.uow, scene.now, "answered_by", subject=leg, data={"answered_by": answered_by})
        attempt = attempts.of_leg(scene.uow, leg)
        if leg.party != Party.CUSTOMER or leg.state != LegState.PLACED or attempt is None:
            return
        before = self._now(leg)
        self._happens(scene, leg, attempt, Judged(Verdict.of(answered_by)))
        if self._now(leg).turn != before.turn and leg.answered_at is not None and leg.sid is not None:
            scene.after.append(Redirect(leg.sid, addresses.present(leg.id)))

    def _now(self, leg: Leg) -> Answered:
        if leg.picked_up is not None:
            return leg.picked_up
        asks_consent = self._consents.rule(leg.number) is Rule.ASK
        return Answered(always_prove=self._rules.always_prove, asks_consent=asks_consent)

    def _happens(self, scene: Scene, leg: Leg, attempt: Attempt, happening: Happening) -> None:
        """An attempt that has ended meanwhile has its last words to say, unless a machine is still listened to."""
        before = self._now(leg)
        if leg.state != LegState.PLACED or (attempt.ended_at is not None and not before.is_missed):
            return
        after = step(before, happening)
        leg.picked_up = after
        if after.turn != before.turn:
            if before.stage is not Stage.CONSENT:  # that a person answered has been told
                record(scene.uow, scene.now, LINES[after.stage], subject=leg, data=_evidence(after))
            self._moved(scene, leg, attempt, after)
        if after.is_likely_person and attempt.ended_at is None:
            self._customer_first.ring_agent(scene, attempt)

    def _moved(self, scene: Scene, leg: Leg, attempt: Attempt, now: Answered) -> None:
        if now.stage is Stage.CONNECTING and not attempt.customer_first:
            leg.joins_at = scene.now
        elif now.is_missed and attempt.ended_at is None:
            self._missed(scene, leg, attempt, OUTCOMES[now.who])

    def _missed(self, scene: Scene, leg: Leg, attempt: Attempt, outcome: Outcome) -> None:
        leg.outcome = outcome
        self._outcomes.first_rung(scene.uow, leg, scene.now)
        actions = self._outcomes.customer_missed(scene.uow, attempt, outcome, scene.now)
        # This telephone has its own last words, or is still waited for.
        scene.after.extend(action for action in actions if getattr(action, "call_sid", None) != leg.sid)


def _evidence(now: Answered) -> dict[str, Any]:
    heard = [cue.value for cue in now.cues]
    return {"who": now.who.value, "verdict": now.verdict.value, "heard": heard, "proven": now.proven}
