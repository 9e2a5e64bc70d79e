"""Text messages that customers send: STOP and START in every language served; all else is for the chat."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ivr.domain.turn import Say, SayArg, Spelled
from ivr.errors import NumberRefused
from ivr.service.chats import ChatService
from ivr.service.limits import uses_today
from ivr.service.opting import has_opted_out, opt_in, opt_out
from ivr.service.ports import NumberRules, Speaker
from ivr.service.scenes import Scene, Scenes
from ivr.service.store import UnitOfWork
from ivr.service.text_pictures import TextPictures
from ivr.service.wording import locale_for

CARRIERS_OWN: Final = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "start", "unstop"}
)
"""Words that Twilio itself acts upon and answers: a second answer would be one too many, or not be delivered."""
PICTURED_A_DAY: Final = 20
"""Texts with pictures of one number that are looked at in a day."""
_NOT_WORDS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True)
class IncomingText:
    """One text message as the carrier hands it on."""

    sid: str
    number: str
    """As sent: from whom."""
    body: str
    is_answered: bool = False
    """The carrier says that it has acted upon it and answered (Twilio's OptOutType)."""
    pictures: tuple[str, ...] = ()
    """Where the carrier keeps what came with it; empty texts among them: files that are no pictures."""


@dataclass(frozen=True)
class _Answered:
    text: str = ""
    chat_id: str = ""
    """Answered by the dialogue."""
    has_pictures: bool = False


class IncomingTexts:
    """Obeys them at once."""

    def __init__(
        self,
        scenes: Scenes,
        speaker: Speaker,
        numbers: NumberRules,
        company: str,
        *,
        chats: ChatService | None = None,
        pictures: TextPictures | None = None,
    ) -> None:
        """`chats` None: nothing but STOP and START is read; `pictures` None: none are taken."""
        self._pictures = pictures
        self._scenes = scenes
        self._chats = chats
        self._speaker = speaker
        self._numbers = numbers
        self._company = company

    def arrived(self, text: IncomingText) -> list[str]:
        """What to answer, if anything. The same message again changes nothing."""
        try:
            number = self._numbers.check(text.number).e164
        except NumberRefused:
            return []  # a short code or a name: nobody whom we would write to
        answered = self._scenes.run(lambda scene: self._arrived(scene, number, text))
        about = self._pictured(number, text) if answered.has_pictures else []
        if answered.chat_id and self._chats is not None:
            return about + self._chats.answer(answered.chat_id)
        return about + ([answered.text] if answered.text else [])

    def _pictured(self, number: str, text: IncomingText) -> list[str]:
        if self._pictures is None:
            return []
        told = self._pictures.arrived(number, text.pictures)
        with self._scenes.store.read() as uow:
            return [self._words(uow, number, told.key, told.case)]

    def _arrived(self, scene: Scene, number: str, text: IncomingText) -> _Answered:
        if not scene.uow.guards.is_new_webhook(text.sid, "text", ""):
            return _Answered()
        word = _plain(text.body)
        key = self._obeyed(scene.uow, number, word, scene.now)
        is_answered = text.is_answered or word in CARRIERS_OWN
        if not key and not is_answered and not has_opted_out(scene.uow, number):
            return self._read(scene, number, text)
        return _Answered("" if is_answered or not key else self._words(scene.uow, number, key))

    def _read(self, scene: Scene, number: str, text: IncomingText) -> _Answered:
        """It is neither of the two."""
        if text.pictures:
            few = uses_today(scene.uow, "pictured_text", number, scene.now) <= PICTURED_A_DAY
            said = replace(text, pictures=())
            answered = self._read(scene, number, said) if text.body.strip() else _Answered()
            return replace(answered, has_pictures=few)
        if self._chats is None:
            # Said once a day: two machines that answer each other would never end.
            seen = uses_today(scene.uow, "unread_text", number, scene.now)
            return _Answered("" if seen > 1 else self._words(scene.uow, number, "unread_text"))
        beyond = self._chats.is_too_many(scene, number)
        if beyond > 0:
            return _Answered(self._words(scene.uow, number, "chat_too_many_text") if beyond == 1 else "")
        return _Answered(chat_id=self._chats.texted(scene, number, text.body, text.sid))

    def _obeyed(self, uow: UnitOfWork, number: str, word: str, now: datetime) -> str:
        """The key of the answer; empty: it is neither of the two."""
        if word in self._all_words("stop_words_text"):
            if not has_opted_out(uow, number):
                opt_out(uow, number, now, "text")
            return "stopped_text"
        if word in self._all_words("start_words_text"):
            if has_opted_out(uow, number):
                opt_in(uow, number, now, "text")
            return "started_text"
        return ""

    def _all_words(self, key: str) -> set[str]:
        spoken = (self._speaker.text(locale, Say(key)) for locale in self._speaker.locales)
        return {_plain(word) for words in spoken for word in words.split(",")}

    def _words(self, uow: UnitOfWork, number: str, key: str, case: str = "") -> str:
        callback, customer = uow.callbacks.open_for_number(number), uow.customers.by_number(number)
        locale = callback.locale if callback else customer.locale if customer else self._speaker.locales[0]
        about: dict[str, SayArg] = {"company": self._company}
        if case:
            about["case"] = Spelled(case)
        return self._speaker.text(locale_for(self._speaker, locale), Say(key, about))


def _plain(text: str) -> str:
    """A word however it is written: "Stop!", "opt-out"."""
    return _NOT_WORDS.sub("", text.casefold())
