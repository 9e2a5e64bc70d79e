"""Many rows of a table go to the database together: one by one, SQLAlchemy spends more on them than the database does.

PostgreSQL is given one array a column, so that a statement for any number of rows is read and planned once.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, bindparam, func, insert, inspect, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, make_transient, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.dml import Insert, Update

from ivr.errors import Conflict
from ivr.storage.mapping import MAPPED

MANY: Final = 8
"""Fewer rows are left to SQLAlchemy."""
KEY, VERSION, OLD_VERSION = "id", "version", "old_version"
Row = Mapping[str, Any]
Columns = dict[str, list[Any]]
"""Values of many rows, by column."""


def write_together(session: Session, *, is_last: bool) -> None:
    """Write many new rows, and what changed in many versioned rows; after the last time they leave the session.

    Raises Conflict if another process changed one of them first, or has added the like.
    """
    left, written = _write_changed(session)
    if len(session.new) >= MANY:
        written += _write_new(session, left)
    _settle(session, written, is_last=is_last)


def insert_together(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add these rows, in this order; all have the same columns."""
    _insert_all(connection, table, {name: [row[name] for row in rows] for name in rows[0]})


def _insert_all(connection: Connection, table: Table, columns: Columns) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(_insert(table, tuple(columns)), _arrays(columns))
    else:
        connection.execute(insert(table), _rows(columns))


def _write_new(session: Session, left: Collection[type]) -> list[object]:
    """New rows come after what changed, which may make room for them: those of `left` are SQLAlchemy's, too."""
    written: list[object] = []
    added: dict[type, list[object]] = defaultdict(list)
    for entity in session.new:
        added[type(entity)].append(entity)
    for kind, entities in added.items():
        if len(entities) < MANY or kind in left or inspect(kind).relationships:
            continue
        columns = {name: [getattr(entity, name) for entity in entities] for name in MAPPED[kind].c.keys()}  # noqa: SIM118  no dict
        # What is unknown of all of them is NULL anyway: of attempts and legs that begin, half the columns.
        known = {name: values for name, values in columns.items() if any(value is not None for value in values)}
        _insert_all(session.connection(), MAPPED[kind], known)
        written += entities
    return written


def _settle(session: Session, written: Sequence[object], *, is_last: bool) -> None:
    """SQLAlchemy has nothing left to write of these: it would compare every value of each once more."""
    for entity in written:
        make_transient(entity)
        if not is_last:
            make_transient_to_detached(entity)
    if not is_last:
        session.add_all(written)


def _write_changed(session: Session) -> tuple[set[type], list[object]]:
    """Returns the kinds of which changed rows are left to SQLAlchemy, and what was written."""
    changed: dict[tuple[type, frozenset[str]], list[object]] = defaultdict(list)
    left: set[type] = set()
    written: list[object] = []
    for entity in session.dirty:
        changed[type(entity), frozenset(inspect(entity).committed_state)].append(entity)
    for (kind, names), entities in changed.items():
        if not names:
            continue
        if len(entities) >= MANY and {KEY, VERSION, *names} <= set(MAPPED[kind].c.keys()):
            _update_all(session, MAPPED[kind], tuple(sorted(names)), entities)
            written += entities
        else:
            left.add(kind)
    return left, written


def _update_all(session: Session, table: Table, names: tuple[str, ...], entities: Sequence[Any]) -> None:
    columns = {name: [getattr(entity, name) for entity in entities] for name in (KEY, VERSION, *names)}
    columns[OLD_VERSION], columns[VERSION] = columns[VERSION], [version + 1 for version in columns[VERSION]]
    if _updated(session.connection(), table, columns) != len(entities):
        raise Conflict("another process changed one of these meanwhile; read them again and retry")
    for name in (VERSION, *names):
        for entity, value in zip(entities, columns[name], strict=True):
            set_committed_value(entity, name, value)


def _updated(connection: Connection, table: Table, columns: Columns) -> int:
    names = tuple(name for name in columns if name not in (KEY, OLD_VERSION))
    if connection.dialect.name == "postgresql":
        return connection.execute(_update(table, names), _arrays(columns)).rowcount
    mine = table.c.id == bindparam("the_id"), table.c.version == bindparam(OLD_VERSION)
    change = update(table).where(*mine).values({name: bindparam(name) for name in names})
    return connection.execute(change, [{**row, "the_id": row[KEY]} for row in _rows(columns)]).rowcount


def _rows(columns: Columns) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


# --- PostgreSQL: one array a column ----------------------------------------------------------------------------------


@cache
def _insert(table: Table, names: tuple[str, ...]) -> Insert:
    # Read in the arrays' order, so that serial numbers follow it.
    return insert(table).from_select(names, select(_table_of({name: table.c[name] for name in names})))


@cache
def _update(table: Table, names: tuple[str, ...]) -> Update:
    new = _table_of({KEY: table.c.id, OLD_VERSION: table.c.version, **{name: table.c[name] for name in names}})
    mine = table.c.id == new.c[KEY], table.c.version == new.c[OLD_VERSION]
    return update(table).where(*mine).values({name: new.c[name] for name in names})


def _table_of(columns: Mapping[str, Column[Any]]) -> Any:
    arrays = [bindparam(f"all_{name}", type_=ARRAY(column.type)) for name, column in columns.items()]
    return func.unnest(*arrays).table_valued(*columns, name="new").render_derived()


def _arrays(columns: Columns) -> Columns:
    return {f"all_{name}": values for name, values in columns.items()}
