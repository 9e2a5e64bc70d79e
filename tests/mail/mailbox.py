"""A mailbox on a real IMAP server (pymap) in a process of its own; customers' mails are put there as a server would."""

import imaplib
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Self

from tests.processes import SECONDS, free_port, without_settings

USER, PASSWORD = "care", "p@ss word"
COMMAND = Path(sys.executable).with_name("pymap")


class ImapHere:
    """The server; each test has a folder of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self._folders = 0

    def __enter__(self) -> Self:
        server = [str(COMMAND), "--host", "127.0.0.1", "--port", str(self.port), "--no-tls", "dict"]
        user = ["--demo-user", USER, "--demo-password", PASSWORD]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen([*server, *user], env=without_settings(), **quiet)  # type: ignore[call-overload]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def connect(self) -> imaplib.IMAP4:
        """Signed in, as soon as it answers."""
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                connection = imaplib.IMAP4("127.0.0.1", self.port, timeout=SECONDS)
                break
            except OSError:
                assert time.monotonic() < deadline, "the IMAP server does not start"
                time.sleep(0.02)
        connection.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        return connection

    def folder(self) -> "Folder":
        self._folders += 1
        name = f"Care {self._folders}"
        connection = self.connect()
        connection.create(f'"{name}"')
        return Folder(self, name, connection)


class Folder:
    """One mailbox."""

    def __init__(self, server: ImapHere, name: str, connection: imaplib.IMAP4) -> None:
        self.name = name
        self.url = f"imap://{USER}:p%40ss%20word@127.0.0.1:{server.port}/{name.replace(' ', '%20')}"
        self._connection = connection

    def receives(self, mail: EmailMessage | bytes) -> None:
        """A mail comes in."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        status, _ = self._connection.append(f'"{self.name}"', "", "", raw)
        assert status == "OK"

    def unseen(self) -> int:
        """How many are not marked."""
        self._connection.select(f'"{self.name}"', readonly=True)
        found: bytes = self._connection.uid("SEARCH", "UNSEEN")[1][0]
        return len(found.split())

    def close(self) -> None:
        self._connection.logout()

    def clear(self) -> None:
        """As if nothing had ever come."""
        self._connection.select(f'"{self.name}"')
        if self._connection.uid("SEARCH", "ALL")[1][0]:
            self._connection.uid("STORE", "1:*", "+FLAGS.SILENT", r"(\Deleted)")
            self._connection.expunge()


ADA = "Ada <ada@example.com>"


def a_mail(text: str, subject: str = "A question", sender: str = ADA, **headers: str) -> EmailMessage:
    """As a mail program writes it; `headers` with _ for -."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "care@example.com", subject
    mail["Message-ID"] = headers.pop("Message_ID", f"<{abs(hash((text, subject, sender)))}@mail.example.com>")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail
