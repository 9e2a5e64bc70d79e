"""Whose callbacks are members': asked of the shop beside the calls, so that no caller waits for its answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from ivr.domain.accounts import MembershipState
from ivr.errors import Conflict, ShopRefused, ShopUnavailable
from ivr.service.breaker import Breaker
from ivr.service.customer_accounts import CustomerAccounts
from ivr.service.scenes import Scene, Scenes
from ivr.service.shop_answers import answer_of

log = structlog.get_logger(__name__)

LOOKED_BACK: Final = timedelta(days=1)
"""Service levels look no further back."""
BATCH: Final = 20
ANY_LOCALE: Final = "en-US"
MEMBERS: Final = frozenset({MembershipState.ACTIVE, MembershipState.ENDING})


def _patient() -> Breaker:
    """A shop that tells nothing of accounts is asked six times an hour, not at every sweep."""
    return Breaker(most_failures=1, rest_seconds=600.0)


@dataclass(frozen=True)
class MemberMarks:
    """Any number of processes may run one. Of whom the shop tells nothing counts as a member: nobody is forgotten."""

    scenes: Scenes
    accounts: CustomerAccounts
    breaker: Breaker = field(default_factory=_patient)

    def sweep(self) -> None:
        """One round."""
        for callback_id, number in self._unmarked():
            if not self.breaker.allows():
                return
            found = answer_of(self.breaker, partial(self.accounts.membership, number, ANY_LOCALE))
            if isinstance(found, ShopRefused | ShopUnavailable):
                return
            try:
                self.scenes.run(partial(_mark, callback_id=callback_id, is_member=found.state in MEMBERS))
            except Conflict:
                log.info("member_marked_by_another")

    def _unmarked(self) -> Sequence[tuple[str, str]]:
        with self.scenes.store.read() as uow:
            return uow.levels.unmarked(self.scenes.clock.now() - LOOKED_BACK, BATCH)


def _mark(scene: Scene, callback_id: str, *, is_member: bool) -> None:
    scene.uow.levels.mark(callback_id, scene.now, is_member=is_member)
