"""SqlStore and its unit of work."""

import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

from sqlalchemy import Engine, text

from ivr.errors import IvrError, StorageUnavailable
from ivr.service import chat_store, claim_store, mail_store
from ivr.service import store as ports
from ivr.storage import engines, migrating
from ivr.storage.accounts import SqlAccountChanges
from ivr.storage.attempts import SqlAttempts, SqlLegs
from ivr.storage.callbacks import SqlCallbacks, SqlHolds, SqlVerifications
from ivr.storage.calls import SqlCalls
from ivr.storage.cases import SqlCases, SqlEvents
from ivr.storage.chats import SqlChats
from ivr.storage.claims import SqlClaims, SqlTrustEntries
from ivr.storage.demo_deeds import SqlDeeds
from ivr.storage.erasing import SqlErasures
from ivr.storage.failures import translated
from ivr.storage.guards import SqlGuards
from ivr.storage.handovers import SqlHandovers
from ivr.storage.help_answers import SqlAnswers
from ivr.storage.help_index import MemoryIndex, PostgresIndex
from ivr.storage.ledger import SqlLedger
from ivr.storage.levels import SqlLevels
from ivr.storage.mails import SqlMails
from ivr.storage.messages import SqlMessages
from ivr.storage.outreaches import SqlOutreaches
from ivr.storage.overview import SqlOverview
from ivr.storage.people import SqlAgents, SqlCustomers
from ivr.storage.photos import SqlPhotos
from ivr.storage.places import SqlKeptPlaces
from ivr.storage.programs import SqlLists, SqlPrograms
from ivr.storage.recordings import SqlRecordings
from ivr.storage.session import UnitSession
from ivr.storage.settlements import SqlSettlements
from ivr.storage.staff import SqlStaff

PATIENCE_SECONDS: Final = 8.0
"""A server is back so soon after a restart; the carrier hangs up on somebody after 15 s without an answer."""
AGAIN_SECONDS: Final = 0.1


class SqlUnitOfWork:
    """service.store.UnitOfWork: one transaction; entities stay readable after it."""

    def __init__(self, engine: Engine, *, writes: bool, patience_seconds: float) -> None:
        self._engine = engine
        self._patience_seconds = patience_seconds
        self._session = UnitSession(engine, expire_on_commit=False)
        self._writes = writes
        session = self._session
        self._events = SqlEvents(session, writes=writes)
        self.events: ports.Events = self._events
        self.customers: ports.Customers = SqlCustomers(session, writes=writes)
        self.cases: ports.Cases = SqlCases(session, writes=writes)
        self.callbacks: ports.Callbacks = SqlCallbacks(session, writes=writes)
        self.holds: ports.Holds = SqlHolds(session, writes=writes)
        self.attempts: ports.Attempts = SqlAttempts(session, writes=writes)
        self.legs: ports.Legs = SqlLegs(session, writes=writes)
        self.agents: ports.Agents = SqlAgents(session, writes=writes)
        self.calls: ports.Calls = SqlCalls(session, writes=writes)
        self.verifications: ports.Verifications = SqlVerifications(session, writes=writes)
        self.messages: ports.Messages = SqlMessages(session, writes=writes)
        self.answers: ports.Answers = SqlAnswers(session, writes=writes)
        self.guards: ports.Guards = SqlGuards(session, writes=writes)
        self.ledger: ports.Ledger = SqlLedger(session, writes=writes)
        self.staff: ports.Staff = SqlStaff(session, writes=writes)
        self.overview: ports.Overview = SqlOverview(session, writes=writes)
        self.levels: ports.LevelFigures = SqlLevels(session, writes=writes)
        self.erasures: ports.Erasures = SqlErasures(session, writes=writes)
        self.programs: ports.Programs = SqlPrograms(session, writes=writes)
        self.lists: ports.Lists = SqlLists(session, writes=writes)
        self.settlements: ports.Settlements = SqlSettlements(session, writes=writes)
        self.recordings: ports.Recordings = SqlRecordings(session, writes=writes)
        self.places: ports.KeptPlaces = SqlKeptPlaces(session, writes=writes)
        self.handovers: ports.Handovers = SqlHandovers(session, writes=writes)
        self.outreaches: ports.Outreaches = SqlOutreaches(session, writes=writes)
        self.photos: ports.Photos = SqlPhotos(session, writes=writes)
        self.claims: claim_store.Claims = SqlClaims(session, writes=writes)
        self.trust: claim_store.TrustEntries = SqlTrustEntries(session, writes=writes)
        self.chats: chat_store.Chats = SqlChats(session, writes=writes)
        self.mails: mail_store.Mails = SqlMails(session, writes=writes)
        self.account_changes: ports.AccountChanges = SqlAccountChanges(session, writes=writes)

    def commit(self) -> None:
        """Raises Conflict (version, promise of the database) or StorageUnavailable (then read again: unknown)."""
        if not self._writes:
            raise RuntimeError("store.read() is for reading; use store.begin()")
        with translated():
            self._session.is_ending = True
            self._session.flush()  # first: the ledger's order is that in which rows were locked
            self._events.write()
            self._session.commit()
        if self._session.must_last:
            engines.seal(self._engine)

    def __enter__(self) -> Self:
        """Nothing has been read or written yet: a server that is just starting again is waited for."""
        until = time.monotonic() + self._patience_seconds
        while not self._is_connected(until):
            self._session.rollback()
            time.sleep(AGAIN_SECONDS)
        return self

    def _is_connected(self, until: float) -> bool:
        try:
            with translated():
                self._session.connection()
        except StorageUnavailable:
            if time.monotonic() >= until:
                raise
            return False
        return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with translated():
            self._session.close()


class SqlStore:
    """service.store.Store on SQLite (a file) or PostgreSQL; safe to share between threads, never across a fork."""

    def __init__(self, url: str, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """`patience_seconds`: how long a PostgreSQL server that is away is waited for; SQLite has `?timeout=`."""
        self._url = engines.parse(url)
        self._write, self._read = engines.engines(self._url)
        is_server = self._url.get_backend_name() == "postgresql"
        self._patience_seconds = patience_seconds if is_server else 0.0

    def begin(self) -> SqlUnitOfWork:
        """For changes. SQLite: waits for the one writer at the start, so it never fails half-way."""
        return SqlUnitOfWork(self._write, writes=True, patience_seconds=self._patience_seconds)

    def read(self) -> SqlUnitOfWork:
        """One moment of the database; never waits for writers."""
        return SqlUnitOfWork(self._read, writes=False, patience_seconds=self._patience_seconds)

    def migrate(self) -> None:
        """Bring the tables up to date; of two processes that start together one waits. Raises StorageUnavailable."""
        with translated():
            migrating.upgrade(self._write)

    @property
    def is_shared(self) -> bool:
        """Whether other machines may work on it, too."""
        return self._url.get_backend_name() == "postgresql"

    def database_now(self) -> datetime:
        """The server's time, aware UTC. Raises StorageUnavailable."""
        with translated(), self._read.connect() as connection:
            told: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            return told.astimezone(UTC)

    def article_index(self) -> MemoryIndex | PostgresIndex:
        """Searches help articles."""
        return PostgresIndex(self._write) if self._url.get_backend_name() == "postgresql" else MemoryIndex()

    def demo_deeds(self) -> SqlDeeds:
        """The books of the demonstration's shop."""
        return SqlDeeds(self._write, self._read)

    def check(self) -> str:
        """Empty if the database answers and its tables are up to date; else what is wrong and what to do."""
        try:
            with translated(), self._read.connect() as connection:
                connection.execute(text("SELECT 1"))
                return migrating.what_is_missing(connection)
        except IvrError as error:
            return str(error)

    def close(self) -> None:
        """Give all connections back."""
        self._read.dispose()
        self._write.dispose()
