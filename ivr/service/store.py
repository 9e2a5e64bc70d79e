"""The store that the use cases need, as Protocols: repositories, unit of work, and what the database enforces."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from ivr.domain.agents import Agent, Crew, Kind, Team
from ivr.domain.callbacks import Attempt, Callback, Hold, Leg, Party
from ivr.domain.cases import Case, Customer, Event
from ivr.domain.ledger import Entry, Line
from ivr.domain.messages import Channel, Message, MessageKind
from ivr.service import chat_store, claim_store, mail_store
from ivr.service.answers_store import Answers as Answers
from ivr.service.calls_store import Calls as Calls
from ivr.service.calls_store import Verifications as Verifications
from ivr.service.customer_accounts import AccountChanges as AccountChanges
from ivr.service.erasing_store import Erasures as Erasures
from ivr.service.fulfilment import Handovers as Handovers
from ivr.service.guards import Guards as Guards
from ivr.service.levels_store import LevelFigures as LevelFigures
from ivr.service.outreach_store import Outreaches as Outreaches
from ivr.service.overview_store import Overview as Overview
from ivr.service.photo_store import Photos as Photos
from ivr.service.place_ports import KeptPlaces as KeptPlaces
from ivr.service.programs import Lists as Lists
from ivr.service.programs import Programs as Programs
from ivr.service.recording_ports import Recordings as Recordings
from ivr.service.settlements import Settlements as Settlements
from ivr.service.staff_store import Staff as Staff

Counts = Mapping[tuple[str, str], int]
"""By skill and locale."""


class Customers(Protocol):
    """Customers."""

    def add(self, customer: Customer) -> None: ...
    def get(self, customer_id: str) -> Customer | None: ...
    def by_number(self, number: str) -> Customer | None: ...


class Cases(Protocol):
    """Cases."""

    def add(self, case: Case) -> None: ...
    def get(self, case_id: str) -> Case | None: ...
    def by_number(self, number: str) -> Case | None: ...
    def open_of(self, customer_id: str) -> Sequence[Case]:
        """Cases of a customer that are neither resolved nor closed, newest first."""

    def of_customer(self, customer_id: str, limit: int) -> Sequence[Case]:
        """All of a customer, newest first."""

    def recent(self, limit: int) -> Sequence[Case]:
        """Newest first."""

    def next_serial(self) -> int:
        """A number never given before; case numbers are made of it."""


class Events(Protocol):
    """The timeline; rows are only added."""

    def add(self, event: Event) -> None: ...
    def of_case(self, case_id: str) -> Sequence[Event]:
        """Oldest first; with those of the calls and callbacks that belong to the case."""

    def recent(self, limit: int) -> Sequence[Event]:
        """Newest first."""


class Place(NamedTuple):
    """What open promises of one minute take of agents' time."""

    at: datetime
    skill: str
    locale: str
    promises: int = 1


class Callbacks(Protocol):
    """Promises. The database allows one open callback per number, and per customer and case (Conflict otherwise)."""

    def add(self, callback: Callback) -> None: ...
    def get(self, callback_id: str) -> Callback | None: ...
    def open_for_number(self, number: str) -> Callback | None: ...
    def by_resume_code(self, code: str) -> Callback | None:
        """The one that is open, or waits for a person, under this code."""

    def open_for_case(self, case_id: str) -> Callback | None: ...
    def of_case(self, case_id: str) -> Sequence[Callback]: ...
    def due(self, now: datetime, limit: int, kinds: Sequence[Kind] | None = None) -> Sequence[Callback]:
        """SCHEDULED, due_at <= now, the first in line first (domain.fairness).

        Only those whom agents of these kinds can take (None: all), who are not in a call with us, by their number or by
        their code, and whose number no other leg rings: however many of the others stand before them, they are found.
        On PostgreSQL rows are locked (`FOR UPDATE SKIP LOCKED`) until the unit of work ends.
        """

    def ahead(self, now: datetime, place: datetime, limit: int, *, without: str) -> Counts:
        """How many of each skill and locale stand before this place, of the `limit` due the longest."""

    def next_due_at(self, after: datetime) -> datetime | None:
        """The earliest due_at later than `after` of a SCHEDULED callback."""

    def listed(self, statuses: Sequence[str], limit: int) -> Sequence[Callback]:
        """With one of these statuses, by due_at; newest ended first for ended ones."""

    def places(self, begins: datetime, ends: datetime, *, without: str = "") -> Sequence[Place]:
        """What open ones, unproven ones too, take from `begins` until before `ends`; all but one.

        A named moment takes a place then, as soon as possible at the latest moment told, until it has rung.
        """

    def counted(self, now: datetime) -> Mapping[str, int]:
        """How many stand in each status that has not ended; "overdue": scheduled, never rung in time."""

    def count_proven(self, number: str, since: datetime) -> int:
        """Those created since that needed no proof, or got it: what strangers type does not count."""

    def promised_between(self, now: datetime, first: datetime, last: datetime) -> Sequence[Callback]:
        """SCHEDULED and due, never rung, whose promised_by_at lies between these; no lock."""

    def closing_before(self, now: datetime) -> Sequence[Callback]:
        """SCHEDULED or UNVERIFIED ones whose closes_at is over."""


class Holds(Protocol):
    """Live callers on the line."""

    def add(self, hold: Hold) -> None: ...
    def get(self, call_sid: str) -> Hold | None: ...
    def waiting(self) -> Sequence[Hold]:
        """Status `waiting`, the first in line first."""


class Attempts(Protocol):
    """Attempts, those of one purpose by number."""

    def add(self, attempt: Attempt) -> None: ...
    def get(self, attempt_id: str) -> Attempt | None: ...
    def of_callback(self, callback_id: str) -> Sequence[Attempt]: ...
    def of_callbacks(self, callback_ids: Sequence[str]) -> Sequence[Attempt]:
        """Those of all of them, each callback's by number."""

    def live(self) -> Sequence[Attempt]: ...
    def live_of_hold(self, call_sid: str) -> Attempt | None: ...
    def of_hold(self, call_sid: str) -> Sequence[Attempt]: ...
    def met_agents(self, case_ids: Sequence[str]) -> Mapping[str, str]:
        """By case: the id of the agent who met its customer last; cases that met nobody are left out."""


class Legs(Protocol):
    """Legs. The database allows one live leg per number and one live customer leg per callback (Conflict otherwise)."""

    def add(self, leg: Leg) -> None: ...
    def get(self, leg_id: str) -> Leg | None: ...
    def several(self, leg_ids: Sequence[str]) -> Sequence[Leg]:
        """By id, in any order, with their attempts and callbacks at hand; those that are missing are left out."""

    def by_sid(self, sid: str) -> Leg | None: ...
    def of_attempt(self, attempt_id: str) -> Sequence[Leg]: ...
    def live_for_number(self, number: str) -> Leg | None: ...
    def live_numbers(self, numbers: Sequence[str]) -> frozenset[str]:
        """Which of these have a live leg."""

    def to_place(self, now: datetime, limit: int) -> Sequence[Leg]:
        """INTENT legs without an owner or whose lease is over, oldest first; locked like `Callbacks.due`."""

    def in_state(self, state: str, before: datetime) -> Sequence[Leg]:
        """Legs that entered PLACING (by placing_at) or stay PLACED (by placing_at) or INTENT (by created_at) before."""

    def count_placed(self, since: datetime, party: Party | None = None) -> int:
        """Legs that passed the point of no return since."""

    def count_unanswered(self, since: datetime) -> tuple[int, int]:
        """Customers' legs since that rang to an end, and those of them that no person answered."""


class Agents(Protocol):
    """Agents."""

    def add(self, agent: Agent) -> None: ...
    def get(self, agent_id: str) -> Agent | None: ...
    def by_number(self, number: str) -> Agent | None: ...
    def by_name(self, name: str) -> Agent | None: ...
    def all(self) -> Sequence[Agent]: ...
    def crews(self) -> Sequence[Crew]:
        """All, counted by what they can take and when they work."""

    def teams(self, now: datetime) -> Sequence[Team]:
        """Those on shift now, counted by what they can take."""

    def available(self, limit: int, among: Collection[str] | None = None) -> Sequence[Agent]:
        """AVAILABLE, the longest idle first; locked like `Callbacks.due`. `among`: only of these ids."""


class Messages(Protocol):
    """The outbox. The database allows one message of a kind per callback, revision and channel (Conflict otherwise)."""

    def add(self, message: Message) -> None: ...
    def get(self, message_id: str) -> Message | None: ...
    def of_callback(self, callback_id: str) -> Sequence[Message]:
        """Oldest first."""

    def count_of_case(self, case_id: str, kind: MessageKind) -> int: ...
    def due(self, now: datetime, channels: Collection[Channel]) -> Message | None:
        """The one over these channels whose next step is due for longest; locked like `Callbacks.due`."""

    def count_waiting(self, before: datetime) -> int:
        """Those written before that were tried in vain, or not settled."""

    def count_sent(self, channel: Channel, since: datetime, address: str = "") -> int:
        """Those that passed the point of no return since, to everybody or to one address."""


class Ledger(Protocol):
    """The dial ledger, for the audit. What looks right may be left out by the store, never what is wrong."""

    def counted(self) -> tuple[int, int]:
        """Dials and callbacks in all; ask this first."""

    def disordered(self) -> tuple[frozenset[str], frozenset[str]]:
        """Numbers, and callbacks by their customer's legs, that may have been dialed twice at once."""

    def entries(
        self, after: int, limit: int, *, numbers: Collection[str], callback_ids: Collection[str]
    ) -> Sequence[Entry]:
        """Lines about these numbers' and these callbacks' legs, with a later serial, in the order written."""

    def customers_dials(self, after: int, limit: int) -> Sequence[Entry]:
        """Lines that tell of the beginning of a dial to a customer, with a later serial, in the order written."""

    def suspects(self, late: datetime) -> Sequence[str]:
        """Ids of callbacks that may have broken a promise; `late`: windows that closed before should be seen to."""

    def callbacks(self, callback_ids: Collection[str]) -> Sequence[Callback]:
        """By id."""

    def legs_of(self, attempt_ids: Collection[str]) -> Sequence[Leg]: ...
    def lines_of(self, callback_ids: Collection[str]) -> Sequence[Line]:
        """Lines of the timeline about dials and ends, in the order written."""


class UnitOfWork(Protocol):
    """One transaction. Leaving the block without commit rolls back."""

    customers: Customers
    cases: Cases
    events: Events
    callbacks: Callbacks
    holds: Holds
    attempts: Attempts
    legs: Legs
    agents: Agents
    calls: Calls
    verifications: Verifications
    messages: Messages
    answers: Answers
    guards: Guards
    ledger: Ledger
    staff: Staff
    overview: Overview
    levels: LevelFigures
    erasures: Erasures
    programs: Programs
    lists: Lists
    settlements: Settlements
    recordings: Recordings
    places: KeptPlaces
    handovers: Handovers
    outreaches: Outreaches
    photos: Photos
    claims: claim_store.Claims
    trust: claim_store.TrustEntries
    chats: chat_store.Chats
    mails: mail_store.Mails
    account_changes: AccountChanges

    def commit(self) -> None:
        """Raises Conflict when a row was changed meanwhile (version) or a promise of the database would break."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Store(Protocol):
    """Where units of work come from."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """For changes (SQLite: BEGIN IMMEDIATE)."""

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """For reading only; takes no write lock, commit is refused."""
