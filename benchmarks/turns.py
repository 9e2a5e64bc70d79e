"""End of speech to the next document served, over real-time calls on the local carrier.

    python benchmarks/turns.py [--turns 200] [--calls 2]

The end of speech is the last audible sample by the carrier's clock, never our own detector's. The peer is the same app
with the end of turn that recognisers without our grammars have: a fixed silence (700 ms, what our own open turns wait),
whatever was said. It hears the same words from the same voices in the same run; `--peer-turns 0` leaves it out.

`median_ms` and `p95_ms` are as the caller waited. On a virtual machine that is stopped now and then (standstill.py) the
`moving_…` figures are what is left when the time in which no core ran anything is taken off each turn. The last line is
one JSON object with all figures.
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from standstill import Span, Standstills

from ivr.carrier import Handset
from ivr.cli.demo.stage import OUR_NUMBER, Stage

PEER = """
import sys
from ivr.cli import serve
from ivr.domain.hearing import Pace
from ivr.speech import endpointing
for pace, open_ms, longest_ms in ((Pace.DIRECTED, 700, 12_000), (Pace.DIGITS, 1500, 20_000)):
    endpointing.PATIENCE[pace] = endpointing.Patience(700, open_ms, open_ms, longest_ms)
serve.ivr_command = lambda *arguments: [sys.executable, __file__, *arguments]
from ivr.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
SAID = {
    "en-US": (("where is my order", "f2"), ("go back", "f2"), ("cancel my order", "klatt4"), ("go back", "klatt4")),
    "ko-KR": (("제 택배 어디 있어요", "adam"), ("취소", "adam"), ("제 택배 어디 있어요", "Reed"), ("취소", "klatt4")),
}
NUMBERS = {"en-US": "+1202555018{}", "ko-KR": "+82100000099{}"}


@dataclass
class Tally:
    """What one language took."""

    turns: list[Span] = field(default_factory=list)
    """End of speech and next document, `time.monotonic()`."""
    missed: int = 0
    """Utterances after which no new document came within four seconds."""


def next_document_at(handset: Handset, ended_at: float, seen: int) -> float | None:
    """When the first new turn's document after the end of speech was served."""
    deadline = time.monotonic() + 4.0
    while time.monotonic() < deadline and handset.call is not None:
        for document in handset.call.documents[seen:]:
            if document.served_at and document.served_at > ended_at and "listen" not in document.url:
                return document.served_at
        time.sleep(0.01)
    return None


def talk(handset: Handset, locale: str, wanted: int, tally: Tally) -> None:
    """Say the phrases in turn until the language has its turns; dial again when the call has ended."""
    said = 0
    while len(tally.turns) < wanted and said < wanted * 3:
        if handset.call is None:
            handset.dial(OUR_NUMBER)
            handset.connected()
            time.sleep(1.5)
        words, voice = SAID[locale][said % len(SAID[locale])]
        said += 1
        call = handset.call
        if call is None:
            continue
        ended_at = handset.say(words, voice=voice)
        served_at = next_document_at(handset, ended_at, max(0, len(call.documents) - 2))
        if served_at is None:
            tally.missed += 1
        else:
            tally.turns.append((ended_at, served_at))
        time.sleep(0.8)
    handset.hang_up()


def figures(tally: Tally, machine: Standstills) -> dict[str, float]:
    """What callers waited, and the same less the machine's standstills; the utterances that had no answer."""
    if not tally.turns:
        return {"turns": 0, "missed": tally.missed}
    waited = [(served - ended) * 1000 for ended, served in tally.turns]
    moving = [ms - machine.seconds(*turn) * 1000 for ms, turn in zip(waited, tally.turns, strict=True)]
    return {"turns": len(waited), "missed": tally.missed, **percentiles(waited, ""), **percentiles(moving, "moving_")}


def percentiles(milliseconds: list[float], name: str) -> dict[str, float]:
    """Median and 95th percentile under names of their own."""
    ms = sorted(milliseconds)
    return {
        f"{name}median_ms": round(statistics.median(ms), 1),
        f"{name}p95_ms": round(ms[int(0.95 * (len(ms) - 1))], 1),
    }


def measure(stage: Stage, locale: str, turns: int, calls: int) -> Tally:
    """Several calls at once in one language, whose model is loaded."""
    tally = Tally()
    handsets = [stage.carrier.handset(NUMBERS[locale].format(i), locale=locale) for i in range(calls)]
    threads = [threading.Thread(target=talk, args=(h, locale, turns, tally)) for h in handsets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def heard(turns: int, arguments: argparse.Namespace, machine: Standstills, peer: str = "") -> dict[str, Any]:
    """All languages in one app, ours or the peer's."""
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        program = ("-m", "ivr")
        if peer:
            (Path(folder) / "peer.py").write_text(peer)
            program = (str(Path(folder) / "peer.py"),)
        with Stage(Path(folder), program=program) as stage:
            ready_at = time.monotonic()
            stood_still = machine.seconds(ready_at - stage.started_in_seconds, ready_at)
            told["start_to_ready_seconds"] = round(stage.started_in_seconds, 2)
            told["moving_start_to_ready_seconds"] = round(stage.started_in_seconds - stood_still, 2)
            for locale in arguments.locales:
                began = time.monotonic()
                stage.until_heard(locale)
                told[f"{locale}_model_wait_seconds"] = round(time.monotonic() - began, 2)
                tally = measure(stage, locale, turns // len(arguments.locales), arguments.calls)
                told[locale] = figures(tally, machine)
                print("peer" if peer else "ours", locale, told[locale], flush=True)
    return told


def ratio(told: dict[str, Any], locale: str) -> float | None:
    """How many times ours the peer's median is, both less the standstills; None where either heard nothing."""
    ours, theirs = (side[locale].get("moving_median_ms") for side in (told, told["peer"]))
    return round(theirs / ours, 2) if ours and theirs else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=200, help="spoken turns, both languages together")
    parser.add_argument("--calls", type=int, default=2, help="calls at once")
    parser.add_argument("--peer-turns", type=int, default=40, help="turns of the peer, both languages together")
    parser.add_argument("--locales", nargs="*", default=list(SAID))
    arguments = parser.parse_args()
    with Standstills() as machine:
        told = heard(arguments.turns, arguments, machine)
        if arguments.peer_turns:
            told["peer"] = heard(arguments.peer_turns, arguments, machine, PEER)
            for locale in arguments.locales:
                told[f"{locale}_peer_over_ours"] = ratio(told, locale)
        told["standstill_share"] = round(machine.share(), 3)
        told["standstill_is_sure"] = machine.is_sure
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
