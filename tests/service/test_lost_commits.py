"""A commit whose answer is lost: the rows are read again, never assumed, and nobody is rung twice."""

from collections.abc import Iterator

import pytest

from ivr.domain.callbacks import CallbackStatus, Party
from ivr.errors import StorageUnavailable
from ivr.storage.store import SqlUnitOfWork
from tests.service.test_crashes import finish, settle
from tests.service.world import World


class Commits:
    """Loses the answer of one commit, after or before the database did it."""

    def __init__(self) -> None:
        self.lose = 0
        self.done = True

    def __call__(self, uow: SqlUnitOfWork) -> None:
        self.lose -= 1
        if self.lose == 0 and not self.done:
            raise StorageUnavailable("the connection broke before the commit")
        _commit(uow)
        if self.lose == 0:
            raise StorageUnavailable("the connection broke after the commit")


_commit = SqlUnitOfWork.commit


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> Iterator[Commits]:
    losing = Commits()
    monkeypatch.setattr(SqlUnitOfWork, "commit", lambda uow: losing(uow))
    yield losing
    losing.lose = 0


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("party", [Party.AGENT, Party.CUSTOMER])
def test_each_commit_of_each_dial_may_lose_its_answer(
    world: World, commits: Commits, party: Party, nth: int, done: bool
) -> None:
    world.agent()
    callback = world.book()
    if party == Party.CUSTOMER:
        world.tick()
        world.answer(Party.AGENT)
        world.press("1")
    commits.lose, commits.done = nth, done
    with pytest.raises(StorageUnavailable):
        world.tick()
    requests = len(world.phone.calls)
    world.restart()
    settle(world)
    assert len(world.phone.calls) == requests, "nothing is sent again before the carrier was asked"
    finish(world, callback)
    served = [call for call in world.phone.calls if call.party == Party.CUSTOMER and call.status == "completed"]
    assert len(served) == 1
    assert world.callback(callback).status == CallbackStatus.DONE


@pytest.mark.parametrize("done", [True, False])
def test_key_whose_commit_lost_its_answer_may_be_pressed_again(world: World, commits: Commits, done: bool) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    world.answer(Party.AGENT)
    commits.lose, commits.done = 1, done
    with pytest.raises(StorageUnavailable):
        world.press("1")
    world.press("1")
    world.tick()
    assert sum(call.party == Party.CUSTOMER for call in world.phone.calls) == 1
    assert world.callback(callback).status == CallbackStatus.DIALING
