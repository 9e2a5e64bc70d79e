"""All that `doctor` looks at, in the order in which it tells it."""

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from ivr import checkup
from ivr.bootstrap import build
from ivr.checkup import Check, Finding, Verdict
from ivr.edges import Edges
from ivr.errors import IvrError
from ivr.settings import Settings

__all__ = ["Finding", "Verdict", "examine"]


@runtime_checkable
class CheckedMailer(Protocol):
    """A mailer that can be asked whether it works."""

    def check(self) -> None:
        """Raises MailUnavailable."""


def examine(settings: Settings, *, offline: bool = False) -> Iterator[Finding]:
    """Everything, one after the other; no check stops the next."""
    asking: tuple[Check, ...] = () if offline else (checkup.number, checkup.public_address)
    mail: tuple[Check, ...] = () if offline else (mail_server, mailbox)
    with build(settings) as ivr:
        every: tuple[Check, ...] = (
            checkup.credentials, *asking, checkup.database, checkup.content, checkup.reach, checkup.hearing,
            checkup.hours, checkup.telling, *mail, checkup.doors,
        )  # fmt: skip
        for check in every:
            yield from check(ivr)


def mail_server(ivr: Edges) -> Iterator[Finding]:
    """Whether the mail server takes mail from us."""
    if not isinstance(ivr.mailer, CheckedMailer):
        return
    try:
        ivr.mailer.check()
    except IvrError as error:
        yield Finding("mail server", Verdict.BAD, str(error), "correct IVR_SMTP_URL or IVR_MAIL_FROM")
    else:
        yield Finding("mail server", Verdict.GOOD, f"takes mail from {ivr.settings.mail_from}")


def mailbox(ivr: Edges) -> Iterator[Finding]:
    """Whether customers' e-mail can be read."""
    if ivr.mailbox is None:
        return
    try:
        ivr.mailbox.check()
    except IvrError as error:
        yield Finding("mailbox", Verdict.BAD, str(error), "correct IVR_IMAP_URL: server, user, password and folder")
    else:
        yield Finding("mailbox", Verdict.GOOD, "customers' e-mail becomes cases; no other program may read there")
