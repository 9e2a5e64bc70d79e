"""The trust record of sellers: entries that each hold the hash of the one before, so that none can be changed unseen.

An export is one JSON text a line: the header, the entries, and last the head, which says how many entries each seller
has and the hash of the last: whoever cuts the file off, or leaves a seller out, takes away what the head counts.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

FORMAT: Final = "ringback-trust-1"
FIRST: Final = "0" * 64
"""Stands before a seller's first entry."""
Check = Callable[[bytes, str], bool]
"""Whether a signature (hex) over these bytes is the shop's."""


@dataclass(eq=False, kw_only=True)
class TrustEntry:
    """One line of a seller's record."""

    seller_id: str
    number: int
    """From 1, without gaps."""
    at: datetime
    body: str
    """What happened, as canonical JSON: nothing about the customer."""
    previous: str
    hash: str
    signature: str


def canonical(data: Mapping[str, Any]) -> str:
    """The one way in which this is written."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def link(seller_id: str, number: int, at: datetime, body: str, previous: str) -> str:
    """The hash of an entry: over everything in it, and the hash before."""
    fields = {"at": at.isoformat(), "body": body, "number": number, "previous": previous, "seller": seller_id}
    return sha256(canonical(fields).encode()).hexdigest()


def exported(entries: Iterable[TrustEntry], public_key: str, at: datetime, sign: Callable[[bytes], str]) -> list[str]:
    """The lines of an export."""
    rows = [_row(entry) for entry in entries]
    heads: dict[str, list[Any]] = {}
    for row in rows:
        heads[row["seller"]] = [row["number"], row["hash"]]
    head = {"heads": heads, "at": at.isoformat()}
    signed = {**head, "signature": sign(canonical(head).encode())}
    return [canonical({"format": FORMAT, "public_key": public_key}), *map(canonical, rows), canonical(signed)]


def _row(entry: TrustEntry) -> dict[str, Any]:
    return {
        "seller": entry.seller_id,
        "number": entry.number,
        "at": entry.at.isoformat(),
        "body": entry.body,
        "previous": entry.previous,
        "hash": entry.hash,
        "signature": entry.signature,
    }


@dataclass
class Verdict:
    """What a check of an export found."""

    wrong: list[str] = field(default_factory=list)
    """Each with its line."""
    entries: int = 0
    sellers: int = 0
    at: str = ""
    """When it was exported."""


def verify(lines: Sequence[str], check: Check) -> Verdict:
    """Check an export with nothing but the public key."""
    verdict = Verdict()
    rows = [_read(line, number, verdict) for number, line in enumerate(lines, 1)]
    if len(rows) < 2 or rows[0].get("format") != FORMAT or "heads" not in rows[-1]:
        verdict.wrong.append(f"line {len(rows)}: no {FORMAT} file with a header and a head; it may have been cut off")
        return verdict
    last: dict[str, list[Any]] = {}
    for number, row in enumerate(rows[1:-1], 2):
        _check_entry(row, number, last, check, verdict)
    _check_head(rows[-1], len(rows), last, check, verdict)
    verdict.entries, verdict.sellers, verdict.at = len(rows) - 2, len(last), str(rows[-1].get("at", ""))
    return verdict


def _read(line: str, number: int, verdict: Verdict) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        verdict.wrong.append(f"line {number}: no JSON object")
        return {}
    return row


def _check_entry(
    row: Mapping[str, Any], number: int, last: dict[str, list[Any]], check: Check, verdict: Verdict
) -> None:
    seller = str(row.get("seller", ""))
    count, previous = last.get(seller, [0, FIRST])
    if row.get("number") != count + 1:
        verdict.wrong.append(f"line {number}: {seller} has entry {row.get('number')} where {count + 1} should stand")
    if row.get("previous") != previous:
        verdict.wrong.append(f"line {number}: does not follow the entry before it")
    if row.get("hash") != _hash_of(row):
        verdict.wrong.append(f"line {number}: was changed: its hash does not fit")
    if not check(str(row.get("hash")).encode(), str(row.get("signature"))):
        verdict.wrong.append(f"line {number}: is not signed by this key")
    last[seller] = [count + 1, row.get("hash")]


def _hash_of(row: Mapping[str, Any]) -> str:
    try:
        at = datetime.fromisoformat(str(row.get("at")))
    except ValueError:
        return ""
    if at.isoformat() != row.get("at"):  # one way of writing it, or a changed byte could go unseen
        return ""
    return link(str(row.get("seller")), row.get("number", 0), at, str(row.get("body")), str(row.get("previous")))


def _check_head(
    row: Mapping[str, Any], number: int, last: Mapping[str, list[Any]], check: Check, verdict: Verdict
) -> None:
    head = {"heads": row.get("heads"), "at": row.get("at")}
    if not check(canonical(head).encode(), str(row.get("signature"))):
        verdict.wrong.append(f"line {number}: the head is not signed by this key")
    if row.get("heads") != dict(last):
        verdict.wrong.append(f"line {number}: entries are missing, or there are more than the head counts")
