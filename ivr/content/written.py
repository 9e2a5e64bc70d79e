"""Prompts as they are written in a chat: no keys to press, nothing to say. A locale's chat.yaml tells how.

Under a prompt's key stands what is written in its place. All other prompts are written as they are spoken, but for the
words that `instead` exchanges: "Press => Reply; press => reply".
"""

from collections.abc import Mapping
from typing import Final

from ivr.content.addresses import written_address
from ivr.content.model import LocaleContent
from ivr.content.speaker import PLACE, PromptSpeaker
from ivr.content.yaml_files import Located
from ivr.domain.guides import STEP_PROMPT
from ivr.domain.turn import PostalAddress, SayArg, Spelled
from ivr.errors import ContentError

CHAT: Final = "chat.yaml"
INSTEAD: Final = "instead"


class WrittenSpeaker(PromptSpeaker):
    """ports.Speaker for chats: wording of its own, and digits stand together."""

    def _texts_of(self, locale: LocaleContent) -> Mapping[str, Located]:
        return _written(locale)

    def _words(self, locale: str, key: str, arg: SayArg) -> str:
        return arg.digits if isinstance(arg, Spelled) else super()._words(locale, key, arg)

    def _address(self, locale: str, key: str, address: PostalAddress) -> str:
        return written_address(address, self._addresses)


def check_chat(locale: LocaleContent) -> None:
    """Every text there belongs to a prompt, and has no place that the prompt has not. Raises ContentError."""
    for key, text in locale.chat.items():
        if key == INSTEAD:
            _exchanges(text)
        elif key not in locale.prompts:
            raise ContentError(f"{text.place}: there is no prompt {key}; remove it")
        elif strange := set(PLACE.findall(text)) - set(PLACE.findall(locale.prompts[key])):
            raise ContentError(f"{text.place}: {key} has no place {', '.join(sorted(strange))}")


def _written(locale: LocaleContent) -> dict[str, Located]:
    own: Mapping[str, Located] = locale.chat
    instead = _exchanges(own[INSTEAD]) if INSTEAD in own else ()
    spoken = {key: _exchanged(key, text, instead) for key, text in locale.prompts.items() if key not in own}
    return {**spoken, **locale.messages, **{key: text for key, text in own.items() if key != INSTEAD}}


def _exchanged(key: str, text: Located, pairs: tuple[tuple[str, str], ...]) -> Located:
    if key.startswith(STEP_PROMPT):
        return text  # whoever is to press a button of their kettle shall not reply to it
    words = str(text)
    for spoken, written in pairs:
        words = words.replace(spoken, written)
    return text if words == text else Located(words, text.file, text.line)


def _exchanges(text: Located) -> tuple[tuple[str, str], ...]:
    pairs = [pair.split("=>") for pair in text.split(";") if pair.strip()]
    if any(len(pair) != 2 or not pair[0].strip() for pair in pairs):
        raise ContentError(f"{text.place}: write `{INSTEAD}` as: spoken => written; spoken => written")
    return tuple((spoken.strip(), written.strip()) for spoken, written in pairs)
