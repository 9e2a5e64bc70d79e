"""Gather: keys, speech or both, with timers that start after the prompt (twilio.md section 7b)."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from ivr.carrier.attributes import action, flag, number
from ivr.carrier.calls import SpeechEvent
from ivr.carrier.documents import Jump
from ivr.carrier.verbs_speak import prompts
from ivr.carrier.waiting import first_of

if TYPE_CHECKING:
    from ivr.carrier.script import Reason, Script

Event = str | SpeechEvent


@dataclass(frozen=True)
class GatherSettings:
    """The attributes of one Gather; spans in seconds."""

    keys: bool
    speech: bool
    timeout_seconds: float
    speech_timeout_seconds: float
    most_digits: int | None
    finish_on_key: str
    action_on_empty: bool


def _settings(script: "Script", element: Element) -> GatherSettings:
    inputs = element.get("input", "dtmf").split()
    if not set(inputs) <= {"dtmf", "speech"}:
        script.exchange.alert(13326, f"invalid input {element.get('input')!r}", call=script.call)
        inputs = ["dtmf"]
    timeout = number(script, element, name="timeout")
    auto = element.get("speechTimeout", "auto") == "auto"
    limit = int(number(script, element, name="numDigits"))
    finish = element.get("finishOnKey", "#")
    if len(finish) > 1 or finish not in "0123456789#*":
        script.exchange.alert(13310, f"invalid finishOnKey {finish!r}", call=script.call)
        finish = "#"
    return GatherSettings(
        keys="dtmf" in inputs,
        speech="speech" in inputs,
        timeout_seconds=timeout,
        speech_timeout_seconds=timeout if auto else number(script, element, name="speechTimeout"),
        most_digits=limit or None,
        finish_on_key=finish,
        action_on_empty=flag(element, "actionOnEmptyResult"),
    )


async def gather_verb(script: "Script", element: Element) -> Jump | None:
    """Collect input; on to the action with it, or to the next verb without."""
    collector = Collector(script, element)
    with collector.listening():
        result = await collector.collect()
    if result is None:
        return action(element, []) if collector.settings.action_on_empty else None
    return action(element, result)


class Collector:
    """One Gather while it runs."""

    def __init__(self, script: "Script", element: Element) -> None:
        self.settings = _settings(script, element)
        self._script = script
        self._element = element
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._digits = ""
        self._spoken: list[str] = []
        self._speaking = False
        self._prompt: asyncio.Task[None] | None = None
        self._timer: asyncio.Task[None] | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take keys and speech for as long as the Gather runs."""
        call = self._script.call
        call.on_key = self._events.put_nowait if self.settings.keys else None
        call.on_speech = self._events.put_nowait if self.settings.speech else None
        self._script.farewell = self._late_action
        for key in call.typed_ahead if self.settings.keys else "":
            self._events.put_nowait(key)
        call.typed_ahead = ""
        try:
            yield
        finally:
            call.on_key = call.on_speech = None
            self._stop(self._prompt)
            self._stop(self._timer)

    def _late_action(self, reason: "Reason") -> Jump | None:
        if reason == "update" and self._script.exchange.options.late_gather_action:
            return action(self._element, [("Digits", self._digits)] if self._digits else [])
        return None

    async def collect(self) -> list[tuple[str, str]] | None:
        """Wait for input: the parameters of the action, or None when nothing came."""
        self._prompt = self._script.exchange.spawn(prompts(self._script, list(self._element)))
        waiting = asyncio.ensure_future(self._events.get())
        try:
            while True:
                await self._next(waiting)
                if waiting.done():
                    result = self._take(waiting.result())
                    if result is not None:
                        return result or None
                    waiting = asyncio.ensure_future(self._events.get())
                elif self._timer and self._timer.done():
                    return self._timed_out()
        finally:
            waiting.cancel()

    async def _next(self, waiting: "asyncio.Future[Event]") -> None:
        """Until an event, the end of the prompt (which starts the timer) or the timer."""
        running = [task for task in (self._prompt, self._timer) if task]
        await first_of(waiting, *running)
        if self._prompt and self._prompt.done():
            prompt, self._prompt = self._prompt, None
            prompt.result()
            if not self._timer and not self._speaking:
                self._start_timer(self.settings.timeout_seconds)

    def _take(self, event: Event) -> list[tuple[str, str]] | None:
        """A result to submit, empty for none at all, or None to go on."""
        if isinstance(event, str):
            return self._take_key(event) if not self._spoken and not self._speaking else None
        if self._digits:
            return None
        self._take_speech(event)
        return None

    def _take_key(self, key: str) -> list[tuple[str, str]] | None:
        self._stop_prompt()
        if key == self.settings.finish_on_key:
            return self._keyed(key) if self._digits else []
        self._digits += key
        if len(self._digits) == self.settings.most_digits:
            return self._keyed("")
        self._start_timer(self.settings.timeout_seconds)
        return None

    def _keyed(self, finished_by: str) -> list[tuple[str, str]]:
        return [("Digits", self._digits), ("FinishedOnKey", finished_by), ("msg", "Gather End")]

    def _take_speech(self, event: SpeechEvent) -> None:
        if event.text is None:
            self._speaking = True
            self._stop(self._timer)
            self._timer = None
            if self._script.exchange.options.speech_stops_prompt:
                self._stop_prompt()
            return
        self._speaking = False
        if event.text:
            self._spoken.append(event.text)
            self._partial(event.text)
        self._start_timer(self.settings.speech_timeout_seconds)

    def _partial(self, text: str) -> None:
        url = self._element.get("partialResultCallback")
        if url:
            params = [*self._script.call.standard_params(), ("UnstableSpeechResult", text)]
            params += [("StableSpeechResult", ""), ("SequenceNumber", str(len(self._spoken) - 1))]
            method = self._element.get("partialResultCallbackMethod", "POST")
            self._script.exchange.callbacks.send(self._script.document.resolve(url), method, params=params)

    def _timed_out(self) -> list[tuple[str, str]] | None:
        if self._digits:
            return self._keyed("")
        if not self._spoken:
            return None
        confidence = f"{self._script.exchange.options.speech_confidence:.8f}"
        return [("SpeechResult", " ".join(self._spoken)), ("Confidence", confidence)]

    def _start_timer(self, seconds: float) -> None:
        self._stop(self._timer)
        self._timer = asyncio.ensure_future(self._script.exchange.clock.sleep(seconds))

    def _stop_prompt(self) -> None:
        self._stop(self._prompt)
        self._prompt = None

    @staticmethod
    def _stop(task: "asyncio.Task[None] | None") -> None:
        if task:
            task.cancel()
