"""A messenger and a mailer that keep what they are given, and fail on demand; a speaker that says the prompt's key."""

from collections import deque
from datetime import datetime

from ivr.domain.turn import Say, Spelled
from ivr.errors import IvrError
from ivr.service.mail_ports import Mail


class FakeMessenger:
    """ports.Messenger."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.faults: deque[IvrError] = deque()
        """What the next requests meet before anything is sent, one each."""
        self.lost_answers: deque[IvrError] = deque()
        """What the next requests meet after the text was sent."""
        self.list_is_down: IvrError | None = None
        self.status_paths: list[str] = []
        """Where the carrier is to tell what became of each, as sent."""

    def send_text(self, number: str, text: str, status_path: str = "") -> str:
        if self.faults:
            raise self.faults.popleft()
        self.sent.append((number, text))
        self.status_paths.append(status_path)
        if self.lost_answers:
            raise self.lost_answers.popleft()
        return f"SM{len(self.sent):032x}"

    def find_text(self, number: str, part: str, since: datetime) -> str | None:
        if self.list_is_down:
            raise self.list_is_down
        found = (i for i, (to, text) in enumerate(self.sent, 1) if to == number and part in text)
        return next((f"SM{i:032x}" for i in found), None)

    @property
    def said(self) -> list[str]:
        """With KeySpeaker: what was said, oldest first."""
        return [text.split(" ")[0] for _, text in self.sent]


class FakeMailer:
    """ports.Mailer."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.faults: deque[IvrError] = deque()
        self.lost_answers: deque[IvrError] = deque()

    def send(self, mail: Mail) -> None:
        if self.faults:
            raise self.faults.popleft()
        self.sent.append(mail)
        if self.lost_answers:
            raise self.lost_answers.popleft()

    @property
    def said(self) -> list[str]:
        """With KeySpeaker: what was said, oldest first."""
        return [mail.text.split(" ")[0].strip() for mail in self.sent]


WORDS = {"stop_words_text": "stop, unsubscribe, optout, halt", "start_words_text": "start, again"}
"""Messages whose words count."""


class KeySpeaker:
    """ports.Speaker: the key, whatever is spelled, and the link."""

    locales = ("en-US", "ko-KR")

    def voice(self, locale: str) -> tuple[str, str]:
        return "", "85%"

    def text(self, locale: str, say: Say) -> str:
        if say.key in WORDS:
            return WORDS[say.key]
        spelled = [arg.digits for arg in say.args.values() if isinstance(arg, Spelled)]
        return " ".join([say.key, *spelled, *(str(say.args[name]) for name in ("link",) if name in say.args)])
