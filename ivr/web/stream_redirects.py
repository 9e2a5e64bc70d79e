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

    def interrupt(self, turn: Turn) -> None:
        """It is surely speech, in answer to this turn: a prompt may be stopped for it."""

    def go_on(self, turn: Turn) -> None:
        """The words have led to this turn."""

    def stay(self, turn: Turn | None) -> None:
        """Nothing came of what was heard in this turn."""


class Redirects:
    """Answering by calls(sid).update; a document goes on by itself when nothing comes of it."""

    def __init__(self, services: Services, streams: OpenStreams, pools: HearingPools, *, sid: str) -> None:
        self._phone = services.phone
        self._streams = streams
        self._pools = pools
        self._sid = sid
        self._stopped_prompt_of = -1

    def interrupt(self, turn: Turn) -> None:
        """Speech over a prompt stops it, once a turn; never while keys may be half way in."""
        if turn.next is not Next.LISTEN or turn.pace is Pace.DIGITS or turn.key_count > 1:
            return
        if turn.number == self._stopped_prompt_of or not self._streams.may_be_speaking(self._sid):
            return
        self._stopped_prompt_of = turn.number
        self._pools.requests.submit(self._redirect, turn.number, listening=True)

    def go_on(self, turn: Turn) -> None:
        """The carrier fetches the next document."""
        self._pools.requests.submit(self._redirect, turn.number, listening=False)

    def stay(self, turn: Turn | None) -> None:
        """The Gather's own end serves the turn."""

    def _redirect(self, number: int, *, listening: bool) -> None:
        """Make the carrier fetch the turn's document. Runs in a thread of its own pool."""
        path = f"/voice/turn/{number}" + ("?listen=1" if listening else "")
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
