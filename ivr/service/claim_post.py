"""Sends notices about claims. Each is three steps, as a dial is: "sending", the request, what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from ivr.domain.claim_notices import SETTLES, TO_SELLER, Notice, NoticeKind, still_true
from ivr.domain.claims import Claim
from ivr.domain.messages import Channel, MessageStatus
from ivr.domain.money import spoken_money
from ivr.domain.turn import At, Say, SayArg, Spelled
from ivr.errors import CarrierRejected, CarrierUnclear, Conflict, MailRefused, MailUnavailable, MailUnclear
from ivr.service.links import Links
from ivr.service.mail_ports import Mail, Mailer
from ivr.service.opting import masked_address
from ivr.service.ports import Messenger, Speaker
from ivr.service.scenes import Scene, Scenes
from ivr.service.timeline import record
from ivr.service.wording import locale_for

log = structlog.get_logger(__name__)

BATCH: Final = 20
MOST_UNCLEAR: Final = 2
"""So often something may be sent without a clear answer."""


@dataclass(frozen=True)
class Posted:
    """A notice that is being sent, and its words."""

    notice: Notice
    text: str
    number: str
    """Of the case."""
    token: str
    """Of the link in it: a text is found by it."""
    was_begun: bool = False
    """Somebody sent it, and did not say what came of it."""


@dataclass(frozen=True)
class ClaimPost:
    """Any number of processes may run one: a claim of a row is one commit."""

    scenes: Scenes
    speaker: Speaker
    links: Links
    company: str
    messenger: Messenger | None
    mailer: Mailer | None

    def sweep(self) -> None:
        """Everything that is due."""
        for _ in range(BATCH):
            if not self._has_work():
                return
            try:
                posted = self.scenes.run(self._begin)
            except Conflict:
                continue
            if posted is not None:
                self._carry_out(posted)

    def _has_work(self) -> bool:
        with self.scenes.store.read() as uow:
            return uow.claims.notices.due(self.scenes.clock.now()) is not None

    def _begin(self, scene: Scene) -> Posted | None:
        notice = scene.uow.claims.notices.due(scene.now)
        claim = scene.uow.claims.get(notice.claim_id) if notice is not None else None
        if notice is None or claim is None:
            return None
        if why := self._why_not(notice, claim, scene.now):
            notice.end(MessageStatus.DROPPED, scene.now, why)
            return None
        posted = self._posted(scene, notice, claim)
        notice.status, notice.due_at = MessageStatus.SENDING, scene.now + SETTLES
        notice.tries += 1
        return posted

    def _why_not(self, notice: Notice, claim: Claim, now: datetime) -> str:
        if notice.status is MessageStatus.WAITING and not still_true(notice.kind, claim):
            return "overtaken"
        if notice.expires_at <= now:
            return "too_late"
        if notice.status is MessageStatus.SENDING and notice.tries >= MOST_UNCLEAR:
            return "unclear"
        return "" if self._port(notice.channel) else "no_channel"

    def _port(self, channel: Channel) -> object:
        return self.messenger if channel is Channel.TEXT else self.mailer

    def _posted(self, scene: Scene, notice: Notice, claim: Claim) -> Posted:
        case = scene.uow.cases.get(claim.case_id)
        number, locale = case.number if case else "", locale_for(self.speaker, notice.locale)
        token = self.links.claim(claim.id)
        due_at = claim.due_at if notice.kind in (NoticeKind.ASKED, NoticeKind.REMINDER) else None
        filled: dict[str, SayArg] = {
            "company": self.company,
            "case": Spelled(number),
            "amount": spoken_money(claim.refunded_minor, claim.currency),
            "when": At(due_at or scene.now, notice.zone, scene.now),
            "link": self.links.claim_url(token),
        }
        text = self.speaker.text(locale, Say(f"claim_{notice.kind.value}_text", filled))
        was_begun = notice.status is MessageStatus.SENDING
        return Posted(notice, text, number, token if notice.kind in TO_SELLER else "", was_begun)

    def _carry_out(self, posted: Posted) -> None:
        try:
            reference = self._send(posted)
        except (CarrierUnclear, MailUnclear) as error:
            log.warning("claim_notice_unclear", code=error.code)
            return  # it stays "sending" until it has settled
        except MailRefused:
            self._settle(posted, lambda notice, now: notice.end(MessageStatus.DROPPED, now, "refused"))
            return
        except (CarrierRejected, MailUnavailable) as error:
            log.warning("claim_notice_postponed", code=error.code)
            self._settle(posted, Notice.postpone)
            return
        self._settle(posted, lambda notice, now: _sent(notice, now, reference))

    def _send(self, posted: Posted) -> str:
        notice = posted.notice
        if notice.channel is Channel.EMAIL:
            assert self.mailer is not None, "asked for in _why_not"
            self.mailer.send(self._mail(posted))
            return ""
        assert self.messenger is not None, "asked for in _why_not"
        if posted.was_begun and posted.token:
            found = self.messenger.find_text(notice.address, posted.token, notice.created_at)
            if found is not None:
                return found
        return self.messenger.send_text(notice.address, posted.text)

    def _mail(self, posted: Posted) -> Mail:
        notice = posted.notice
        return Mail(
            id=notice.id,
            thread=notice.claim_id,
            to=notice.address,
            subject=f"{self.company}: {posted.number}",
            text=f"{posted.text}\n",
            locale=notice.locale,
            sent_at=notice.created_at,
            stop_url="",
        )

    def _settle(self, posted: Posted, end: Callable[[Notice, datetime], None]) -> None:
        def step(scene: Scene) -> None:
            notice = scene.uow.claims.notices.get(posted.notice.id)
            if notice is None or notice.ended_at is not None or notice.tries != posted.notice.tries:
                return
            end(notice, scene.now)
            claim = scene.uow.claims.get(notice.claim_id)
            case = scene.uow.cases.get(claim.case_id) if claim is not None else None
            if case is not None and notice.status in (MessageStatus.SENT, MessageStatus.DROPPED):
                about = {"notice": notice.kind.value, "channel": notice.channel.value, "status": notice.status.value}
                data = about | {"to": masked_address(notice.address), "reason": notice.reason}
                record(scene.uow, scene.now, "claim_notice", subject=case, data=data)

        self.scenes.run(step)


def _sent(notice: Notice, now: datetime, reference: str) -> None:
    notice.reference = reference
    notice.end(MessageStatus.SENT, now)
