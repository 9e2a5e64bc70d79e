"""Everything the use cases need from outside but storage (store.py), as Protocols."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from ivr.domain.callbacks import Leg
from ivr.domain.hearing import Ability, Grammar, Hypothesis
from ivr.domain.intents import Expects, Meaning
from ivr.domain.orders import Order
from ivr.domain.regions import Whereabouts
from ivr.domain.turn import Say


class Clock(Protocol):
    """The wall clock."""

    def now(self) -> datetime:
        """Aware UTC."""


# --- hearing -----------------------------------------------------------------------------------------------


class Utterance(Protocol):
    """One recogniser for one utterance; used by one thread at a time, then thrown away."""

    def feed(self, pcm: bytes) -> None:
        """Take 16-bit little-endian mono PCM at 8,000 Hz, any even number of bytes."""

    def partial(self) -> str:
        """The best text so far."""

    def finish(self) -> tuple[Hypothesis, ...]:
        """End the utterance: readings, best first; empty if no word was heard. A second call returns the same."""


class Recognizer(Protocol):
    """Speech to words, limited to a turn's grammar."""

    @property
    def engine(self) -> str:
        """`vosk`, `pocketsphinx`: for logs and the doctor."""

    def hears(self, locale: str) -> bool:
        """Whether a model for this locale is ready now."""

    def open(self, grammar: Grammar, *, alternatives: int = 1) -> Utterance:
        """A new utterance; alternatives > 1 asks for an n-best list. Raises EngineUnavailable."""

    def unknown_words(self, locale: str, words: Iterable[str]) -> set[str]:
        """The words that the locale's model cannot hear."""


class Understanding(Protocol):
    """Words to intents and slots, and back to what a recogniser needs; one source: grammars/<locale>/."""

    def ability(self, locale: str) -> Ability:
        """How much of a locale is understood at all, whoever hears it."""

    def grammar(self, locale: str, expects: Expects) -> Grammar:
        """What the recogniser listens for in a turn that expects this (cached by content); no phrases: nothing."""

    def hints(self, locale: str, expects: Expects) -> tuple[str, ...]:
        """Phrases for a carrier's own recogniser: at most 500, each at most 100 characters (Twilio 13330)."""

    def parse(self, locale: str, expects: Expects, readings: Sequence[str]) -> Meaning:
        """The best meaning among the readings (best first); certainty NONE if none fits."""

    def is_complete(self, locale: str, expects: Expects, text: str) -> bool:
        """Whether the text is a complete, unambiguous answer, so that a short silence ends the turn."""

    def is_enough(self, locale: str, expects: Expects, text: str) -> bool:
        """Whether the text is an answer as it stands, though more words would make it another."""


class Speaker(Protocol):
    """Prompts to text, from grammars/<locale>/prompts: every word a person hears."""

    locales: tuple[str, ...]
    """Complete locales, the default first."""

    def text(self, locale: str, say: Say) -> str:
        """The sentence to speak. Raises ContentError for an unknown key."""

    def voice(self, locale: str) -> tuple[str, str]:
        """The carrier's voice for a locale, and how slow it speaks on demand, such as 85%."""


class TextToSpeech(Protocol):
    """A voice of our own, where the carrier's does not speak (IVR_HEARING=duplex)."""

    def speaks(self, locale: str) -> bool:
        """Whether it has a voice for the locale."""

    def speak(self, text: str, locale: str, *, slow: bool = False) -> bytes:
        """The sentence as mu-law at 8,000 Hz, in whole frames of 20 ms. Raises VoiceUnavailable."""


# --- the shop, messages ------------------------------------------------------------------------------------


class Commerce(Protocol):
    """The shop's orders."""

    def customer_name(self, number: str) -> str | None:
        """The name kept with a telephone number."""

    def customer_since(self, number: str, locale: str) -> date | None:
        """Since when they are a customer; None: nobody, or it is not told."""

    def recent_orders(self, number: str, locale: str) -> Sequence[Order]:
        """A customer's orders, newest first, with the item named in the locale's language."""

    def find_orders(self, digits: str, locale: str) -> Sequence[Order]:
        """Orders whose number is these 17 digits, or ends in these 7."""

    def order(self, order_id: str, locale: str) -> Order | None:
        """One order by its 17 digits."""

    def cancel(self, order_id: str) -> bool:
        """Cancel an order; False if it is too late. Canceling twice is no error."""


@dataclass(frozen=True)
class CheckedNumber:
    """A telephone number that exists by its country's plan; whether we call such numbers is the booking's matter."""

    e164: str
    country: str
    """ISO 3166, two letters: `+1` alone tells nothing (Jamaica and the Dominican Republic share it)."""
    line_type: str
    """fixed_line, mobile, fixed_line_or_mobile, voip, toll_free, premium_rate, shared_cost, personal, uan, other."""
    zones: tuple[str, ...]
    """Every IANA zone in which it may lie, at least one; our own first if it is among them."""
    regions: tuple[str, ...] = ()
    """Every region of its country in which it may lie (ISO 3166-2), if its beginning tells."""

    @property
    def whereabouts(self) -> Whereabouts:
        """Whose clock, laws and days off are its owner's."""
        return Whereabouts(self.zones, self.country, self.regions)


class NumberRules(Protocol):
    """What is known of telephone numbers."""

    def check(self, number: str, country: str | None = None) -> CheckedNumber:
        """Read a number as typed, keyed or sent by a carrier; without `+` it is read in `country` (default: our own).

        Raises NumberRefused: `number` (malformed or impossible), `extension`.
        """


class Messenger(Protocol):
    """Text messages."""

    def send_text(self, number: str, text: str, status_path: str = "") -> str:
        """Send to an E.164 number; the carrier's name for it. What becomes of it is told at `status_path`, if given.

        Raises CarrierRejected (surely not sent) or CarrierUnclear (may have been sent: look for it).
        """

    def find_text(self, number: str, part: str, since: datetime) -> str | None:
        """The carrier's name for a text to this number, sent since, that holds `part`; None if there is none.

        Raises CarrierUnclear when the list can't be had.
        """


# --- the telephone -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlacedCall:
    """A call as the carrier lists it."""

    sid: str
    to: str
    status: str
    """Twilio's spelling: queued, ringing, in-progress, completed, busy, failed, no-answer, canceled."""
    started_at: datetime | None = None
    answered_by: str | None = None


@dataclass(frozen=True)
class LeftRecording:
    """A recording that the carrier still keeps."""

    sid: str
    call_sid: str


class CallRecordings(Protocol):
    """What the carrier has recorded of callers (IVR_HEARING=record)."""

    def sound(self, recording_sid: str) -> bytes:
        """The sound file. Raises NotFound (or not there yet), CarrierRejected, CarrierUnclear, AudioError (size)."""

    def delete(self, recording_sid: str) -> None:
        """Forget it; one that is gone already is no error. Raises CarrierRejected or CarrierUnclear."""

    def left(self, since: datetime, before: datetime) -> Sequence[LeftRecording]:
        """Answers recorded between the two that were not deleted. Raises CarrierRejected or CarrierUnclear."""


@dataclass(frozen=True)
class RoomMember:
    """Somebody in a conference, as the carrier sees them."""

    call_sid: str
    hold: bool = False
    muted: bool = False
    coaching: bool = False


@dataclass(frozen=True, kw_only=True)
class RoomChange:
    """How somebody in a conference hears and is heard from now on; None: as before."""

    hold: bool | None = None
    muted: bool | None = None
    coaches: str | None = None
    """The CallSid of the only one who hears them; empty: all do."""
    ends_on_exit: bool | None = None
    """Whether the conference ends when they leave."""


class Rooms(Protocol):
    """The carrier's conferences, by their names."""

    def members(self, conference: str) -> Sequence[RoomMember]:
        """Everybody in it; nobody if it does not run."""

    def change(self, conference: str, call_sid: str, change: RoomChange) -> None:
        """Raises CallGone if they are not in it, CarrierRejected, CarrierUnclear."""

    def remove(self, conference: str, call_sid: str) -> None:
        """Put somebody out; their call goes on with its next document. Raises as `change`."""


class Phone(Protocol):
    """The carrier's REST side."""

    def place(self, leg: Leg, *, detect_machine: bool, ring_seconds: int) -> str:
        """Dial the leg; its addresses carry the leg's id. Returns the CallSid.

        Raises CarrierRejected (surely not dialed) or CarrierUnclear (may have been dialed: reconcile).
        """

    def redirect(self, call_sid: str, path: str) -> None:
        """Make a live call fetch another document at this path below the public address. Raises CallGone."""

    def hang_up(self, call_sid: str) -> None:
        """End or cancel a call; one that has ended already is no error."""

    def find_calls(self, to: str, since: datetime) -> Sequence[PlacedCall]:
        """Calls to a number started since; raises CarrierUnclear when the list can't be had."""

    def fetch(self, call_sid: str) -> PlacedCall | None:
        """One call; None if the carrier does not know it. Raises CarrierUnclear."""
