"""E-mail in, put together: the mailbox, what reads it, and the cases that it leads to."""

from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from ivr.content import Content
from ivr.content.vocabulary import Vocabulary
from ivr.domain.mails import MailRules
from ivr.mail.reading import read_mail
from ivr.pictures import PillowPictures
from ivr.service.answers import HelpAnswers
from ivr.service.engine import CallbackEngine
from ivr.service.mail_answers import MailAnswers
from ivr.service.mail_finding import Threads
from ivr.service.mail_intake import IntakeTools, MailIntake
from ivr.service.mail_ports import IncomingMail
from ivr.service.mail_sweep import MailSweep
from ivr.service.mail_words import MailReader
from ivr.service.photos import CasePhotos
from ivr.service.ports import Commerce, Speaker, Understanding
from ivr.settings import Settings
from ivr.settings_values import is_loopback


@dataclass(frozen=True, kw_only=True)
class MailEdges:
    """What e-mail shares with calls."""

    understanding: Understanding
    speaker: Speaker
    commerce: Commerce
    answers: HelpAnswers
    content: Content


def make_mailbox(settings: Settings) -> IncomingMail | None:
    """Where customers' mail lies; None: it is not read."""
    if not settings.imap_url:
        return None
    from ivr.mail.imap import ImapMailbox  # most systems read no e-mail
    from ivr.mail.server import MailServer

    host = urlsplit(settings.imap_url).hostname or ""
    return ImapMailbox(MailServer.parse(settings.imap_url, is_local=is_loopback(host)))


def make_mail_sweep(
    settings: Settings, engine: CallbackEngine, edges: MailEdges, mailbox: IncomingMail | None
) -> MailSweep:
    """What looks into the mailbox."""
    tools = IntakeTools(
        scenes=engine.scenes,
        reader=MailReader(
            edges.understanding, edges.answers.knowledge, edges.commerce, edges.speaker, Vocabulary(edges.content)
        ),
        threads=Threads(engine.links),
        answers=MailAnswers(edges.speaker, engine.links, edges.answers, settings.company),
        photos=CasePhotos(engine.scenes.clock, settings.photos, timedelta(days=settings.photo_days)),
        pictures=PillowPictures(),
        rules=mail_rules(settings),
        messages=engine.rules.messages,
    )
    return MailSweep(mailbox, MailIntake(tools), read_mail)


def mail_rules(settings: Settings) -> MailRules:
    """Which addresses are ours."""
    ours = (parseaddr(value)[1].lower() for value in (settings.care_address, settings.mail_from))
    return MailRules(addresses=frozenset(address for address in ours if address))
