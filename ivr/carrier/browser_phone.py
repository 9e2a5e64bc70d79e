"""The WebSocket between a telephone on a web page and the carrier.

Text messages are JSON: `{"do": ...}` from the page, `{"kind": ...}` from the carrier. Binary messages are headerless
mu-law at 8 kHz, as Twilio sends it: what the telephone hears (20 ms each), or what its microphone takes (any length).
"""

import asyncio
import contextlib
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from ivr.carrier import audio
from ivr.carrier.automaton import OnRing
from ivr.carrier.calls import ENDED, Call, CallStatus
from ivr.carrier.events import CarrierEvent
from ivr.carrier.joined import joined_with, other_side
from ivr.carrier.microphone import MicrophoneFeed
from ivr.carrier.telephone import Heard, Telephone, TelephoneError, TelephoneState

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange

_MOST_UNSENT = 100
_LONGEST_AUDIO = 8000
_LONGEST_TEXT = 500
_LONGEST_MESSAGE = 4096
_ABSENCE_SECONDS = 5.0
_MISSED = {CallStatus.NO_ANSWER: "missed", CallStatus.CANCELED: "missed", CallStatus.BUSY: "declined"}

Message = dict[str, Any]


class Problem(Exception):
    """Something the page asked for cannot be done; `.code` names its sentence in the page's catalogue."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def clean_number(text: str) -> str:
    """A typed number in E.164, or a softphone's `client:NAME`. Raises Problem bad_number."""
    if re.fullmatch(r"client:[A-Za-z0-9_.-]{1,121}", text):
        return text
    number = "+" + re.sub(r"[\s()./+\-]", "", text)
    if not re.fullmatch(r"\+[0-9]{3,15}", number):
        raise Problem("bad_number")
    return number


class BrowserPhones:
    """The telephones that web pages hold; a call whose pages are gone for five seconds is hung up."""

    def __init__(self, exchange: "Exchange") -> None:
        self.exchange = exchange
        self._pages: Counter[str] = Counter()

    def telephone(self, number: str, *, locale: str, voice: str | None, rate: int) -> Telephone:
        """The telephone of a number, made when it is asked for the first time; it waits for the person to answer."""
        telephone = self.exchange.telephones.get(number)
        if telephone is None:
            telephone = Telephone(self.exchange, number, locale=locale, voice=voice, rate=rate)
            self.exchange.telephones[number] = telephone
        telephone.locale, telephone.voice, telephone.rate = locale, voice, rate
        telephone.on_ring = OnRing.MANUAL
        return telephone

    async def hold(self, telephone: Telephone, socket: WebSocket) -> None:
        """Serve one page until it goes."""
        self._pages[telephone.number] += 1
        try:
            await BrowserPhone(self.exchange, telephone, socket).run()
        finally:
            self._pages[telephone.number] -= 1
            if telephone.call is not None and not self._pages[telephone.number]:
                self.exchange.background(self._hang_up_unless_back(telephone, telephone.call))

    async def _hang_up_unless_back(self, telephone: Telephone, call: Call) -> None:
        await asyncio.sleep(_ABSENCE_SECONDS)  # a page being reloaded is back sooner
        if not self._pages[telephone.number] and telephone.call is call:
            await telephone.hang_up()


class BrowserPhone:
    """One page's hold on one telephone."""

    def __init__(self, exchange: "Exchange", telephone: Telephone, socket: WebSocket) -> None:
        self._exchange, self._telephone, self._socket = exchange, telephone, socket
        self._outbox: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._microphone = MicrophoneFeed(telephone)
        self._told = 0
        self._playing: dict[int, Heard] = {}
        self._last: asyncio.Task[None] | None = None
        self._actions: dict[str, Callable[[Message], Awaitable[None]]] = {
            "dial": self._dial,
            "answer": self._answer,
            "decline": self._decline,
            "hang-up": self._hang_up,
            "press": self._press,
            "say": self._say,
        }

    async def run(self) -> None:
        """Until the page closes its socket."""
        unhear = self._telephone.on_audio(self._on_audio)
        unsubscribe = self._exchange.timeline.subscribe(self._on_event)
        sending = asyncio.ensure_future(self._send_all())
        try:
            self._introduce()
            await self._receive_all()
        finally:
            unhear()
            unsubscribe()
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    # From the carrier to the page

    async def _send_all(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # starlette's word for "already closed"
            while True:
                message = await self._outbox.get()
                if isinstance(message, bytes):
                    await self._socket.send_bytes(message)
                else:
                    await self._socket.send_text(message)

    def _tell(self, kind: str, **values: Any) -> None:
        self._outbox.put_nowait(json.dumps({"kind": kind, **values}, ensure_ascii=False))

    def _on_audio(self, pcm: bytes) -> None:
        if self._outbox.qsize() < _MOST_UNSENT:  # a page that does not read must not fill the memory
            self._outbox.put_nowait(audio.to_ulaw(pcm))

    def _introduce(self) -> None:
        """What a page that has just been opened must know: the present call's prompts, and all texts."""
        self._tell_state()
        call, heard = self._telephone.call, self._telephone.heard
        present = (index for index, prompt in enumerate(heard) if call and prompt.call_sid == call.sid)
        self._told = next(present, len(heard))
        self._tell_prompts()
        for message in self._telephone.texts:
            self._tell("text", sender=message.from_, body=message.body)

    def _tell_state(self) -> None:
        call, seconds = self._telephone.call, None
        if call and call.answered_at is not None:
            seconds = round(self._exchange.clock.now() - call.answered_at, 1)
        self._tell(
            "telephone",
            number=self._telephone.number,
            state=self._telephone.state.value,
            peer=other_side(call) if call else "",
            call=call.sid if call else "",
            seconds=seconds,
        )

    def _on_event(self, event: CarrierEvent) -> None:
        call = self._telephone.call
        if event.number == self._telephone.number:
            self._on_own_event(event)
        elif event.kind == "said" and call and event.call_sid in joined_with(self._exchange, call):
            self._tell_person(event)
        elif event.kind == "call.status" and call and event.call_sid == call.sid:
            self._tell_ended(call)

    def _on_own_event(self, event: CarrierEvent) -> None:
        if event.kind == "telephone":
            self._tell_state()
        elif event.kind in ("heard", "heard.end"):
            self._tell_prompts()
        elif event.kind == "said":
            self._tell("said", text=event.detail["text"], language=self._telephone.locale)
        elif event.kind in ("key", "text"):
            self._tell(event.kind, **event.detail)

    def _tell_prompts(self) -> None:
        """Prompts that began or ended since last told; a prompt's id is its place in the telephone's list."""
        for index in range(self._told, len(self._telephone.heard)):
            heard = self._telephone.heard[index]
            self._tell("heard", id=index, text=heard.text, language=heard.language, what=heard.kind)
            self._playing[index] = heard
        self._told = len(self._telephone.heard)
        for index in [i for i, heard in self._playing.items() if heard.stopped_at is not None]:
            self._tell("heard-end", id=index, cut_short=self._playing.pop(index).cut_short)

    def _tell_person(self, event: CarrierEvent) -> None:
        """Somebody in the same conversation speaks; their words are known when they were typed."""
        telephone = self._exchange.telephones.get(event.number or "")
        language = telephone.locale if telephone else ""
        self._tell("heard-person", text=event.detail["text"], language=language, number=event.number)

    def _tell_ended(self, call: Call) -> None:
        if call.status in ENDED:
            rung = call.direction != "inbound" and not call.answered
            self._tell("ended", status=_MISSED.get(call.status, call.status) if rung else call.status.value)

    # From the page to the carrier

    async def _receive_all(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if message.get("bytes") is not None:
                self._microphone.take(message["bytes"][:_LONGEST_AUDIO])
            else:
                await self._obey(message.get("text") or "")

    async def _obey(self, text: str) -> None:
        try:
            message = json.loads(text[:_LONGEST_MESSAGE])
            action = self._actions.get(str(message.get("do"))) if isinstance(message, dict) else None
            if action is None:
                raise Problem("bad_message")
            await action(message)
        except Problem as problem:
            self._tell("problem", code=problem.code, **problem.values)
        except (ValueError, RecursionError):
            self._tell("problem", code="bad_message")

    async def _dial(self, message: Message) -> None:
        to = clean_number(str(message.get("to", "")))
        if self._telephone.state is not TelephoneState.IDLE:
            raise Problem("in_call")
        if to not in self._exchange.numbers:
            raise Problem("unknown_number", number=to)
        self._telephone.dial(to)

    async def _answer(self, message: Message) -> None:
        self._expect(TelephoneState.RINGING, "not_ringing")
        with _as_problem("not_ringing"):
            self._telephone.answer()

    async def _decline(self, message: Message) -> None:
        self._expect(TelephoneState.RINGING, "not_ringing")
        with _as_problem("not_ringing"):
            self._telephone.reject()

    async def _hang_up(self, message: Message) -> None:
        with _as_problem("no_call"):
            await self._telephone.hang_up()

    async def _press(self, message: Message) -> None:
        self._expect(TelephoneState.IN_CALL, "no_call")
        keys = str(message.get("keys", ""))
        if not re.fullmatch(r"[0-9*#]{1,32}", keys):
            raise Problem("bad_message")
        self._in_turn(self._telephone.press(keys))

    async def _say(self, message: Message) -> None:
        self._expect(TelephoneState.IN_CALL, "no_call")
        text = str(message.get("text", "")).strip()[:_LONGEST_TEXT]
        if text:
            self._in_turn(self._speak(text))

    async def _speak(self, text: str) -> None:
        self._microphone.close()
        try:
            await self._telephone.say(text)
        finally:
            self._microphone.open()

    def _in_turn(self, action: Coroutine[Any, Any, object]) -> None:
        """Do it after what was asked before, without keeping the socket waiting: a hang-up must get through."""
        before, self._last = self._last, None

        async def follow() -> None:
            if before is not None:
                await asyncio.gather(before, return_exceptions=True)
            try:
                await action
            except TelephoneError:
                self._tell("problem", code="not_in_call_anymore")

        self._last = self._exchange.background(follow())

    def _expect(self, state: TelephoneState, otherwise: str) -> None:
        if self._telephone.state is not state:
            raise Problem(otherwise)


@contextlib.contextmanager
def _as_problem(code: str) -> Iterator[None]:
    try:
        yield
    except TelephoneError:
        raise Problem(code) from None
