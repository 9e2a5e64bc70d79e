"""Fits the weights of ivr/speech/pocketsphinx_fit.py to the half of all clips that accuracy.py does not report.

    python benchmarks/fit_strangers.py [--data ../shared/speech] [--limit N] [--processes 2]

Logistic regression on nine signs, their squares and products, with a ridge. Prints what belongs into the module.
"""

import argparse
import sys
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import numpy as np
from accuracy_clips import Clip, on_the_line, recordings, thinned
from accuracy_hearing import Readings, same, slots, turns, turns_of
from accuracy_rejection import is_legitimate, meant
from accuracy_strangers import Visitor, asked, callers, strangers

from ivr.speech import pocketsphinx_engine, pocketsphinx_fit

WEIGHT_OF = {"coffee": 0.5, "menu": 2.0, "intent_confirm": 2.0}
"""Recordings of orders are many, requests few."""
RIDGE = 8.0
FARTHEST = 3.0
ROUNDS = 50
Signs = Mapping[str, float]
Example = tuple[Signs, bool, float]
_seen: dict[float, Signs] = {}


def remembered(found: Signs) -> float:
    """The fit, by which its signs are found again."""
    value = pocketsphinx_fit.fit(found)
    _seen[value] = found
    return value


def examples(heard: Visitor | Clip) -> list[Example]:
    """Signs of what was understood: of a stranger wrongly, of a caller rightly."""
    pocketsphinx_engine.fit = remembered
    _seen.clear()
    understood = _of_clip(heard) if isinstance(heard, Clip) else _of_visitor(heard)
    is_caller = isinstance(heard, Clip) or bool(heard.meant)
    weight = WEIGHT_OF.get(heard.part if isinstance(heard, Clip) else heard.kind, 1.0)
    return [(_seen[r[0].fit], is_caller, weight) for r in understood if _seen.get(r[0].fit)]


def _of_clip(clip: Clip) -> list[Readings]:
    found = turns(clip.locale, clip.part, (), "", on_the_line(clip, None, 0.0))
    return [r for r in found if same(slots(clip.locale, clip.part, [x.text for x in r]), dict(clip.slots))]


def _of_visitor(visitor: Visitor) -> list[Readings]:
    found = turns_of("en-US", *asked("en-US", visitor.turn), "", on_the_line(visitor, None, 0.0))
    firsts = [(readings, meant(visitor, [x.text for x in readings]).first) for readings in found]
    return [r for r, first in firsts if first is not None and visitor.meant in ("", first.name)]


def design(rows: Sequence[Signs], usual: Any, spread: Any) -> Any:
    """Distances from the usual in spreads, their squares and products, and a constant."""
    values = np.array([list(row.values()) for row in rows])
    away = np.clip((values - usual) / spread, -FARTHEST, FARTHEST)
    products = [away[:, i] * away[:, j] for i, j in combinations_with_replacement(range(away.shape[1]), 2)]
    return np.column_stack([away, *products, np.ones(len(rows))])


def fitted(table: Any, is_caller: Any, weights: Any) -> Any:
    """Newton's method."""
    ridge = RIDGE * np.eye(table.shape[1])
    ridge[-1, -1] = 0
    found = np.zeros(table.shape[1])
    for _ in range(ROUNDS):
        likely = 1 / (1 + np.exp(-(table @ found)))
        slope = table.T @ (weights * (is_caller - likely)) - ridge @ found
        bend = (table * (weights * likely * (1 - likely))[:, None]).T @ table + ridge
        found += np.linalg.solve(bend, slope)
    return found


def rounded(values: Any) -> Any:
    """Three figures."""
    return np.array([float(f"{value:.3g}") for value in values])


def told(names: Sequence[str], usual: Any, spread: Any, found: Any) -> str:
    """The lines of the module."""
    count = len(names)
    pairs = dict(zip(combinations_with_replacement(range(count), 2), found[count:-1], strict=True))
    lines = [f"_BIAS: Final = {found[-1]:.2f}"]
    for i, name in enumerate(names):
        products = tuple(round(float(pairs[i, j]), 2) for j in range(i, count))
        lines.append(f"    ({name!r}, {usual[i]:g}, {spread[i]:g}, {found[i]:.2f}, {products}),")
    return "\n".join(lines)


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = Path(__file__).resolve().parent.parent.parent / "shared" / "speech"
    parser.add_argument("--data", type=Path, default=shared)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


def main() -> int:
    arguments = options()
    visitors = [*strangers(arguments.data, "en-US"), *callers("en-US")]
    clips = [*recordings(arguments.data, "coffee", 0), *recordings(arguments.data, "digits", 0)]
    fitting: list[Visitor | Clip] = [x for x in visitors if not x.is_held_out and not is_legitimate(x)]
    fitting += [clip for clip in clips if zlib.crc32(clip.name.encode()) % 2 == 0]
    with ProcessPoolExecutor(arguments.processes) as pool:
        listed = pool.map(examples, thinned(fitting, arguments.limit), chunksize=4)
        rows, is_caller, weights = zip(*(example for found in listed for example in found), strict=True)
    values, caller, weight = np.array([list(row.values()) for row in rows]), np.array(is_caller), np.array(weights)
    usual, spread = rounded(values.mean(axis=0)), rounded(values.std(axis=0))
    share = np.where(caller, weight / weight[caller].sum(), weight / weight[~caller].sum()) * len(rows) / 2
    print(f"{len(rows)} utterances, {caller.sum()} of callers")
    print(told(list(rows[0]), usual, spread, fitted(design(rows, usual, spread), caller.astype(float), share)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
