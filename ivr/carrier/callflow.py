"""The life of a call: ringing, answer, its document, redirects from outside, the end."""

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Literal

from ivr.carrier.calls import ENDED, Call, CallStatus
from ivr.carrier.dialing import detect_machine, ring
from ivr.carrier.documents import Inline, Jump, Start
from ivr.carrier.formats import utc_now
from ivr.carrier.script import Script

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange

By = Literal["telephone", "carrier", "api"]


class CallFlow:
    """Moves calls through their statuses; every status change of the carrier happens here."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange

    def begin_inbound(self, call: Call) -> None:
        """Run the number's document for a call that rings in."""
        call.started_at = utc_now()
        self._exchange.event("call.status", call, status=call.status.value, to=call.to, sender=call.from_)
        if not call.settings.url:
            call.task = self._exchange.background(self._fail(call))
            return
        self._drive(call, Jump(call.settings.url, call.settings.method))

    async def _fail(self, call: Call) -> None:
        await self._exchange.clock.sleep(0.1)
        self.finish(call, CallStatus.FAILED)

    def begin_outbound(self, call: Call, delay_seconds: float) -> None:
        """Dial a call made through REST after its time in the queue (call time)."""
        self._exchange.event("call.status", call, status="queued", to=call.to, sender=call.from_)
        call.task = self._exchange.background(self._outbound(call, delay_seconds))

    async def _outbound(self, call: Call, delay_seconds: float) -> None:
        await self._exchange.clock.sleep(delay_seconds)
        if not await self.dial(call):
            return
        settings = call.settings
        if settings.machine_detection and not settings.send_digits:
            if settings.async_amd:
                self._until_end(call, detect_machine(self._exchange, call))
            else:
                await detect_machine(self._exchange, call)
        start: Start = Inline(settings.twiml or "")
        if settings.url:
            start = Jump(settings.url, settings.method, tuple(_amd_params(call)))
        await self._run(call, start)

    async def dial(self, call: Call) -> bool:
        """Ring the call's telephone; True when answered, else the call has ended."""
        call.started_at = utc_now()
        self.change(call, CallStatus.INITIATED)
        outcome = await ring(self._exchange, call)
        if outcome is not CallStatus.IN_PROGRESS:
            self.finish(call, outcome)
            return False
        self.answer(call)
        return True

    def answer(self, call: Call) -> None:
        """The call is answered now; nothing when it was before."""
        if call.answered or not call.live:
            return
        call.answered_at = self._exchange.clock.now()
        self.change(call, CallStatus.IN_PROGRESS)
        if call.telephone:
            call.telephone.connected()
        self._until_end(call, self._limit(call))

    def _until_end(self, call: Call, work: Coroutine[Any, Any, None]) -> None:
        task = self._exchange.background(work)

        def cancel() -> None:
            task.cancel()

        call.on_end.append(cancel)

    async def _limit(self, call: Call) -> None:
        await self._exchange.clock.sleep(call.settings.time_limit_seconds)
        self._exchange.background(self.hang_up(call, by="carrier"))

    def change(self, call: Call, status: CallStatus) -> None:
        """Set a status and tell those who subscribed to it."""
        call.status, call.updated_at = status, utc_now()
        self._exchange.event("call.status", call, status=status.value, to=call.to, sender=call.from_)
        self._exchange.callbacks.call_status(call, status)

    def _drive(self, call: Call, start: Start) -> None:
        call.task = self._exchange.background(self._run(call, start))

    async def _run(self, call: Call, start: Start) -> None:
        call.script = Script(self._exchange, call)
        await call.script.run(start)
        self.finish(call, CallStatus.COMPLETED if call.answered else CallStatus.NO_ANSWER)

    def redirect(self, call: Call, start: Start) -> None:
        """calls.update with Url or Twiml: whatever runs now stops and this document takes over."""
        self._exchange.background(self._redirect(call, start))

    async def _redirect(self, call: Call, start: Start) -> None:
        async with call.redirecting:  # two updates in a row run one after the other, in their order
            await self._overtake(call, start)

    async def _overtake(self, call: Call, start: Start) -> None:
        script, loser = call.script, call.script.farewell("update") if call.script and call.script.farewell else None
        await self._stop_task(call)
        for left in call.on_redirect:
            left()
        call.on_redirect.clear()
        if script and loser:
            self._exchange.background(script.fetch_and_discard(loser))
        if call.live:
            self._drive(call, start)

    async def _stop_task(self, call: Call) -> None:
        task, call.task = call.task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        call.typed_ahead = ""

    async def hang_up(self, call: Call, *, by: By) -> None:
        """End a call from outside its document."""
        if not call.live:
            return
        script = call.script
        unanswered = CallStatus.CANCELED if by == "api" or call.direction != "inbound" else CallStatus.NO_ANSWER
        self.finish(call, CallStatus.COMPLETED if call.answered else unanswered)
        loser = script.farewell("hang-up") if script and script.farewell else None
        await self._stop_task(call)
        if script and loser:
            self._exchange.background(script.fetch_and_discard(loser))

    def finish(self, call: Call, status: CallStatus) -> None:
        """Close the books of a call; nothing when it has ended."""
        if not call.live:
            return
        assert status in ENDED
        call.ended_at = utc_now()
        now = self._exchange.clock.now()
        call.duration_seconds = 0 if call.answered_at is None else round(now - call.answered_at)
        was_queued = call.status is CallStatus.QUEUED
        if was_queued:  # nobody is told about a call that never left the queue
            call.settings.status_callback = None
        self.change(call, status)
        self._exchange.forget_line(call)
        for hook in [*call.on_end, *call.on_redirect]:
            hook()
        if call.telephone:
            call.telephone.released(call)
        for stream in call.streams:
            self._exchange.background(stream.stop())


def _amd_params(call: Call) -> list[tuple[str, str]]:
    if call.answered_by is None:
        return []
    return [("AnsweredBy", call.answered_by), ("MachineDetectionDuration", str(call.machine_detection_ms))]
