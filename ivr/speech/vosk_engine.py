"""Vosk behind the Recognizer port; vosk_decoders.py is the only import of vosk.

Vosk kills the process on an empty or malformed phrase list, on SetGrammar in mid-utterance and on damaged model
folders (reference/speech.md, "Ways to kill the process"); nothing a caller of the port can pass gets that far.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import structlog

from ivr.domain.hearing import Grammar, Hypothesis
from ivr.errors import AudioError, EngineUnavailable, IvrError, ModelError
from ivr.service.ports import Utterance
from ivr.speech import model_check
from ivr.speech.audio import SAMPLE_RATE, Dither, WholeSamples, pcm_samples
from ivr.speech.vosk_decoders import DecoderPool, LoadedModel
from ivr.speech.vosk_fit import WITH_LIKELIHOOD, compared, fitted, weighing_of
from ivr.speech.weighing import Weighing

PHRASES_PER_UNKNOWN: Final = 50
"""One [unk] for so many phrases: a single one fades as the list grows (reference/speech.md, section 2)."""
_KEPT_LISTS: Final = 128
_PIECE_BYTES: Final = SAMPLE_RATE
"""Half a second is made ready for the model at a time: pieces of 100 ms took a fifth more, for nothing, since the model
hears by larger chunks (model_options.py)."""
_DITHER_RMS: Final = 12.0
"""Noise under every sample: models know no digital silence, which a codec or a muted line sends, and mishear the words
beside it. Korean requests, 110 clips of 5 synthetic voices after 0.2 s of zeros: 52 sure and right without, 62 with."""

log = structlog.get_logger(__name__)

_loaded: dict[Path, LoadedModel] = {}
_loading: dict[Path, threading.Lock] = {}
_guard: Final = threading.Lock()
_pool: Final = DecoderPool()


def _load(folder: Path) -> LoadedModel:
    """The process's one model of this folder. Raises ModelError."""
    folder = folder.resolve()
    with _guard:
        lock = _loading.setdefault(folder, threading.Lock())
    with lock:
        if folder not in _loaded:
            model_check.check(folder)
            _loaded[folder] = LoadedModel(folder)
        return _loaded[folder]


class VoskRecognizer:
    """Recognizer for the locales that have a model folder; a model loads once per process."""

    engine = "vosk"

    def __init__(self, models: Mapping[str, Path], *, compares: bool = True) -> None:
        """`compares`: what a model that nobody measured hears is compared with what it hears without phrases."""
        self._folders, self._compares = dict(models), compares
        self._models: dict[str, LoadedModel] = {}
        self._problems: dict[str, IvrError] = {}
        self._lists: OrderedDict[tuple[str, str, int], str] = OrderedDict()
        self._guard = threading.Lock()

    @property
    def locales(self) -> tuple[str, ...]:
        """The locales with a model folder, loaded or not."""
        return tuple(self._folders)

    def load(self, locale: str) -> None:
        """Load the locale's model now (seconds, hundreds of MB). Raises ModelError."""
        if locale not in self._folders:
            raise ModelError(f"no Vosk model is known for {locale}: `python -m ivr models install {locale}`")
        try:
            self._models[locale] = _load(self._folders[locale])
        except ModelError as error:
            self._problems[locale] = error
            raise
        self._problems.pop(locale, None)

    def load_in_background(self) -> list[threading.Thread]:
        """Load every model, one thread each; `hears` turns true as they finish, failures are logged."""
        threads = [threading.Thread(target=self._load_quietly, args=(x,), daemon=True) for x in self._folders]
        for thread in threads:
            thread.start()
        return threads

    def problem(self, locale: str) -> str:
        """Why the locale's model did not load; empty: no failure so far."""
        return str(self._problems.get(locale, ""))

    def told_of(self, locale: str) -> str:
        """What should be known of the locale's model; empty: nothing, or it has none."""
        return model_check.told_of(self._folders[locale]) if locale in self._folders else ""

    def hears(self, locale: str) -> bool:
        """Whether the locale's model is loaded."""
        return locale in self._models

    def open(self, grammar: Grammar, *, alternatives: int = 1) -> Utterance:
        """A new utterance. Raises EngineUnavailable: model not loaded, or no phrase that it could hear."""
        model = self._model(grammar.locale)
        phrases = self._phrase_list(model, grammar)
        # Any words at all: nothing was forced into phrases. One reading: it has confidences, but no likelihood.
        if not phrases or alternatives < WITH_LIKELIHOOD:
            return VoskUtterance(model, phrases, max(1, int(alternatives)))
        weighing = weighing_of(model.acoustic_model)
        utterance = VoskUtterance(model, phrases, int(alternatives), weighing)
        if weighing or not self._compares:
            return utterance
        return ComparedUtterance(utterance, VoskUtterance(model, "", WITH_LIKELIHOOD))

    def unknown_words(self, locale: str, words: Iterable[str]) -> set[str]:
        """The words that are not in the model's vocabulary. Raises EngineUnavailable if it is not loaded."""
        model = self._model(locale)
        return {word for word in words if not model.knows(word)}

    def _model(self, locale: str) -> LoadedModel:
        if (model := self._models.get(locale)) is None:
            raise EngineUnavailable(f"the Vosk model for {locale} is not loaded (yet): use the keypad meanwhile")
        return model

    def _load_quietly(self, locale: str) -> None:
        try:
            self.load(locale)
        except ModelError as error:
            log.error("speech_model_failed", locale=locale, reason=str(error))
        else:
            log.info("speech_model_loaded", locale=locale, engine=self.engine)

    def _phrase_list(self, model: LoadedModel, grammar: Grammar) -> str:
        if grammar.is_open or not model.takes_grammar:
            return ""  # any words at all: the understanding finds the grammar's among them
        key = (grammar.locale, grammar.name, hash(grammar.phrases))
        with self._guard:
            if key not in self._lists:
                self._lists[key] = _as_json(model, grammar)
            self._lists.move_to_end(key)
            while len(self._lists) > _KEPT_LISTS:
                self._lists.popitem(last=False)
            return self._lists[key]


class VoskUtterance:
    """One utterance, in any words if there are no phrases. Feeding after the end changes nothing."""

    def __init__(self, model: LoadedModel, phrases: str, alternatives: int, weighing: Weighing | None = None) -> None:
        """`weighing`: how well several readings fit is judged by these weights."""
        self._model, self._phrases, self._alternatives = model, phrases, alternatives
        self._weighing = weighing
        self._whole = WholeSamples()
        self._heard = bytearray()
        self._accepted = 0
        self._result: tuple[Hypothesis, ...] | None = None
        self._finished = False
        self._decoder = _pool.take(model, phrases)
        self._begin()

    def feed(self, pcm: bytes) -> None:
        """Take PCM of any length; an odd byte waits for the next piece. Raises AudioError."""
        if self._finished or not (samples := self._whole.take(pcm)):
            return
        self._heard += samples
        if self._result is not None:  # speech went on after `partial` had closed the decoder
            self._result = None
            self._begin()
        if len(self._heard) - self._accepted >= _PIECE_BYTES:
            self._accept_rest()

    def partial(self) -> str:
        """The whole text so far. Vosk's own partial lags by up to half a second, so the decoder is closed
        and, if more is fed, a new one hears all of it again (0.02 s per second of speech)."""
        best = self._close()
        return best[0].text if best else ""

    def finish(self) -> tuple[Hypothesis, ...]:
        """End the utterance; a second call returns the same."""
        result = self._close()
        if not self._finished:
            self._finished = True
            _pool.give_back(self._decoder, self._model, self._phrases)
            result = self._result = self._fitted(result)
        return result

    def _fitted(self, readings: tuple[Hypothesis, ...]) -> tuple[Hypothesis, ...]:
        if self._weighing is None:
            return readings
        return fitted(readings, pcm_samples(bytes(self._heard)), SAMPLE_RATE, self._weighing)

    def _begin(self) -> None:
        self._decoder.prepare(self._alternatives)
        self._accepted = 0
        self._dither, self._upsampler = Dither(_DITHER_RMS), self._model.upsampler()

    def _accept_rest(self) -> None:
        heard = self._dither.add(pcm_samples(bytes(self._heard[self._accepted :])))
        self._accepted = len(self._heard)
        if self._upsampler is not None:
            heard = self._upsampler.feed(heard)
        if not len(heard):
            return
        try:
            self._decoder.accept(heard)
        except Exception as error:  # Vosk raises nothing narrower
            raise AudioError("Vosk could not process the audio: check conf/mfcc.conf of the model") from error

    def _close(self) -> tuple[Hypothesis, ...]:
        if self._result is None:
            self._accept_rest()
            if self._upsampler is not None:
                self._decoder.accept(self._upsampler.flush())
            self._result = self._decoder.result()
        return self._result


class ComparedUtterance:
    """An utterance that is heard twice at the same time: by its phrases, and in any words at all.

    Together they take three times the CPU of the first alone, and five times while the second is new: 31 ms for a
    second of sound (60 Korean answers), 149, then 95.
    """

    def __init__(self, limited: VoskUtterance, unlimited: VoskUtterance) -> None:
        self._limited, self._unlimited = limited, unlimited
        self.partial = limited.partial

    def feed(self, pcm: bytes) -> None:
        """Take PCM of any length. Raises AudioError."""
        self._limited.feed(pcm)
        self._unlimited.feed(pcm)

    def finish(self) -> tuple[Hypothesis, ...]:
        """End the utterance; a second call returns the same."""
        return compared(self._limited.finish(), self._unlimited.finish())


def _as_json(model: LoadedModel, grammar: Grammar) -> str:
    """The phrase list as Vosk takes it. Raises EngineUnavailable if no phrase is left."""
    phrases = [piece for phrase in grammar.phrases for piece in _known_pieces(model, phrase)]
    if not phrases:
        raise EngineUnavailable(f"grammar {grammar.name} has no word that the {grammar.locale} model knows")
    if model.unknown is not None:
        phrases += [model.unknown] * max(1, len(phrases) // PHRASES_PER_UNKNOWN)
    return json.dumps(phrases, ensure_ascii=False)  # Vosk's reader keeps \uXXXX literally


def _known_pieces(model: LoadedModel, phrase: object) -> list[str]:
    """The phrase, cut at unknown words: Vosk would drop them and join their neighbours."""
    pieces: list[list[str]] = [[]]
    for word in phrase.lower().split() if isinstance(phrase, str) else ():
        if model.knows(word):
            pieces[-1].append(word)
        elif pieces[-1]:
            pieces.append([])
    return [" ".join(piece) for piece in pieces if piece]
