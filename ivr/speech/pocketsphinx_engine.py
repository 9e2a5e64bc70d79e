"""PocketSphinx behind the Recognizer port: the English stand-in where no Vosk model is.

It hears 16,000 Hz and forces whatever it hears into the grammar: `fit` says how likely that was said at all.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, Final

from ivr.domain.hearing import Grammar, Hypothesis
from ivr.errors import EngineUnavailable
from ivr.speech.audio import SAMPLE_RATE, Dither, Samples, Upsampler, WholeSamples, pcm_samples
from ivr.speech.jsgf import from_jsgf
from ivr.speech.levels import QUIETEST_RMS, gain_for, loudness, scaled
from ivr.speech.pocketsphinx_decoder import Decoder
from ivr.speech.pocketsphinx_fit import fit, segments, signs
from ivr.speech.pocketsphinx_results import log, nbest, readable, words
from ivr.speech.sound_signs import SoundMeter
from ivr.speech.word_network import Network, from_phrases

LOCALES: Final = ("en-US", "en-GB")
_MEAN_SECONDS: Final = 1.0
"""The cepstral mean is taken from so much audio before decoding starts, or from all of a shorter utterance."""
_USUAL_SAMPLES: Final = 8_000
"""It counts as so much speech at 16,000 Hz: a short word has too few sounds for a mean of its own."""
_DITHER_RMS: Final = 30.0
"""Noise under every sample: a line that is digitally silent makes the decoder drop the last word and search for long.
Measured on 12 espeak voices: 66 % of short commands right without, 80 % with; a third of the time."""
_UNFINISHED_FIT: Final = 0.3
"""Of a sentence that is not whole: 41 of 47 that were understood came from strangers."""
_KEPT_NETWORKS: Final = 128
_KEPT_RULES: Final = 2000
_KEPT_DECODERS: Final = 8


class PocketSphinxRecognizer:
    """Recognizer for English with the model that the package holds."""

    engine = "pocketsphinx"

    def __init__(self) -> None:
        self._idle: list[Decoder] = []
        self._networks: OrderedDict[tuple[str, int], Network] = OrderedDict()
        self._rules: dict[str, Network] = {}
        self._guard = threading.Lock()

    def load(self) -> None:
        """Make the first decoder now, so that no caller waits for it."""
        self.give_back(self.take())

    def hears(self, locale: str) -> bool:
        """Whether this is English."""
        return locale in LOCALES

    def open(self, grammar: Grammar, *, alternatives: int = 1) -> "PocketSphinxUtterance":
        """A new utterance. Raises EngineUnavailable: not English, or nothing in the grammar that it could hear."""
        self._require(grammar.locale)
        if grammar.is_open:
            raise EngineUnavailable("PocketSphinx hears grammars alone: `python -m ivr models install en-us`")
        decoder = self.take()
        try:
            network = self._network(grammar, decoder)
            decoder.use(_search_name(grammar), network)
        except BaseException:
            self.give_back(decoder)
            raise
        return PocketSphinxUtterance(self, decoder, _search_name(grammar), network, max(1, int(alternatives)))

    def unknown_words(self, locale: str, words: Iterable[str]) -> set[str]:
        """The words that the dictionary lacks. Raises EngineUnavailable for other languages."""
        self._require(locale)
        decoder = self.take()
        try:
            return {word for word in words if not _is_known(decoder, word)}
        finally:
            self.give_back(decoder)

    def take(self) -> Decoder:
        """A decoder that nobody uses."""
        with self._guard:
            if self._idle:
                return self._idle.pop()
        return Decoder()

    def give_back(self, decoder: Decoder) -> None:
        """The decoder's utterance is over."""
        with self._guard:
            if len(self._idle) < _KEPT_DECODERS:
                self._idle.append(decoder)

    def _require(self, locale: str) -> None:
        if not self.hears(locale):
            raise EngineUnavailable(f"PocketSphinx hears {' and '.join(LOCALES)} only, not {locale}: use the keypad")

    def _network(self, grammar: Grammar, decoder: Decoder) -> Network:
        key = (grammar.name, hash((grammar.jsgf, grammar.phrases)))
        with self._guard:
            found = self._networks.get(key)
        network = found or _build(grammar, decoder, self._rules)
        with self._guard:
            if len(self._rules) > _KEPT_RULES:
                self._rules.clear()
            self._networks[key] = network
            while len(self._networks) > _KEPT_NETWORKS:
                self._networks.popitem(last=False)
        return network


class PocketSphinxUtterance:
    """One utterance; decodes while it is fed, after the first second that the cepstral mean is taken from."""

    def __init__(
        self, owner: PocketSphinxRecognizer, decoder: Decoder, search: str, network: Network, alternatives: int
    ) -> None:
        self._owner, self._decoder, self._search, self._network = owner, decoder, search, network
        self._alternatives = alternatives
        self._whole, self._upsampler, self._dither = WholeSamples(), Upsampler(), Dither(_DITHER_RMS)
        self._meter = SoundMeter()
        self._waiting = bytearray()
        self._gain, self._loudest = 1.0, 0.0
        self._started = False
        self._result: tuple[Hypothesis, ...] | None = None

    def feed(self, pcm: bytes) -> None:
        """Take PCM of any length; an odd byte waits for the next piece; after the end nothing happens."""
        if self._result is not None or not (samples := self._whole.take(pcm)):
            return
        heard = pcm_samples(samples)
        self._loudest = max(self._loudest, loudness(heard))
        if self._started:
            self._process(self._wide(heard))
            return
        self._waiting += samples
        if len(self._waiting) >= 2 * SAMPLE_RATE * _MEAN_SECONDS:
            self._start()

    def partial(self) -> str:
        """The best text so far."""
        if self._result is not None:
            return self._result[0].text if self._result else ""
        if self._waiting:
            self._start()
        return self._present()

    def finish(self) -> tuple[Hypothesis, ...]:
        """End the utterance; a second call returns the same."""
        if self._result is None:
            try:
                self._result = self._conclude()
            finally:
                self._owner.give_back(self._decoder)
        return self._result

    def _start(self) -> None:
        """Begin to decode, with the level and the mean of what has been heard so far."""
        waiting, self._waiting = pcm_samples(bytes(self._waiting)), bytearray()
        loud = loudness(waiting)
        self._gain = gain_for(loud)
        wide = self._wide(waiting)
        mean = self._decoder.mean_of(wide, _USUAL_SAMPLES if loud >= QUIETEST_RMS else 0)
        self._decoder.use(self._search, self._network)
        self._decoder.engine.set_cmn(mean)
        self._decoder.engine.start_utt()
        self._started = True
        self._process(wide)

    def _wide(self, samples: Samples) -> Samples:
        return self._dither.add(self._upsampler.feed(scaled(samples, self._gain)))

    def _process(self, wide: Samples) -> None:
        if len(wide):
            self._meter.add(wide)
            self._decoder.engine.process_raw(wide.tobytes())

    def _present(self) -> str:
        best = self._decoder.engine.hyp() if self._started and self._loudest >= QUIETEST_RMS else None
        return readable(best.hypstr) if best is not None else ""

    def _conclude(self) -> tuple[Hypothesis, ...]:
        if self._waiting:
            self._start()
        if not self._started:
            return ()
        self._process(self._dither.add(self._upsampler.flush()))
        unfinished = self._present()
        self._decoder.engine.end_utt()
        best = self._decoder.engine.hyp()
        if self._loudest < QUIETEST_RMS:
            return ()
        if best is None:  # no path through the whole grammar: what was heard of one
            return (Hypothesis(unfinished, fit=_UNFINISHED_FIT),) if unfinished else ()
        return self._readings(best)

    def _readings(self, best: Any) -> tuple[Hypothesis, ...]:
        likely = self._fit()
        first = Hypothesis(readable(best.hypstr), log(best.score), words(self._decoder.engine), likely)
        found = {first.text: first}
        if self._alternatives > 1:
            for text, score in nbest(self._decoder.engine):
                if len(found) >= self._alternatives:
                    break
                if self._network.accepts(text.split()):
                    found.setdefault(text, Hypothesis(text, min(score, first.score), fit=likely))
        return tuple(reading for reading in found.values() if reading.text)

    def _fit(self) -> float:
        sound = self._meter.signs()
        return _UNFINISHED_FIT if sound is None else fit(signs(segments(self._decoder.engine), sound))


def _search_name(grammar: Grammar) -> str:
    return f"{grammar.name}:{hash((grammar.jsgf, grammar.phrases))}"


def _build(grammar: Grammar, decoder: Decoder, rules: dict[str, Network]) -> Network:
    """The grammar's sayable part. Raises EngineUnavailable if there is none, ContentError if it is malformed."""

    def sayable(word: str) -> bool:
        return _is_known(decoder, word)

    network = from_jsgf(grammar.jsgf, sayable, rules) if grammar.jsgf else from_phrases(grammar.phrases, sayable)
    if not network.arcs:
        raise EngineUnavailable(f"grammar {grammar.name} has no phrase that PocketSphinx's dictionary can say")
    return network


def _is_known(decoder: Decoder, word: object) -> bool:
    if not isinstance(word, str) or not word.isprintable() or "(" in word or word.startswith(("<", "[", "+")):
        return False
    try:
        return bool(word) and decoder.knows(word)
    except UnicodeEncodeError:
        return False
