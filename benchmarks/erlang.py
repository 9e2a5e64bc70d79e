"""Erlang's formulas, and first come, first served by hand: what a simulator without callbacks must come to.

Erlang C (M/M/n): A. K. Erlang, 1917; as in Gans, Koole and Mandelbaum, Telephone Call Centers, MSOM 5 (2003) 79-141.
Erlang A (M/M/n+M): C. Palm, 1957; as in Mandelbaum and Zeltyn, The Palm/Erlang-A Queue, with Applications to Call
Centers (2005), sections 3 and 4: the steady state of the birth-and-death process with birth rate l, and death rate
min(j, n) m + max(j - n, 0) t in state j.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace
from itertools import accumulate

import numpy as np


@dataclass(frozen=True)
class Queue:
    """Rates in events a second."""

    arrivals: float
    service: float
    agents: int
    impatience: float = 0.0
    """1 / mean patience; 0: nobody hangs up."""


@dataclass(frozen=True)
class Answer:
    """What a formula or a measurement says; the wait in seconds is everybody's, those who hung up too."""

    delayed: float
    wait: float
    abandoned: float = 0.0


def erlang_c(queue: Queue) -> Answer:
    """C(n, a) = E / (1 - r (1 - E)) with Erlang B's E by its recursion, a = l/m, r = a/n; W = C / (n m - l)."""
    load, blocked = queue.arrivals / queue.service, 1.0
    for n in range(1, queue.agents + 1):
        blocked = load * blocked / (n + load * blocked)
    delayed = blocked / (1 - load / queue.agents * (1 - blocked))
    return Answer(delayed, delayed / (queue.agents * queue.service - queue.arrivals))


def erlang_a(queue: Queue, states: int = 2000) -> Answer:
    """From the steady state p_j: P(W > 0) = sum of p_j, j >= n (PASTA); W = E[Q] / l (Little); P(Ab) = t E[Q] / l."""
    n, theta = queue.agents, queue.impatience
    ratios = (queue.arrivals / (min(j, n) * queue.service + max(j - n, 0) * theta) for j in range(1, states))
    weights = list(accumulate(ratios, lambda weight, ratio: weight * ratio, initial=1.0))
    whole = sum(weights)
    waiting = sum((j - n) * weight for j, weight in enumerate(weights) if j > n) / whole
    return Answer(sum(weights[n:]) / whole, waiting / queue.arrivals, theta * waiting / queue.arrivals)


def served_by_hand(people: Sequence[tuple[float, float, float]], agents: int) -> list[tuple[float, bool]]:
    """First come, first served: for each (arrival, handling, patience) the wait, and whether they hung up.

    Whoever comes is offered the agent who is free first; they hang up if that takes longer than their patience.
    """
    free = [0.0] * agents
    heapify(free)
    fates = []
    for at, handling, patience in people:
        wait = max(0.0, free[0] - at)
        if patience < wait:
            fates.append((patience, True))
            continue
        fates.append((wait, False))
        heapreplace(free, at + wait + handling)
    return fates


def long_run(queue: Queue, *, seed: int, lines: int = 2000, callers: int = 6000, unused: int = 2000) -> list[Answer]:
    """The same rule for `lines` independent call centres at once, without their first callers: one answer each 100."""
    luck, free = np.random.default_rng(seed), np.zeros((lines, queue.agents))
    sums, rows = np.zeros((3, lines)), np.arange(lines)
    for caller in range(unused + callers):
        free -= luck.exponential(1 / queue.arrivals, (lines, 1))
        first = free.argmin(axis=1)
        wait = np.maximum(free[rows, first], 0.0)
        patience = luck.exponential(1 / queue.impatience, lines) if queue.impatience else np.full(lines, np.inf)
        left = patience < wait
        served = ~left
        free[rows[served], first[served]] = wait[served] + luck.exponential(1 / queue.service, int(served.sum()))
        if caller >= unused:
            sums += (wait > 0, np.minimum(wait, patience), left)
    parts = (sums / callers).reshape(3, -1, 100).mean(axis=2)
    return [Answer(float(delayed), float(waited), float(gone)) for delayed, waited, gone in parts.T]
