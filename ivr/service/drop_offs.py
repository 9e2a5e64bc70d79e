"""The port of places to hand a return in."""

from collections.abc import Sequence
from typing import Protocol

from ivr.domain.drop_offs import DropOff


class DropOffs(Protocol):
    """The shop's."""

    def drop_offs(self, order_id: str, locale: str) -> Sequence[DropOff]:
        """Near the order's address of delivery; none where the shop knows none. Raises ShopUnavailable."""
