"""The part of accuracy.py that asks how many strangers are acted on, and how many callers are asked for it."""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from accuracy_clips import on_the_line, thinned
from accuracy_hearing import Readings, turns_of, understanding
from accuracy_peer import Peer
from accuracy_strangers import DRINKS, Visitor, asked, callers, is_acted_on, strangers

from ivr.domain.hearing import SURE_FIT
from ivr.domain.intents import Meaning
from ivr.service.utterance import LEAST_FIT
from ivr.speech.model_folders import find_models

NEVER = -1.0
"""The surest fit of a visitor who is not acted on at all."""
THRESHOLDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
Judged = tuple[float, str]


def stranger_locales(arguments: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """English, and Korean where its model is, as far as they are asked for."""
    if "en-US" in arguments.locale:
        yield "en-US", arguments.model
    if "ko-KR" in arguments.locale and (korean := find_models().get("ko-KR")):
        yield "ko-KR", str(korean)


def judge(task: tuple[Visitor, str]) -> Judged:
    """How sure the sound was that is acted on: of a stranger the surest, of a caller what is right; and the texts."""
    visitor, model = task
    expects, pace = asked(visitor.locale, visitor.turn)
    found = turns_of(visitor.locale, expects, pace, model, on_the_line(visitor, None, 0.0))
    acted = [readings for readings in found if _is_telling(visitor, readings)]
    return max((readings[0].fit for readings in acted), default=NEVER), str([r[0].text for r in acted])


def _is_telling(visitor: Visitor, readings: Readings) -> bool:
    meaning = meant(visitor, [reading.text for reading in readings])
    right = meaning.first is not None and meaning.first.name == visitor.meant
    return is_acted_on(visitor.turn, meaning) and (right or not visitor.meant)


def meant(visitor: Visitor, texts: Sequence[str]) -> Meaning:
    """What the words mean in the visitor's turn, however they sounded."""
    return understanding(visitor.locale).parse(visitor.locale, asked(visitor.locale, visitor.turn)[0], texts)


def strangers_row(pool: ProcessPoolExecutor, locale: str, model: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """One line of the table, of visitors that nothing was fitted to."""
    everyone = [*strangers(arguments.data, locale), *callers(locale)]
    found = thinned([x for x in everyone if x.is_held_out and not is_legitimate(x)], arguments.limit)
    judged = list(pool.map(judge, [(visitor, model) for visitor in found], chunksize=4))
    ours = list(zip(found, judged, strict=True))
    if arguments.failures:
        print("\n".join(f"  {x.kind} {x.turn} {x.name} {fit:.2f} {text}" for x, (fit, text) in ours if fit >= SURE_FIT))
    told = summary(ours)
    if arguments.peer_seconds and locale == "en-US":
        told["peer_acted_on_percent"] = peers([x for x in found if not x.meant], arguments.peer_seconds)
    return told


def is_legitimate(visitor: Visitor) -> bool:
    """Whether a stranger says something that the turn has words for after all."""
    return not visitor.meant and bool(visitor.text) and meant(visitor, [visitor.text]).first is not None


def summary(judged: Sequence[tuple[Visitor, Judged]]) -> dict[str, Any]:
    """Shares of strangers and of callers, as the thresholds are and along the curve."""
    surest = [fit for visitor, (fit, _) in judged if not visitor.meant]
    rightly = [fit for visitor, (fit, _) in judged if visitor.meant and fit > NEVER]
    kinds = Counter(x.kind for x, _ in judged if not x.meant)
    acted = Counter(x.kind for x, (fit, _) in judged if not x.meant and fit >= SURE_FIT)
    return {
        "strangers": len(surest),
        "acted_on_percent": percent(fit >= SURE_FIT for fit in surest),
        "before_percent": percent(fit >= 0 for fit in surest),
        "of_each_kind": {kind: f"{acted[kind]}/{count}" for kind, count in sorted(kinds.items())},
        "callers_heard_rightly": len(rightly),
        "callers_confirmed_percent": percent(fit < SURE_FIT for fit in rightly),
        "callers_asked_again_percent": percent(fit < LEAST_FIT for fit in rightly),
        "curve_fit_strangers_callers": [
            (least, percent(fit >= least for fit in surest), percent(fit < least for fit in rightly))
            for least in THRESHOLDS
        ],
    }


def peers(found: Iterable[Visitor], seconds: float) -> float:
    """The share of strangers that the peer's words would be acted on."""
    acted = []
    for turn in sorted({visitor.turn for visitor in found}):
        phrases = () if turn == DRINKS else understanding("en-US").grammar("en-US", asked("en-US", turn)[0]).phrases
        with Peer(turn, phrases, seconds) as peer:
            for visitor in (x for x in found if x.turn == turn):
                text = peer.text(on_the_line(visitor, None, 0.0))
                acted.append(bool(text) and is_acted_on(turn, meant(visitor, [text])))
    return percent(acted)


def percent(true: Iterable[bool]) -> float:
    """Of 100, one decimal."""
    listed = list(true)
    return round(100 * sum(listed) / max(1, len(listed)), 1)
