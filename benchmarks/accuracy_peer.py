"""The peer: PocketSphinx as its package comes, with one JSGF grammar as its users write them, best reading only.

On some recordings it searches for minutes. It runs in a process of its own and is stopped after a time; that is wrong.
"""

import multiprocessing
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

import numpy as np
import pocketsphinx

from ivr.speech.audio import Upsampler, decode_mulaw, encode_mulaw

ORDER = """#JSGF V1.0;
grammar order;
public <order> = [hi | hello | hey] [<ask>] [a | an] <which> <drink> [with <extra> [[and] [with] <extra>]] [please];
<ask> = (i'd like | i want | i'll have | i'll take | i would like | can i get | can i have | could i get |
  could i have | may i have | get me | give me | make me | make) [to (have | order | get)];
<which> = [<size>] [<roast>] [<shots>] | [<size>] [<shots>] [<roast>] | [<roast>] [<size>] [<shots>] |
  [<roast>] [<shots>] [<size>] | [<shots>] [<size>] [<roast>] | [<shots>] [<roast>] [<size>];
<drink> = coffee | drip coffee | iced coffee | house coffee | mocha | iced mocha | americano | cappuccino | espresso |
  latte;
<size> = small | medium | large | (eight | twelve | sixteen | twenty) ounce;
<roast> = (light | medium | dark) roast;
<shots> = (single | double | triple) shot;
<extra> = [<amount>] (<milk> | <sugar>) | [a] <shots> | <roast>;
<amount> = a [little] bit of | some | a lot of | lots of;
<milk> = [whole | skim | soy | almond] milk | cream;
<sugar> = [brown] sugar | sweetener;
"""
DIGIT = """#JSGF V1.0;
grammar digit;
public <digit> = zero | oh | one | two | three | four | five | six | seven | eight | nine;
"""


def grammar(part: str, phrases: tuple[str, ...]) -> str:
    """The part's JSGF."""
    if phrases:
        return f"#JSGF V1.0;\ngrammar phrases;\npublic <phrase> = {' | '.join(phrases)};\n"
    return ORDER if part == "coffee" else DIGIT


def hear(part: str, phrases: tuple[str, ...], pipe: Connection) -> None:
    """The child: mu-law in, text out, until nothing more comes."""
    decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
    decoder.add_jsgf_string(part, grammar(part, phrases))
    decoder.activate_search(part)
    while (line := pipe.recv_bytes()) != b"":
        wide = Upsampler()
        samples = np.frombuffer(decode_mulaw(line), np.int16)
        decoder.start_utt()
        decoder.process_raw(wide.feed(samples).tobytes() + wide.flush().tobytes(), full_utt=True)
        decoder.end_utt()
        best = decoder.hyp()
        pipe.send(best.hypstr if best else "")


class Peer:
    """The child process of one part; a new one after each clip that took too long."""

    def __init__(self, part: str, phrases: tuple[str, ...], seconds: float) -> None:
        self._task, self._seconds = (part, phrases), seconds
        self.hung = 0

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()

    def text(self, samples: Any) -> str:
        """What it heard; nothing if it did not end in time."""
        self._pipe.send_bytes(encode_mulaw(samples.astype("<i2").tobytes()))
        if self._pipe.poll(self._seconds):
            return str(self._pipe.recv())
        self.hung += 1
        self._process.kill()
        self._begin()
        return ""

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=hear, args=(*self._task, theirs), daemon=True)
        self._process.start()
