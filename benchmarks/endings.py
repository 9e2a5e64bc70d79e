"""End of a caller's speech to our decision that the turn is over, by the stream's own clock, by question and language.

    python benchmarks/endings.py [--data ../shared/speech] [--limit 6] [--processes 2]

The end is marked in the file: where the synthetic voice's last audible sample is, or the recording's level falls for
good; never by our detector. The sound goes through the production listener frame by frame, offline: a recogniser slower
than the caller shows in turns.py and capacity.py, not here. The peer, on the same sound, ends each turn after a fixed
700 ms of silence, whatever was said.

early        decided before the end: the caller was cut short
held         decided more than a second after the end
complete     turns whose words answered the question and so end sooner; `complete_…` is theirs alone

English is heard by PocketSphinx, Korean by Vosk. The last line is one JSON object with all figures.
"""

import argparse
import json
import math
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from accuracy_hearing import COFFEE
from endings_clips import Said, line, recordings, synthetic

from ivr.content import load
from ivr.domain.dialogue.questions import MENU_INTENTS, ORDER_DIGITS
from ivr.domain.hearing import Pace
from ivr.domain.intents import Builtin, Choice, Expects
from ivr.service.ports import Recognizer
from ivr.settings import Settings
from ivr.speech.audio import FRAME_MS, FRAME_SAMPLES, encode_mulaw
from ivr.speech.endpointing import PATIENCE, Patience
from ivr.speech.events import Heard, ListenEvent, Rejected
from ivr.speech.listener import InlineExecutor, Listener
from ivr.speech.model_folders import find_models
from ivr.speech.pocketsphinx_engine import PocketSphinxRecognizer
from ivr.speech.turn_taker import Listening
from ivr.speech.vosk_engine import VoskRecognizer
from ivr.understanding import GrammarUnderstanding
from ivr.web.stream_hearing import ALTERNATIVES

EXPECTS = {
    "boolean": Expects(builtins=(Builtin.BOOLEAN,)),
    "digits": Expects(builtins=(Builtin.DIGITS,), digit_lengths=ORDER_DIGITS),
    "moment": Expects(builtins=(Builtin.MOMENT,)),
    "menu": Expects(intents=(*MENU_INTENTS, "hold")),
    "choice": Expects(builtins=(Builtin.CHOICE,), choices=tuple(Choice(str(place)) for place in (1, 2, 3))),
    "order": Expects(intents=("order_drink",)),
}
FIXED = Patience(complete_ms=700, enough_ms=700, open_ms=700, longest_ms=12_000)
HELD_MS = 1000
SLACK_MS = 30
"""A frame and a half: marks and frames do not fall together."""
PATIENT_MS = 2900


@dataclass(frozen=True)
class Ending:
    """How one turn ended."""

    wait_ms: float
    """Infinity: nothing was decided within three seconds."""
    early: bool
    complete: bool


@cache
def understanding(locale: str) -> GrammarUnderstanding:
    """One locale's grammars; English has the drinks, too."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / locale
        shutil.copytree(Settings.from_env({}).grammars_dir / locale, folder)
        if locale == "en-US":
            shutil.copy(COFFEE, folder / "sentences" / "order_drink.yaml")
        known = GrammarUnderstanding(load(Path(place), (locale,)))
        known.warm(locale)
    return known


@cache
def recognizer(locale: str) -> Recognizer:
    """Vosk for Korean, PocketSphinx for English."""
    if locale == "en-US":
        return PocketSphinxRecognizer()
    vosk = VoskRecognizer(find_models())
    vosk.load(locale)
    understanding(locale).hear_with(vosk)
    return vosk


@contextmanager
def fixed_silence() -> Iterator[None]:
    """The peer's end of turn."""
    ours = dict(PATIENCE)
    PATIENCE.update(dict.fromkeys(PATIENCE, FIXED))
    try:
        yield
    finally:
        PATIENCE.update(ours)


def both(task: tuple[Said, Path]) -> tuple[Ending, Ending]:
    """Ours and the peer's, of the same sound."""
    said, data = task
    samples, end_ms = line(said, data)
    ours = ending(said, samples, end_ms)
    with fixed_silence():
        return ours, ending(said, samples, end_ms)


def ending(said: Said, samples: Any, end_ms: float) -> Ending:
    """When the listener says that the turn is over."""
    expects, known = EXPECTS[said.kind], understanding(said.locale)
    pace = Pace.DIGITS if said.kind == "digits" else Pace.DIRECTED
    decided, now_ms = list[tuple[float, ListenEvent]](), 0

    def complete(text: str) -> bool:
        return known.is_complete(said.locale, expects, text)

    def enough(text: str) -> bool:
        return known.is_enough(said.locale, expects, text)

    def tell(event: ListenEvent) -> None:
        if isinstance(event, Heard | Rejected):
            decided.append((now_ms - end_ms, event))

    engine = recognizer(said.locale)
    listening = Listening(known.grammar(said.locale, expects), pace, ALTERNATIVES[pace], complete, 1, enough)
    listener = Listener(lambda: listening, tell, engine, InlineExecutor())
    mulaw = encode_mulaw(samples.astype("<i2").tobytes())
    for at in range(0, len(mulaw) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        now_ms = (at // FRAME_SAMPLES + 1) * FRAME_MS
        listener.feed(mulaw[at : at + FRAME_SAMPLES], now_ms - FRAME_MS)
    listener.close()
    return judged(decided, complete)


def judged(decided: list[tuple[float, ListenEvent]], complete: Any) -> Ending:
    """The first decision at or after the end; any before it was too early."""
    after = [(wait, event) for wait, event in decided if -SLACK_MS <= wait <= PATIENT_MS]
    wait, event = after[0] if after else (math.inf, None)
    best = event.hypotheses[0].text if isinstance(event, Heard) else ""
    return Ending(wait, any(wait < -SLACK_MS for wait, _ in decided), bool(best) and complete(best))


def figures(endings: list[Ending]) -> dict[str, Any]:
    """One cell of the table."""
    waits, done = [e.wait_ms for e in endings], [e.wait_ms for e in endings if e.complete]
    return {
        "turns": len(endings),
        "median_ms": percentile(waits, 0.5),
        "p95_ms": percentile(waits, 0.95),
        "early_percent": share([e.early for e in endings]),
        "held_percent": share([e.wait_ms > HELD_MS for e in endings]),
        "complete_percent": share([e.complete for e in endings]),
        "complete_median_ms": percentile(done, 0.5),
        "complete_p95_ms": percentile(done, 0.95),
    }


def percentile(values: list[float], part: float) -> float | None:
    """None: there is none, or it is not finite."""
    ordered = sorted(values)
    found = ordered[math.ceil(part * len(ordered)) - 1] if ordered else math.inf
    return round(found, 1) if found < math.inf else None


def share(which: list[bool]) -> float:
    """Of 100, one decimal."""
    return round(100 * sum(which) / max(1, len(which)), 1)


def options() -> argparse.Namespace:
    """The command line."""
    shared = Path(__file__).resolve().parent.parent.parent / "shared" / "speech"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=shared)
    parser.add_argument("--limit", type=int, default=6, help="sentences of each kind and language; 0: all there are")
    parser.add_argument("--locales", nargs="*", default=["en-US", "ko-KR"])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--shown", action="store_true", help="print each turn that was cut or held")
    return parser.parse_args()


def utterances(arguments: argparse.Namespace) -> list[Said]:
    """All that is said; recordings only where they are."""
    said = [one for locale in arguments.locales for one in synthetic(locale, arguments.limit)]
    if (arguments.data / "manifest.tsv").is_file():
        return said + [one for one in recordings(arguments.data, arguments.limit) if one.locale in arguments.locales]
    print(f"There are no recordings at {arguments.data}: synthetic voices alone. Give their folder with --data.")
    return said


def tables(said: list[Said], results: list[tuple[Ending, Ending]]) -> dict[str, Any]:
    """Ours and the peer's figures of each kind, and of all."""
    cells = defaultdict[str, list[tuple[Ending, Ending]]](list)
    for one, result in zip(said, results, strict=True):
        for name in (f"{one.locale} {one.kind} {one.source}", "all"):
            cells[name].append(result)
    told = {}
    for name, pairs in sorted(cells.items()):
        ours, peer = (figures([pair[side] for pair in pairs]) for side in (0, 1))
        told[name] = {
            **ours,
            "peer": {key: peer[key] for key in ("median_ms", "p95_ms", "early_percent", "held_percent")},
        }
        print(f"{name:28} {told[name]}", flush=True)
    whole = told["all"]
    whole["peer_over_ours"] = round(whole["peer"]["median_ms"] / whole["median_ms"], 2)
    return told


def main() -> int:
    arguments = options()
    said = utterances(arguments)
    with ProcessPoolExecutor(arguments.processes) as pool:
        results = list(pool.map(both, [(one, arguments.data) for one in said], chunksize=8))
    for one, (ours, _) in zip(said, results, strict=True):
        if arguments.shown and (ours.early or ours.wait_ms > HELD_MS):
            print(
                "cut" if ours.early else "held",
                one.locale,
                one.kind,
                one.words,
                one.voice,
                one.noisy,
                one.files[:1],
                ours,
            )
    print(json.dumps(tables(said, results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
