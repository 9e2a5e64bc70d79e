"""End of speech to the next document served, over real-time calls on the local carrier.

    python benchmarks/turns.py [--turns 200] [--calls 2]

The end of speech is the last audible sample by the carrier's clock, never our own detector's. The peer is the same app
with the end of turn that recognisers without our grammars have: a fixed silence (700 ms, what our own open turns wait),
whatever was said. It hears the same words from the same voices in the same run; `--peer-turns 0` leaves it out. The
last line is one JSON object with all figures.
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

from ivr.carrier import Handset
from ivr.cli.demo.stage import OUR_NUMBER, Stage

PEER = """
import sys
from ivr.domain.hearing import Pace
from ivr.speech import endpointing
endpointing.PATIENCE[Pace.DIRECTED] = endpointing.Patience(complete_ms=700, open_ms=700, longest_ms=12_000)
from ivr.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
SAID = {
    "en-US": (("where is my order", "f2"), ("go back", "f2"), ("cancel my order", "klatt4"), ("go back", "klatt4")),
    "ko-KR": (("배송 조회", "f5"), ("뒤로", "f5"), ("환불해 주세요", "adam"), ("뒤로", "adam")),
}
NUMBERS = {"en-US": "+1202555018{}", "ko-KR": "+82100000099{}"}


@dataclass
class Tally:
    """What one language took."""

    milliseconds: list[float] = field(default_factory=list)
    missed: int = 0
    """Utterances after which no new document came within four seconds."""


def next_document_ms(handset: Handset, ended_at: float, seen: int) -> float | None:
    """From the end of speech to the first new turn's document."""
    deadline = time.monotonic() + 4.0
    while time.monotonic() < deadline and handset.call is not None:
        for document in handset.call.documents[seen:]:
            if document.served_at and document.served_at > ended_at and "listen" not in document.url:
                return (document.served_at - ended_at) * 1000
        time.sleep(0.01)
    return None


def talk(handset: Handset, locale: str, wanted: int, tally: Tally) -> None:
    """Say the phrases in turn until the language has its turns; dial again when the call has ended."""
    said = 0
    while len(tally.milliseconds) < wanted and said < wanted * 3:
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
        took = next_document_ms(handset, ended_at, len(call.documents) - 2 if len(call.documents) > 2 else 0)
        if took is None:
            tally.missed += 1
        else:
            tally.milliseconds.append(took)
        time.sleep(0.8)
    handset.hang_up()


def figures(tally: Tally) -> dict[str, float]:
    """Median, 95th percentile and the share of turns without an answer."""
    ms = sorted(tally.milliseconds)
    if not ms:
        return {"turns": 0, "missed": tally.missed}
    return {
        "turns": len(ms),
        "missed": tally.missed,
        "median_ms": round(statistics.median(ms), 1),
        "p95_ms": round(ms[int(0.95 * (len(ms) - 1))], 1),
        "max_ms": round(ms[-1], 1),
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


def heard(turns: int, arguments: argparse.Namespace, program: tuple[str, ...] = ("-m", "ivr")) -> dict[str, Any]:
    """All languages in one app."""
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder), program=program) as stage:
        told["start_to_ready_seconds"] = round(stage.started_in_seconds, 2)
        for locale in arguments.locales:
            began = time.monotonic()
            stage.until_heard(locale)
            told[f"{locale}_model_wait_seconds"] = round(time.monotonic() - began, 2)
            told[locale] = figures(measure(stage, locale, turns // len(arguments.locales), arguments.calls))
            print(locale, told[locale], flush=True)
    return told


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=200, help="spoken turns, both languages together")
    parser.add_argument("--calls", type=int, default=2, help="calls at once")
    parser.add_argument("--peer-turns", type=int, default=40, help="turns of the peer, both languages together")
    parser.add_argument("--locales", nargs="*", default=list(SAID))
    arguments = parser.parse_args()
    told = heard(arguments.turns, arguments)
    if arguments.peer_turns:
        told["peer"] = peer = heard(arguments.peer_turns, arguments, ("-c", PEER))
        for locale in arguments.locales:
            ours, theirs = told[locale].get("median_ms"), peer[locale].get("median_ms")
            told[f"{locale}_peer_over_ours"] = round(theirs / ours, 2) if ours and theirs else None
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
