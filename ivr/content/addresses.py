"""Postal addresses as they are said: abbreviations in full, codes sign by sign; by grammars/addresses.yaml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ivr.content.yaml_files import Located
from ivr.domain.turn import PostalAddress
from ivr.errors import ContentError

FILE: Final = "addresses.yaml"
OTHER: Final = "other"
_PLACE: Final = re.compile(r"\{(\w+)\}")
_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
_WORD: Final = re.compile(r"[^\W\d_]+[.º/]*", re.UNICODE)
_HOUSE: Final = re.compile(r"\d+")
_PARTS: Final = frozenset({"street", "city", "region", "postal_code"})
_TABLES: Final = frozenset({"first", "last", "ending", "regions"})


@dataclass(frozen=True)
class AddressStyle:
    """How one country's addresses are told. Abbreviations are kept in small letters, without their full stop."""

    order: str
    pairs: str = ""
    """The language whose speakers say house numbers in pairs."""
    first: Mapping[str, str] = field(default_factory=dict)
    last: Mapping[str, str] = field(default_factory=dict)
    ending: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)


PLAIN: Final = AddressStyle("{street}[, {postal_code}][, {city}][, {region}]")


def read_styles(given: Mapping[str, Any]) -> Mapping[str, AddressStyle]:
    """The styles by country. Raises ContentError."""
    return {str(country): _style(country, row) for country, row in given.items()}


def _style(country: str, row: Any) -> AddressStyle:
    place = country.place if isinstance(country, Located) else FILE
    order = row.get("order", "") if isinstance(row, dict) else ""
    if not order or set(_PLACE.findall(order)) - _PARTS or set(row) - _TABLES - {"order", "pairs"}:
        raise ContentError(f"{place}: {country} needs `order:` with some of {', '.join(sorted(_PARTS))}")
    tables = {name: {str(k).lower(): str(v) for k, v in row.get(name, {}).items()} for name in _TABLES}
    return AddressStyle(str(order), str(row.get("pairs", "")), **tables)


def written_address(address: PostalAddress, styles: Mapping[str, AddressStyle]) -> str:
    """As it stands on a parcel, in one line."""
    return _in_order(address, _style_of(address, styles))


def spoken_address(address: PostalAddress, locale: str, styles: Mapping[str, AddressStyle]) -> str:
    """ "12 50 Main Street, Springfield, Illinois, 6 2 7 0 1": as people there say it, to a caller of this locale."""
    style = _style_of(address, styles)
    street = _street(address.street, style, in_pairs=bool(style.pairs) and locale.startswith(style.pairs))
    said = PostalAddress(
        street=street,
        city=_first_word(address.city, style),
        region=style.regions.get(address.region.lower(), address.region),
        postal_code=_sign_by_sign(address.postal_code),
    )
    return _in_order(said, style)


def _style_of(address: PostalAddress, styles: Mapping[str, AddressStyle]) -> AddressStyle:
    return styles.get(address.country) or styles.get(OTHER) or PLAIN


def _in_order(address: PostalAddress, style: AddressStyle) -> str:
    parts = {name: getattr(address, name) for name in _PARTS}
    kept = _OPTIONAL.sub(lambda part: part[1] if all(parts[p] for p in _PLACE.findall(part[1])) else "", style.order)
    return " ".join(_PLACE.sub(lambda part: parts[part[1]], kept).split())


def _street(street: str, style: AddressStyle, *, in_pairs: bool) -> str:
    named = 0

    def said(word: re.Match[str]) -> str:
        nonlocal named
        named += 1
        return _in_full(word[0], style, is_first=named == 1)

    words = _WORD.sub(said, street)
    return _in_pairs(words) if in_pairs else words


def _first_word(city: str, style: AddressStyle) -> str:
    return _WORD.sub(lambda word: _in_full(word[0], style, is_first=True), city, count=1)


def _in_full(word: str, style: AddressStyle, *, is_first: bool) -> str:
    """A word of which the style knows the long form. Whole words go on without a full stop, endings need it."""
    bare = word.rstrip(".").lower()
    known = (style.first if is_first else {}).get(bare) or (None if is_first else style.last.get(bare))
    if known:
        return known
    end = next((short for short in style.ending if word.endswith(".") and bare.endswith(short) and bare != short), "")
    return word.rstrip(".")[: -len(end)] + style.ending[end] if end else word


def _in_pairs(street: str) -> str:
    """The house number that it begins with: 350 "3 50", 1250 "12 50", 1205 "12 0 5", 1200 and 45 as they are."""
    house = _HOUSE.match(street)
    if house is None or not 3 <= len(house[0]) <= 4 or house[0].endswith("00"):
        return street
    high, low = house[0][:-2], house[0][-2:]
    rest = street[house.end() :]
    pause = "," if re.match(r"\s+\d", rest) else ""
    return f"{high} {' '.join(low) if low[0] == '0' else low}{pause}{rest}"


def _sign_by_sign(code: str) -> str:
    """Its groups apart, so that voices pause between them."""
    return ", ".join(" ".join(group) for group in re.findall(r"[^\W_]+", code.upper()))
