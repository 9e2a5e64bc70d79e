"""The values of the dialogue: its states, what it remembers, and what a step leads to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ivr.domain.accounts import Bill, Membership
from ivr.domain.consent import Consent
from ivr.domain.dialogue.effects import Effect
from ivr.domain.dialogue.heard import ClaimView, HeldPlace, NumberChecked, OfferedZone, OpenCallback
from ivr.domain.drop_offs import DropOff
from ivr.domain.guides import Guide
from ivr.domain.hearing import Ability
from ivr.domain.intents import Intent
from ivr.domain.knowledge import Answer
from ivr.domain.moments import AskBack, When
from ivr.domain.orders import Order
from ivr.domain.settlements import SettlementKind
from ivr.domain.turn import Say, Turn
from ivr.domain.upset import EVEN_TEMPER, Temper


class State(StrEnum):
    """What the present turn asks."""

    MENU = "menu"
    MENU_MORE = "menu_more"
    MENU_THREE = "menu_three"
    INTENT_CONFIRM = "intent_confirm"
    LANGUAGE = "language"
    ORDER_PICK = "order_pick"
    ORDER_NUMBER = "order_number"
    ORDER_CONFIRM = "order_confirm"
    PHOTO = "photo"
    CANCEL_CONFIRM = "cancel_confirm"
    RETURN_REASON = "return_reason"
    RETURN_WAY = "return_way"
    STEP = "step"
    PART_CHOICE = "part_choice"
    EXPRESS = "express"
    EXCHANGE = "exchange"
    SETTLEMENT = "settlement"
    CLAIM_CAUSE = "claim_cause"
    CLAIM_EVIDENCE = "claim_evidence"
    CLAIM_OFFER = "claim_offer"
    SELLER_NUMBER = "seller_number"
    SELLER_ANSWER = "seller_answer"
    SELLER_PROOF = "seller_proof"
    SELLER_SHARE = "seller_share"
    OFFER = "offer"
    MOMENT = "moment"
    ZONE = "zone"
    MOMENT_CONFIRM = "moment_confirm"
    CALLBACK_NUMBER = "callback_number"
    NUMBER_CONFIRM = "number_confirm"
    UNFINISHED = "unfinished"
    EXISTING = "existing"
    RETURNED = "returned"
    GO_ON = "go_on"
    RESUME_CODE = "resume_code"
    RECALL_CONFIRM = "recall_confirm"
    HOLDING = "holding"
    CONSENT = "consent"
    ERASE_CONFIRM = "erase_confirm"
    MORE = "more"
    ACCOUNT_CODE = "account_code"
    MEMBERSHIP = "membership"
    RENEWAL = "renewal"
    MEMBERSHIP_CONFIRM = "membership_confirm"
    PAY_CONFIRM = "pay_confirm"
    PAYING = "paying"
    ANYTHING_ELSE = "anything_else"
    QUESTION = "question"
    ANSWER_CONFIRM = "answer_confirm"
    ANSWER_TEXT = "answer_text"
    ANSWER_HELPED = "answer_helped"
    JOINED = "joined"
    RATING = "rating"
    ENDED = "ended"


UNFINISHED_IN = frozenset(
    {State.RETURN_REASON, State.RETURN_WAY, State.SETTLEMENT, State.STEP, State.PART_CHOICE, State.EXCHANGE}
)
"""What a call that ended here left unfinished can be gone on with in the next."""


@dataclass(frozen=True)
class Unfinished:
    """What the caller's last call left half done."""

    order: Order
    want: str
    why: str
    case_id: str


@dataclass(frozen=True)
class Done:
    """What they finished on a page since a call of theirs was cut off."""

    item: str
    kind: SettlementKind
    at: datetime
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class Renewal:
    """A membership that ends: it was written to them, and one word of theirs decides."""

    order: Order
    case_id: str
    case_number: str
    membership: Membership


@dataclass(frozen=True)
class Begun:
    """A case of theirs that was begun lately and is not done."""

    id: str
    number: str
    kind: str
    order: Order | None = None
    why: str = ""
    """Of a return: the reason that was said."""


@dataclass(frozen=True)
class Caller:
    """What is known of the caller when the call arrives."""

    number: str | None = None
    """E.164, if it can be rung; else a callback asks for one."""
    zone: str = "UTC"
    """IANA zone in which times are spoken."""
    zone_said: bool = False
    """They said so themselves; else it is only the first in which their number may lie."""
    company: str = "Ringback"
    orders: tuple[Order, ...] = ()
    """Recent orders, newest first."""
    callback: OpenCallback | None = None
    place: HeldPlace | None = None
    booking_days: int = 30
    """So far ahead a callback may be named."""
    unfinished: Unfinished | None = None
    done: Done | None = None
    gets_texts: bool = False
    """Whether a text message would reach this number, and is wanted."""
    renewal: Renewal | None = None
    begun: Begun | None = None
    """What they may want to go on with."""
    may_erase: bool = False
    """The law of their number's country lets them have their data erased by telephone."""
    is_loyal: bool = False
    """A customer for five years or more."""
    is_seller: bool = False
    """It is the telephone on file of a seller of the marketplace."""


@dataclass(frozen=True)
class Dialogue:
    """Where one call stands. Kept as JSON: fields may be added, never renamed."""

    turn: Turn
    locale: str
    locales: tuple[str, ...]
    caller: Caller
    state: State = State.MENU
    since: int = 0
    """The turn at which the present state was first asked: keys for a turn from here on answer the same question."""
    answered: int = -1
    """The last turn that was answered by keys or speech: a repeated delivery of it changes nothing."""
    misheard: bool = False
    """Something was said but not understood while digits were asked for."""
    failures: int = 0
    """No input or no match in a row, in this state."""
    want: str = ""
    """The case kind in hand."""
    reason: str = ""
    """The request in the caller's own words; empty if they were heard only vaguely, or keyed."""
    doubt: Intent | None = None
    """Understood only vaguely: being confirmed."""
    vague: Intent | None = None
    """What was heard only vaguely when the present question was last asked: the same again is taken."""
    denied: str = ""
    """An intent that the caller said no to: what is understood next is confirmed, however sure it seems."""
    offered: tuple[str, ...] = ()
    """Intents offered by number in MENU_THREE."""
    then: tuple[Intent, ...] = ()
    """Said in the same breath, to be done next."""
    orders: tuple[Order, ...] = ()
    """Orders offered to pick from."""
    order: Order | None = None
    why: str = ""
    """Why something is sent back, as chosen; of a claim its cause."""
    variant: str = ""
    """What it is to be exchanged for, by the shop's name of it."""
    places: tuple[DropOff, ...] = ()
    """Where the return in hand can be handed in, the nearest first."""
    guide: Guide | None = None
    """What is being tried before something is sent back."""
    trail: tuple[str, ...] = ()
    """The steps of it on the way to the present one."""
    evidence: str = ""
    """Of a claim: whether the caller can show it (yes, no); empty: not asked."""
    claim: ClaimView | None = None
    """The claim that a seller calls about."""
    membership: Membership | None = None
    """The one that is talked about."""
    bill: Bill | None = None
    """What may be paid now."""
    by_keypad: bool = False
    """The carrier can take a card for it on this call."""
    proven: str = ""
    """The number on file whose code was said in this call."""
    case_id: str = ""
    case_number: str = ""
    lookups: int = 0
    """Order numbers that were not found or not right."""
    explaining: bool = False
    """The case is being opened so that self-service can explain the order."""
    agent_asked: bool = False
    """The caller said "agent": connected at once if one is free."""
    callback_asked: bool = False
    agent_free: bool = False
    ask_back: AskBack | None = None
    """Why the moment is asked again."""
    when: When | None = None
    """The moment as said so far."""
    at: datetime | None = None
    """The moment as understood, being confirmed."""
    until: datetime | None = None
    """The end of the window that begins then, if one was named."""
    now: datetime | None = None
    """When it was understood: lets "today" be said."""
    zones: tuple[OfferedZone, ...] = ()
    """In ZONE: the clocks that are offered."""
    moves_id: str = ""
    """The callback being moved, if the moment is for that."""
    renumbers_id: str = ""
    """The callback that is to ring another number, if one is asked for it."""
    number: str | None = None
    """The number to ring, once it was confirmed."""
    checked: NumberChecked | None = None
    """A number as keyed or said, being confirmed: nothing is promised to it before."""
    preface: tuple[Say, ...] = ()
    """Said before the next turn's own prompts."""
    keypad: bool = False
    """The caller wants to use the keypad only."""
    slow: bool = False
    """The caller asked to be spoken to slowly."""
    abilities: Mapping[str, Ability] = field(default_factory=dict)
    """How much is understood, of the locales of which not everything is."""
    language_page: int = 0
    """In LANGUAGE: which of the languages are offered, eight at a time."""
    answers: tuple[Answer, ...] = ()
    """Questions asked most, offered by number in QUESTION."""
    answer: Answer | None = None
    """The help article in hand."""
    joins: str = ""
    """In CONSENT: the conference in which the agent waits."""
    consent: Consent | None = None
    """Whether conversations of this call may be recorded; None: nobody was asked or told."""
    unanswered: int = 0
    """Questions in a row to which there was no answer."""
    temper: Temper = EVEN_TEMPER
    """Whether they grow upset."""
    hurried: str = ""
    """Why a person was fetched without being asked for."""
    asked_back: bool = False
    """We had to ask what was meant."""
    is_news: bool = False
    """We have rung the customer, about news of an order."""
    interrupted: State = State.MENU
    """In LANGUAGE: what was asked when the languages were offered, and is asked again in the chosen one. In OFFER: the
    question about an order that "agent" interrupted, to which "go back" leads; the menu if there was none."""

    @property
    def ability(self) -> Ability:
        """How much of the present language is understood."""
        return self.abilities.get(self.locale, Ability.FULL)

    @property
    def is_keyed(self) -> bool:
        """Requests and moments are keyed: the caller wants it, or they would not be understood."""
        return self.keypad or self.ability != Ability.FULL


@dataclass(frozen=True)
class Step:
    """What a step leads to: the new dialogue, and at most one effect whose result is stepped next."""

    dialogue: Dialogue
    effects: tuple[Effect, ...] = field(default_factory=tuple)
    """Carried out in order, results stepped in the same order. Those that only note something give none."""
