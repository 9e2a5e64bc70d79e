"""Looks into the mailbox now and then; what is handled is marked there, after the commit."""

import time
from collections.abc import Callable
from typing import Final

import structlog

from ivr.domain.mails import ArrivedMail
from ivr.errors import Conflict, ContentError, MailUnavailable
from ivr.service.mail_intake import MailIntake
from ivr.service.mail_ports import FoundMail, IncomingMail, Mailbox

log = structlog.get_logger(__name__)

EVERY_SECONDS: Final = 15.0
REST_SECONDS: Final = 120.0
"""A mailbox that can't be read is left alone for so long."""
BATCH: Final = 50


class MailSweep:
    """Safe to run in several processes: a mail that two of them see is taken once."""

    def __init__(
        self,
        source: IncomingMail | None,
        intake: MailIntake,
        read: Callable[[FoundMail], ArrivedMail],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`source` None: no mailbox is read."""
        self._source = source
        self._intake = intake
        self._read = read
        self._monotonic = monotonic
        self._next = monotonic()

    def sweep(self) -> None:
        """One round, if it is time for one."""
        if self._source is None or self._monotonic() < self._next:
            return
        self._next = self._monotonic() + EVERY_SECONDS
        if not self.look():
            self._next = self._monotonic() + REST_SECONDS

    def look(self) -> bool:
        """Take all that lies there; False: the mailbox can't be read now."""
        assert self._source is not None
        try:
            with self._source.visit() as mailbox:
                for found in mailbox.unseen(BATCH):
                    self._take(mailbox, found)
        except MailUnavailable as error:
            log.warning("mailbox_unavailable", code=error.code, error=str(error))
            return False
        return True

    def _take(self, mailbox: Mailbox, found: FoundMail) -> None:
        try:
            self._intake.arrived(self._read(found), found)
        except (Conflict, ContentError) as error:
            log.warning("mail_left_for_later", code=error.code, error=str(error))
            return  # it stays unmarked, and is found again
        mailbox.seen(found)
