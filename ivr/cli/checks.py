"""All that `doctor` looks at, in the order in which it tells it."""

from collections.abc import Iterator

from ivr import checkup
from ivr.bootstrap import build
from ivr.checkup import Check, Finding, Verdict
from ivr.settings import Settings

__all__ = ["Finding", "Verdict", "examine"]


def examine(settings: Settings, *, offline: bool = False) -> Iterator[Finding]:
    """Everything, one after the other; no check stops the next."""
    asking: tuple[Check, ...] = () if offline else (checkup.number, checkup.public_address)
    mail: tuple[Check, ...] = () if offline else (checkup.mail_server,)
    with build(settings) as ivr:
        every: tuple[Check, ...] = (
            checkup.credentials, *asking, checkup.database, checkup.content, checkup.reach, checkup.hearing,
            checkup.hours, checkup.telling, *mail, checkup.doors,
        )  # fmt: skip
        for check in every:
            yield from check(ivr)
