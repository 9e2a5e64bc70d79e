"""Alembic, driven from the program: migrations travel in the package and run when a server starts.

Alembic is imported only where there is something to migrate: reading it takes longer than all of SQLAlchemy.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER: Final = Path(__file__).parent / "migrations"
LOCK: Final = 7_464_2255
"""PostgreSQL's advisory lock under which migrations run (RING-CALL on a keypad); SQLite has BEGIN IMMEDIATE."""

HERE: Final = Lock()
"""Alembic keeps its context in module variables: one migration at a time in a process."""


def upgrade(engine: Engine) -> None:
    """To the newest version, in one transaction: tables are changed wholly or not at all."""
    with engine.connect() as connection:
        if present(connection) == newest():
            return
    from alembic import command

    with HERE, engine.connect() as connection, _unchecked(connection), connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '5min'"))
            connection.execute(text("SET LOCAL statement_timeout = '30min'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        command.upgrade(config(connection), "head")


@contextmanager
def _unchecked(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by writing it anew and dropping the old one, and a drop looks for the children of every
    row: with 10^5 cases for longer than anybody waits. Rows are copied as they are, so nothing is left to check.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys = OFF")  # without effect in a transaction: before it, and after
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


def what_is_missing(connection: Connection) -> str:
    """Empty if the tables are at the newest version."""
    version = present(connection)
    if version == newest():
        return ""
    return (
        f"the tables are at version {version or 'none'}, not {newest()}; run `python -m ivr serve`, which migrates them"
    )


def present(connection: Connection) -> str:
    """The tables' version; empty where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""


def newest() -> str:
    """The last version that this program knows, by the numbers that the files' names begin with."""
    return max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py"))


def config(connection: Connection | None = None) -> "Config":
    """Alembic's settings, without a file; for `command.revision(config(connection), autogenerate=True)` too."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made
