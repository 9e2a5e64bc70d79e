"""A caller who waited on the line, and an agent is there: may the conversation be recorded? Only a plain yes is one."""

from dataclasses import replace

from ivr.domain.consent import Consent, Rule
from ivr.domain.dialogue.effects import NoteConsent
from ivr.domain.dialogue.heard import AgentReady, Key, Silence, Speech
from ivr.domain.dialogue.questions import ask
from ivr.domain.dialogue.values import Dialogue, State, Step
from ivr.domain.intents import Certainty
from ivr.domain.turn import Next, Say, Turn

WORDS = {Consent.TOLD: "recording_told", Consent.YES: "recording_agreed"}
DECLINED = "recording_declined"
KEYS = {"1": Consent.YES, "2": Consent.NO}
SPOKEN = {"yes": Consent.YES, "no": Consent.NO}


def agent_ready(dialogue: Dialogue, ready: AgentReady) -> Step:
    """Into the conference, or first the question; who was asked in this call is not asked again."""
    going = replace(dialogue, joins=ready.conference)
    match ready.rule:
        case Rule.ASK if dialogue.consent is None:
            return Step(ask(going, State.CONSENT))
        case Rule.ASK:
            return _join(going, dialogue.consent)
        case Rule.TELL:
            return _join(going, Consent.TOLD)
    return _join(going, None)


def answered(dialogue: Dialogue, heard: Key | Speech | Silence) -> Step:
    """Whatever it is, they are joined now; with a yes alone the conversation is recorded."""
    match heard:
        case Key(digits):
            return _join(dialogue, KEYS.get(digits, Consent.UNCLEAR), digits)
        case Speech(meaning):
            first, is_plain = meaning.first, meaning.certainty is Certainty.EXACT
            consent = SPOKEN.get(first.name) if first is not None and is_plain else None
            return _join(dialogue, consent or Consent.UNCLEAR, meaning.text)
    return _join(dialogue, Consent.SILENCE)


def told(consent: Consent | None) -> tuple[Say, ...]:
    """What is said of it before they are joined."""
    return (Say(WORDS.get(consent, DECLINED)),) if consent is not None else ()


def _join(dialogue: Dialogue, consent: Consent | None, said: str = "") -> Step:
    turn = Turn(
        number=dialogue.turn.number + 1,
        locale=dialogue.locale,
        say=(*told(consent), Say("agent_joins")),
        next=Next.JOIN,
        conference=dialogue.joins,
        state=State.JOINED.value,
    )
    joined = replace(dialogue, state=State.JOINED, turn=turn, failures=0, consent=consent)
    return Step(joined, (NoteConsent(consent, said),) if consent is not None else ())
