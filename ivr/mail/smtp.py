"""E-mail over SMTP: one connection a mail, encrypted wherever the server can, each failure sorted by what it means."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final

from ivr.errors import MailRefused, MailUnavailable, MailUnclear
from ivr.mail.calendar import calendar_file, method_of
from ivr.mail.server import MailServer
from ivr.service.mail_ports import CalendarEntry, Mail

POLICY: Final = SMTP.clone(max_line_length=900)
"""A long address in a header that is folded would be encoded, and no mail program would know it (RFC 5322: 998)."""
TIMEOUT_SECONDS: Final = 10.0
FOR_GOOD: Final = range(500, 600)
TAKEN: Final = frozenset({250, 251})


class SmtpMailer:
    """ports.Mailer. Threads may share it."""

    def __init__(self, server: MailServer, sender: str, reply_to: str = "") -> None:
        """`sender`: who the mails are from, `Name <address>` or an address; `reply_to`: where answers are read."""
        self._server = server
        self._reply_to = parseaddr(reply_to)[1]
        self._name, self._address = parseaddr(sender)
        self._host = self._address.rpartition("@")[2]

    def send(self, mail: Mail) -> None:
        """Hand it to the server. Raises MailRefused, MailUnavailable or MailUnclear."""
        text = self.message(mail).as_bytes()
        with _reaching():
            connection = self._connect()
        try:
            with _reaching():
                self._sign_in(connection)
            _give(connection, mail.to, text)
        finally:
            connection.close()

    def check(self) -> None:
        """Connect, sign in, and leave. Raises MailUnavailable."""
        with _reaching(), self._connect() as connection:
            self._sign_in(connection)

    def message(self, mail: Mail) -> EmailMessage:
        """The mail as it is sent."""
        message = EmailMessage(policy=POLICY)
        message["From"] = Address(self._name, addr_spec=self._address)
        message["To"] = mail.to
        message["Subject"] = " ".join(mail.subject.split())
        message["Date"] = format_datetime(mail.sent_at)
        message["Message-ID"] = f"<{mail.id}@{self._host}>"
        self._add_thread(message, mail)
        if mail.is_automatic:  # nobody's machine answers it (RFC 3834)
            message["Auto-Submitted"] = "auto-replied" if mail.replies_to else "auto-generated"
            message["X-Auto-Response-Suppress"] = "All"
        if mail.stop_url:
            message["List-Unsubscribe"] = f"<{mail.stop_url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(mail.text)
        message["Content-Language"] = mail.locale  # only now: set_content drops all headers about the content
        if mail.calendar is not None:
            self._add_calendar(message, mail.calendar, mail.to)
        return message

    def _add_thread(self, message: EmailMessage, mail: Mail) -> None:
        """By our own thread, and by the mails that it answers."""
        ids = [f"<{mail.thread}@{self._host}>", *(f"<{one}>" for one in mail.replies_to)]
        message["References"] = " ".join(ids)
        if mail.replies_to:
            message["In-Reply-To"] = ids[-1]
        if self._reply_to:
            message["Reply-To"] = Address(self._name, addr_spec=self._reply_to)

    def _add_calendar(self, message: EmailMessage, entry: CalendarEntry, attendee: str) -> None:
        """As another form of the text, which mail programs show as an invitation, and as a file for all others."""
        file = calendar_file(entry, organizer=self._address, attendee=attendee)
        about = {"method": method_of(entry), "charset": "utf-8"}
        message.add_alternative(file, maintype="text", subtype="calendar", params=about, cte="base64")
        message.add_attachment(file, maintype="text", subtype="calendar", filename="callback.ics", params=about)

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.is_encrypted:
            return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=_tls())
        return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)

    def _sign_in(self, connection: smtplib.SMTP) -> None:
        server = self._server
        connection.ehlo()
        if not server.is_encrypted and connection.has_extn("starttls"):
            connection.starttls(context=_tls())
            connection.ehlo()
        elif server.user and not (server.is_encrypted or server.is_local):
            raise MailUnavailable("the mail server offers no encryption: our password is not sent there; use smtps://")
        if server.user:
            connection.login(server.user, server.password)
        code, answer = connection.mail(self._address)
        if code not in TAKEN:
            raise smtplib.SMTPSenderRefused(code, answer, self._address)


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _give(connection: smtplib.SMTP, to: str, text: bytes) -> None:
    code, _ = connection.rcpt(to)
    if code not in TAKEN:
        raise _answered(code)
    try:
        code, _ = connection.data(text)
    except smtplib.SMTPDataError as error:
        raise _answered(error.smtp_code) from error
    except (smtplib.SMTPException, OSError) as error:
        # From its last dot on, only the server knows whether it took the mail (RFC 1047).
        raise MailUnclear(f"the connection broke while the mail was given ({type(error).__name__})") from error
    if code not in TAKEN:
        raise _answered(code)


@contextmanager
def _reaching() -> Iterator[None]:
    """Until the recipient is named all that goes wrong is between the server and us, and nothing is sent."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise MailUnavailable(
            f"the mail server answered {error.smtp_code}; look at IVR_SMTP_URL and its log"
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailUnavailable(f"the mail server can't be used ({type(error).__name__}: {error})") from error


def _answered(code: int) -> MailRefused | MailUnavailable:
    """About this one mail. The server's own words name addresses: they stay out of our logs."""
    text = f"the mail server answered {code}"
    return MailRefused(text) if code in FOR_GOOD else MailUnavailable(text, is_general=False)
