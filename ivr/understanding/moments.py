"""Fragments of a moment ("tomorrow", "half past three", "in two hours") put together; nothing guessed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ivr.domain.when import When, half_of, names_day

CORRECTIONS: Final = frozenset({"correction", "no"})
"""Said between two moments, the later one counts ("no, I said Friday")."""
NEVER_CHANGE: Final = frozenset({"unclear", "rejected", "correction", "moment_glue", "window", "latest", "zone"})
"""More words may make these of a moment, but so rarely that a turn does not wait for them."""
REJECTED: Final = "rejected"
"""Said to be left out ("not today")."""
GLUE: Final = "moment_glue"
IGNORED: Final = frozenset({REJECTED, GLUE})
"""Said to be left out, or to join fragments."""
WINDOW: Final = "window"
LATEST: Final = "latest"
UNTIL: Final = "until_"
"""Begins the slots of a window's end."""
NOON: Final = 12
_UNIT_SECONDS: Final = {"minute": 60, "hour": 3600, "second": 1}
CLOCK: Final = frozenset({"time", WINDOW, LATEST})
"""Kinds that a corrected one of them takes the place of."""
REPLACEABLE: Final = frozenset({"date", "part", "zone"}) | CLOCK
_UNIT_DAYS: Final = {"day": 1, "week": 7}
_DAYS: Final = ("day_offset", "weekday", "day")
"""Ways of naming a day."""


@dataclass(frozen=True)
class Fragment:
    """One part of a moment, as found in a text."""

    kind: str
    """asap, relative, date, time, window, latest, part, zone, rejected, unclear, correction, no."""
    slots: Mapping[str, str | int]


def assemble(fragments: Sequence[Fragment]) -> When | None:
    """One moment from its fragments in spoken order; None if none of them says anything of a moment."""
    pieces = _uncorrected(fragments)
    if not pieces:
        return None
    known: dict[str, Any] = {}
    conflict = False
    for said in _without_any_time([FIELDS[piece.kind](piece.slots) for piece in pieces]):
        conflict = conflict or any(known.get(key, value) != value for key, value in said.items())
        conflict = conflict or _excludes(known, said)
        known = {**said, **known}
    if conflict or known.get("conflict"):
        return When(conflict=True)
    return _finished(known)


def _uncorrected(fragments: Sequence[Fragment]) -> list[Fragment]:
    """The fragments that count: after a correction, a date replaces the date, a time the time."""
    kept: list[Fragment] = []
    corrected: list[Fragment] = []
    for fragment in fragments:
        if fragment.kind in CORRECTIONS:
            corrected, kept = [*corrected, *kept], []
        elif fragment.kind not in IGNORED:
            kept.append(fragment)
    kinds = {fragment.kind for fragment in kept}
    if not kept:
        return corrected
    if kinds & {"asap", "relative", "unclear"}:
        return kept
    replaced = kinds | (CLOCK if kinds & CLOCK else set())
    ends = _ends(kept)
    return [*(f for f in corrected if f.kind in REPLACEABLE and (f.kind not in replaced or _completes(f, ends))), *kept]


def _ends(fragments: Sequence[Fragment]) -> set[str]:
    """Which ends of a window they name, each by itself."""
    return {"bound" if f.slots.get("bound") else f.kind for f in fragments if f.kind in CLOCK}


def _completes(fragment: Fragment, ends: set[str]) -> bool:
    """ "After two but before four" is one window, whichever was said first."""
    return _ends([fragment]) | ends == {"bound", LATEST} and len(ends) == 1 and _ends([fragment]) != ends


def _without_any_time(said: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """ "Any time tomorrow" names a day and asks for no hour; "as soon as possible today" is as soon as possible."""
    names = {name for one in said for name in one}
    if "asap" not in names or names & {"hour", "in_seconds", "conflict"} or not names & {*_DAYS, "part", "until_hour"}:
        return list(said)
    if names <= {"asap", "day_offset"} and all(one.get("day_offset", 0) == 0 for one in said):
        return [one for one in said if "asap" in one]
    return [one for one in said if "asap" not in one]


def _excludes(known: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Two ways of naming a moment that cannot both hold; said in one phrase ("Friday the fourth"), they can.

    "At three" and "by six" are two moments, "after three" and "by six" one window.
    """
    both = {**known, **said}
    days = [[key for key in _DAYS if key in named] for named in (known, said, both)]
    alone = [key for key in ("asap", "in_seconds") if key in both]
    two_days = bool(days[0] and days[1]) and len(days[2]) > 1
    ends = {"hour", "until_hour"}
    is_joined = ends <= both.keys() and not (ends <= known.keys() or ends <= said.keys())
    alone_only = len(alone) > 1 or bool(alone and (days[2] or ends & both.keys() or "part" in both))
    return two_days or alone_only or (is_joined and not both.get("not_before"))


def _finished(known: dict[str, Any]) -> When:
    part = known.get("part")
    if known.get("hour") is not None and part is not None:
        if known.get("half") is None and known.get("until_half") is None:
            known["half"] = half_of(part)
        del known["part"]
    elif known.get("until_half") is None and part is not None and "until_hour" in known:
        known["until_half"] = "am" if part == "morning" and known["until_hour"] < NOON else "pm"
    return When(**known)


def _asap(slots: Mapping[str, str | int]) -> dict[str, Any]:
    return {"asap": True}


def _relative(slots: Mapping[str, str | int]) -> dict[str, Any]:
    """Spans add up ("an hour and a half"); days and weeks name a day."""
    count, unit = int(slots.get("count", 1)), str(slots.get("unit", "minute"))
    if unit in _UNIT_DAYS:
        return {"day_offset": count * _UNIT_DAYS[unit]}
    more = int(slots.get("more_minutes", 0)) * 60 + int(slots.get("more_seconds", 0))
    return {"in_seconds": count * _UNIT_SECONDS[unit] + more}


def _date(slots: Mapping[str, str | int]) -> dict[str, Any]:
    """A holiday is the date in its list: month-day."""
    names = ("day_offset", "weekday", "month", "day", "part")
    said: dict[str, Any] = {name: slots[name] for name in names if name in slots}
    if slots.get("week") == "next":
        said["next_week"] = True
    if "holiday" in slots:
        month, day = str(slots["holiday"]).split("-")
        said |= {"month": int(month), "day": int(day)}
    return said


def _part(slots: Mapping[str, str | int]) -> dict[str, Any]:
    return {"part": slots["part"]}


def _time(slots: Mapping[str, str | int]) -> dict[str, Any]:
    """Hour, minute and half of the day; `shift` moves it by minutes ("quarter to three"); noon is an exact hour."""
    hour, minute = int(slots.get("exact_hour", slots.get("hour", 0))), int(slots.get("minute", 0))
    shift = int(slots.get("shift", 0))
    half = slots.get("half")
    if "exact_hour" in slots or hour == 0 or hour > 12:
        half = "24"
    total = hour * 60 + minute + shift
    if shift and half != "24":
        total = (total - 60) % 720 + 60
    said: dict[str, Any] = {"hour": total // 60 % 24, "minute": total % 60}
    if half is not None:
        said["half"] = half
    if slots.get("bound"):
        said["not_before"] = True
    return said


def _window(slots: Mapping[str, str | int]) -> dict[str, Any]:
    """Two times, and the day if it stands between them: what was said after `to` is the second."""
    ends = {name.removeprefix(UNTIL): value for name, value in slots.items() if name.startswith(UNTIL)}
    said, until = _time(slots), _time(ends)
    said.pop("not_before", None)
    return {**_date(slots), **said, **{UNTIL + name: value for name, value in until.items()}}


def _latest(slots: Mapping[str, str | int]) -> dict[str, Any]:
    """The end of a window alone, and the day and the zone if they were said with it."""
    zone = _zone(slots) if "zone" in slots else {}
    return {
        **_date(slots),
        **zone,
        **{UNTIL + name: value for name, value in _time(slots).items() if name != "not_before"},
    }


def _zone(slots: Mapping[str, str | int]) -> dict[str, Any]:
    return {"zone": slots["zone"]}


def _unclear(slots: Mapping[str, str | int]) -> dict[str, Any]:
    return {"conflict": True}


FIELDS: Final = {
    "asap": _asap,
    "relative": _relative,
    "date": _date,
    "part": _part,
    "time": _time,
    WINDOW: _window,
    LATEST: _latest,
    "zone": _zone,
    "unclear": _unclear,
}
KINDS: Final = frozenset(FIELDS) | IGNORED | {"correction"}


def is_full(when: When) -> bool:
    """Whether nothing more needs to be said: it can be resolved as it stands."""
    if when.asap or when.in_seconds is not None:
        return True
    has_half = when.half is not None or when.until_half is not None
    return not when.conflict and names_day(when) and (when.hour is not None or when.is_latest) and has_half


def is_said_wholly(name: str, when: When) -> bool:
    """Whether an answer of this name lacks nothing: a time its half of the day, a date no more than it has."""
    if name == "time":
        return when.half is not None
    return name == "date" or is_full(when)


def names_only_day(when: When) -> bool:
    """A day, and nothing else."""
    rest = replace(when, day_offset=None, weekday=None, next_week=False, month=None, day=None)
    return names_day(when) and rest == When()


def names_only_time(when: When) -> bool:
    """A time of day, and nothing else."""
    return when.hour is not None and replace(when, hour=None, minute=None, half=None) == When()


def fragments_of(pairs: Iterable[tuple[str, Mapping[str, str | int]]]) -> list[Fragment]:
    """Fragments from kinds and slots."""
    return [Fragment(kind, slots) for kind, slots in pairs]
