"""A real mail server on this machine."""

from collections.abc import Iterator

import pytest

from tests.mail.server import MailServerHere


@pytest.fixture
def server() -> Iterator[MailServerHere]:
    with MailServerHere() as running:
        yield running
