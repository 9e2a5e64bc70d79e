"""A messenger that keeps what it was given, and a speaker that says the prompt's key."""

from ivr.domain.turn import Say, Spelled


class FakeMessenger:
    """ports.Messenger."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send_text(self, number: str, text: str) -> None:
        self.sent.append((number, text))


class KeySpeaker:
    """ports.Speaker: the key and whatever is spelled."""

    locales = ("en-US", "ko-KR")

    def voice(self, locale: str) -> tuple[str, str]:
        return "", "85%"

    def text(self, locale: str, say: Say) -> str:
        spelled = [arg.digits for arg in say.args.values() if isinstance(arg, Spelled)]
        return " ".join([say.key, *spelled])
