"""Frozen domain values <-> JSON: a tag per class, fields by name, so that yesterday's rows stay readable.

A row without a field that was added since takes the field's default; a field that was taken away is dropped. Only
classes of the registry are ever made: never pickle (reliability.md A9).
"""

import importlib
import math
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from types import ModuleType
from typing import Any, Final

from ivr.errors import StoredValueUnreadable

TAG: Final = "$"
VALUE: Final = "="
"""With a tag that is no dataclass: what it is made of."""

SCALARS: Final[Mapping[type, tuple[str, Callable[[Any], Any], Callable[[Any], Any]]]] = {
    datetime: ("datetime", datetime.isoformat, datetime.fromisoformat),
    date: ("date", date.isoformat, date.fromisoformat),
    time: ("time", time.isoformat, time.fromisoformat),
    timedelta: ("timedelta", lambda span: span // timedelta(microseconds=1), lambda n: timedelta(microseconds=n)),
    Decimal: ("decimal", str, Decimal),
}
"""By class: tag, to JSON, from JSON."""
READERS: Final = {tag: read for tag, _, read in SCALARS.values()}


class Codec:
    """Writes and reads values made of the registered frozen dataclasses and enums."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        self._tags: dict[type, str] = {}
        self._classes: dict[str, type] = {}
        self._bare: dict[str, list[type]] = {}
        for module in modules:
            for thing in vars(module).values():
                if isinstance(thing, type) and thing.__module__ == module.__name__ and _is_value(thing):
                    self._register(thing)

    @classmethod
    def of_package(cls, package: ModuleType) -> "Codec":
        """A codec that knows every frozen dataclass and enum below a package."""
        found = pkgutil.walk_packages(package.__path__, package.__name__ + ".")
        return cls([package, *(importlib.import_module(module.name) for module in found)])

    def encode(self, value: Any) -> Any:
        """Plain JSON values. Raises TypeError for what is not a registered value."""
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {TAG: "float", VALUE: str(value)}
        if isinstance(value, Enum):
            return {TAG: self._tag(value), VALUE: value.value}
        if is_dataclass(value) and not isinstance(value, type):
            known = {field.name: self.encode(getattr(value, field.name)) for field in _fields(type(value))}
            return {TAG: self._tag(value), **known}
        if type(value) in SCALARS:
            tag, write, _ = SCALARS[type(value)]
            return {TAG: tag, VALUE: write(value)}
        return self._encode_many(value)

    def decode(self, data: Any) -> Any:
        """The value. Raises StoredValueUnreadable, naming tag and field."""
        if isinstance(data, list):
            return tuple(self.decode(item) for item in data)
        if not isinstance(data, dict):
            return data
        if TAG not in data:
            return {key: self.decode(item) for key, item in data.items()}
        return self._decode_tagged(str(data[TAG]), data)

    def _encode_many(self, value: Any) -> Any:
        match value:
            case tuple():
                return [self.encode(item) for item in value]
            case list():
                return {TAG: "list", VALUE: [self.encode(item) for item in value]}
            case frozenset():
                return {TAG: "frozenset", VALUE: [self.encode(item) for item in sorted(value, key=str)]}
            case Mapping() if all(type(key) is str and not key.startswith(TAG) for key in value):
                return {key: self.encode(item) for key, item in value.items()}
            case Mapping():
                return {TAG: "mapping", VALUE: [[self.encode(key), self.encode(item)] for key, item in value.items()]}
        raise TypeError(f"cannot keep a {type(value).__name__}; only frozen values of the registered modules")

    def _decode_tagged(self, tag: str, data: dict[str, Any]) -> Any:
        try:
            if tag in READERS:
                return READERS[tag](data[VALUE])
            if tag in ("list", "frozenset", "mapping", "float"):
                return self._decode_many(tag, data[VALUE])
            kind = self._class(tag)
            return kind(data[VALUE]) if issubclass(kind, Enum) else self._decode_fields(kind, data)
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise StoredValueUnreadable(f"a stored {tag!r} does not fit its class any more: {error!r}") from error

    def _decode_many(self, tag: str, items: Any) -> Any:
        match tag:
            case "float":
                return float(items)
            case "mapping":
                return {self.decode(key): self.decode(item) for key, item in items}
            case "list":
                return [self.decode(item) for item in items]
        return frozenset(self.decode(item) for item in items)

    def _decode_fields(self, kind: type, data: dict[str, Any]) -> Any:
        known = {field.name: self.decode(data[field.name]) for field in _fields(kind) if field.name in data}
        absent = [field.name for field in _fields(kind) if field.name not in known and _is_required(field)]
        if absent:
            raise StoredValueUnreadable(
                f"a stored {kind.__name__} has no {', '.join(absent)}; give new fields of kept values a default"
            )
        return kind(**known)

    def _register(self, kind: type) -> None:
        tag = f"{kind.__module__.rsplit('.', 1)[-1]}.{kind.__name__}"
        if self._classes.setdefault(tag, kind) is not kind:
            raise ValueError(f"two classes would be stored as {tag}: rename one")
        self._tags[kind] = tag
        self._bare.setdefault(kind.__name__, []).append(kind)

    def _tag(self, value: object) -> str:
        tag = self._tags.get(type(value))
        if tag is None:
            raise TypeError(f"cannot keep a {type(value).__name__}; only frozen values of the registered modules")
        return tag

    def _class(self, tag: str) -> type:
        """By tag; a class that moved to another module is found by its name while that is unique."""
        if tag in self._classes:
            return self._classes[tag]
        moved = self._bare.get(tag.rsplit(".", 1)[-1], [])
        if len(moved) != 1:
            raise StoredValueUnreadable(f"a stored value is tagged {tag!r}, which no known class answers to")
        return moved[0]


def _is_value(kind: type) -> bool:
    return issubclass(kind, Enum) or (is_dataclass(kind) and kind.__dataclass_params__.frozen)  # type: ignore[attr-defined]


def _fields(kind: type) -> list["Field[Any]"]:
    return [field for field in fields(kind) if field.init]


def _is_required(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING
