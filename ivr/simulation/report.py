"""The figures of several policies beside each other, as text."""

from collections.abc import Callable, Sequence

from ivr.simulation.figures import Figures

ROWS: Sequence[tuple[str, Callable[[Figures], str]]] = (
    ("callers", lambda f: str(f.calls)),
    ("talked to an agent", lambda f: f"{f.served} ({f.served / max(1, f.calls):.1%})"),
    ("hung up while waiting", lambda f: f"{f.abandoned} ({f.abandonment:.1%})"),
    ("wait on the telephone, median", lambda f: clock(f.wait_median)),
    ("wait on the telephone, 95 %", lambda f: clock(f.wait_p95)),
    ("callbacks promised", lambda f: str(f.callbacks)),
    ("promises kept", lambda f: f"{f.kept} of {f.kept + f.broken} ({f.kept_share:.1%})" if f.callbacks else "-"),
    ("until the callback rings, median", lambda f: clock(f.callback_wait_median) if f.callbacks else "-"),
    ("until the callback rings, 95 %", lambda f: clock(f.callback_wait_p95) if f.callbacks else "-"),
    ("left to a person", lambda f: str(f.needs_human) if f.callbacks else "-"),
    ("agents idle", lambda f: f"{f.idle:.1%}"),
    ("agents rung or waiting for an answer", lambda f: f"{f.ringing:.1%}"),
    ("agents talking", lambda f: f"{f.talking:.1%}"),
    ("inversions per 1,000", lambda f: f"{f.inversions_per_1000:.1f}"),
    ("dials", lambda f: str(f.dials)),
)


def table(runs: Sequence[Figures]) -> list[str]:
    """One line a figure, one column a policy."""
    cells = [["", *(run.policy for run in runs)]]
    cells += [[name, *(show(run) for run in runs)] for name, show in ROWS]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return ["  ".join(_padded(row, widths)).rstrip() for row in cells]


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{round(seconds) // 60}:{round(seconds) % 60:02d}"


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *rest = zip(row, widths, strict=True)
    return [first[0].ljust(first[1]), *(text.rjust(width) for text, width in rest)]
