"""Many changed rows of a table go to the database together; SQLAlchemy sends rows that have a version one by one."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Table, bindparam, inspect, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from ivr.errors import Conflict
from ivr.storage.mapping import MAPPED

MANY: Final = 8
"""Fewer rows are left to SQLAlchemy."""
Changes = dict[str, Any]


def write_together(session: Session) -> None:
    """Write what changed in many versioned rows. Raises Conflict if another process changed one of them first."""
    changed: dict[tuple[type, frozenset[str]], list[object]] = defaultdict(list)
    if len(session.dirty) < MANY:
        return
    for entity in session.dirty:
        changed[type(entity), frozenset(inspect(entity).committed_state)].append(entity)
    for (kind, names), entities in changed.items():
        if names and len(entities) >= MANY and "version" in MAPPED[kind].c:
            _write(session, MAPPED[kind], sorted(names), entities)


def _write(session: Session, table: Table, names: Sequence[str], entities: Sequence[Any]) -> None:
    (key,) = table.primary_key.columns
    rows = [_changes(entity, names, key.name) for entity in entities]
    mine = (key == bindparam("old_key"), table.c.version == bindparam("old_version"))
    new = update(table).where(*mine).values({name: bindparam(name) for name in (*names, "version")})
    if session.connection().execute(new, rows).rowcount != len(rows):
        raise Conflict("another process changed one of these meanwhile; read them again and retry")
    for entity, row in zip(entities, rows, strict=True):
        for name in (*names, "version"):
            set_committed_value(entity, name, row[name])


def _changes(entity: Any, names: Sequence[str], key: str) -> Changes:
    old = {"old_key": getattr(entity, key), "old_version": entity.version}
    return {**old, **{name: getattr(entity, name) for name in names}, "version": entity.version + 1}
