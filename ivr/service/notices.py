"""Messages about orders: a return's page, news. Written like those about callbacks, and sent by the same outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.cases import Case
from ivr.domain.drop_offs import DropOff
from ivr.domain.messages import Channel, Message, MessageKind
from ivr.domain.turn import Say, SayArg, Spelled
from ivr.service.links import Links
from ivr.service.mail_ports import Mail
from ivr.service.ports import Speaker
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id
from ivr.service.ways import Ways
from ivr.service.wording import locale_for

TOO_LATE: Final = timedelta(days=1)
"""So long after it was written a notice helps nobody any more."""
ACCOUNT_VALID: Final = timedelta(hours=1)
"""A link that changes details opens nothing after this."""
ADDRESS_VALID: Final = timedelta(days=1)
FINISH_VALID: Final = timedelta(days=7)
"""A return that was cut off can be finished for so long, as the text says; and the photo of a delivery seen."""
PAGE_DAYS: Final = 90
"""A return's page can be opened for so long."""


@dataclass(frozen=True, kw_only=True)
class More:
    """What is told beside company, case and link, by the message's kind."""

    places: Sequence[DropOff] = ()
    """Where a return can be handed in."""
    args: Mapping[str, SayArg] = field(default_factory=dict)


NOTHING: Final = More()


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """Who is told."""

    number: str
    """E.164."""
    email: str = ""
    at_any_hour: bool = False
    """They asked for it just now."""


@dataclass(frozen=True)
class Notices:
    """Writes them, and words them."""

    ways: Ways
    speaker: Speaker
    links: Links
    company: str

    def write(
        self, uow: UnitOfWork, case: Case, kind: MessageKind, addressee: Addressee, now: datetime
    ) -> Channel | None:
        """By text, else by e-mail, once for each; None: there is no way, so nothing may be promised."""
        if kind not in self.ways.rules.kinds:
            return None
        way = next(self.ways.to(uow, addressee.number, addressee.email), None)
        if way is None:
            return None
        message = Message(
            id=new_id(), callback_id=None, case_id=case.id, kind=kind, channel=way[0], address=way[1],
            revision=uow.messages.count_of_case(case.id, kind), at_any_hour=addressee.at_any_hour, due_at=now,
            expires_at=now + TOO_LATE, created_at=now,
        )  # fmt: skip
        uow.messages.add(message)
        return way[0]

    def token(self, message: Message) -> str:
        """What tells this message from all others in the carrier's list."""
        if message.kind is MessageKind.RETURN and message.case_id:
            return self.links.send_back(message.case_id, message.id, message.created_at + timedelta(days=PAGE_DAYS))
        if message.kind is MessageKind.ACCOUNT and message.case_id:
            return self.links.account(message.case_id, message.id, message.created_at + ACCOUNT_VALID)
        if message.kind is MessageKind.UNFINISHED and message.case_id:
            return self.links.finish(message.case_id, message.id, message.created_at + FINISH_VALID)
        if message.kind is MessageKind.ADDRESS and message.case_id:
            return self.links.address(message.case_id, message.id, message.created_at + ADDRESS_VALID)
        if message.kind is MessageKind.PHOTO and message.case_id:
            return self.links.photo(message.case_id, message.id, message.created_at + FINISH_VALID)
        return message.id[-8:]

    def text(self, message: Message, case: Case, more: More = NOTHING) -> str:
        """A text message. Raises ContentError."""
        return f"{self._said(message, case, more)} {self._words(case, Say('stop_hint_text'))}"

    def mail(self, message: Message, case: Case, now: datetime, more: More = NOTHING) -> Mail:
        """An e-mail. Raises ContentError."""
        stop_url = self.links.stop_url(message.id)
        stop = self._words(case, Say("mail_stop_text", {"link": stop_url}))
        subject = Say("order_mail_subject_text", {"company": self.company, "case": Spelled(case.number)})
        return Mail(
            id=message.id,
            thread=case.id,
            to=message.address,
            subject=self._words(case, subject),
            text=f"{self._said(message, case, more)}\n\n{stop}\n",
            locale=locale_for(self.speaker, case.locale),
            sent_at=now,
            stop_url=stop_url,
        )

    def _said(self, message: Message, case: Case, more: More) -> str:
        filled: dict[str, SayArg] = {"company": self.company, "link": self._link(message), **more.args}
        if message.kind not in (MessageKind.ACCOUNT, MessageKind.ADDRESS, MessageKind.UNFINISHED):
            filled["case"] = Spelled(case.number)
        if message.kind is MessageKind.RETURN:
            filled["places"] = "; ".join(self._words(case, Say("drop_off_text", place.told())) for place in more.places)
        return self._words(case, Say(f"{message.kind.value}_text", filled))

    def _link(self, message: Message) -> str:
        match message.kind:
            case MessageKind.RETURN:
                return self.links.send_back_url(self.token(message))
            case MessageKind.ACCOUNT:
                return self.links.account_url(self.token(message))
            case MessageKind.ADDRESS:
                return self.links.address_url(self.token(message))
            case MessageKind.PHOTO:
                return self.links.photo_url(self.token(message))
            case MessageKind.UNFINISHED:
                return self.links.finish_url(self.token(message))
        return self.links.start_url(message.id)

    def _words(self, case: Case, say: Say) -> str:
        return self.speaker.text(locale_for(self.speaker, case.locale), say)
