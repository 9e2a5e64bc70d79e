"""Connections: what each database must be told so that a promise, once answered for, survives a power cut."""

import os
import sqlite3
import time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError

from ivr.errors import SettingsError, StorageUnavailable
from ivr.storage.failures import translate

BUSY_SECONDS: Final = 30
STATEMENT_SECONDS: Final = 15
LOCK_SECONDS: Final = 10
IDLE_SECONDS: Final = 60
"""A transaction that does nothing for so long is ended by the server: a frozen process must not hold locks."""

SQLITE_JOURNAL: Final = "PRAGMA journal_mode = WAL"
SQLITE_PRAGMAS: Final = (
    "PRAGMA synchronous = NORMAL",  # never corrupt; what must outlive a power cut is sealed: see `seal`
    "PRAGMA foreign_keys = ON",
)

POSTGRES_CONNECT: Final[dict[str, Any]] = {
    "connect_timeout": 10,
    "application_name": "ringback",
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "options": f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={LOCK_SECONDS}s"
    f" -c idle_in_transaction_session_timeout={IDLE_SECONDS}s -c timezone=UTC",
}


def parse(url: str) -> URL:
    """The address with its driver. Raises SettingsError for what is no file of SQLite and no PostgreSQL."""
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    except ArgumentError as error:
        raise SettingsError("IVR_DATABASE_URL is not an address; try sqlite:///ringback.db") from error
    match parsed.get_backend_name():
        case "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
        case "sqlite" if parsed.database and parsed.database != ":memory:" and "mode" not in parsed.query:
            return parsed.set(drivername="sqlite+pysqlite")
    raise SettingsError("IVR_DATABASE_URL must be sqlite:///a-file.db or postgresql://user@host/database")


def engines(url: URL) -> tuple[Engine, Engine]:
    """For writing and for reading."""
    return _sqlite(url) if url.get_backend_name() == "sqlite" else _postgres(url)


def seal(engine: Engine) -> None:
    """Put what this process has committed on the disk, before anybody is told of it. Raises StorageUnavailable.

    SQLite in WAL mode with synchronous = NORMAL syncs at checkpoints only: a power cut may lose the newest commits,
    though never a part of one, and a killed process loses none. That is good enough for where a dialogue stands (the
    call would not survive it either) and saves a sync a turn; not for a promise. Commits follow each other in the one
    WAL file, so one fsync makes this commit last and all before it; what a checkpoint took out of it meanwhile was
    synced by that. Outside of SQLite's lock, several threads' syncs overlap. PostgreSQL's own commits are durable.
    """
    if engine.dialect.name != "sqlite":
        return
    try:
        log = os.open(f"{engine.url.database}-wal", os.O_RDWR)
    except FileNotFoundError:
        return  # the last connection is closed: SQLite has synced all and removed it
    except OSError as error:
        raise StorageUnavailable(f"the database's log cannot be opened: {error.strerror}") from error
    try:
        os.fsync(log)
    except OSError as error:
        raise StorageUnavailable(f"the disk does not take what was saved: {error.strerror}") from error
    finally:
        os.close(log)


def _sqlite(url: URL) -> tuple[Engine, Engine]:
    """One connection writes: threads of this process queue for it instead of sleeping in SQLite's busy handler."""
    Path(url.database or "").absolute().parent.mkdir(parents=True, exist_ok=True)
    patience = float(str(url.query.get("timeout", BUSY_SECONDS)))
    write = create_engine(url, pool_size=1, max_overflow=0, **_sqlite_arguments(patience))
    read = create_engine(url, pool_size=8, max_overflow=56, **_sqlite_arguments(patience))
    for engine, begin, query_only in ((write, "BEGIN IMMEDIATE", False), (read, "BEGIN", True)):
        _prepare_sqlite(engine, begin, patience, query_only=query_only)
        translate(engine)
    return write, read


def _sqlite_arguments(patience: float) -> dict[str, Any]:
    return {"connect_args": {"timeout": patience}, "pool_timeout": patience, "hide_parameters": True}


def _prepare_sqlite(engine: Engine, begin: str, patience: float, *, query_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, record: object) -> None:
        connection.isolation_level = None  # the driver must not begin: we say how
        cursor = connection.cursor()
        _insist(cursor, SQLITE_JOURNAL, patience)
        for pragma in (*SQLITE_PRAGMAS, f"PRAGMA query_only = {int(query_only)}"):
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "reset")
    def on_reset(connection: DBAPIConnection, record: object, state: object) -> None:
        connection.rollback()  # a COMMIT that broke a foreign key leaves SQLite's transaction open

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _insist(cursor: DBAPICursor, pragma: str, patience: float) -> None:
    """Processes that start together: SQLite refuses a change of the journal at once, without its busy handler."""
    until = time.monotonic() + patience
    while True:
        try:
            cursor.execute(pragma)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _postgres(url: URL) -> tuple[Engine, Engine]:
    """One pool; reading sees one moment of the database, as on SQLite."""
    write = create_engine(
        url,
        connect_args=_connect_arguments(url),
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_size=10,
        max_overflow=30,
        pool_timeout=10,
        pool_pre_ping=True,
        pool_recycle=1800,
    )
    translate(write)
    read = write.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return write, read


def _connect_arguments(url: URL) -> dict[str, Any]:
    """Ours, unless the address says otherwise."""
    said = {name: url.query[name] for name in POSTGRES_CONNECT if name in url.query}
    if "options" in said:
        said["options"] = f"{POSTGRES_CONNECT['options']} {said['options']}"
    return POSTGRES_CONNECT | said
