"""The session of one unit of work."""

from typing import Any, Final, TypeVar

from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from ivr.domain.calls import Call
from ivr.domain.cases import Customer
from ivr.storage.batches import write_together
from ivr.storage.failures import translated

T = TypeVar("T")
TALK: Final = (Call, Customer)
"""Where a call stands, and who calls: with the lines of the timeline all that an ordinary turn writes."""


class UnitSession(Session):
    """Queries write pending changes first; a version that another process raised meanwhile is found there too."""

    must_last = False
    """Whether anything but TALK and the timeline was written: cases, promises, limits must outlive a power cut."""

    is_ending = False
    """Whether nothing will be asked of it any more."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._held: list[object] = []

    def hold(self, *entities: object) -> None:
        """Keep these until the end: SQLAlchemy forgets what nobody else holds, and would read it again."""
        self._held.extend(entities)

    def known(self, kind: type[T], key: str) -> T | None:
        """The entity if it was read or written in this unit of work."""
        found: T | None = self.identity_map.get(identity_key(kind, key))
        return found

    def find(self, kind: type[T], key: str) -> T | None:
        """The entity by its key."""
        found = self.get(kind, key)
        self.hold(found)
        return found

    def execute(self, statement: Any, *args: Any, **more: Any) -> Any:
        """As Session.execute."""
        self.must_last = self.must_last or getattr(statement, "is_dml", False)
        return super().execute(statement, *args, **more)

    def flush(self, objects: object = None) -> None:
        """As Session.flush."""
        changed = (*self.new, *self.dirty, *self.deleted)
        self.must_last = self.must_last or any(not isinstance(thing, TALK) for thing in changed)
        with translated():
            write_together(self, is_last=self.is_ending)
            super().flush()
