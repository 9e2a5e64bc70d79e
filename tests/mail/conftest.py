"""Real mail servers on this machine."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.storage import SqlStore
from tests.mail.by_mail import ByMail
from tests.mail.mailbox import ImapHere
from tests.mail.server import MailServerHere
from tests.stores import empty_sqlite


@pytest.fixture
def server() -> Iterator[MailServerHere]:
    with MailServerHere() as running:
        yield running


@pytest.fixture(scope="session")
def imap() -> Iterator[ImapHere]:
    with ImapHere() as running:
        yield running


@pytest.fixture(scope="session")
def care_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("mail") / "ringback.db"))


@pytest.fixture(scope="session")
def whole_care(imap: ImapHere, care_file: Path) -> Iterator[ByMail]:
    """One shop for all tests: it takes a second to make."""
    folder, store = imap.folder(), SqlStore(f"sqlite:///{care_file}")
    with MailServerHere() as server:
        care = ByMail.of(folder, server, store, care_file)
        yield care
        care.site.ivr.close()
    folder.close()
    store.close()


@pytest.fixture
def care(whole_care: ByMail, care_file: Path) -> ByMail:
    """A shop whose customers write e-mail; Kim answers."""
    empty_sqlite(care_file)
    return whole_care.begins()
