"""The heart of the local carrier: its lines, numbers, calls and clock, all on one event loop."""

import asyncio
import itertools
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Literal, TypeVar

from starlette.requests import Request

from ivr.carrier import audio
from ivr.carrier.call_recordings import CallRecording
from ivr.carrier.callbacks import Callbacks
from ivr.carrier.callflow import CallFlow
from ivr.carrier.calls import Call, CallSettings, CallStatus
from ivr.carrier.clock import CallClock
from ivr.carrier.conference import Conference
from ivr.carrier.debugger import Alert
from ivr.carrier.events import CarrierEvent, Timeline
from ivr.carrier.faults import Faults
from ivr.carrier.line import Line
from ivr.carrier.numbers import AccountNumber
from ivr.carrier.options import CarrierOptions
from ivr.carrier.queues import CallerQueue, CallQueue
from ivr.carrier.recordings import Recording
from ivr.carrier.telephone import Telephone, TelephoneError
from ivr.carrier.texting import Texting
from ivr.carrier.voices import Voices
from ivr.carrier.webhooks import Webhooks

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Exchange:
    """Everything a carrier knows. Must be made and used on one event loop."""

    def __init__(self, account_sid: str, auth_token: str, *, options: CarrierOptions, faults: Faults) -> None:
        self.account_sid, self.auth_token, self.options, self.faults = account_sid, auth_token, options, faults
        self.clock = CallClock(options.speed, patient=options.patient)
        self.timeline = Timeline()
        self.debugger: list[Alert] = []
        self.crashes: list[BaseException] = []
        """Errors of the carrier itself; a test should find none."""
        self.calls: dict[str, Call] = {}
        self.numbers: dict[str, AccountNumber] = {}
        self.telephones: dict[str, Telephone] = {}
        self.conferences: dict[str, Conference] = {}
        self.queues: dict[str, CallerQueue] = {}
        self.recordings: dict[str, Recording] = {}
        self.call_recordings: dict[str, CallRecording] = {}
        """Those that run, by the recording's SID."""
        self.messages: dict[str, dict[str, Any]] = {}
        self.base_url = ""
        self.webhooks = Webhooks(
            auth_token,
            budget_seconds=options.webhook_budget_seconds,
            connect_seconds=options.webhook_connect_seconds,
        )
        self.callbacks = Callbacks(self.webhooks, faults, background=self.background, warn=self._warn)
        self.voices = Voices(options.voice)
        self.call_queue = CallQueue(options.cps, options.speed)
        self.reset_connection: Callable[[Request], None] = lambda request: None
        self.flow = CallFlow(self)
        self.texting = Texting(self)
        self.fetching = 0
        """Documents that the app still owes."""
        self._live: dict[str, Call] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._noise_seed = itertools.count(1)

    # Running

    async def run(self) -> None:
        """Tick until cancelled."""
        await self.clock.run(self._tick, lambda: bool(self._live), lambda: self.fetching > 0)

    async def close(self) -> None:
        """Stop everything that still runs."""
        for stream in [stream for call in self.calls.values() for stream in call.streams]:
            stream.drop()
        while self._tasks:  # what is cancelled may start something for its farewell
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)
        await self.webhooks.close()
        self.voices.close()

    def _tick(self) -> None:
        """Every line's frame. One that fails must not stop the clock of all calls."""
        lines = [call.line for call in self._live.values() if call.line]
        for step in (*(line.take for line in lines), *(line.give for line in lines)):
            try:
                step()
            except Exception as error:  # noqa: BLE001 - whatever a listener does
                self._crashed(error)

    def spawn(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Start something whose result somebody awaits; it ends with the carrier at the latest."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # seen, though nobody may await it
        return task

    def background(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run something on its own; what it raises is kept in `crashes`."""
        task = self.spawn(work)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._crashed(error)

    def _crashed(self, error: BaseException) -> None:
        self.crashes.append(error)
        _log.error("the local carrier failed", exc_info=error)

    @property
    def is_idle(self) -> bool:
        """Whether no call is live and nothing is on its way to anybody."""
        return not self._live and not self._tasks

    # Telling

    def event(self, kind: str, call: Call | None = None, *, number: str | None = None, **detail: Any) -> None:
        """Publish something on the timeline."""
        self.timeline.publish(CarrierEvent(kind, call.sid if call else None, number, detail))

    def alert(
        self,
        code: int,
        message: str,
        *,
        call: Call | None = None,
        level: Literal["warning", "error"] = "warning",
        url: str | None = None,
    ) -> None:
        """Write into the debugger."""
        self.debugger.append(Alert(code, message, level, call.sid if call else None, url))
        self.event("alert", call, code=code, message=message, level=level)

    def _warn(self, code: int, message: str, url: str) -> None:
        self.alert(code, message, url=url)

    # Speaking

    async def speak(self, text: str, locale: str, *, voice: str | None = None, rate: int | None = None) -> bytes:
        """Text as 8 kHz PCM in the carrier's voice."""
        pcm, problem = await self.voices.speak(text, locale, voice=voice, rate=rate or self.options.say_rate)
        if problem:
            self.alert(13511, problem)
        return pcm

    # Calls

    def add_call(self, call: Call) -> Call:
        """Enter a call in the books; it is not live before `connect_line`."""
        self.calls[call.sid] = call
        return call

    def connect_line(self, call: Call, telephone: Telephone) -> None:
        """Give a call its audio path."""
        noise = None
        if telephone.noise_db is not None:
            noise = audio.line_noise(telephone.noise_db, next(self._noise_seed))
        call.line = Line(noise)
        call.line.listeners.append(telephone)
        self._live[call.sid] = call
        self.clock.wake()

    def forget_line(self, call: Call) -> None:
        """The call has no audio any more."""
        self._live.pop(call.sid, None)

    def inbound_call(self, telephone: Telephone, to: str, *, caller_id: str | None = None) -> Call:
        """A telephone calls a number of the account. Raises TelephoneError for any other number."""
        number = self.numbers.get(to)
        if number is None:
            raise TelephoneError(f"{to} is not a number of this account: register it with carrier.number()")
        call = self.add_call(
            Call(
                self.account_sid,
                to,
                caller_id or telephone.number,
                "inbound",
                status=CallStatus(self.options.inbound_status),
                number_sid=number.sid,
                settings=CallSettings(
                    url=number.voice_url,
                    method=number.voice_method,
                    fallback_url=number.voice_fallback_url,
                    fallback_method=number.voice_fallback_method,
                    status_callback=number.status_callback,
                    status_method=number.status_callback_method,
                ),
            )
        )
        self.connect_line(call, telephone)
        self.flow.begin_inbound(call)
        return call

    def key_pressed(self, call: Call, key: str) -> None:
        """A key arrives from the telephone: to the verb that waits for keys, else lost (or kept, by option)."""
        if call.on_key:
            call.on_key(key)
        elif self.options.type_ahead:
            call.typed_ahead += key

    async def remote_hang_up(self, call: Call) -> None:
        """The telephone hangs up."""
        await self.flow.hang_up(call, by="telephone")

    def speakers_for(self, call: Call) -> list[Call]:
        """The calls whose telephones this one hears: the other side of a bridge, or of a conference."""
        if call.bridged_to:
            return [call.bridged_to]
        rooms = [room for room in self.conferences.values() if call.sid in room.participants]
        return [p.call for room in rooms for p in room.speakers_for(room.participants[call.sid])]

    def conference_named(self, name: str) -> Conference | None:
        """The conference of this name that has not ended."""
        return next((c for c in self.conferences.values() if c.friendly_name == name and c.live), None)
