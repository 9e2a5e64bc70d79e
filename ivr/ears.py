"""The speech engines of one process: a vosk-server where one is named, Vosk where it has a model, else PocketSphinx."""

import time
from collections.abc import Collection, Mapping

import structlog

from ivr.settings import MODEL_PREFIX, Settings
from ivr.speech.model_folders import find_models
from ivr.speech.pocketsphinx_engine import PocketSphinxRecognizer
from ivr.speech.recognizers import Recognizers
from ivr.speech.vosk_engine import VoskRecognizer
from ivr.speech.vosk_server import VoskServerRecognizer
from ivr.understanding.grammars import GrammarUnderstanding

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 0.05
"""Between two grammars that are read in the background."""


class Ears:
    """The engines for the languages that are served; nothing is loaded before `load`."""

    def __init__(self, settings: Settings, locales: Collection[str]) -> None:
        models = find_models(model_environment(settings))
        self._locales = locales
        self.vosk = VoskRecognizer(
            {name: path for name, path in models.items() if name in locales and name not in settings.vosk_servers}
        )
        self.pocketsphinx = PocketSphinxRecognizer()
        self.servers = VoskServerRecognizer(settings.vosk_servers)
        self.recognizers = Recognizers((self.servers, self.vosk, self.pocketsphinx))

    def load(self, understanding: GrammarUnderstanding) -> None:
        """Load every model; takes seconds. Then log who hears what, and words of grammars/ that a model never hears."""
        understanding.hear_with(self.recognizers)
        warm_up(understanding, self._locales)
        threads = self.vosk.load_in_background()
        if "en-US" in self._locales and "en-US" not in self.vosk.locales:
            self.pocketsphinx.load()
        for thread in threads:
            thread.join()
        for locale in self._locales:
            engine = self.recognizers.engine_for(locale)
            log.info("hearing", locale=locale, engine=engine or "none: keypad only")
        for word in understanding.check(self.recognizers):
            log.warning("word_never_heard", word=word.word, file=word.file, line=word.line)


def warm_up(understanding: GrammarUnderstanding, locales: Collection[str]) -> None:
    """Compile the language that greets; read the others, with pauses for the calls that come meanwhile."""
    for place, locale in enumerate(locales):
        if place == 0:
            understanding.warm(locale)
        else:
            time.sleep(PAUSE_SECONDS)
            understanding.understands(locale)


def model_environment(settings: Settings) -> Mapping[str, str]:
    """Where speech models are, in the words of the environment."""
    models = settings.vosk_models.items()
    named = {f"{MODEL_PREFIX}{name.replace('-', '_').upper()}": str(path) for name, path in models}
    places = {"IVR_MODELS": str(settings.models or ""), "IVR_MODELS_URL": settings.models_url}
    return named | {name: value for name, value in places.items() if value}
