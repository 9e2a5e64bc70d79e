"""What a database reports, as what callers can act on: Conflict (read again, retry) and StorageUnavailable."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError

from ivr.errors import Conflict, IvrError, NotFound, StorageUnavailable

RETRY_STATES: Final = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL: serialization failure, deadlock, lock not available in time."""
NO_TABLE: Final = "42P01"
NO_PARENT: Final = "23503"


def translate(engine: Engine) -> None:
    """Let every error of this engine's connections leave it as an IvrError, or as what a column type raised."""
    event.listen(engine, "handle_error", _handle, retval=True)


@contextmanager
def translated() -> Iterator[None]:
    """The same for errors that do not come from a statement: versions, the pool, a transaction that failed before."""
    try:
        yield
    except StaleDataError as error:
        raise Conflict("another process changed this meanwhile; read it again and retry") from error
    except SQLAlchemyError as error:
        raise StorageUnavailable(f"the database cannot be used now: {_first_line(error)}") from error


def _handle(context: ExceptionContext) -> BaseException | None:
    error = context.original_exception
    if context.is_pre_ping:
        return None  # the pool replaces the dead connection
    if _is_of_driver(error):
        return _as_ours(error)
    if isinstance(error, ValueError | TypeError):
        return type(error)(str(error))  # a column type refused a value: a mistake of the program, named as such
    return None


def _as_ours(error: BaseException) -> IvrError:
    """By class name and state: both drivers follow DB-API 2. Only first lines: PostgreSQL's details show values."""
    text, state = _first_line(error), getattr(error, "sqlstate", None)
    if state == NO_PARENT or text.startswith("FOREIGN KEY"):
        return NotFound(f"what this belongs to is not in the database: {text}")
    if _is_a(error, "IntegrityError") or state in RETRY_STATES:
        return Conflict(f"a promise of the database would break, or another change came first: {text}")
    if _is_a(error, "DataError"):
        return IvrError(f"the database refused a value: {text}")
    if state == NO_TABLE or text.startswith("no such table"):
        return StorageUnavailable(f"the database is not set up ({text}); run `python -m ivr serve`, which migrates it")
    return StorageUnavailable(f"the database does not answer or refuses: {text}; see IVR_DATABASE_URL")


def _is_of_driver(error: BaseException) -> bool:
    return _is_a(error, "Error") and type(error).__module__.split(".")[0] in ("sqlite3", "psycopg")


def _is_a(error: BaseException, name: str) -> bool:
    return any(kind.__name__ == name for kind in type(error).__mro__)


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
