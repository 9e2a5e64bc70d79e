"""What follows from words on a one-way stream: the carrier is told to fetch another document."""

import time
from typing import Final, Protocol

import structlog

from ivr.domain.hearing import Pace
from ivr.domain.turn import Next, Turn
from ivr.errors import CallGone, CarrierRejected, CarrierUnclear
from ivr.web.hearing_pools import HearingPools
from ivr.web.services import Services
from ivr.web.stream_calls import OpenStreams

log = structlog.get_logger(__name__)

AGAIN_SECONDS: Final = 0.4
"""A redirect that failed is tried once more; after that the Gather's own end serves the turn."""


class Answering(Protocol):
    """What a call does with what was heard in it. Called in workers; must return soon."""

    def speaks(self, turn: Turn) -> bool:
        """Whether the turn's prompt may be sounding now."""

    def interrupt(self, turn: Turn) -> bool:
        """It is surely speech, in answer to this turn: a prompt may be stopped for it. Whether one was."""

    def go_on(self, turn: Turn) -> None:
        """The words have led to this turn."""

    def stay(self, turn: Turn | None) -> None:
        """Nothing came of what was heard in this turn: a prompt that was stopped for it is said again."""


class Redirects:
    """Answering by calls(sid).update; a document goes on by itself when nothing comes of it.

    The carrier speaks, so its voice's echo is not known by its sound: `false_stops` keeps it from stopping two prompts.
    """

    def __init__(
        self, services: Services, streams: OpenStreams, pools: HearingPools, *, sid: str, leg_path: str = ""
    ) -> None:
        """`leg_path`: where a telephone that we rang fetches its documents; empty: it is a caller's."""
        self._phone = services.phone
        self._streams = streams
        self._pools = pools
        self._sid = sid
        self._leg_path = leg_path
        self._stopped_prompt_of = -1
        self._is_silenced = False
        """Its document has no prompt; a telephone that we rang has only the one with it."""

    def speaks(self, turn: Turn) -> bool:
        """By a generous estimate: the carrier doesn't tell."""
        return turn.next is Next.LISTEN and self._streams.may_be_speaking(self._sid)

    def interrupt(self, turn: Turn) -> bool:
        """Speech over a prompt stops it, once a turn; never while keys may be half way in."""
        if turn.pace is Pace.DIGITS or turn.key_count > 1 or not turn.interruptible:
            return False
        if turn.number == self._stopped_prompt_of or not self.speaks(turn):
            return False
        self._stopped_prompt_of, self._is_silenced = turn.number, not self._leg_path
        self._pools.requests.submit(self._redirect, turn.number, listening=True)
        return True

    def go_on(self, turn: Turn) -> None:
        """The carrier fetches the next document."""
        self._pools.requests.submit(self._redirect, turn.number, listening=False)

    def stay(self, turn: Turn | None) -> None:
        """The prompt again if it was stopped; else the Gather's own end serves the turn."""
        if turn is not None and self._is_silenced and turn.number == self._stopped_prompt_of:
            self.go_on(turn)
        self._is_silenced = False

    def _redirect(self, number: int, *, listening: bool) -> None:
        """Make the carrier fetch the turn's document. Runs in a thread of its own pool."""
        path = self._leg_path or f"/voice/turn/{number}" + ("?listen=1" if listening else "")
        for pause_seconds in (0.0, AGAIN_SECONDS):
            time.sleep(pause_seconds)
            if self._streams.is_served(self._sid, number + 1):
                return  # keys or an agent moved the call on: to interrupt that would end a conversation
            try:
                self._phone.redirect(self._sid, path)
                return
            except CallGone:
                log.info("call_gone_meanwhile", call=self._sid, turn=number)
                return
            except (CarrierRejected, CarrierUnclear) as error:
                log.warning("redirect_failed", call=self._sid, turn=number, code=error.code, error=str(error))
                if listening or self._streams.is_served(self._sid, number):
                    return
