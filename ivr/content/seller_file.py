"""The demo shop's sellers: a Sellers port over a readable file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ivr.content.yaml_files import read_mapping
from ivr.domain.sellers import Seller
from ivr.errors import ContentError

SELLER_FILE: Final = "demo-sellers.yaml"
NEEDED: Final = ("id", "name", "number")


class DemoSellers:
    """Sellers by id, by telephone, and by what they sold."""

    def __init__(self, folder: Path) -> None:
        """Reads the file in grammars/; without it the shop sells everything itself. Raises ContentError."""
        path = folder / SELLER_FILE
        rows = read_mapping(path, folder).get("sellers", []) if path.is_file() else []
        self._sellers: dict[str, Seller] = {}
        self._sold: dict[str, str] = {}
        for row in rows:
            self._add(row)

    def of_order(self, order_id: str) -> Seller | None:
        """None: the shop sold it itself."""
        return self._sellers.get(self._sold.get(order_id, ""))

    def get(self, seller_id: str) -> Seller | None:
        """By id."""
        return self._sellers.get(seller_id)

    def by_number(self, number: str) -> Seller | None:
        """Whose telephone on file this is."""
        return next((seller for seller in self._sellers.values() if seller.number == number), None)

    def _add(self, row: Mapping[str, Any]) -> None:
        missing = [name for name in NEEDED if name not in row]
        if missing:
            raise ContentError(f"{SELLER_FILE}: a seller needs {', '.join(missing)}")
        seller = Seller(
            id=str(row["id"]),
            name=str(row["name"]),
            number=str(row["number"]),
            email=str(row.get("email", "")),
            locale=str(row.get("locale", "en-US")),
            zone=str(row.get("zone", "UTC")),
        )
        if seller.id in self._sellers or self.by_number(seller.number) is not None:
            raise ContentError(f"{row['id'].place}: {seller.id} or its number is there already; write each once")
        self._sellers[seller.id] = seller
        for order in row.get("orders", ()):
            self._sold[str(order).replace("-", "")] = seller.id
