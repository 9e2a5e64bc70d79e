"""Customers who phone in while a promise to them stands: they wait on the line, meet an agent or hang up."""

from ivr.domain.callbacks import Party
from tests.service.world import World


class Callers:
    """Who is in a call with us now, by number."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._count = 0
        self.sids: dict[str, str] = {}

    def phones_in(self, number: str) -> None:
        """Somebody phones and waits for an agent, unless they do already, or our own call to them is live."""
        if number not in self.sids and not self._world.phone.live(number):
            self._count += 1
            self.sids[number] = self._world.hold(f"CA{self._count:032d}", number)

    def goes_on(self, number: str) -> None:
        """The caller meets the agent who accepted, if one did; then hangs up."""
        sid = self.sids[number]
        with self._world.store.read() as uow:
            attempt = uow.attempts.live_of_hold(sid)
        if attempt is not None and self._world.engine.held.caller_joins(attempt.id, sid):
            self._world.engine.legs.entered(attempt.id, sid)
            for call in self._world.phone.live():
                if call.party == Party.AGENT and call.status == "in-progress":
                    self._world.enter(call)
        self.hangs_up(number)

    def hangs_up(self, number: str) -> None:
        """The call is over."""
        sid = self.sids.pop(number)
        self._world.engine.held.caller_left(sid)
        with self._world.store.begin() as uow:
            call = uow.calls.get(sid)
            assert call is not None
            call.ended_at = self._world.clock.now()
            uow.commit()
