"""The local carrier as tests, the demo and the command line use it: started, asked and stopped from any thread."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import wait
from typing import Any, Self, TypeVar

from starlette.routing import BaseRoute

from ivr.carrier.calls import Call
from ivr.carrier.debugger import Alert
from ivr.carrier.events import CarrierEvent, Subscriber
from ivr.carrier.exchange import Exchange
from ivr.carrier.faults import Faults
from ivr.carrier.handset import NAP_SECONDS, Handset
from ivr.carrier.numbers import AccountNumber
from ivr.carrier.options import CarrierOptions
from ivr.carrier.rest import RestRecord
from ivr.carrier.server import CarrierServer, listen
from ivr.carrier.telephone import Telephone

T = TypeVar("T")
Routes = Callable[[Exchange], Sequence[BaseRoute]]


class LocalCarrier:
    """A Twilio-compatible carrier in a background thread; a context manager."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        options: CarrierOptions | None = None,
        *,
        routes: Routes | None = None,
    ) -> None:
        """`routes` adds pages to the carrier's port; it is called with the exchange on the carrier's loop."""
        self.account_sid, self.auth_token = account_sid, auth_token
        self.options = options or CarrierOptions()
        self.faults = Faults()
        self.url = ""
        """Base URL of REST: give it to the twilio client as `client.api.base_url`."""
        self._routes = routes
        self._loop: asyncio.AbstractEventLoop
        self._thread = threading.Thread(target=self._run, name="local-carrier", daemon=True)
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._handsets: dict[str, Handset] = {}
        self.exchange: Exchange
        self._server: CarrierServer
        self._main: asyncio.Task[None]

    def start(self) -> Self:
        """Listen and serve. Raises OSError when the port is taken."""
        bound = listen(self.options.host, self.options.port)
        self.url = f"http://{self.options.host}:{bound.getsockname()[1]}"
        self._bound = bound
        self._thread.start()
        self._ready.wait()
        if self._failure:
            raise self._failure
        return self

    def stop(self) -> None:
        """Hang up everything and stop."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._server.stop)
            self._thread.join(timeout=10)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as error:
            self._failure = error
            raise
        finally:
            self._ready.set()

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.exchange = Exchange(self.account_sid, self.auth_token, options=self.options, faults=self.faults)
        self.exchange.base_url = self.url
        extra = self._routes(self.exchange) if self._routes else ()
        self._server = CarrierServer(self.exchange, self._bound, extra=extra)
        self.exchange.reset_connection = self._server.reset
        ticking = asyncio.ensure_future(self.exchange.run())
        self._ready.set()
        try:
            await self._server.serve()
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
            await self.exchange.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the carrier's loop and wait for it; never from the carrier's own thread."""
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("a blocking call on the carrier's own thread would never return: use its Telephone")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        while self.options.patient and not future.done():
            self.hurry()
            wait([future], NAP_SECONDS)
        return future.result()

    def hurry(self) -> None:
        """Let a patient carrier run at its speed for a moment; call it again and again while you wait for a call."""
        self.exchange.clock.hurry()

    # The account

    def number(
        self,
        phone_number: str,
        *,
        voice_url: str = "",
        voice_method: str = "POST",
        fallback_url: str = "",
        status_callback: str = "",
        sms_url: str = "",
    ) -> AccountNumber:
        """Give the account a number, or point one it has elsewhere."""

        async def register() -> AccountNumber:
            number = self.exchange.numbers.setdefault(phone_number, AccountNumber(self.account_sid, phone_number))
            number.voice_url, number.voice_method = voice_url, voice_method
            number.voice_fallback_url, number.status_callback = fallback_url, status_callback
            number.sms_url = sms_url
            return number

        return self.run(register())

    def handset(
        self, number: str, *, locale: str = "en-US", voice: str | None = None, rate: int = 160, on_ring: str = "manual"
    ) -> Handset:
        """The telephone of a number, made when it is asked for the first time."""

        async def install() -> Telephone:
            if number not in self.exchange.telephones:
                telephone = Telephone(self.exchange, number, locale=locale, voice=voice, rate=rate)
                self.exchange.telephones[number] = telephone
            return self.exchange.telephones[number]

        if number not in self._handsets:
            self._handsets[number] = Handset(self.run(install()), self.run, self.hurry)
            self._handsets[number].on_ring = on_ring
        return self._handsets[number]

    @property
    def handsets(self) -> list[Handset]:
        """All telephones asked for so far."""
        return list(self._handsets.values())

    # What happened

    @property
    def calls(self) -> list[Call]:
        """All calls, oldest first."""
        return list(self.exchange.calls.values())

    @property
    def debugger(self) -> list[Alert]:
        """Warnings and errors as Twilio's Debugger shows them."""
        return self.exchange.debugger

    @property
    def crashes(self) -> list[BaseException]:
        """Errors of the carrier itself."""
        return self.exchange.crashes

    @property
    def is_idle(self) -> bool:
        """Whether no call is live and nothing is on its way to anybody: no document, no callback."""
        return self.exchange.is_idle

    @property
    def rest_requests(self) -> list[RestRecord]:
        """Every accepted REST request."""
        return self._server.rest.records

    @property
    def events(self) -> list[CarrierEvent]:
        """The timeline so far."""
        return list(self.exchange.timeline.events)

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber` with each event, on the carrier's thread; the answer ends that."""
        return self.exchange.timeline.subscribe(subscriber)

    def drop_media(self, call_sid: str | None = None) -> int:
        """Fault: break the media sockets of one call or of all; how many."""

        async def drop() -> int:
            calls = [c for c in self.exchange.calls.values() if call_sid in (None, c.sid)]
            streams = [s for c in calls for s in c.streams if s.live]
            for stream in streams:
                stream.drop()
            return len(streams)

        return self.run(drop())
