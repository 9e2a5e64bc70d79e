"""The mailbox that customers write to, over IMAP: nothing is marked before it is handled.

Mails are named by UID within the visit (a sequence number may change under our hands), fetched without marking them,
their size asked first. What was handled and not marked, because we or the connection died, is found again: whoever
handles it knows it by its own key.
"""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from ivr.errors import MailUnavailable
from ivr.mail.server import MailServer
from ivr.service.mail_ports import FoundMail

TIMEOUT_SECONDS: Final = 15.0
MOST_BYTES: Final = 25 * 1024 * 1024
"""Of a mail that is fetched whole: mail servers take no larger ones as a rule."""
BEGINNING: Final = 1024 * 1024
"""So much is read of a larger one."""


class ImapVisit:
    """mail_ports.Mailbox on an open connection."""

    def __init__(self, connection: imaplib.IMAP4) -> None:
        self._connection = connection

    def unseen(self, limit: int) -> Iterator[FoundMail]:
        """Oldest first. One that vanishes meanwhile is left out."""
        with _reaching():
            found = _taken(self._connection.uid("SEARCH", "UNSEEN"))
        for uid in (found[0] or b"").split()[:limit]:
            mail = self._fetched(uid.decode("ascii", "replace"))
            if mail is not None:
                yield mail

    def _fetched(self, uid: str) -> FoundMail | None:
        with _reaching():
            size = _number_after(b"RFC822.SIZE", _taken(self._connection.uid("FETCH", uid, "(RFC822.SIZE)")))
            wanted = "(BODY.PEEK[])" if size <= MOST_BYTES else f"(BODY.PEEK[]<0.{BEGINNING}>)"
            answer = _taken(self._connection.uid("FETCH", uid, wanted))
        raw = next((part[1] for part in answer if isinstance(part, tuple) and b"BODY[" in part[0].upper()), None)
        return FoundMail(uid=uid, raw=raw, size=max(size, len(raw))) if raw is not None else None

    def seen(self, mail: FoundMail) -> None:
        """The flag that mail programs show as read."""
        with _reaching():
            _taken(self._connection.uid("STORE", mail.uid, "+FLAGS.SILENT", r"(\Seen)"))


class ImapMailbox:
    """mail_ports.IncomingMail. One thread at a time.

    The connection is kept between visits: servers count sign-ins. Whatever goes wrong, the next visit begins anew.
    """

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._connection: imaplib.IMAP4 | None = None

    @contextmanager
    def visit(self) -> Iterator[ImapVisit]:
        """On the connection of the last visit, or a new one. Raises MailUnavailable."""
        if self._connection is not None and not _is_alive(self._connection):
            self.close()
        try:
            if self._connection is None:
                with _reaching():
                    self._connection = self._connect()
                    self._enter(self._connection)
            yield ImapVisit(self._connection)
        except BaseException:
            self.close()
            raise

    def check(self) -> None:
        """Connect, sign in, open the folder, leave."""
        with self.visit():
            self.close()

    def close(self) -> None:
        """Leave."""
        if self._connection is not None:
            _leave(self._connection)
        self._connection = None

    def _connect(self) -> imaplib.IMAP4:
        server = self._server
        if server.is_encrypted:
            context = ssl.create_default_context()
            return imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=TIMEOUT_SECONDS)
        return imaplib.IMAP4(server.host, server.port, timeout=TIMEOUT_SECONDS)

    def _enter(self, connection: imaplib.IMAP4) -> None:
        server = self._server
        if not server.is_encrypted and "STARTTLS" in connection.capabilities:
            connection.starttls(ssl.create_default_context())
        elif not (server.is_encrypted or server.is_local):
            raise MailUnavailable("the mailbox has no encryption: our password is not sent there; use imaps://")
        secret = f"\0{server.user}\0{server.password}".encode()
        if "AUTH=PLAIN" in connection.capabilities:  # takes every sign in a password
            connection.authenticate("PLAIN", lambda _: secret)
        else:
            connection.login(server.user, server.password)
        _taken(connection.select(f'"{server.folder}"'))


def _is_alive(connection: imaplib.IMAP4) -> bool:
    try:
        return bool(connection.noop()[0] == "OK")
    except (imaplib.IMAP4.error, OSError, ValueError):
        return False


def _leave(connection: imaplib.IMAP4) -> None:
    try:
        connection.logout()
    except (imaplib.IMAP4.error, OSError, ValueError):
        connection.shutdown()


def _taken(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"the server answered {status}")
    return data


def _number_after(word: bytes, answer: list[Any]) -> int:
    """A number of an answer; where servers tell what nobody asked, it stands among other lines."""
    for part in answer:
        line = part[0] if isinstance(part, tuple) else part
        _, found, after = (line or b"").upper().partition(word + b" ")
        digits = after.split(b" ")[0].strip(b")") if found else b""
        if digits.isdigit():
            return int(digits)
    return 0


@contextmanager
def _reaching() -> Iterator[None]:
    """The server's own words may name addresses: they stay out of our logs."""
    try:
        yield
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise MailUnavailable(f"the mailbox can't be read ({type(error).__name__}); look at IVR_IMAP_URL") from error
