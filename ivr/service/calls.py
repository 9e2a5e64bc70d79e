"""Use cases of a live call: load the dialogue, step it, carry out its effects, save; one transaction a step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from ivr.domain.calls import Call
from ivr.domain.cards import is_card
from ivr.domain.dialogue import Dialogue, State, start
from ivr.domain.dialogue.account_talk import CardGiven, Paid
from ivr.domain.dialogue.doubts import is_read_back
from ivr.domain.dialogue.heard import (
    AgentLost,
    AgentReady,
    ConferenceLeft,
    DocumentFailed,
    Heard,
    Key,
    Silence,
    Speech,
    SpeechLost,
)
from ivr.domain.dialogue.machine import blank
from ivr.domain.dialogue.news import tell
from ivr.domain.hearing import Ability, Grammar, Hypothesis, Pace
from ivr.domain.turn import Next, Turn
from ivr.errors import NotFound
from ivr.service.addresses import conference
from ivr.service.arrival import Arrivals
from ivr.service.call_ends import end_call
from ivr.service.call_rows import dialogue_of, known_call, note_said, remember_locale
from ivr.service.card_words import has_card
from ivr.service.effects import Effects
from ivr.service.exchange import Exchange
from ivr.service.ports import Speaker, Understanding
from ivr.service.scenes import Scene, Scenes
from ivr.service.stepping import advance, carry_out_all
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record
from ivr.service.utterance import HeardUtterance

LONGEST_SPEECH = timedelta(seconds=30)
"""A "caller is speaking" mark older than this is stale (the socket died)."""

GOING = frozenset({State.CONSENT, State.JOINED})
"""On the way to an agent, or with one."""
CARRIER = "carrier"
"""The engine's name when the carrier's own recogniser heard: its Gather is over, no keys are half way in."""


class HeldCallers(Protocol):
    """service.held_legs.HeldLegs, as calls use it: agents who ring or talk for a live caller."""

    def caller_joins(self, attempt_id: str, call_sid: str) -> bool: ...
    def caller_left(self, call_sid: str) -> None: ...
    def caller_left_conference(self, call_sid: str) -> bool: ...


@dataclass(frozen=True)
class CallPorts:
    """What the call service works with."""

    scenes: Scenes
    understanding: Understanding
    speaker: Speaker
    arrivals: Arrivals
    effects: Effects
    held: HeldCallers
    hears: Callable[[str], bool] = lambda locale: True
    """Whether speech in this locale can be heard now."""


class CallService:
    """A call from ring to goodbye. Every method may be called again with the same arguments without harm."""

    def __init__(self, ports: CallPorts) -> None:
        self._ports = ports
        self._scenes = ports.scenes
        self._store, self._clock = ports.scenes.store, ports.scenes.clock
        self._effects = ports.effects

    def arrive(self, sid: str, from_raw: str | None, to: str) -> Turn:
        """Answer a call; a repeated request gets the present turn."""
        return dialogue_of(self._scenes.run(lambda scene: self._known_or_opened(scene, sid, from_raw, to))).turn

    def _known_or_opened(self, scene: Scene, sid: str, from_raw: str | None, to: str) -> Call:
        return scene.uow.calls.get(sid) or self._open(scene.uow, sid, from_raw, to)

    def _open(self, uow: UnitOfWork, sid: str, from_raw: str | None, to: str) -> Call:
        now = self._clock.now()
        call = Call(sid=sid, from_number=None, to_number=to, started_at=now)
        caller, locales = self._ports.arrivals.recognise(uow, call, from_raw)
        call.dialogue = start(caller, locales, now, self._abilities(locales))
        call.locale, call.turn = locales[0], call.dialogue.turn.number
        uow.calls.add(call)
        record(uow, now, "call_started", call=call, data={"known": bool(caller.orders)})
        note_said(uow, now, self._ports.speaker, call, call.dialogue.turn)
        return call

    def tell_news(self, sid: str, leg_id: str) -> Turn:
        """A customer whom we rang with news has answered. Raises NotFound: there is no news, or no order any more."""
        return dialogue_of(self._scenes.run(lambda scene: self._known_or_told(scene, sid, leg_id))).turn

    def _known_or_told(self, scene: Scene, sid: str, leg_id: str) -> Call:
        if (known := scene.uow.calls.get(sid)) is not None:
            return known
        outreach = scene.uow.outreaches.of_leg(leg_id)
        if outreach is None:
            raise NotFound("there is no news for this call")
        call = Call(sid=sid, from_number=None, to_number="", started_at=scene.now)
        caller, locales = self._ports.arrivals.recognise(scene.uow, call, outreach.number)
        order = self._ports.arrivals.commerce.order(outreach.order_id, locales[0])
        if order is None:
            raise NotFound("the shop no longer knows this order")
        call.locale, call.case_id = locales[0], outreach.case_id
        call.dialogue = blank(caller, locales, scene.now, self._abilities(locales))
        scene.uow.calls.add(call)
        record(scene.uow, scene.now, "call_started", call=call, data={"known": True, "news": outreach.kind.value})
        told = tell(call.dialogue, outreach.kind, order, outreach.case_id, scene.now)
        self._save(scene.uow, call, carry_out_all(self._effects, Exchange(scene, call, call.dialogue), told))
        return call

    def _abilities(self, locales: Sequence[str]) -> dict[str, Ability]:
        """Of the locales of which not everything is understood."""
        abilities = {name: self._ability(name) for name in locales}
        return {name: ability for name, ability in abilities.items() if ability != Ability.FULL}

    def _ability(self, locale: str) -> Ability:
        return self._ports.understanding.ability(locale) if self._ports.hears(locale) else Ability.KEYPAD

    def present(self, sid: str) -> Turn:
        """The present turn. Raises NotFound."""
        with self._store.read() as uow:
            return dialogue_of(known_call(uow, sid)).turn

    def keys(self, sid: str, turn: int, digits: str) -> Turn:
        """Keys pressed in answer to a turn; late or repeated ones get the present turn."""
        return self._step(sid, lambda call: self._keyed(call, turn, digits))

    def _keyed(self, call: Call, turn: int, digits: str) -> Heard | None:
        dialogue = dialogue_of(call)
        fresh = dialogue.answered < turn <= dialogue.turn.number
        if fresh and is_card(digits.strip("#"), dialogue.turn.expects.digit_lengths):
            call.dialogue = replace(dialogue, answered=turn)
            return CardGiven()
        # A lone # is the end of a number that was complete without it.
        if not fresh or not digits.strip("#") or (turn < dialogue.since and digits != "0"):
            return None
        call.dialogue = replace(dialogue, answered=turn)
        return Key(digits)

    def speech(
        self,
        sid: str,
        turn: int,
        readings: Sequence[Hypothesis],
        *,
        engine: str,
        audio_seconds: float,
        level: float = 0.0,
    ) -> Turn:
        """Words heard in a turn, best reading first; the returned turn's number tells whether it moved on."""
        heard = HeardUtterance(turn, tuple(readings), engine, audio_seconds, level=level)
        return self._step(sid, lambda call: self._spoken(call, heard), heard)

    def _spoken(self, call: Call, heard: HeardUtterance) -> Heard | None:
        dialogue = dialogue_of(call)
        fresh = dialogue.answered < heard.turn <= dialogue.turn.number
        if not fresh or heard.turn < dialogue.since:
            return None
        asked = dialogue.turn
        texts = [reading.text for reading in heard.readings]
        if has_card(self._ports.understanding, asked, texts):
            call.dialogue = replace(dialogue, answered=heard.turn)
            return CardGiven()  # nothing of it is written down
        meaning = self._ports.understanding.parse(dialogue.locale, asked.expects, texts)
        told_back = meaning.first is not None and is_read_back(dialogue.state, meaning.first)
        heard.meaning = heard.doubted(meaning, is_read_back=told_back)
        in_danger = heard.meaning.mood.danger  # never waits for keys
        if asked.pace == Pace.DIGITS and not heard.means("digits") and heard.engine != CARRIER and not in_danger:
            # A redirect would throw half-keyed digits away: wait for the keys, or for the Gather to time out.
            call.dialogue = replace(dialogue, misheard=True)
            return None
        if asked.next == Next.HOLD and not heard.means() and not in_danger:
            return None  # talk beside the telephone is no answer to music
        call.dialogue = replace(dialogue, answered=heard.turn)
        return Speech(heard.meaning)

    def silence(self, sid: str, turn: int) -> Turn:
        """No keys came; while the caller is talking the turn stays as it is: listen on."""
        return self._step(sid, lambda call: self._silent(call, turn))

    def _silent(self, call: Call, turn: int) -> Heard | None:
        since = call.speaking_since_at
        speaking = since is not None and self._clock.now() - since < LONGEST_SPEECH
        return Silence() if turn == dialogue_of(call).turn.number and not speaking else None

    def paid(self, sid: str, turn: int, paid: Paid) -> Turn:
        """What came of the card terminal, told once; what was, or may be, paid is noted also after a hang-up."""
        return self._scenes.run(lambda scene: self._paid(scene, sid, turn, paid))

    def _paid(self, scene: Scene, sid: str, turn: int, paid: Paid) -> Turn:
        call = known_call(scene.uow, sid)
        dialogue = dialogue_of(call)
        if (dialogue.state, dialogue.turn.number) == (State.PAYING, turn) and (call.is_live or paid.may_be_paid):
            self._advance(scene, call, paid)
        return dialogue_of(call).turn

    def unheard(self, sid: str, turn: int) -> Turn:
        """What was said in a turn is lost by our fault: apologise and go on by keys."""
        return self._step(sid, lambda call: SpeechLost() if turn == dialogue_of(call).turn.number else None)

    def speaking(self, sid: str, is_speaking: bool) -> None:
        """The caller began or stopped to talk."""
        with self._store.begin() as uow:
            call = uow.calls.get(sid)
            if call is not None and call.is_live:
                call.speaking_since_at = self._clock.now() if is_speaking else None
                uow.commit()

    def failed(self, sid: str, from_raw: str | None, to: str) -> Turn:
        """A document of ours could not be used: apologise, offer an agent or a callback."""
        self.arrive(sid, from_raw, to)  # it may have been the first one
        return self._step(sid, lambda call: DocumentFailed())

    def join(self, sid: str, attempt_id: str) -> Turn:
        """An agent accepted: the caller on hold joins the attempt's conference; waits on if the agent has gone."""
        if not self._ports.held.caller_joins(attempt_id, sid):
            return self.present(sid)
        return self._step(sid, lambda call: self._joining(call, conference(attempt_id)))

    def _joining(self, call: Call, name: str) -> Heard | None:
        dialogue = dialogue_of(call)
        if name in (dialogue.turn.conference, dialogue.joins) and dialogue.state in GOING:
            return None
        return AgentReady(name, self._effects.consents.rule(call.from_number))

    def left_conference(self, sid: str) -> Turn:
        """The conference is over, the caller is still there: ask for the effort, or wait on if the agent was lost."""
        present = self.present(sid)
        if present.state not in GOING:
            return present
        over = ConferenceLeft() if self._ports.held.caller_left_conference(sid) else AgentLost()
        return self._step(sid, lambda call: over if dialogue_of(call).state in GOING else None)

    def ended(self, sid: str) -> None:
        """The call is over."""
        self._scenes.run(lambda scene: end_call(scene, sid, self._effects.orders.care.notices))
        self._ports.held.caller_left(sid)

    def hearing(self, sid: str) -> tuple[Turn, Grammar] | None:
        """The present turn and what to listen for; None when nothing is to be heard."""
        with self._store.read() as uow:
            call = uow.calls.get(sid)
            if call is None or not call.is_live:
                return None
            turn = dialogue_of(call).turn
        listens = turn.next in (Next.LISTEN, Next.HOLD)
        return (turn, self._ports.understanding.grammar(turn.locale, turn.expects)) if listens else None

    def is_complete(self, turn: Turn, text: str) -> bool:
        """Whether the text answers the turn completely."""
        return self._ports.understanding.is_complete(turn.locale, turn.expects, text)

    def is_enough(self, turn: Turn, text: str) -> bool:
        """Whether the text may be the turn's whole answer, though more words would change it."""
        return self._ports.understanding.is_enough(turn.locale, turn.expects, text)

    def _step(self, sid: str, hear: Callable[[Call], Heard | None], utterance: HeardUtterance | None = None) -> Turn:
        return self._scenes.run(lambda scene: self._step_once(scene, sid, hear, utterance))

    def _step_once(
        self, scene: Scene, sid: str, hear: Callable[[Call], Heard | None], utterance: HeardUtterance | None
    ) -> Turn:
        call = known_call(scene.uow, sid)
        heard = hear(call) if call.is_live else None
        if utterance is not None and utterance.meaning is not None:
            record(scene.uow, scene.now, "heard", call=call, data=utterance.as_data())
        if heard is not None:
            self._advance(scene, call, heard)
        return dialogue_of(call).turn

    def _advance(self, scene: Scene, call: Call, heard: Heard) -> None:
        before = dialogue_of(call)
        if isinstance(heard, Key):
            data = {"keys": heard.digits, "turn": before.turn.number}
            record(scene.uow, scene.now, "keyed", call=call, data=data)
        able = replace(before, abilities=self._abilities(before.locales))
        self._save(scene.uow, call, advance(self._effects, Exchange(scene, call, able), heard))

    def _save(self, uow: UnitOfWork, call: Call, dialogue: Dialogue) -> None:
        turned = dialogue.turn.number != call.turn
        if dialogue.locale != call.dialogue.locale and call.customer_id:
            remember_locale(uow, call.customer_id, dialogue.locale)
        call.dialogue, call.locale, call.turn = dialogue, dialogue.locale, dialogue.turn.number
        call.speaking_since_at = None
        if turned:
            note_said(uow, self._clock.now(), self._ports.speaker, call, dialogue.turn)
