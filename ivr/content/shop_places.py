"""Places of the demonstration's shop to hand returns in: a readable file, by the beginning of the customer's number."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ivr.content.yaml_files import read_mapping
from ivr.domain.drop_offs import DropOff
from ivr.errors import ContentError

PLACES_FILE: Final = "demo-places.yaml"
APART: Final = 90
"""Meters by which the way differs from one customer to the next."""


class DemoPlaces:
    """Addresses of delivery are not kept here: each order has its own distances, always the same."""

    def __init__(self, folder: Path) -> None:
        """Without the file there are none. Raises ContentError."""
        path = folder / PLACES_FILE
        content = read_mapping(path, folder) if path.is_file() else {}
        self._places: Mapping[str, Any] = content.get("places", {})
        for beginning in self._places:
            if not str(beginning).startswith("+"):
                raise ContentError(f'{beginning.place}: places stand under the beginning of a number, such as "+1"')

    def near(self, number: str, order_id: str) -> tuple[DropOff, ...]:
        """The nearest first."""
        fitting = [beginning for beginning in self._places if number.startswith(beginning)]
        rows = self._places[max(fitting, key=len)] if fitting else ()
        further = int(order_id[-2:]) % len(rows) * APART if rows else 0
        made = (
            DropOff(str(row["name"]), str(row["street"]), int(row["meters"]) + further, str(row.get("open_until", "")))
            for row in rows
        )
        return tuple(sorted(made, key=lambda place: place.meters))
