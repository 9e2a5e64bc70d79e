"""Who answered a customer's telephone: person, voicemail, menu, call screening, silence. One pure state machine.

Two witnesses speak: the carrier's verdict, which may be late, missing or wrong, and what the recogniser hears in the
first seconds. Where they agree on a person nobody is kept waiting. Where they don't, proof is asked: key 1 or a yes. No
witness alone ends a call that a person may have answered, but for the tone that the carrier heard after a greeting.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ivr.domain.answered import (
    MACHINE_CUES,
    MOST_ASKED,
    MOST_GREETED,
    MOST_SCREENED,
    PROOF_KEY,
    REFUSAL_KEY,
    Answered,
    Cue,
    Happening,
    Judged,
    Pressed,
    Quiet,
    Spoke,
    Stage,
    Verdict,
    Who,
)
from ivr.domain.consent import Consent


def step(now: Answered, happening: Happening) -> Answered:
    """What follows. The same stage and turn: nothing is to be said that is not being said."""
    if now.is_over:
        return now
    if now.stage is Stage.CONSENT:
        return _asked_consent(now, happening)
    match happening:
        case Judged(verdict):
            return _judged(replace(now, verdict=verdict))
        case Pressed(key):
            return _pressed(now, key)
        case Spoke(cue, turn, ends):
            if cue in (Cue.YES, Cue.NO) and turn < now.asks_since:
                cue = Cue.HELLO  # "yes?" is how some people answer: the question had not been asked
            noted = replace(now, cues=(*now.cues, cue), fresh=(*now.fresh, cue))
            return _spoke(noted, cue, ends=ends and turn == now.turn)
        case Quiet():
            return _QUIET[now.stage](now)


# --- the carrier's verdict ---------------------------------------------------------------------------------------


def _judged(now: Answered) -> Answered:
    if now.verdict is Verdict.FAX:
        return _leave(now, Who.UNKNOWN)
    if now.stage is Stage.AWAITING_TONE:
        return _message(now)  # whatever it is: it waits no longer
    if now.verdict is Verdict.TONE and not _answers_back(now.cues) and not _is_screened(now):
        return _message(now)
    if now.verdict is Verdict.MACHINE and Cue.VOICEMAIL in now.cues and now.stage is not Stage.SCREENED:
        return _await_tone(now)
    if now.stage is Stage.ASKED and not now.is_doubtful and not now.screened:
        return _connect(now)
    return now


def _answers_back(cues: Sequence[Cue]) -> bool:
    """Whether this sounds like a person who talks with us: then a machine is not believed in at once."""
    return bool({Cue.HELLO, Cue.YES} & set(cues)) and Cue.VOICEMAIL not in cues


def _is_screened(now: Answered) -> bool:
    """An assistant that wants to know who calls has a voice and a tone of its own: neither proves anything."""
    return now.screened > 0 and Cue.VOICEMAIL not in now.cues


# --- keys and words ----------------------------------------------------------------------------------------------


def _pressed(now: Answered, key: str) -> Answered:
    if now.stage is Stage.AWAITING_TONE:
        return now  # the agent has been freed
    if key == PROOF_KEY:
        return replace(_connect(now), proven=True)
    if key == REFUSAL_KEY and now.stage is Stage.ASKED:
        return _refuse(now)
    return _ask(now) if now.asked < MOST_ASKED else now  # some key: a person who did not listen to which


def _spoke(now: Answered, cue: Cue, *, ends: bool) -> Answered:
    if now.stage is Stage.AWAITING_TONE:
        return _message(now) if ends else now
    if cue is Cue.SCREENING:
        return _screen(now)
    if cue in (Cue.YES, Cue.NO) and now.stage is not Stage.GREETING:
        return replace(_connect(now), proven=True) if cue is Cue.YES else _refuse(now)
    if now.stage is Stage.SCREENED:
        return _spoke_after_screening(now, cue)
    if not ends:
        return now
    if now.stage is Stage.GREETING and cue is Cue.HELLO and now.greeted < MOST_GREETED and not now.is_doubtful:
        return _to(now, Stage.GREETING, greeted=now.greeted + 1)  # they spoke over it and heard nothing
    return _QUIET[now.stage](now)


def _spoke_after_screening(now: Answered, cue: Cue) -> Answered:
    """The assistant lets somebody through, or the caller's voicemail takes over."""
    if cue is Cue.VOICEMAIL:
        return _await_tone(now)
    return now if cue in MACHINE_CUES else _ask(replace(now, asked=0))


# --- may it be recorded ------------------------------------------------------------------------------------------


def _asked_consent(now: Answered, happening: Happening) -> Answered:
    """Only a plain yes to this very question is one; whatever else happens, they are connected unrecorded."""
    match happening:
        case Judged(verdict):
            return replace(now, verdict=verdict)
        case Pressed(key):
            return _consents(now, {PROOF_KEY: Consent.YES, REFUSAL_KEY: Consent.NO}.get(key, Consent.UNCLEAR), key)
        case Spoke(turn=turn) as spoke:
            return _consents_in_words(now, spoke) if turn == now.turn else now
        case Quiet():
            return _consents(now, Consent.SILENCE)


def _consents_in_words(now: Answered, spoke: Spoke) -> Answered:
    consent = {Cue.YES: Consent.YES, Cue.NO: Consent.NO}.get(spoke.cue) if not spoke.is_vague else Consent.UNCLEAR
    if consent is None and not spoke.ends:
        return now
    return _consents(now, consent or Consent.UNCLEAR, spoke.text)


def _consents(now: Answered, consent: Consent, words: str = "") -> Answered:
    return _to(now, Stage.CONNECTING, consent=consent, consent_words=words)


# --- silence after a document ------------------------------------------------------------------------------------


def _greeted(now: Answered) -> Answered:
    return _ask(now) if now.is_doubtful else _connect(now)


def _unproven(now: Answered) -> Answered:
    """Nobody pressed 1. Who talked back meanwhile, and is not surely a machine, is asked once more."""
    if now.verdict is Verdict.TONE and not _is_screened(now):
        return _message(now)
    is_machine = now.verdict is Verdict.MACHINE or bool(MACHINE_CUES & set(now.cues))
    if now.asked < MOST_ASKED and (_answers_back(now.fresh) or not is_machine):
        return _ask(now)
    if Cue.MENU in now.cues and Cue.VOICEMAIL not in now.cues:
        return _leave(now, Who.IVR)
    if is_machine and not _is_screened(now):
        return _await_tone(now)
    return _leave(now, Who.SCREENING if now.screened else Who.SILENCE)


def _unheard(now: Answered) -> Answered:
    """The screening goes on: we wait once more, then we are not let through."""
    if now.screened < MOST_SCREENED:
        return _to(now, Stage.SCREENED, screened=now.screened + 1)
    return _leave(now, Who.SCREENING)


def _message(now: Answered) -> Answered:
    return _to(now, Stage.MESSAGE, who=Who.VOICEMAIL)


def _stay(now: Answered) -> Answered:
    return now


_QUIET: Final[Mapping[Stage, Callable[[Answered], Answered]]] = {
    Stage.GREETING: _greeted,
    Stage.ASKED: _unproven,
    Stage.SCREENED: _unheard,
    Stage.AWAITING_TONE: _message,
    Stage.MESSAGE: _stay,
    Stage.CONSENT: _stay,
    Stage.CONNECTING: _stay,
    Stage.REFUSED: _stay,
    Stage.LEAVING: _stay,
}


# --- the next document -------------------------------------------------------------------------------------------


def _ask(now: Answered) -> Answered:
    return _to(now, Stage.ASKED, asked=now.asked + 1)


def _screen(now: Answered) -> Answered:
    if now.screened >= MOST_SCREENED:
        return now
    return _to(now, Stage.SCREENED, screened=now.screened + 1, who=Who.SCREENING)


def _connect(now: Answered) -> Answered:
    return _to(now, Stage.CONSENT if now.asks_consent else Stage.CONNECTING, who=Who.PERSON)


def _refuse(now: Answered) -> Answered:
    return _to(now, Stage.REFUSED, who=Who.PERSON)


def _await_tone(now: Answered) -> Answered:
    return _to(now, Stage.AWAITING_TONE, who=Who.VOICEMAIL)


def _leave(now: Answered, who: Who) -> Answered:
    return _to(now, Stage.LEAVING, who=who)


def _to(now: Answered, stage: Stage, **changes: Any) -> Answered:
    turn = now.turn + 1
    since = min(now.asks_since, turn) if stage in (Stage.ASKED, Stage.SCREENED) else now.asks_since
    return replace(now, stage=stage, turn=turn, fresh=(), asks_since=since, **changes)
