"""Live media streams a core with Vosk: how many until the 95th percentile of the end of a turn passes 600 ms.

    python benchmarks/capacity.py --peer .../vosk-server/websocket/asr_server.py [--quick] [--sides ours peer]

Callers ask for something in Korean a quarter of the time, on lines with comfort noise (`--noisy`: every second one with
noise 15 dB below speech, in which half the turns are not heard as said, and so end late whatever the load); their 20 ms
frames come in real time over real WebSockets (capacity_sound.py, capacity_load.py). The end of a turn: from the
request's last audible sample, marked when it was synthesised, to the decision. Each server has one core, the load, a
process of its own, another.

ours         the production app as `serve` runs it: signed /media socket, gate, recogniser pool, grammars. In the place
             of the calls service stands one that asks the main menu again and again (capacity_server.py), since the
             peer has no database and no REST side either; reading the answer is part of the decision.
ours_ungated the same, but silence is decoded, too
peer         alphacep's vosk-server, its script as it is (started through a wrapper: websockets no longer hands its
             handler a path), same model, the turn's phrases as phrase_list; the decision is its final result. It is
             given 100 ms a message and neither words nor alternatives, which is cheaper for it than what ours does.
peer_gated   the peer, given only what our gate lets through; the gate's own cost is not counted

The peer's own end of turn takes longer than ours on an idle machine, and some of its sentences do not end at all; so
that load alone is compared, its limit leaves it as much room above its idle figures as ours has (`strict`: 600 ms).
`moving` figures leave out the time in which the whole machine stood still (standstill.py); they decide where that is
sure. CPU is in milliseconds of one core for each second of one stream. The last line is one JSON object.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from capacity_sides import Side
from standstill import Standstills

LIMIT_MS = 600.0
WARM_SECONDS = 3.0
PATIENCE_SECONDS = 3.0
"""A turn whose end is not found by then is missed; more than one in twenty is too many."""
SLACK_SECONDS = 0.03
"""A frame and a half: decisions this much before the marked end are no early cuts."""
IDLE_STREAMS = 8
MOST_STREAMS = 512
SIDES = ("ours", "peer", "ours_ungated", "peer_gated")
STARTS = {"ours": 64, "peer": 16, "ours_ungated": 16, "peer_gated": 32}


@dataclass(frozen=True)
class Step:
    """So many streams for a while."""

    streams: int
    turns: int
    median_ms: float
    p95_ms: float
    moving_p95_ms: float
    open: int
    """Turns whose words were no answer: they wait for a longer silence, and are not among the times."""
    missed: int
    early: int
    server_cores: float
    load_cores: float
    load_late_ms: float
    memory_mb: float
    stuck: int

    @property
    def cpu_ms(self) -> float:
        """Of one core, for each second of one stream."""
        return round(1000 * self.server_cores / self.streams, 2)

    @property
    def missed_share(self) -> float:
        """Of all turns."""
        return self.missed / max(1, self.turns)

    def passes(self, limit: "Limit", *, is_sure: bool) -> bool:
        """Whether callers were answered in time."""
        p95_ms = self.moving_p95_ms if is_sure else self.p95_ms
        return not self.stuck and p95_ms <= limit.ms and self.missed_share <= limit.missed_share


@dataclass(frozen=True)
class Limit:
    """What callers may wait."""

    ms: float = LIMIT_MS
    missed_share: float = 0.05


class Bench:
    """One run's steps."""

    def __init__(self, machine: Standstills, seconds: float, resolution: float) -> None:
        self._machine, self._seconds, self._resolution = machine, seconds, resolution

    def step(self, side: Side, streams: int) -> Step:
        """Run so many streams and print what they met."""
        side.rest()
        told = side.job(streams, self._seconds, WARM_SECONDS)
        turns = list(_turns(told))
        timed = [turn for turn in turns if turn.decided_at < math.inf and not turn.is_open]
        waits = [(turn.decided_at - turn.end_at) * 1000 for turn in timed]
        stood = [self._machine.seconds(turn.end_at, turn.decided_at) * 1000 for turn in timed]
        moving = [wait - still for wait, still in zip(waits, stood, strict=True)]
        window = told["until"] - told["from"]
        done = Step(
            streams=streams,
            turns=len(turns),
            median_ms=_percentile(waits, 0.5),
            p95_ms=_percentile(waits, 0.95),
            moving_p95_ms=_percentile(moving, 0.95),
            open=sum(turn.is_open for turn in turns),
            missed=sum(turn.decided_at == math.inf for turn in turns),
            early=sum(turn.early for turn in turns),
            server_cores=round(told["server_cpu"] / window, 3),
            load_cores=round(told["cpu"] / window, 3),
            load_late_ms=round(told["late"] * 1000, 1),
            memory_mb=round(told["memory_mb"], 1),
            stuck=told["stuck"],
        )
        print(f"{side.name:13}", json.dumps(vars(done)), flush=True)
        return done

    def capacity(self, side: Side, start: int, limit: Limit) -> list[Step]:
        """Double until callers wait too long, then halve the gap; all steps."""
        steps, low, high, streams = list[Step](), 0, 0, start
        while streams <= MOST_STREAMS and (not high or high - low > max(1, self._resolution * high)):
            done = self.step(side, streams)
            steps.append(done)
            if done.passes(limit, is_sure=self._machine.is_sure):
                low = streams
            else:
                high = streams
            if high == 1:
                break
            streams = 2 * low if not high else (low + high) // 2 if low else high // 2
        return steps

    def largest(self, steps: list[Step], limit: Limit) -> Step | None:
        """The step with the most streams that passed."""
        passed = [step for step in steps if step.passes(limit, is_sure=self._machine.is_sure)]
        return max(passed, key=lambda step: step.streams, default=None)


@dataclass(frozen=True)
class Ended:
    """One request of the window."""

    end_at: float
    decided_at: float
    """Infinity: nothing was decided."""
    early: bool
    is_open: bool


def _turns(told: dict[str, Any]) -> Iterator[Ended]:
    """What became of each request in the window."""
    for ends, decided in zip(told["ends"], told["decided"], strict=True):
        for begin, end in ends:
            if begin < told["from"] or end > told["until"] - PATIENCE_SECONDS:
                continue
            after = [(at, is_open) for at, is_open in decided if end - SLACK_SECONDS <= at <= end + PATIENCE_SECONDS]
            early = any(begin < at < end - SLACK_SECONDS for at, _ in decided)
            at, is_open = min(after, default=(math.inf, False))
            yield Ended(end, at, early, is_open)


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values) or [math.inf]
    return round(ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)], 1)


def measured(bench: Bench, side: Side, start: int, room_ms: float | None) -> dict[str, Any]:
    """One side's capacity and what it costs; `room_ms`: how much an idle figure may grow, None for our own."""
    with side:
        idle = bench.step(side, IDLE_STREAMS)
        side.rest()
        base_mb = side.memory_mb()
        limit = Limit() if room_ms is None else Limit(max(LIMIT_MS, idle.p95_ms + room_ms), idle.missed_share + 0.05)
        steps = bench.capacity(side, start, limit)
    held, strict = bench.largest([idle, *steps], limit), bench.largest([idle, *steps], Limit())
    told = {"idle_p95_ms": idle.p95_ms, "limit_ms": limit.ms, "streams": held.streams if held else 0}
    told |= {"strict_streams": strict.streams if strict else 0}
    if held is not None:
        told |= {name: getattr(held, name) for name in REPORTED}
        told["memory_mb_per_stream"] = round((held.memory_mb - base_mb) / held.streams, 2)
    return told


REPORTED = (
    "median_ms",
    "p95_ms",
    "moving_p95_ms",
    "turns",
    "open",
    "missed",
    "early",
    "cpu_ms",
    "server_cores",
    "load_cores",
    "load_late_ms",
)


def sides(arguments: argparse.Namespace) -> list[Side]:
    """Those asked for; the peer's where its script is there."""
    peer = {"kind": "vosk-server", "script": arguments.peer, "frames_each": arguments.peer_frames}
    known = [Side("ours", "ours"), Side("ours_ungated", "ungated")]
    if arguments.peer:
        known += [Side("peer", **peer), Side("peer_gated", gated=True, **peer)]
    else:
        print("No --peer: vosk-server is left out. Give the path of its websocket/asr_server.py.")
    return sorted((side for side in known if side.name in arguments.sides), key=lambda side: SIDES.index(side.name))


def compared(told: dict[str, Any]) -> dict[str, float]:
    """Ours over the others, by streams and by CPU."""
    ratios = {}
    for name in SIDES[1:]:
        if name in told and told[name]["streams"] and told["ours"]["streams"]:
            ratios[f"ours_over_{name}"] = round(told["ours"]["streams"] / told[name]["streams"], 2)
            ratios[f"{name}_cpu_over_ours"] = round(told[name]["cpu_ms"] / told["ours"]["cpu_ms"], 2)
    return ratios


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default="", help="alphacep's vosk-server: websocket/asr_server.py")
    parser.add_argument("--peer-frames", type=int, default=5, help="20 ms frames in a message to the peer")
    parser.add_argument("--sides", nargs="*", default=list(SIDES), choices=SIDES, help="ours is always among them")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each step")
    parser.add_argument("--quick", action="store_true", help="shorter steps, a coarser answer")
    parser.add_argument("--start", type=int, default=0, help="streams of our first step")
    parser.add_argument("--noisy", action="store_true", help="every second line is noisy")
    parser.add_argument("--once", type=int, default=0, help="no search: one step of each side with so many streams")
    return parser.parse_args()


def main() -> int:
    arguments = options()
    arguments.sides = ["ours", *(name for name in arguments.sides if name != "ours")]
    seconds, resolution = (14.0, 0.2) if arguments.quick else (arguments.seconds, 0.08)
    told: dict[str, Any] = {"seconds": seconds, "resolution": resolution}
    with Standstills() as machine:
        bench = Bench(machine, seconds, resolution)
        for side in sides(arguments):
            side.phrases, side.noisy = told.pop("phrases", side.phrases), arguments.noisy
            if arguments.once:
                with side:
                    told[side.name] = vars(bench.step(side, arguments.once))
            else:
                start = arguments.start if side.name == "ours" and arguments.start else STARTS[side.name]
                room = LIMIT_MS - told["ours"]["idle_p95_ms"] if "ours" in told else None
                told[side.name] = measured(bench, side, start, room)
                print(f"{side.name:13}", told[side.name], flush=True)
            told["phrases"] = side.phrases
        told.pop("phrases")
        told |= {} if arguments.once else compared(told)
        told |= {"standstill_share": round(machine.share(), 3), "standstill_is_sure": machine.is_sure}
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
