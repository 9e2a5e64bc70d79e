"""A mail server in a thread (aiosmtpd): keeps what it takes, refuses and breaks off on demand, goes and comes back."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.processes import free_port

USER, PASSWORD = "ringback", "p@ss word"


class MailServerHere:
    """Listens on a port of its own, and on the same one again after a rest."""

    def __init__(self, *, signs_in: bool = False) -> None:
        self.port = free_port()
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.rcpt_answer = ""
        """In the place of 250 to RCPT."""
        self.data_answer = ""
        self.breaks_off = 0
        """So many times the connection breaks once the mail is taken, before the answer."""
        self._auth: dict[str, Any] = (
            {"auth_required": True, "auth_require_tls": False, "authenticator": _authenticate} if signs_in else {}
        )
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> Self:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **self._auth)
        self._controller.start()
        return self

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- aiosmtpd's hooks ------------------------------------------------------------------------------------------

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt_answer:
            return self.rcpt_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data_answer:
            return self.data_answer
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        if self.breaks_off:
            self.breaks_off -= 1
            assert server.transport is not None
            server.transport.abort()
        return "250 taken"


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    return AuthResult(success=(given.login, given.password) == (USER.encode(), PASSWORD.encode()))
