"""Alembic, driven from the program: migrations travel in the package and run when a server starts."""

from pathlib import Path
from threading import Lock
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

FOLDER: Final = Path(__file__).parent / "migrations"
LOCK: Final = 7_464_2255
"""PostgreSQL's advisory lock under which migrations run (RING-CALL on a keypad); SQLite has BEGIN IMMEDIATE."""

HERE: Final = Lock()
"""Alembic keeps its context in module variables: one migration at a time in a process."""


def upgrade(engine: Engine) -> None:
    """To the newest version, in one transaction: tables are changed wholly or not at all."""
    with HERE, engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '5min'"))
            connection.execute(text("SET LOCAL statement_timeout = '30min'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        command.upgrade(config(connection), "head")


def what_is_missing(connection: Connection) -> str:
    """Empty if the tables are at the newest version."""
    present = MigrationContext.configure(connection).get_current_revision()
    newest = ScriptDirectory.from_config(config()).get_current_head()
    if present == newest:
        return ""
    return (
        f"the tables are at version {present or 'none'}, not {newest}; run `python -m ivr serve`, which migrates them"
    )


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file; for `command.revision(config(connection), autogenerate=True)` too."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made
