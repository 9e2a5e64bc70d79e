"""What the dialogue can hear: speech, keys, silence, and the results of its effects."""

from dataclasses import dataclass
from datetime import datetime

from ivr.domain.consent import Rule
from ivr.domain.dialogue.account_talk import AccountResult
from ivr.domain.dialogue.account_talk import CardGiven as CardGiven
from ivr.domain.dialogue.claim_talk import ClaimAnswered as ClaimAnswered
from ivr.domain.dialogue.claim_talk import ClaimFound as ClaimFound
from ivr.domain.dialogue.claim_talk import ClaimView as ClaimView
from ivr.domain.dialogue.order_talk import PhotoSent as PhotoSent
from ivr.domain.drop_offs import DropOff
from ivr.domain.guides import Guide
from ivr.domain.intents import Meaning
from ivr.domain.knowledge import Answer
from ivr.domain.moments import Resolved, Unresolved
from ivr.domain.orders import Order
from ivr.domain.policy.ruling import Ruling


@dataclass(frozen=True)
class OpenCallback:
    """The caller's open callback."""

    id: str
    at: datetime
    """When it is due, or for as soon as possible the latest time spoken."""
    asap: bool
    case_id: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class HeldPlace:
    """The caller waited on the line and was cut off: their place in it is kept."""

    call_sid: str
    case_id: str
    case_number: str


@dataclass(frozen=True)
class Speech:
    """Words, understood as far as possible."""

    meaning: Meaning


@dataclass(frozen=True)
class Key:
    """One key, or all keys of a number."""

    digits: str


@dataclass(frozen=True)
class Silence:
    """Nothing was said or keyed."""


@dataclass(frozen=True)
class SpeechLost:
    """Something may have been said, and we failed to hear it: apologise, go on by keys."""


@dataclass(frozen=True)
class OrdersFound:
    """Result of FindOrders: none, one, or several with the same last digits."""

    orders: tuple[Order, ...]


@dataclass(frozen=True)
class OrdersRead:
    """Result of ReadOrders, in the present language."""

    recent: tuple[Order, ...]
    """The caller's, newest first."""
    others: tuple[Order, ...] = ()


@dataclass(frozen=True)
class CaseOpened:
    """Result of OpenCase."""

    case_id: str
    number: str
    now: datetime
    photo_told: bool = False
    """The link of the photo of its delivery was sent before."""


@dataclass(frozen=True)
class DataErased:
    """Result of EraseData."""


@dataclass(frozen=True)
class ShopAway:
    """Result of whatever needs the shop: it does not answer now."""


@dataclass(frozen=True)
class OrderCanceled:
    """Result of CancelOrder."""

    done: bool


@dataclass(frozen=True)
class Decided:
    """Result of Decide."""

    ruling: Ruling
    order: Order
    """As the shop tells it now."""
    now: datetime
    payout: tuple[str, ...] = ()
    """Prompts: how a refund is paid; empty if nothing is."""
    choice: str = ""
    """What was chosen, and done."""
    places: tuple[DropOff, ...] = ()
    """Where a return can be handed in, the nearest first."""
    told: str = ""
    """How the customer is sent the page of a return: text, email; empty: not at all."""
    variant: str = ""  # spoken: what it is exchanged for
    settled_at: datetime | None = None
    settled_minor: int = 0
    """What was paid about it before, in the currency's smallest unit."""
    traced_at: datetime | None = None
    claim_minor: int = 0
    """What a claim about it is about, or the seller's offer, in the currency's smallest unit."""
    claim_due_at: datetime | None = None
    """Until when the seller has to answer it."""
    guide: Guide | None = None
    """What can be tried before, if the rules offer that."""
    trail: tuple[str, ...] = ()
    """The way through it that was gone already."""


@dataclass(frozen=True)
class WaitEstimated:
    """Result of EstimateWait: the honest wait."""

    low_seconds: int
    high_seconds: int
    agent_free: bool
    ahead: int = 0
    """People before them."""
    is_short: bool = False
    """Not worth a callback: it is waited for on the line, unless they want to be called."""


@dataclass(frozen=True)
class OfferedZone:
    """A clock on which a time may have been named: an IANA zone, and its name in the caller's language."""

    zone: str
    name: str


@dataclass(frozen=True)
class MomentResolved:
    """Result of ResolveMoment."""

    moment: Resolved | Unresolved
    now: datetime
    zones: tuple[OfferedZone, ...] = ()
    """The number may lie in several, whose clocks differ at that time: it is asked first which one was meant."""


@dataclass(frozen=True)
class NumberChecked:
    """Result of CheckNumber; `number` None: refused for `reason`."""

    number: str | None
    reason: str = ""
    zone: str = "UTC"


@dataclass(frozen=True)
class CallbackBooked:
    """Result of Book and Move."""

    callback: OpenCallback
    now: datetime


@dataclass(frozen=True)
class CallbackNotBooked:
    """Result of Book and Move: refused for `reason`; `existing` when one is open already.

    `nearest_at`: the first moment that can be had when the named one was taken meanwhile.
    """

    reason: str
    now: datetime
    existing: OpenCallback | None = None
    nearest_at: datetime | None = None


@dataclass(frozen=True)
class CallbackCanceled:
    """Result of CancelCallback."""


@dataclass(frozen=True)
class CallbackGone:
    """Result of Move and CancelCallback: it has ended meanwhile, by another door."""


@dataclass(frozen=True)
class CodeFound:
    """Result of FindByCode; `callback` None: no machine rings for it any more, a person decides."""

    callback: OpenCallback | None
    case_id: str
    case_number: str
    place: str = ""
    """They waited on the line, in this call, and were cut off."""


@dataclass(frozen=True)
class CodeUnknown:
    """Result of FindByCode: `locked` after too many tries, right or wrong."""

    locked: bool


@dataclass(frozen=True)
class InLine:
    """Result of EnterLine: the caller waits, or an agent is being rung."""

    agent_free: bool
    kept_seconds: int = 0
    """So long their place is kept if they are cut off."""
    code: str = ""
    """Leads back to it from any telephone; empty: their number does."""


@dataclass(frozen=True)
class QuestionsRead:
    """Result of ReadQuestions; none where there are no help articles in this language."""

    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class AgentReady:
    """An agent accepted: the caller joins this conference."""

    conference: str
    rule: Rule | None = None
    """What is to be said or asked before, if the conversation may be recorded; None: nothing is recorded."""


@dataclass(frozen=True)
class AgentLost:
    """The agent who accepted was gone before the two met: the caller waits on at the old place."""


@dataclass(frozen=True)
class ConferenceLeft:
    """The conversation with the agent is over, the caller is still on the line."""


@dataclass(frozen=True)
class DocumentFailed:
    """The carrier could not use our last document: apologise and go on."""


Result = (
    OrdersFound
    | OrdersRead
    | CaseOpened
    | OrderCanceled
    | DataErased
    | ShopAway
    | Decided
    | PhotoSent
    | ClaimFound
    | ClaimAnswered
    | WaitEstimated
    | MomentResolved
    | NumberChecked
    | CallbackBooked
    | CallbackNotBooked
    | CallbackCanceled
    | CallbackGone
    | CodeFound
    | CodeUnknown
    | InLine
    | QuestionsRead
    | AccountResult
)
Heard = (
    Speech | Key | Silence | SpeechLost | CardGiven | AgentReady | AgentLost | ConferenceLeft | DocumentFailed | Result
)
