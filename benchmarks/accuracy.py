"""How well callers are heard: recordings that nobody here made, through an 8,000 Hz mu-law line, clean and in noise.

    python benchmarks/accuracy.py [--data ../shared/speech] [--part coffee digits prompts strangers]
        [--noise 24 12 6] [--limit N] [--model FOLDER] [--locale en-US ko-KR] [--unmeasured] [--processes 2]

coffee: people order drinks (grammar: coffee.yaml); right is an order whose every slot is right.
digits: one spoken digit; `confirmed` also counts the next value that is offered after "is it ...?" and a no.
prompts: two to eight words of one speaker, out of all such phrases; right is each word.
strangers: sounds and talk that a turn has no words for (accuracy_strangers.py); told is what is acted on without
"is that right?", and what callers who mean it pay for that: the curve has a row for each threshold. --unmeasured: the
Vosk models are doubted as any is that nobody measured (ivr/speech/vosk_fit.py, `compared`).

English is heard by PocketSphinx, or by the Vosk model whose folder is given. The peer (accuracy_peer.py) hears the same
line in the same run. With --limit a run is partial and says so. The last line is one JSON object.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from accuracy_clips import Clip, noises, on_the_line, recordings
from accuracy_hearing import confirmed, recognizer, same, same_words, slots, turns
from accuracy_peer import Peer
from accuracy_rejection import percent, stranger_locales, strangers_row

from ivr.domain.hearing import SURE_FIT
from ivr.speech import vosk_engine

STRANGERS = "strangers"
PARTS = ("coffee", "digits", "prompts", STRANGERS)
NOISY = ("coffee", "digits")
Condition = tuple[Path | None, float]
Task = tuple[Clip, tuple[str, ...], str, Condition]


def judge(task: Task) -> tuple[bool, bool, float, str]:
    """Whether a clip was heard rightly at once, or after one question; how sure its sound was; and what was heard."""
    clip, phrases, model, condition = task
    found = turns(clip.locale, clip.part, phrases, model, on_the_line(clip, *condition))
    fit = found[0][0].fit if found else 1.0
    readings = tuple(reading.text for reading in found[0]) if found else ()
    if phrases:
        right = bool(readings) and same_words(readings[0], clip.text)
        return right, right, fit, f"heard as {readings[:1]}"
    heard, meant = slots(clip.locale, clip.part, readings), dict(clip.slots)
    return same(heard, meant), confirmed(heard, meant), fit, f"heard as {heard} from {readings[:3]}"


def peer_is_right(clip: Clip, phrases: tuple[str, ...], text: str) -> bool:
    """The peer's words are read by our grammar."""
    return same_words(text, clip.text) if phrases else same(slots(clip.locale, clip.part, (text,)), dict(clip.slots))


def phrases_of(part: str, found: list[Clip]) -> tuple[str, ...]:
    """What is listened for where it is the clips' own texts."""
    return tuple(dict.fromkeys(clip.text for clip in found)) if part == "prompts" else ()


def sayable(found: list[Clip], model: str) -> list[Clip]:
    """The clips whose every word the engine has."""
    words = {word for clip in found for word in clip.text.split()}
    unknown = recognizer("en-US", model).unknown_words("en-US", words)
    return [clip for clip in found if not unknown & set(clip.text.split())]


def clips(part: str, arguments: argparse.Namespace) -> list[Clip]:
    """What the part hears."""
    found = recordings(arguments.data, part, 0 if part == "prompts" else arguments.limit)
    return sayable(found, arguments.model) if part == "prompts" else found


def row(pool: ProcessPoolExecutor, part: str, arguments: argparse.Namespace, condition: Condition) -> dict[str, Any]:
    """One line of the table."""
    found = clips(part, arguments)
    phrases = phrases_of(part, found)
    if part == "prompts" and arguments.limit:
        found = found[:: max(1, len(found) // arguments.limit)]
    results = list(pool.map(judge, [(clip, phrases, arguments.model, condition) for clip in found], chunksize=4))
    if arguments.failures:
        wrong = ((clip, told) for clip, (right, _, _, told) in zip(found, results, strict=True) if not right)
        print("\n".join(f"  {clip.name} {dict(clip.slots)} {told}" for clip, told in wrong))
    told: dict[str, Any] = {
        "clips": len(found),
        "right_percent": percent([right for right, *_ in results]),
        "right_at_once_percent": percent([right and fit >= SURE_FIT for right, _, fit, _ in results]),
    }
    if part == "digits":
        told["confirmed_percent"] = percent([right for _, right, *_ in results])
    if arguments.peer_seconds:
        told |= peers(part, phrases, found, condition, arguments.peer_seconds)
        told["ours_over_peer"] = (
            round(told["right_percent"] / told["peer_percent"], 2) if told["peer_percent"] else None
        )
    return told


def peers(
    part: str, phrases: tuple[str, ...], found: list[Clip], condition: Condition, seconds: float
) -> dict[str, Any]:
    """How the peer hears the same line."""
    with Peer(part, phrases, seconds) as peer:
        right = [peer_is_right(clip, phrases, peer.text(on_the_line(clip, *condition))) for clip in found]
        return {"peer_percent": percent(right), "peer_hung": peer.hung}


def conditions(part: str, arguments: argparse.Namespace) -> Iterator[tuple[str, Condition]]:
    """Clean, then each noise at each level."""
    yield f"{part} clean", (None, 0.0)
    for noise in noises(arguments.data) if part in NOISY else ():
        for level in arguments.noise:
            yield f"{part} {noise.stem.partition('-')[0]} {level:g} dB", (noise, level)


def forget() -> None:
    """Let this process know of no measured Vosk model."""
    vosk_engine.weighing_of = lambda _: None


def options() -> argparse.Namespace:
    """The command line."""
    shared = Path(__file__).resolve().parent.parent.parent / "shared" / "speech"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=shared)
    parser.add_argument("--part", nargs="*", default=list(PARTS), choices=PARTS)
    parser.add_argument("--noise", nargs="*", type=float, default=[24.0, 12.0, 6.0], help="dB below the speech")
    parser.add_argument("--limit", type=int, default=0, help="about so many recordings of each part")
    parser.add_argument("--model", default="", help="a Vosk model's folder, for English")
    parser.add_argument("--locale", nargs="*", default=["en-US", "ko-KR"], help="whose strangers")
    parser.add_argument("--unmeasured", action="store_true", help="as if nobody had measured the Vosk models")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--peer-seconds", type=float, default=20, help="for one clip; 0 leaves the peer out")
    parser.add_argument("--failures", action="store_true", help="print each wrong clip")
    return parser.parse_args()


def main() -> int:
    arguments = options()
    if not (arguments.data / "manifest.tsv").is_file():
        print(f"There are no recordings at {arguments.data}: give their folder with --data.")
        return 2
    partial = bool(arguments.limit) or set(arguments.part) != set(PARTS)
    told: dict[str, Any] = {"engine": arguments.model or "pocketsphinx", "partial": partial}
    told |= {"unmeasured": True} if arguments.unmeasured else {}
    print("partial run" if partial else "whole run", flush=True)
    with ProcessPoolExecutor(arguments.processes, initializer=forget if arguments.unmeasured else None) as pool:
        for part in arguments.part:
            if part == STRANGERS:
                for locale, model in stranger_locales(arguments):
                    told[f"strangers {locale}"] = strangers_row(pool, locale, model, arguments)
                    print(f"strangers {locale:18} {told[f'strangers {locale}']}", flush=True)
                continue
            for name, condition in conditions(part, arguments):
                told[name] = row(pool, part, arguments, condition)
                print(f"{name:28} {told[name]}", flush=True)
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
