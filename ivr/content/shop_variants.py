"""Other sizes and colors of the demonstration's items."""

from collections.abc import Callable, Mapping
from typing import Any

from ivr.domain.variants import Variant


def variants_of(item: Mapping[str, Any], currency: str, say: Callable[[Mapping[str, Any]], Any]) -> tuple[Variant, ...]:
    """Likeliest first; `say` picks the words of a language. What has no price of its own costs the item's."""
    return tuple(
        Variant(
            id=str(name),
            label=str(say(row["label"])),
            amount=str({**item["price"], **row.get("price", {})}[currency]),
            in_stock=row.get("stock", True) is True,
            phrases=tuple(map(str, say(row.get("also", {})))),
        )
        for name, row in item.get("variants", {}).items()
    )
