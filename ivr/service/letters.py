"""Letters: a message's row becomes a text or an e-mail, in the customer's language and on their clock."""

from datetime import datetime, timedelta
from typing import Final

from ivr.domain.callbacks import Callback
from ivr.domain.cases import Case
from ivr.domain.messages import IN_CALENDAR, Message, MessageKind, MessageRules
from ivr.domain.promised import told_at, told_until
from ivr.domain.turn import At, Say, SayArg, Spelled, Zone
from ivr.service.calendar_entries import calendar_entry
from ivr.service.links import Links
from ivr.service.mail_ports import CalendarEntry, Mail
from ivr.service.ports import Speaker
from ivr.service.wording import locale_for

_BY_TIME: Final = frozenset({MessageKind.PROMISED, MessageKind.MOVED})
"""Kinds that are worded otherwise for as soon as possible."""
_WITH_WINDOW: Final = _BY_TIME | {MessageKind.REMINDER}
"""Kinds that tell until when, if a window was named."""


class Letters:
    """Words for messages."""

    def __init__(self, speaker: Speaker, links: Links, rules: MessageRules, company: str) -> None:
        self._speaker = speaker
        self._links = links
        self._rules = rules
        self._company = company

    def token(self, message: Message, callback: Callback) -> str:
        """What the message's link is made of: no other message has it, so that a text can be found by it."""
        expires_at = max(callback.closes_at, message.created_at) + timedelta(days=self._rules.link_days)
        return self._links.follow(callback.id, message.id, expires_at)

    def text(self, message: Message, callback: Callback, case: Case | None, now: datetime) -> str:
        """A text message. Raises ContentError."""
        said = self._said(message, callback, case, now)
        if message.kind == MessageKind.PROMISED:  # the first one: how to get no more
            said += " " + self._words(callback, Say("stop_hint_text"))
        return said

    def mail(self, message: Message, callback: Callback, case: Case | None, now: datetime) -> Mail:
        """An e-mail. Raises ContentError."""
        said, stop_url = self._said(message, callback, case, now), self._links.stop_url(callback.id)
        zone = self._words(callback, Say("mail_zone_text", {"zone": Zone(callback.zone)}))
        stop = self._words(callback, Say("mail_stop_text", {"link": stop_url}))
        subject = Say("mail_subject_text", {"company": self._company, **_case(case)})
        return Mail(
            id=message.id,
            thread=callback.id,
            to=message.address,
            subject=self._words(callback, subject),
            text=f"{said}\n\n{zone}\n\n{stop}\n",
            locale=self._locale(callback),
            sent_at=now,
            stop_url=stop_url,
            calendar=self._entry(message, callback, said) if message.kind in IN_CALENDAR else None,
        )

    def _entry(self, message: Message, callback: Callback, said: str) -> CalendarEntry:
        return calendar_entry(
            callback,
            is_canceled=message.kind == MessageKind.CANCELED,
            changed_at=message.created_at,
            title=self._words(callback, Say("calendar_title_text", {"company": self._company})),
            description=said,
            url=self._links.follow_url(self.token(message, callback)),
        )

    def _said(self, message: Message, callback: Callback, case: Case | None, now: datetime) -> str:
        key = str(message.kind.value)
        if message.kind in _BY_TIME:
            key += "_asap" if callback.asap else "_at"
        at = told_at(callback) if message.kind in _BY_TIME else callback.due_at
        until = told_until(callback) if message.kind in _WITH_WINDOW else None
        filled: dict[str, SayArg] = {
            "company": self._company,
            "when": At(at, callback.zone, now, until),
            "link": self._links.follow_url(self.token(message, callback)),
            "code": Spelled(callback.resume_code) if callback.resume_code else "",
            **_case(case),
        }
        return self._words(callback, Say(f"{key}_text", filled))

    def _words(self, callback: Callback, say: Say) -> str:
        return self._speaker.text(self._locale(callback), say)

    def _locale(self, callback: Callback) -> str:
        return locale_for(self._speaker, callback.locale)


def _case(case: Case | None) -> dict[str, SayArg]:
    return {"case": Spelled(case.number if case else "")}
