"""End of speech to the next document served, over real-time calls on the local carrier.

    python benchmarks/turns.py [--turns 200] [--calls 2]

The end of speech is the last audible sample by the carrier's clock, never our own detector's. The peer in the same run
is a plain `<Gather>`-style end of turn: the 700 ms of silence that an open turn waits before anything is decoded.
The last line is one JSON object with all figures.
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

from ivr.carrier import Handset
from ivr.cli.demo.stage import OUR_NUMBER, Stage

PEER_SILENCE_MS = 700.0
"""What a recogniser without a grammar-aware end of turn waits (our own open turns do, too)."""
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
        "peer_over_ours": round((PEER_SILENCE_MS + statistics.median(ms)) / statistics.median(ms), 2),
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=200, help="spoken turns, both languages together")
    parser.add_argument("--calls", type=int, default=2, help="calls at once")
    parser.add_argument("--locales", nargs="*", default=list(SAID))
    arguments = parser.parse_args()
    told: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        told["start_to_ready_seconds"] = round(stage.started_in_seconds, 2)
        for locale in arguments.locales:
            began = time.monotonic()
            stage.until_heard(locale)
            told[f"{locale}_model_wait_seconds"] = round(time.monotonic() - began, 2)
            told[locale] = figures(measure(stage, locale, arguments.turns // len(arguments.locales), arguments.calls))
            print(locale, told[locale], flush=True)
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
