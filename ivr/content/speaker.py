"""The Speaker port: prompts by key, their {places} filled and [optional] parts left out."""

import re
from collections.abc import Mapping
from typing import Final

from ivr.content.addresses import spoken_address, written_address
from ivr.content.model import Content, LocaleContent
from ivr.content.wording import Wording
from ivr.content.yaml_files import Located
from ivr.content.zones import clock_name, zone_name
from ivr.domain.turn import (
    At,
    Clock,
    Day,
    Distance,
    Money,
    Phrase,
    PostalAddress,
    Say,
    SayArg,
    Span,
    Spelled,
    TimeOfDay,
    Zone,
)
from ivr.errors import ContentError

PLACE: Final = re.compile(r"\{(\w+)\}")
OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
WRITTEN: Final = "_text"
"""Prompts whose key ends so are read on a screen: digits stand together."""


class PromptSpeaker:
    """Every word a person hears, from grammars/<locale>/prompts.yaml, or is written, from messages.yaml."""

    def __init__(self, content: Content) -> None:
        self.locales: tuple[str, ...] = tuple(content.locales)
        self._sources = content.locales
        self._prompts: dict[str, Mapping[str, Located]] = {}
        """By locale, made when first needed."""
        self._voices = {name: (locale.voice, locale.slow_rate) for name, locale in content.locales.items()}
        self._addresses = content.addresses
        self._wordings = {name: Wording(name, locale.spoken) for name, locale in content.locales.items()}

    def text(self, locale: str, say: Say) -> str:
        """The sentence. Raises ContentError for an unknown locale or key, or a place that is not filled."""
        locale = say.locale or locale
        template = self._template(locale, say.key)
        filled = {name: self._words(locale, say.key, arg) for name, arg in say.args.items()}
        kept = without_empty(template, filled)
        missing = sorted(set(PLACE.findall(kept)) - filled.keys())
        if missing:
            raise ContentError(f"prompt {say.key} of {locale} needs {', '.join(missing)}; the caller did not give it")
        return " ".join(PLACE.sub(lambda place: filled[place[1]], kept).split())

    def voice(self, locale: str) -> tuple[str, str]:
        """The carrier's voice, and its speed once a caller asked for slower speech."""
        return self._voices[locale]

    def _template(self, locale: str, key: str) -> str:
        if locale not in self._sources:
            raise ContentError(f"there are no prompts for {locale}: add the folder grammars/{locale}")
        if locale not in self._prompts:
            self._prompts[locale] = self._texts_of(self._sources[locale])
        prompts = self._prompts[locale]
        if key not in prompts:
            raise ContentError(f"{locale}/prompts.yaml: there is no prompt {key}; add it")
        return prompts[key]

    def _texts_of(self, locale: LocaleContent) -> Mapping[str, Located]:
        return {**locale.prompts, **locale.messages}

    def _words(self, locale: str, key: str, arg: SayArg) -> str:
        wording = self._wordings[locale]
        match arg:
            case Spelled(digits):
                return digits if key.endswith(WRITTEN) else wording.digits(arg)
            case At():
                return wording.moment(arg)
            case Day():
                return wording.day(arg)
            case Span():
                return wording.span(arg)
            case Money():
                return wording.money(arg)
            case PostalAddress():
                return self._address(locale, key, arg)
            case Distance(meters):
                return wording.distance(meters)
            case TimeOfDay(clock):
                return wording.time_of_day(clock)
            case Zone(name):
                return zone_name(name, locale)
            case Clock(name, among):
                return clock_name(name, among, locale)
            case Phrase(other):
                return self.text(locale, Say(other))
        return str(arg)

    def _address(self, locale: str, key: str, address: PostalAddress) -> str:
        if key.endswith(WRITTEN):
            return written_address(address, self._addresses)
        return spoken_address(address, locale, self._addresses)


def without_empty(template: str, filled: Mapping[str, str]) -> str:
    """The sentence without those parts in [brackets] of which a place is empty."""
    return OPTIONAL.sub(lambda part: part[1] if _has_all(part[1], filled) else "", template)


def _has_all(part: str, filled: Mapping[str, str]) -> bool:
    return all(filled.get(place) for place in PLACE.findall(part))
