"""Column types: aware UTC times, clean text, enums as text, tuples and domain values as JSON."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, String, TypeDecorator

import ivr.domain
from ivr.errors import StoredValueUnreadable
from ivr.storage.codec import Codec


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC on both databases; refuses naive times. SQLite keeps text that sorts as time does."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC. Raises ValueError for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value.isoformat()}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Text(TypeDecorator[str]):
    """Text without NUL and lone surrogates, which PostgreSQL and UTF-8 refuse: people send such things."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Drop NUL, replace what UTF-8 cannot say."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum by its value."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        """Its value. Raises ValueError if it is none of them."""
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """The member. Raises StoredValueUnreadable."""
        if value is None:
            return None
        try:
            return self.kind(value)
        except ValueError as error:
            raise StoredValueUnreadable(f"{value!r} is no {self.kind.__name__}; was the program downgraded?") from error


class Words(TypeDecorator[Sequence[str]]):
    """A tuple of words, as a JSON list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> list[str] | None:
        """A list."""
        return None if value is None else list(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...] | None:
        """A tuple."""
        return None if value is None else tuple(value)


class DomainValue(TypeDecorator[Any]):
    """A frozen value of ivr.domain, as tagged JSON. A new value is noticed by comparing equal or not."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Plain JSON values. Raises TypeError for anything but domain values."""
        return domain_codec().encode(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The value. Raises StoredValueUnreadable."""
        return domain_codec().decode(value)

    def compare_values(self, x: Any, y: Any) -> bool:
        """Whether nothing needs to be written."""
        return bool(x == y)


@cache
def domain_codec() -> Codec:
    """The codec of everything below ivr.domain."""
    return Codec.of_package(ivr.domain)
