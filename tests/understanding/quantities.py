"""What the tests of numbers, amounts and telephone numbers share."""

from decimal import Decimal
from typing import Final

from num2words import num2words

from ivr.domain.intents import Expects
from ivr.domain.moments import When
from ivr.understanding import GrammarUnderstanding

LOCALES: Final = ("en-US", "en-GB", "ko-KR", "es-ES", "es-US", "de-DE", "fr-FR", "pt-BR", "ja-JP", "hi-IN", "ar")
"""The complete ones."""
NUM2WORDS: Final = {
    "en-US": "en",
    "en-GB": "en",
    "ko-KR": "ko",
    "es-ES": "es",
    "es-US": "es",
    "de-DE": "de",
    "fr-FR": "fr",
    "pt-BR": "pt_BR",
    "ja-JP": "ja",
    "ar": "ar",
}
"""num2words has no Hindi."""


def spelled(locale: str, number: int) -> str:
    """A number in words by num2words."""
    return str(num2words(number, lang=NUM2WORDS[locale]))


def slots_of(
    understanding: GrammarUnderstanding, locale: str, expects: Expects, text: str
) -> dict[str, str | int | When] | None:
    """The slots of the one intent understood exactly, or None."""
    meaning = understanding.parse(locale, expects, (text,))
    return dict(meaning.intents[0].slots) if len(meaning.intents) == 1 and meaning.certainty == "exact" else None


def minor(amount: int, digits: int) -> Decimal:
    """An amount of the smallest coins in the unit that is written."""
    return Decimal(amount).scaleb(-digits)
