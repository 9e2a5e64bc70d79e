"""What a line of a chat means, by the grammars that hear callers; a number alone is a key where one is offered."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from ivr.domain.dialogue import Dialogue, State, takes_key
from ivr.domain.dialogue.heard import Heard, Key, Speech
from ivr.domain.dialogue.menu import REQUESTS
from ivr.domain.dialogue.questions import MENU_INTENTS
from ivr.domain.intents import Certainty, Expects, Intent, Meaning
from ivr.domain.turn import Say
from ivr.service.ports import Speaker, Understanding

AT_FIRST: Final = REQUESTS | {"question", "agent", "hold", "another_language"}
"""What the first line can ask for: nothing was asked yet, so a yes or a number answers nothing."""
AGENT: Final = "0"
LIKELY: Final = 4
"""So many languages of one script are tried."""
_BETWEEN_DIGITS: Final = re.compile(r"[\s().#-]")


@dataclass(frozen=True)
class Reading:
    """One line, understood."""

    heard: Heard | None
    """None: it is for the person who is asked for, or answers."""
    meaning: Meaning | None = None
    """With words."""
    keys: str = ""
    """With a number."""
    locale: str = ""
    """The language in which it means something, where that is another than the dialogue's."""
    afresh: bool = False
    """No answer to the present question, but a request: the dialogue goes back to the menu first."""


class LineReader:
    """Reads lines."""

    def __init__(self, understanding: Understanding, speaker: Speaker) -> None:
        self._understanding = understanding
        self._speaker = speaker

    def first(self, dialogue: Dialogue, body: str, *, chosen: bool = False) -> Reading:
        """A line that begins a chat. `heard` None: it asks for nothing that we know.

        `chosen`: the language was; another one is looked for only where the script is another.
        """
        if dialogue.state == State.RENEWAL:  # what was written to them asked it already
            return self.next(dialogue, body)
        if digits_of(body) == AGENT:
            return Reading(Key(AGENT), keys=AGENT)
        meaning = self._parse(dialogue, dialogue.locale, body)
        if _asks(meaning):
            return Reading(Speech(meaning), meaning)
        if meaning.first is None and not digits_of(body):
            return self._in_another_language(dialogue, body, chosen) or Reading(None, meaning)
        return Reading(None, meaning)

    def _in_another_language(self, dialogue: Dialogue, body: str, chosen: bool) -> Reading | None:
        for name in self._other_languages(dialogue, body, chosen):
            meaning = self._parse(dialogue, name, body)
            if _asks(meaning) and meaning.certainty is Certainty.EXACT:
                return Reading(Speech(meaning), meaning, locale=name)
        return None

    def _other_languages(self, dialogue: Dialogue, body: str, chosen: bool) -> list[str]:
        """The likeliest that are written so, and understood."""
        written = scripts_of(body)
        own = written & self._scripts(dialogue.locale)
        others = (name for name in dialogue.locales if name != dialogue.locale and name not in dialogue.abilities)
        fitting = [name for name in others if written & self._scripts(name)]
        return [] if own and chosen else fitting[:LIKELY]

    def _scripts(self, locale: str) -> frozenset[str]:
        return scripts_of(self._speaker.text(locale, Say("not_understood")))

    def next(self, dialogue: Dialogue, body: str) -> Reading:
        """A line that answers the present turn, or is for a person."""
        digits = digits_of(body)
        if dialogue.state == State.JOINED:
            return Reading(None)
        if digits and takes_key(dialogue, digits):
            return Reading(Key(digits), keys=digits)
        meaning = self._parse(dialogue, dialogue.locale, body)
        if dialogue.state == State.HOLDING and meaning.certainty is not Certainty.EXACT:
            return Reading(None)  # the story is told on while an agent is waited for
        if digits and meaning.first is None:
            return Reading(Key(digits), keys=digits)
        request = self._request(dialogue, body) if meaning.first is None else None
        if request is not None:
            return Reading(Speech(request), request, afresh=True)
        return Reading(Speech(meaning), meaning)

    def _request(self, dialogue: Dialogue, body: str) -> Meaning | None:
        """Who writes jumps: what the menu understands for sure is understood everywhere."""
        meaning = self._understanding.parse(dialogue.locale, Expects(intents=MENU_INTENTS), (body,))
        sure = meaning.certainty is Certainty.EXACT and meaning.first is not None
        return meaning if sure and meaning.first and meaning.first.name in REQUESTS else None

    def _parse(self, dialogue: Dialogue, locale: str, body: str) -> Meaning:
        return self._understanding.parse(locale, dialogue.turn.expects, (body,))


GOES_BACK: Final = Speech(Meaning("", (Intent("go_back"),), Certainty.EXACT))
"""As if the caller had said so."""


def scripts_of(text: str) -> frozenset[str]:
    """Which scripts its letters are of: LATIN, HANGUL, ..."""
    letters = (sign for sign in unicodedata.normalize("NFKC", text) if sign.isalpha())
    return frozenset(unicodedata.name(letter, "?").partition(" ")[0] for letter in letters)


def changes_to(locale: str) -> Speech:
    """As if the language had been asked for."""
    return Speech(Meaning("", (Intent("another_language", {"language": locale}),), Certainty.EXACT))


def digits_of(body: str) -> str:
    """What stands alone as digits of any script, "1.", "28 19 482"; empty: it is more than digits."""
    plain = _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", body))
    return "".join(str(int(sign)) for sign in plain) if plain.isdecimal() else ""


def _asks(meaning: Meaning) -> bool:
    return meaning.first is not None and meaning.first.name in AT_FIRST
