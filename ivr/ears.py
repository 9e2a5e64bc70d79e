"""The speech engines of one process: a vosk-server where one is named, Vosk where it has a model, else PocketSphinx."""

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


class Ears:
    """The engines for the languages that are served, given to `recognizers`; no model is loaded before `load`."""

    def __init__(self, settings: Settings, locales: Collection[str], recognizers: Recognizers) -> None:
        models = find_models(model_environment(settings))
        self._locales = locales
        self.vosk = VoskRecognizer(
            {name: path for name, path in models.items() if name in locales and name not in settings.vosk_servers},
            compares=settings.vosk_compares,
        )
        self.pocketsphinx = PocketSphinxRecognizer()
        self.servers = VoskServerRecognizer(settings.vosk_servers)
        self.recognizers = recognizers
        recognizers.use((self.servers, self.vosk, self.pocketsphinx))

    def load(self, understanding: GrammarUnderstanding) -> None:
        """Load every model; takes seconds. Then log who hears what, and words of grammars/ that a model never hears."""
        understanding.hear_with(self.recognizers)
        understanding.warm_up(self._locales)
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


def model_environment(settings: Settings) -> Mapping[str, str]:
    """Where speech models are, in the words of the environment."""
    models = settings.vosk_models.items()
    named = {f"{MODEL_PREFIX}{name.replace('-', '_').upper()}": str(path) for name, path in models}
    places = {"IVR_MODELS": str(settings.models or ""), "IVR_MODELS_URL": settings.models_url}
    return named | {name: value for name, value in places.items() if value}
