"""A shop whose customers write e-mail: real IMAP and SMTP servers, the whole site behind them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

from ivr.bootstrap import build
from ivr.domain.agents import Agent
from ivr.domain.cases import Case
from ivr.domain.staff import StaffRole
from ivr.parts import Overrides
from ivr.settings import Settings
from ivr.storage import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeMessenger
from tests.fakes.phone import FakePhone
from tests.fakes.recorder import FakeRecorder
from tests.fakes.rooms import FakeRooms
from tests.mail.mailbox import Folder
from tests.mail.server import MailServerHere
from tests.web.site import ENVIRONMENT, QUICK, Site
from tests.web.test_sign_in import SECRET, accounts, sign_in


@dataclass
class ByMail:
    """What happens by e-mail, step by step."""

    folder: Folder
    server: MailServerHere
    site: Site
    file: Path
    """The database."""

    @classmethod
    def of(cls, folder: Folder, server: MailServerHere, store: SqlStore, file: Path) -> "ByMail":
        given = {
            "IVR_SMTP_URL": server.url, "IVR_MAIL_FROM": "Acme <callbacks@example.com>", "IVR_IMAP_URL": folder.url,
            "IVR_CARE_ADDRESS": "care@example.com", "IVR_COMPANY": "Acme", "IVR_LOCALES": "en-US,de-DE",
        }  # fmt: skip
        clock, messenger = FakeClock(), FakeMessenger()
        edges: Overrides = {"store": store, "clock": clock, "messenger": messenger, "phone": FakePhone(clock)}
        edges |= {"passwords": QUICK, "recorder": FakeRecorder(), "rooms": FakeRooms()}
        ivr = build(Settings.from_env(ENVIRONMENT | given), **edges)
        return cls(folder, server, Site(ivr, ivr.wsgi(), clock, messenger, FakePhone(clock)), file)

    def begins(self) -> "ByMail":
        """A new day: nothing was written yet, Kim works, nobody is signed in."""
        with self.site.store.begin() as uow:
            kim = Agent(
                id="Kim", name="Kim", number="+12025550171", skills=("general",), status_at=self.site.clock.now()
            )
            uow.agents.add(kim)
            uow.commit()
        self.folder.clear()
        self.server.mails.clear()
        self.site.messenger.sent.clear()
        self.site.browser.delete_cookie("session")
        self.site.__post_init__()
        vars(self.site).pop("_token", None)
        return self

    @contextmanager
    def limits(self, **rules: int) -> Iterator[None]:
        """With other rules for a while."""
        intake = self.site.ivr.mail_sweep._intake
        usual = intake._tools
        intake._tools = replace(usual, rules=replace(usual.rules, **rules))
        try:
            yield
        finally:
            intake._tools = usual

    def arrives(self, *mails: EmailMessage | bytes) -> None:
        """These come in, are found, and what is to be answered is sent."""
        for mail in mails:
            self.folder.receives(mail)
        self.goes_on()

    def goes_on(self) -> None:
        """A round of the mailbox, and one of the outbox."""
        assert self.site.ivr.mail_sweep.look()
        self.site.ivr.engine.outbox.sweep()

    @property
    def sent(self) -> list[EmailMessage]:
        return self.server.mails

    def text(self) -> str:
        """Of the last one sent."""
        return str(self.sent[-1].get_content()).replace("\r\n", "\n")

    def cases(self) -> list[Case]:
        """Oldest first."""
        with self.site.store.read() as uow:
            return list(reversed(uow.cases.recent(100)))

    def kinds(self, case: Case) -> list[str]:
        """Of the case's timeline."""
        with self.site.store.read() as uow:
            return [event.kind for event in uow.events.of_case(case.id)]

    def chat_id(self, case: Case) -> str:
        """Of its only thread."""
        with self.site.store.read() as uow:
            (chat,) = uow.mails.of_case(case.id)
        return chat.id

    def lines(self, case: Case) -> list[tuple[str, str]]:
        """Who wrote what."""
        with self.site.store.read() as uow:
            return [(line.author.value, line.body) for line in uow.chats.lines(self.chat_id(case))]

    def kim_signs_in(self) -> None:
        accounts(self.site).add("Kim", StaffRole.AGENT, SECRET, "Kim")
        assert sign_in(self.site, "Kim", SECRET) == 303


def replying(mail: EmailMessage, text: str, sender: str = "Ada <ada@example.com>", **headers: str) -> EmailMessage:
    """An answer to one of ours as mail programs write it: quoted below."""
    answer = EmailMessage()
    answer["From"], answer["To"], answer["Subject"] = sender, mail["Reply-To"] or mail["From"], mail["Subject"]
    answer["Message-ID"] = f"<{abs(hash((text, sender)))}@mail.example.com>"
    answer["In-Reply-To"] = mail["Message-ID"]
    for name, value in headers.items():
        answer[name.replace("_", "-")] = value
    body = mail.get_body()
    assert body is not None
    quoted = "\n".join(f"> {line}" for line in body.get_content().splitlines())
    answer.set_content(f"{text}\n\nOn Tue, 10 Mar 2026 at 17:00, Acme wrote:\n{quoted}\n")
    return answer
