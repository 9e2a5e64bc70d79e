"""The same day under several policies, hour by hour, as one SVG that needs nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from ivr.simulation.figures import percentile
from ivr.simulation.lab import Guest

WIDTH, HEIGHT, LEFT, TOP, GAP = 760, 150, 60, 56, 62
COLOURS: Final = ("#8a8f98", "#1f6feb", "#2da44e", "#bf5af2")
STYLE: Final = (
    "text{font:12px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.axis{fill:#6e7781}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.axis{fill:#9198a1}}"
)


@dataclass(frozen=True)
class Drawn:
    """One policy's guests."""

    name: str
    guests: Sequence[Guest]


def _answered_waits(guests: Sequence[Guest]) -> float:
    waits = [g.waited_seconds for g in guests if g.answered_at and not g.callback_id and g.waited_seconds is not None]
    return percentile(waits, 0.95) / 60


def _abandoned(guests: Sequence[Guest]) -> float:
    return 100 * sum(guest.abandoned_at is not None for guest in guests) / max(1, len(guests))


PANELS: Final[Sequence[tuple[str, Callable[[Sequence[Guest]], float]]]] = (
    ("Callers", lambda guests: float(len(guests))),
    ("Hung up while waiting, % of callers", _abandoned),
    ("Wait on the telephone, 95 %, minutes", _answered_waits),
    ("Took a callback", lambda guests: float(sum(bool(guest.callback_id) for guest in guests))),
)


def draw(title: str, runs: Sequence[Drawn], zone: str) -> str:
    """Bars by the hour in which people called."""
    height = TOP + len(PANELS) * (HEIGHT + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<text class="title" x="{LEFT}" y="20">{escape(title)}</text>',
        *_legend(runs),
    ]
    hours = sorted({_hour(guest.arrived_at, zone) for run in runs for guest in run.guests})
    for place, (name, value) in enumerate(PANELS):
        rows = [[value(_of_hour(run.guests, hour, zone)) for hour in hours] for run in runs]
        parts += _panel(name, hours, rows, TOP + place * (HEIGHT + GAP))
    return "\n".join([*parts, "</svg>"])


def _panel(name: str, hours: Sequence[int], rows: Sequence[Sequence[float]], top: int) -> list[str]:
    most = max((value for row in rows for value in row), default=0.0) or 1.0
    room = (WIDTH - LEFT - 10) / max(1, len(hours))
    bar = room * 0.8 / max(1, len(rows))
    base = top + 20 + HEIGHT
    parts = [f'<text class="title" x="{LEFT}" y="{top + 12}">{escape(name)}</text>']
    parts.append(f'<text class="axis" x="{LEFT - 6}" y="{top + 32}" text-anchor="end">{most:.4g}</text>')
    parts.append(f'<line x1="{LEFT}" y1="{base}" x2="{WIDTH - 10}" y2="{base}" stroke="#8c959f"/>')
    for place, hour in enumerate(hours):
        x = LEFT + place * room
        parts.append(f'<text class="axis" x="{x + room * 0.4:.1f}" y="{base + 15}" text-anchor="middle">{hour}</text>')
        for run, row in enumerate(rows):
            box = (x + run * bar, base, bar - 1, HEIGHT * row[place] / most)
            parts.append(_bar(box, row[place], run))
    return parts


def _bar(box: tuple[float, float, float, float], value: float, run: int) -> str:
    x, base, width, tall = box
    return (
        f'<rect x="{x:.1f}" y="{base - tall:.1f}" width="{width:.1f}" height="{tall:.1f}"'
        f' fill="{COLOURS[run % len(COLOURS)]}"><title>{value:.4g}</title></rect>'
    )


def _legend(runs: Sequence[Drawn]) -> list[str]:
    parts = []
    for place, run in enumerate(runs):
        x = LEFT + place * 200
        parts.append(f'<rect x="{x}" y="32" width="10" height="10" fill="{COLOURS[place % len(COLOURS)]}"/>')
        parts.append(f'<text x="{x + 16}" y="41">{escape(run.name)}</text>')
    return parts


def _of_hour(guests: Sequence[Guest], hour: int, zone: str) -> list[Guest]:
    return [guest for guest in guests if _hour(guest.arrived_at, zone) == hour]


def _hour(at: datetime, zone: str) -> int:
    return at.astimezone(ZoneInfo(zone)).hour
