"""What is known of who answered a customer's telephone: witnesses, stages, and where it stands."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ivr.domain.consent import Consent


class Who(StrEnum):
    """What picked up, as far as is known."""

    UNKNOWN = "unknown"
    PERSON = "person"
    VOICEMAIL = "voicemail"
    IVR = "ivr"
    SCREENING = "screening"
    SILENCE = "silence"


class Verdict(StrEnum):
    """The carrier's word, as far as it matters."""

    NONE = "none"
    """Not said yet, or never."""
    HUMAN = "human"
    MACHINE = "machine"
    """A machine that still talks, or one whose end nobody heard."""
    TONE = "tone"
    """A machine whose greeting has ended with its tone: what is said now is kept."""
    FAX = "fax"
    UNCLEAR = "unclear"

    @classmethod
    def of(cls, answered_by: str) -> "Verdict":
        """Twilio's AnsweredBy: human, machine_start, machine_end_beep, ..._silence, ..._other, fax, unknown."""
        if answered_by == "machine_end_beep":
            return cls.TONE
        if answered_by.startswith("machine"):
            return cls.MACHINE
        return {"human": cls.HUMAN, "fax": cls.FAX}.get(answered_by, cls.UNCLEAR)


class Cue(StrEnum):
    """What was said on the line, by what it tells about who speaks. The first four are intents of the same name."""

    VOICEMAIL = "voicemail_greeting"
    """"Please leave a message"."""
    MENU = "ivr_menu"
    """"Press 1 for sales"."""
    SCREENING = "call_screening"
    """"Who is calling?" """
    HELLO = "hello"
    YES = "yes"
    NO = "no"
    LONG = "long_speech"
    """Somebody or something goes on talking: people say hello and wait."""
    WORDS = "words"
    """Anything else, short."""


OVERHEARD: Final = (Cue.VOICEMAIL.value, Cue.MENU.value, Cue.SCREENING.value, Cue.HELLO.value)
"""Intents that are listened for on a telephone that was just answered."""
MACHINE_CUES: Final = frozenset({Cue.VOICEMAIL, Cue.MENU, Cue.LONG})


class Stage(StrEnum):
    """What the telephone is told now."""

    GREETING = "greeting"
    """Who calls and why, in one sentence."""
    ASKED = "asked"
    """"Press 1, or say yes, to be connected"."""
    SCREENED = "screened"
    """The answer to "who is calling?"; then we wait."""
    AWAITING_TONE = "awaiting_tone"
    """A machine's greeting is let end."""
    MESSAGE = "message"
    CONSENT = "consent"
    """A person is there, and is asked whether the conversation may be recorded."""
    CONNECTING = "connecting"
    REFUSED = "refused"
    """A person said no."""
    LEAVING = "leaving"
    """Nothing answers that could be talked to."""


OVER: Final = frozenset({Stage.MESSAGE, Stage.CONNECTING, Stage.REFUSED, Stage.LEAVING})
MISSED: Final = frozenset({Stage.AWAITING_TONE, Stage.MESSAGE, Stage.REFUSED, Stage.LEAVING})
"""No person will be joined: whoever waits for one is freed."""
PERSON_THERE: Final = frozenset({Stage.CONSENT, Stage.CONNECTING})
MOST_TURNS: Final = 1_000
"""More documents than one leg ever hears."""
MOST_ASKED: Final = 2
MOST_GREETED: Final = 2
MOST_SCREENED: Final = 2
PROOF_KEY: Final = "1"
REFUSAL_KEY: Final = "2"


# --- what happens ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """The carrier's verdict has come."""

    verdict: Verdict


@dataclass(frozen=True)
class Spoke:
    """Something was heard."""

    cue: Cue
    turn: int = 0
    """The document that it was said to."""
    ends: bool = False
    """It ended the document: the carrier's own recogniser hears by turns."""
    text: str = ""
    """The words themselves."""
    is_vague: bool = False
    """Heard so badly that it may have been something else."""


@dataclass(frozen=True)
class Pressed:
    """A key."""

    key: str


@dataclass(frozen=True)
class Quiet:
    """The document is over, and so is the silence after it."""


Happening = Judged | Spoke | Pressed | Quiet


@dataclass(frozen=True)
class Answered:
    """Where it stands; kept with the leg."""

    stage: Stage = Stage.GREETING
    turn: int = 1
    """Counts the documents: what answers an older one is late."""
    verdict: Verdict = Verdict.NONE
    cues: tuple[Cue, ...] = ()
    """All that was heard so far."""
    fresh: tuple[Cue, ...] = ()
    """What was heard in the present turn."""
    greeted: int = 1
    asked: int = 0
    screened: int = 0
    asks_since: int = MOST_TURNS
    """The first document that a yes may be the answer to."""
    always_prove: bool = False
    """No verdict replaces the proof: IVR_PERSON_PROOF."""
    proven: bool = False
    asks_consent: bool = False
    """Whether the conversation is recorded only with a yes."""
    consent: Consent | None = None
    """What was said to that; None: not asked, or not answered yet."""
    consent_words: str = ""
    """In the customer's own words, or the key."""
    who: Who = Who.UNKNOWN

    @property
    def is_over(self) -> bool:
        """Whether it is decided and all has been said but the last words."""
        return self.stage in OVER

    @property
    def is_missed(self) -> bool:
        """Whether no person will be joined."""
        return self.stage in MISSED

    @property
    def is_likely_person(self) -> bool:
        """Whether an agent may be rung already, while the first sentence is spoken."""
        return self.who is Who.PERSON or (self.stage is Stage.GREETING and not self.is_doubtful)

    @property
    def is_doubtful(self) -> bool:
        """Whether a person would have to prove to be one."""
        return self.always_prove or self.verdict is not Verdict.HUMAN or bool(MACHINE_CUES & set(self.cues))
