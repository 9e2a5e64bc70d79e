"""Vosk's models and recognisers: the only import of vosk. What may be given to them is checked in vosk_engine.py."""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import vosk

from ivr.domain.hearing import Hypothesis, Word
from ivr.errors import ModelError
from ivr.speech import model_check
from ivr.speech.audio import SAMPLE_RATE, Samples, Upsampler
from ivr.speech.model_options import with_options
from ivr.speech.wideband import Widener

UNKNOWN: Final = "[unk]"
"""How a stretch outside the grammar is written in a text, for every engine and model."""
_UNKNOWN_SPELLINGS: Final = ("[unk]", "<UNK>", "<unk>")
"""Among any words the Korean model writes figures and rare words in brackets, "[23]", which say nothing to us."""
_MODEL_RATE: Final = 16000
_KEPT_DECODERS: Final = 64
"""A decoder remembers what it has worked out of its phrases' network, and so hears the next caller for a quarter less
(38 instead of 51 ms of CPU for a second of speech with a menu's 485 phrases); it holds half a megabyte meanwhile."""

vosk.SetLogLevel(-2)  # below -1, or every dropped word is a line on stderr


class LoadedModel:
    """One model of this process, and what must be known of it before audio is fed."""

    def __init__(self, folder: Path) -> None:
        try:
            with with_options(folder) as opened:
                self.model = vosk.Model(str(opened))
        except Exception as error:  # Vosk raises nothing narrower
            raise ModelError(f"Vosk cannot load {folder}: remove the folder and install the model again") from error
        self.unknown = next((s for s in _UNKNOWN_SPELLINGS if self._find(s)), None)
        self._widened = model_check.hears_better_widened(folder)
        narrow = model_check.takes_telephone_rate(folder) and not self._widened
        self.rate = SAMPLE_RATE if narrow else _MODEL_RATE
        self.takes_grammar = model_check.takes_grammar(folder)
        """Else it hears any words, whatever is asked."""
        self.acoustic_model = model_check.acoustic_model(folder)

    def upsampler(self) -> Upsampler | Widener | None:
        """What brings the line's 8,000 Hz to the model's rate; None where the model takes them."""
        if self.rate == SAMPLE_RATE:
            return None
        return Widener() if self._widened else Upsampler()

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary has this word; markup such as <eps> is no word."""
        return _is_plain(word) and self._find(word)

    def _find(self, word: str) -> bool:
        return int(self.model.vosk_model_find_word(word)) >= 0


class Decoder:
    """One of Vosk's recognisers; between two utterances it lies in the pool."""

    def __init__(self, model: LoadedModel, phrases: str) -> None:
        limits = (phrases,) if phrases else ()
        self._vosk = vosk.KaldiRecognizer(model.model, model.rate, *limits)
        self._rate = model.rate
        self._before_seconds = 0.0
        """Vosk's clock runs on from one utterance to the next."""
        self._samples = 0

    def prepare(self, alternatives: int) -> None:
        """Begin an utterance."""
        self._vosk.SetMaxAlternatives(alternatives if alternatives > 1 else 0)
        self._vosk.SetWords(True)  # a confidence comes with one reading alone, times with several, too
        self._before_seconds += self._samples / self._rate
        self._samples = 0

    def accept(self, samples: Samples) -> None:
        """Hear some samples at the model's rate. Vosk's own end-point is ignored: the listener ends turns."""
        self._samples += len(samples)
        self._vosk.AcceptWaveform(samples.tobytes())

    def result(self) -> tuple[Hypothesis, ...]:
        """End the utterance."""
        return hypotheses(json.loads(self._vosk.FinalResult()), self._before_seconds)


class DecoderPool:
    """Decoders that wait for another utterance of the same phrases, those used last first."""

    def __init__(self) -> None:
        self._idle: OrderedDict[Decoder, tuple[LoadedModel, str]] = OrderedDict()
        self._guard = threading.Lock()

    def take(self, model: LoadedModel, phrases: str) -> Decoder:
        """One that nobody else uses."""
        with self._guard:
            found = next((x for x, key in reversed(self._idle.items()) if key == (model, phrases)), None)
            if found is not None:
                del self._idle[found]
        return found or Decoder(model, phrases)

    def give_back(self, decoder: Decoder, model: LoadedModel, phrases: str) -> None:
        """Its utterance is over and its result was taken."""
        with self._guard:
            self._idle[decoder] = (model, phrases)
            while len(self._idle) > _KEPT_DECODERS:
                self._idle.popitem(last=False)


def hypotheses(result: Mapping[str, Any], began_seconds: float = 0.0) -> tuple[Hypothesis, ...]:
    """Vosk's result, with or without alternatives; readings without a word are left out."""
    readings = result.get("alternatives", [result])
    parsed = [
        Hypothesis(_text(reading.get("text", "")), _score(reading), _words(reading.get("result", ()), began_seconds))
        for reading in readings
    ]
    seen: dict[str, Hypothesis] = {}
    for reading in parsed:
        if reading.text.replace(UNKNOWN, "").strip():
            seen.setdefault(reading.text, reading)
    return tuple(seen.values())


def _text(text: str) -> str:
    return " ".join(UNKNOWN if word in _UNKNOWN_SPELLINGS else word.strip("[]()") or word for word in text.split())


def _score(reading: Mapping[str, Any]) -> float:
    """The n-best log-likelihood, else the mean word posterior among the grammar's own paths."""
    if "confidence" in reading:
        return float(reading["confidence"])
    words = reading.get("result", ())
    return sum(float(word["conf"]) for word in words) / len(words) if words else 0.0


def _words(words: Iterable[Mapping[str, Any]], began: float) -> tuple[Word, ...]:
    return tuple(
        Word(_text(x["word"]), float(x["start"]) - began, float(x["end"]) - began, float(x.get("conf", 0.0)))
        for x in words
    )


def _is_plain(word: object) -> bool:
    """Whether the word survives JSON and UTF-8 unchanged and is no markup of the model."""
    return (
        isinstance(word, str)
        and word.isprintable()
        and bool(word)
        and not any(sign in '"\\ ' or "\ud800" <= sign <= "\udfff" for sign in word)
        and word[0] not in "<#![{"
    )
