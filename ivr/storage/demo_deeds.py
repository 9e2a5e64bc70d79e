"""The books of the demonstration's shop: what it did for which key, in the same database."""

from collections.abc import Sequence

from sqlalchemy import Engine, insert, select

from ivr.domain.shop_deeds import Deed
from ivr.errors import Conflict
from ivr.storage.failures import translated
from ivr.storage.handover_tables import demo_deeds


class SqlDeeds:
    """content.shop.Deeds; each call is a transaction of its own, as in a shop elsewhere."""

    def __init__(self, write: Engine, read: Engine) -> None:
        self._write = write
        self._read = read

    def keep(self, deed: Deed) -> Deed:
        """The deed that its key has: this one, or the one before."""
        if (before := self._of_key(deed.key)) is not None:
            return before
        try:
            with translated(), self._write.begin() as connection:
                connection.execute(insert(demo_deeds).values(**vars(deed)))
        except Conflict:  # another process was faster
            return self._of_key(deed.key) or deed
        return deed

    def of_number(self, number: str) -> Sequence[Deed]:
        """Oldest first."""
        return self._found(demo_deeds.c.number == number)

    def of_order(self, order_id: str) -> Sequence[Deed]:
        """Oldest first."""
        return self._found(demo_deeds.c.order_id == order_id)

    def of_new_order(self, digits: str) -> Sequence[Deed]:
        """Those that made an order whose number ends so."""
        return self._found(demo_deeds.c.new_order_id.endswith(digits, autoescape=True))

    def _of_key(self, key: str) -> Deed | None:
        return next(iter(self._found(demo_deeds.c.key == key)), None)

    def _found(self, where: object) -> list[Deed]:
        query = select(demo_deeds).where(where).order_by(demo_deeds.c.at, demo_deeds.c.key)  # type: ignore[arg-type]
        with translated(), self._read.connect() as connection:
            return [Deed(**row) for row in connection.execute(query).mappings()]
