"""Migrations lead to the tables that the program means, from empty databases and at every start."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from ivr.storage import SqlStore, migrating
from ivr.storage.engines import parse
from ivr.storage.mapping import metadata
from tests.conftest import ROOT
from tests.storage import rows
from tests.storage.rows import save

SQLITE_SCHEMA = "SELECT name, sql FROM sqlite_master WHERE name != 'alembic_version' ORDER BY name"
POSTGRES_SCHEMA = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
    " WHERE table_schema = 'public' ORDER BY 1, 2",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
    " ORDER BY 1",
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes addresses of empty databases."""
    if request.param == "postgres":
        make: Callable[[], str] = request.getfixturevalue("new_postgres")
        return make
    files = (f"sqlite:///{tmp_path / name}.db" for name in "abc")
    return lambda: next(files)


def migrated(url: str) -> str:
    store = SqlStore(url)
    store.migrate()
    store.close()
    return url


def engine(url: str) -> Engine:
    return create_engine(parse(url))


def schema(url: str) -> list[tuple[str, ...]]:
    """Everything the database knows of its tables, so that conditions of partial indexes are compared too."""
    made = engine(url)
    with made.connect() as connection:
        queries = (SQLITE_SCHEMA,) if made.dialect.name == "sqlite" else POSTGRES_SCHEMA
        found = [tuple(str(cell) for cell in row) for query in queries for row in connection.execute(text(query))]
    made.dispose()
    return [words for row in found if (words := normal(row)) and "alembic_version" not in " ".join(words)]


def normal(row: tuple[str, ...]) -> tuple[str, ...]:
    """Without blanks and quotes: SQLite quotes the name of a table that was made anew.

    A table's constraints come in any order: Alembic takes them from a set when it makes a table anew.
    """
    return tuple(",".join(in_order("".join(cell.split()).replace('"', ""))) for cell in row)


def in_order(sql: str) -> list[str]:
    columns, *constraints = sql.split(",CONSTRAINT")
    return [columns, *sorted(part.rstrip(")") for part in constraints)]


def test_migrated_tables_are_those_of_the_program(empty: Callable[[], str]) -> None:
    made = engine(migrated(empty()))
    with made.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    made.dispose()


def test_indexes_and_constraints_are_the_same_word_for_word(empty: Callable[[], str]) -> None:
    made = engine(url := empty())
    metadata.create_all(made)
    made.dispose()
    assert schema(migrated(empty())) == schema(url)


def test_newest_version_by_the_files_names_is_alembics_own() -> None:
    assert migrating.newest() == ScriptDirectory.from_config(migrating.config()).get_current_head()


def test_migrating_again_changes_nothing_and_keeps_the_rows(empty: Callable[[], str]) -> None:
    store = SqlStore(empty())
    assert "version none" in store.check()
    store.migrate()
    save(store, rows.case())
    store.migrate()
    assert store.check() == ""
    with store.read() as uow:
        assert uow.cases.get("case") is not None
    store.close()


def test_two_processes_that_start_together_both_find_the_tables(empty: Callable[[], str]) -> None:
    start = f"from ivr.storage import SqlStore; s = SqlStore({empty()!r}); s.migrate(); print(repr(s.check()))"
    arguments = [sys.executable, "-W", "error", "-c", start]
    together = [subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate(timeout=200)[0] for process in together] == ["''\n"] * 3


def test_the_way_back_leads_to_an_empty_database(empty: Callable[[], str]) -> None:
    made = engine(migrated(empty()))
    with made.begin() as connection:
        command.downgrade(migrating.config(connection), "base")
    assert set(inspect(made).get_table_names()) <= {"alembic_version", "sqlite_sequence"}
    made.dispose()


def test_a_migration_that_fails_changes_nothing(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = schema(postgres_url)

    def fail(config: object, to: str) -> None:
        connection = config.attributes["connection"]  # type: ignore[attr-defined]
        connection.execute(text("DROP TABLE verifications"))
        raise RuntimeError("half-way")

    monkeypatch.setattr(command, "upgrade", fail)
    monkeypatch.setattr(migrating, "newest", lambda: "9999")
    store = SqlStore(postgres_url)
    with pytest.raises(RuntimeError, match="half-way"):
        store.migrate()
    store.close()
    assert schema(postgres_url) == before
