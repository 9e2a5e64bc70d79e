"""Fits the weights of ivr/speech/pocketsphinx_fit.py or vosk_fit.py to the half of all clips that is not reported.

    python benchmarks/fit_strangers.py [--locale en-US] [--model FOLDER] [--data ../shared/speech] [--limit N]
        [--processes 2]

Logistic regression on the engine's signs, their squares and products, with a ridge. Prints what belongs into the
module; for Vosk beside the SHA-256 of the model's am/final.mdl.
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
from accuracy_rejection import is_legitimate, meant, stranger_locales
from accuracy_strangers import Visitor, asked, callers, strangers

from ivr.speech import vosk_engine
from ivr.speech.weighing import Weighing

WEIGHT_OF = {"en-US": {"coffee": 0.5, "menu": 2.0, "intent_confirm": 2.0}, "ko-KR": {"intent_confirm": 4.0}}
"""Recordings of orders are many, requests few; a bare 네 is said oftener than anything."""
CAUTION = {"en-US": 1.7, "ko-KR": 1.25}
"""So much more than callers strangers count: the less, the more of them are believed."""
RIDGE = 8.0
FARTHEST = {"en-US": 3.0, "ko-KR": 4.5}
"""In spreads; a bare 네 is closer to the model than anything."""
ROUNDS = 50
Signs = Mapping[str, float]
Example = tuple[Signs, bool, float]
_seen: dict[float, Signs] = {}


def remembered(_: Weighing, found: Signs) -> float:
    """A number in place of the fit, by which the signs are found again."""
    number = 2.0 + len(_seen)
    _seen[number] = found
    return number


def examples(task: tuple[Visitor | Clip, str]) -> list[Example]:
    """Signs of what was understood: of a stranger wrongly, of a caller rightly."""
    heard, model = task
    Weighing.fit = remembered  # type: ignore[method-assign]
    vosk_engine.weighing_of = lambda _: Weighing(0.0, ())  # of any model
    _seen.clear()
    understood = _of_clip(heard, model) if isinstance(heard, Clip) else _of_visitor(heard, model)
    is_caller = isinstance(heard, Clip) or bool(heard.meant)
    weight = WEIGHT_OF[heard.locale].get(heard.part if isinstance(heard, Clip) else heard.kind, 1.0)
    return [(_seen[r[0].fit], is_caller, weight) for r in understood if _seen.get(r[0].fit)]


def _of_clip(clip: Clip, model: str) -> list[Readings]:
    found = turns(clip.locale, clip.part, (), model, on_the_line(clip, None, 0.0))
    return [r for r in found if same(slots(clip.locale, clip.part, [x.text for x in r]), dict(clip.slots))]


def _of_visitor(visitor: Visitor, model: str) -> list[Readings]:
    found = turns_of(visitor.locale, *asked(visitor.locale, visitor.turn), model, on_the_line(visitor, None, 0.0))
    firsts = [(readings, meant(visitor, [x.text for x in readings]).first) for readings in found]
    return [r for r, first in firsts if first is not None and visitor.meant in ("", first.name)]


def design(rows: Sequence[Signs], usual: Any, spread: Any, farthest: float) -> Any:
    """Distances from the usual in spreads, their squares and products, and a constant."""
    values = np.array([list(row.values()) for row in rows])
    away = np.clip((values - usual) / spread, -farthest, farthest)
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


def told(names: Sequence[str], usual: Any, spread: Any, found: Any, farthest: float) -> str:
    """The lines of the module."""
    count = len(names)
    pairs = dict(zip(combinations_with_replacement(range(count), 2), found[count:-1], strict=True))
    lines = ["Weighing(", f"    {found[-1]:.2f},", "    ("]
    for i, name in enumerate(names):
        products = ", ".join(f"{round(float(pairs[i, j]), 2)}" for j in range(i, count))
        lines.append(
            f'        ("{name}", {usual[i]:g}, {spread[i]:g}, {found[i]:.2f}, ({products}{"," * (i + 1 == count)})),'
        )
    return "\n".join([*lines, "    ),", f"    farthest={farthest:g},", ")"])


def report(listed: Sequence[Example], locale: str) -> None:
    """Weights of these examples."""
    rows, caller, weight = [x[0] for x in listed], np.array([x[1] for x in listed]), np.array([x[2] for x in listed])
    values = np.array([list(row.values()) for row in rows])
    usual, spread = rounded(values.mean(axis=0)), rounded(values.std(axis=0))
    caution = CAUTION[locale]
    share = np.where(caller, weight / weight[caller].sum(), caution * weight / weight[~caller].sum())
    share *= len(rows) / (1 + caution)
    print(f"{len(rows)} utterances, {caller.sum()} of callers")
    found = fitted(design(rows, usual, spread, FARTHEST[locale]), caller.astype(float), share)
    print(told(list(rows[0]), usual, spread, found, FARTHEST[locale]))


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = Path(__file__).resolve().parent.parent.parent / "shared" / "speech"
    parser.add_argument("--data", type=Path, default=shared)
    parser.add_argument("--locale", choices=("en-US", "ko-KR"), default="en-US")
    parser.add_argument("--model", default="", help="a Vosk model's folder, for English")
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


def main() -> int:
    arguments = options()
    model = dict(stranger_locales(arguments))[arguments.locale]
    visitors = [*strangers(arguments.data, arguments.locale), *callers(arguments.locale)]
    fitting: list[Visitor | Clip] = [x for x in visitors if not x.is_held_out and not is_legitimate(x)]
    if arguments.locale == "en-US":
        clips = [*recordings(arguments.data, "coffee", 0), *recordings(arguments.data, "digits", 0)]
        fitting += [clip for clip in clips if zlib.crc32(clip.name.encode()) % 2 == 0]
    with ProcessPoolExecutor(arguments.processes) as pool:
        found = pool.map(examples, [(x, model) for x in thinned(fitting, arguments.limit)], chunksize=4)
        listed = [example for one in found for example in one]
    report(listed, arguments.locale)
    return 0


if __name__ == "__main__":
    sys.exit(main())
