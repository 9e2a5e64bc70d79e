"""Callbacks (our promise to ring), attempts (one try at it) and legs (one dial to one number)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.domain.answered import Answered
from ivr.errors import IllegalMove


class CallbackStatus(StrEnum):
    """Where a promise stands. OPEN_STATUSES may be rung; the rest have ended."""

    UNVERIFIED = "unverified"
    """Asked for on the web; the number's owner has not proven it yet: never dialed."""
    SCHEDULED = "scheduled"
    DIALING = "dialing"
    """An attempt lives."""
    DONE = "done"
    CANCELED = "canceled"
    EXPIRED = "expired"
    NEEDS_HUMAN = "needs_human"
    """All tries are used up or the carrier stayed unclear: a person decides."""


OPEN_STATUSES = frozenset({CallbackStatus.UNVERIFIED, CallbackStatus.SCHEDULED, CallbackStatus.DIALING})
RESUMABLE = frozenset({CallbackStatus.SCHEDULED, CallbackStatus.DIALING, CallbackStatus.NEEDS_HUMAN})
"""Whoever phones in, by their number or with its code, goes on with such a callback, at its place in line."""

MOVES = {
    CallbackStatus.UNVERIFIED: frozenset({CallbackStatus.SCHEDULED, CallbackStatus.CANCELED, CallbackStatus.EXPIRED}),
    CallbackStatus.SCHEDULED: frozenset(
        {
            CallbackStatus.DIALING,
            CallbackStatus.DONE,
            CallbackStatus.CANCELED,
            CallbackStatus.EXPIRED,
            CallbackStatus.NEEDS_HUMAN,
        }
    ),
    CallbackStatus.DIALING: frozenset(
        {
            CallbackStatus.SCHEDULED,
            CallbackStatus.DONE,
            CallbackStatus.CANCELED,
            CallbackStatus.EXPIRED,
            CallbackStatus.NEEDS_HUMAN,
        }
    ),
    CallbackStatus.NEEDS_HUMAN: frozenset({CallbackStatus.SCHEDULED, CallbackStatus.DONE, CallbackStatus.CANCELED}),
    CallbackStatus.DONE: frozenset(),
    CallbackStatus.CANCELED: frozenset(),
    CallbackStatus.EXPIRED: frozenset(),
}


RELEASED = frozenset(
    {
        "canceled_by_customer",
        "canceled_by_api",
        "canceled_by_do_not_call",
        "canceled_by_owner",
        "replaced",
        "phoned_in",
        "unverified",
    }
)
"""Reasons of an end that is not ours: the promise is neither kept nor broken."""


class Outcome(StrEnum):
    """How a leg or an attempt ended."""

    JOINED = "joined"
    DECLINED = "declined"
    """The agent passed it on (key 2)."""
    LATER = "later"
    """The agent wants no call for a while (key 3)."""
    AGENT_NO_ANSWER = "agent_no_answer"
    AGENT_HUNG_UP = "agent_hung_up"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"
    MACHINE = "machine"
    """Voicemail, or a fax."""
    IVR = "ivr"
    """A menu of keys."""
    SCREENED = "screened"
    """Call screening let nobody through."""
    SILENT = "silent"
    """Picked up, but nobody proved to be there."""
    REFUSED = "refused"
    """A person who did not want to be connected."""
    CUSTOMER_HUNG_UP = "customer_hung_up"
    """Answered but left before being joined."""
    REJECTED = "rejected"
    """The carrier refused the request; nothing was dialed."""
    ABSENT = "absent"
    """Reconciled: the carrier never made the call."""


UNANSWERED = frozenset(
    {Outcome.NO_ANSWER, Outcome.BUSY, Outcome.MACHINE, Outcome.IVR, Outcome.SCREENED, Outcome.SILENT}
)
"""No person took the call."""


class Party(StrEnum):
    """Whose telephone a leg rings."""

    AGENT = "agent"
    CUSTOMER = "customer"
    GUEST = "guest"
    """Somebody who is added to their conversation: a seller, a supervisor, a colleague who takes over."""
    NEWS = "news"
    """Whoever answers a customer's telephone when we ring with news of an order: hears the dialogue itself."""
    UNPROVEN = "unproven_number"
    """Whoever answers at a number that was given on the web: hears a code, and may be a stranger to it all."""


class LegState(StrEnum):
    """The dial's five commits: intent, placing (point of no return), [request], placed, ended (reliability.md 4b)."""

    INTENT = "intent"
    PLACING = "placing"
    PLACED = "placed"
    ENDED = "ended"
    ABSENT = "absent"
    REJECTED = "rejected"


LIVE_LEG_STATES = frozenset({LegState.INTENT, LegState.PLACING, LegState.PLACED})


@dataclass(eq=False, kw_only=True)
class Callback:
    """A promise to ring one number, from `due_at` to `closes_at`; kept: first rung by `promised_by_at`."""

    id: str
    case_id: str
    customer_id: str | None = None
    number: str
    """E.164."""
    locale: str = "en-US"
    zone: str = "UTC"
    """IANA zone in which times are told."""
    asap: bool
    """As soon as possible, with the place in line kept; else at the named time."""
    ticket_at: datetime
    """The moment that fixes the place in line; survives retries and a change of number."""
    due_at: datetime
    """Not rung before this."""
    promised_by_at: datetime
    """The latest time spoken: rung for the first time later than this = broken."""
    closes_at: datetime
    """Not rung after this: then it expires or moves on by rule."""
    skill: str = "general"
    priority: int = 2
    status: CallbackStatus = CallbackStatus.SCHEDULED
    source: str = "phone"
    tries: int = 0
    """Customer legs that were rung (an agent who declines or rings out costs none)."""
    dials: int = 0
    """All attempts begun: a stop for endless loops."""
    outcome: str = ""
    reason: str = ""
    """Why it waits or ended, in a stable word."""
    ring_first: Party | None = None
    """Whose telephone rings first, the customer's only while a free agent is reserved; None: as the rules say."""
    first_rung_at: datetime | None = None
    created_at: datetime
    ended_at: datetime | None = None
    version: int = 1
    email: str = ""
    """Where news of it is sent, too, if the customer gave an address."""
    revision: int = 0
    """How often its time was changed, or taken back: a calendar's SEQUENCE, and what tells old news from new."""
    resume_code: str = ""
    """Digits by which whoever phones in from any telephone takes its place up; empty: made before there were any."""

    def move(self, to: CallbackStatus) -> None:
        """Change the status. Raises IllegalMove."""
        if to != self.status and to not in MOVES[self.status]:
            raise IllegalMove(f"callback cannot go from {self.status} to {to}; reload it and look")
        self.status = to

    @property
    def is_open(self) -> bool:
        """Whether the promise still stands."""
        return self.status in OPEN_STATUSES

    @property
    def was_kept(self) -> bool | None:
        """Whether the customer's phone first rang in time; None while undecided, or if the customer released us."""
        if self.first_rung_at is not None:
            return self.first_rung_at <= self.promised_by_at
        if self.is_open or self.was_released:
            return None
        return False

    @property
    def was_released(self) -> bool:
        """Whether the customer no longer needed the call before it was late: took it back, or reached us otherwise."""
        in_time = self.ended_at is not None and self.ended_at <= self.promised_by_at
        return in_time and self.reason in RELEASED


@dataclass(eq=False, kw_only=True)
class Hold:
    """A live caller waiting in the one line, on the telephone, for an agent."""

    call_sid: str
    case_id: str
    ticket_at: datetime
    skill: str = "general"
    locale: str = "en-US"
    priority: int = 2
    status: str = "waiting"
    """waiting, connecting (an attempt rings an agent), joining (on the way to an agent who accepted), joined, left."""
    version: int = 1
    joined_at: datetime | None = None
    """When they met the agent."""


@dataclass(eq=False, kw_only=True)
class Attempt:
    """One try to bring an agent and a customer together, for a callback or for a live caller on hold."""

    id: str
    """128-bit random hex token; part of every address the carrier is given."""
    callback_id: str | None = None
    hold_call_sid: str | None = None
    case_id: str
    agent_id: str
    number: int
    """1 for the first try."""
    started_at: datetime
    ended_at: datetime | None = None
    accepted_at: datetime | None = None
    joined_at: datetime | None = None
    outcome: Outcome | None = None
    customer_first: bool = False
    """The customer is rung, or waits on the line, before the agent is."""
    reason: str | None = None
    """Why the agent passed it on or wants it later, in a stable word."""
    version: int = 1


@dataclass(eq=False, kw_only=True)
class Leg:
    """One dial to one number: of an attempt, or to tell a code.

    While INTENT, `owner` and `lease_until_at` say who may place it.
    """

    id: str
    """128-bit random hex token."""
    attempt_id: str | None = None
    """None: a call that only tells a code (Party.UNPROVEN), or news (Party.NEWS)."""
    callback_id: str | None = None
    party: Party
    number: str
    state: LegState = LegState.INTENT
    owner: str | None = None
    lease_until_at: datetime | None = None
    sid: str | None = None
    """The carrier's CallSid; unique."""
    last_sequence: int = -1
    """Highest SequenceNumber of a status callback taken."""
    absent_looks: int = 0
    """How often the carrier's list did not show it."""
    created_at: datetime
    placing_at: datetime | None = None
    answered_at: datetime | None = None
    picked_up: Answered | None = None
    """A customer's leg: who answered, as far as is known."""
    joins_at: datetime | None = None
    """A customer's leg: when it was sent to the agent."""
    waits_since_at: datetime | None = None
    """A customer who was rung first waits on the line, while no attempt rings an agent."""
    role: str | None = None
    """A guest's leg: what they are there for."""
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    version: int = 1

    @property
    def is_live(self) -> bool:
        """Whether it may be ringing or connected."""
        return self.state in LIVE_LEG_STATES

    @property
    def was_unanswered(self) -> bool | None:
        """Whether it rang and no person answered; None if it did not ring."""
        return self.outcome in UNANSWERED if self.answered_at or self.outcome in UNANSWERED else None
