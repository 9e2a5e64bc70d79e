"""The database for commands that only read it. Apart from `context`: most commands start without SQLAlchemy."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from ivr.errors import StorageUnavailable
from ivr.settings import Settings
from ivr.storage import SqlStore


@contextmanager
def filled_store(settings: Settings) -> Iterator[SqlStore]:
    """The database of these settings. Raises StorageUnavailable if it has no tables or does not answer."""
    with closing(SqlStore(settings.database_url)) as store:
        if wrong := store.check():
            raise StorageUnavailable(wrong)
        yield store
