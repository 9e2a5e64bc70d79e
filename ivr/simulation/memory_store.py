"""A store in memory for one thread: transactions that commit or leave no trace, without a database.

A simulated day is some 60,000 transactions; SQLite needs minutes for them, this some seconds. It keeps the promises
that the database keeps (one open callback a number and a case, one live leg a number), so that the engine meets the
same refusals.
"""

from types import TracebackType
from typing import Self

from ivr.service import chat_store, claim_store, mail_store
from ivr.service import store as ports
from ivr.simulation.memory_agents import MemoryAgents
from ivr.simulation.memory_calls import MemoryCalls
from ivr.simulation.memory_guards import MemoryGuards
from ivr.simulation.memory_rows import (
    MemoryAttempts,
    MemoryCallbacks,
    MemoryCases,
    MemoryCustomers,
    MemoryHolds,
    MemoryLegs,
)
from ivr.simulation.no_accounts import NoAccountChanges
from ivr.simulation.no_chats import NoChats, NoMails
from ivr.simulation.no_claims import NoClaims, NoTrustEntries
from ivr.simulation.no_programs import NoLists, NoPrograms
from ivr.simulation.no_staff import NoErasures, NoLevels, NoOverview, NoStaff
from ivr.simulation.not_kept import (
    NoAnswers,
    NoEvents,
    NoHandovers,
    NoLedger,
    NoMessages,
    NoOutreaches,
    NoPhotos,
    NoPlaces,
    NoRecordings,
    NoSettlements,
    NoVerifications,
)
from ivr.simulation.shelves import Journal


class MemoryRows:
    """All repositories, for reading; what is handed out are the rows themselves."""

    def __init__(self) -> None:
        self.journal = journal = Journal()
        calls, legs = MemoryCalls(journal), MemoryLegs(journal)
        self.calls: ports.Calls = calls
        self.customers: ports.Customers = MemoryCustomers(journal)
        self.cases: ports.Cases = MemoryCases(journal)
        self.events: ports.Events = NoEvents()
        self.callbacks: ports.Callbacks = MemoryCallbacks(journal, calls, legs)
        self.holds: ports.Holds = MemoryHolds(journal)
        self.attempts: ports.Attempts = MemoryAttempts(journal)
        self.legs: ports.Legs = legs
        self.agents: ports.Agents = MemoryAgents(journal)
        self.verifications: ports.Verifications = NoVerifications()
        self.messages: ports.Messages = NoMessages()
        self.answers: ports.Answers = NoAnswers()
        self.guards: ports.Guards = MemoryGuards(journal)
        self.ledger: ports.Ledger = NoLedger()
        self.staff: ports.Staff = NoStaff()
        self.overview: ports.Overview = NoOverview()
        self.levels: ports.LevelFigures = NoLevels()
        self.erasures: ports.Erasures = NoErasures()
        self.programs: ports.Programs = NoPrograms()
        self.lists: ports.Lists = NoLists()
        self.settlements: ports.Settlements = NoSettlements()
        self.recordings: ports.Recordings = NoRecordings()
        self.places: ports.KeptPlaces = NoPlaces()
        self.handovers: ports.Handovers = NoHandovers()
        self.outreaches: ports.Outreaches = NoOutreaches()
        self.photos: ports.Photos = NoPhotos()
        self.claims: claim_store.Claims = NoClaims()
        self.trust: claim_store.TrustEntries = NoTrustEntries()
        self.chats: chat_store.Chats = NoChats()
        self.mails: mail_store.Mails = NoMails()
        self.account_changes: ports.AccountChanges = NoAccountChanges()

    def commit(self) -> None:
        """Not here."""
        raise RuntimeError("store.read() is for reading; use store.begin()")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Reading leaves nothing behind."""


class MemoryUnitOfWork:
    """service.store.UnitOfWork."""

    def __init__(self, rows: MemoryRows) -> None:
        self._journal = rows.journal
        self.calls, self.customers, self.cases, self.events = rows.calls, rows.customers, rows.cases, rows.events
        self.callbacks, self.holds, self.attempts, self.legs = rows.callbacks, rows.holds, rows.attempts, rows.legs
        self.agents, self.verifications, self.guards = rows.agents, rows.verifications, rows.guards
        self.messages, self.ledger, self.answers, self.staff = rows.messages, rows.ledger, rows.answers, rows.staff
        self.overview, self.programs, self.lists = rows.overview, rows.programs, rows.lists
        self.levels, self.erasures = rows.levels, rows.erasures
        self.settlements, self.recordings = rows.settlements, rows.recordings
        self.handovers, self.outreaches = rows.handovers, rows.outreaches
        self.places, self.photos = rows.places, rows.photos
        self.claims, self.trust, self.chats = rows.claims, rows.trust, rows.chats
        self.mails = rows.mails
        self.account_changes = rows.account_changes
        self._is_committed = False

    def commit(self) -> None:
        """Keep everything."""
        self._journal.settle()
        self._is_committed = True

    def __enter__(self) -> Self:
        self._journal.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._is_committed:
            self._journal.roll_back()
        self._journal.end()


class MemoryStore:
    """service.store.Store."""

    def __init__(self) -> None:
        self._rows = MemoryRows()

    def begin(self) -> MemoryUnitOfWork:
        """For changes."""
        return MemoryUnitOfWork(self._rows)

    def read(self) -> MemoryRows:
        """For reading; a row that is changed outside of `begin` stays changed."""
        return self._rows
