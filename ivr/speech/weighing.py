"""Signs weighed into one number by logistic regression: how likely a sound was words of the grammar, for any engine."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp
from operator import mul

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Weighing:
    """An engine's weights, by `benchmarks/fit_strangers.py`."""

    bias: float
    signs: tuple[tuple[str, float, float, float, tuple[float, ...]], ...]
    """Of each sign: its usual value, its spread, its weight, and the weights of its products with itself and those
    below."""
    farthest: float = 3.0
    """Beyond so many spreads nothing was measured."""

    def fit(self, found: Mapping[str, float]) -> float:
        """How likely this was words of the grammar, 0 to 1; 1 if there is nothing to go by."""
        if not found:
            return 1.0
        away = [self._away((found[name] - usual) / spread) for name, usual, spread, *_ in self.signs]
        total = self.bias
        for place, (_, _, _, weight, products) in enumerate(self.signs):
            total += away[place] * (weight + sum(map(mul, products, away[place:])))
        return 1 / (1 + exp(-total))

    def _away(self, spreads: float) -> float:
        return max(-self.farthest, min(self.farthest, spreads))


def uncovered(loud: npt.NDArray[np.bool_], words: Iterable[slice]) -> float:
    """The share of the loud steps that lie in no word."""
    outside = loud.copy()
    for word in words:
        outside[word] = False
    return float(outside.sum() / max(1, np.count_nonzero(loud)))
