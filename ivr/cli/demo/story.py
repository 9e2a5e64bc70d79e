"""The story that must always work, acted from the first ring to the closed case."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from ivr.carrier import Handset, Heard
from ivr.cli.demo.customer import Customer, Part
from ivr.cli.demo.screen import Screen, local
from ivr.cli.demo.spotter import PromptSpotter
from ivr.cli.demo.stage import OUR_NUMBER, Stage
from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import Case, CaseKind, Event

WHISPER_SECONDS, RATING_SECONDS = 5.0, 2.5
"""How long agent and customer listen before they press a key."""
LEFT_TO_WAIT = timedelta(seconds=2)
"""Of a promised wait, how much is really waited; the clock is moved over the rest."""


class BrokenPromise(Exception):
    """The story did not end as promised; the text says what is missing."""


@dataclass(frozen=True)
class Cast:
    """Who plays, in which language."""

    title: str
    locale: str
    zone: str
    """In which the customer lives: times are read back in it."""
    customer_number: str
    agent_name: str
    agent_number: str
    agent_says: str
    order_id: str
    part: Part


class Story:
    """One act on one stage."""

    def __init__(self, stage: Stage, cast: Cast, screen: Screen, spotter: PromptSpotter) -> None:
        self._stage = stage
        self._cast = cast
        self._screen = screen
        self._spotter = spotter
        self._told: set[str] = set()
        self._over = threading.Event()

    def play(self) -> None:
        """Raises BrokenPromise or TimeoutError."""
        watch = threading.Thread(target=self._watch, daemon=True)
        watch.start()
        try:
            self._play()
        finally:
            time.sleep(0.6)
            self._over.set()
            watch.join()

    def _play(self) -> None:
        agent = self._stage.carrier.handset(self._cast.agent_number, locale=self._cast.locale)
        self._stage.set_agent(self._cast.agent_name, AgentStatus.AWAY)
        self._screen.line(
            "stage", f"{self._cast.agent_name}, the agent, is away: nobody is free when the call comes in"
        )
        customer = self._call_in()
        callback = self._promised()
        self._stage.set_agent(self._cast.agent_name, AgentStatus.AVAILABLE)
        self._wait_shortened(callback)
        self._agent_takes_it(agent)
        self._customer_answers(customer, agent)
        self._check(callback.id)

    def _call_in(self) -> Handset:
        handset = self._stage.carrier.handset(self._cast.customer_number, locale=self._cast.locale)
        handset.telephone.locale = self._cast.locale
        customer = Customer(handset, self._cast.part, self._spotter, lambda what, text: self._says(what, text))
        self._screen.line("stage", f"the customer's telephone dials {OUR_NUMBER}")
        handset.dial(OUR_NUMBER)
        customer.talk(timeout=75)
        self._screen.line("stage", "the customer hangs up")
        return handset

    def _says(self, what: str, text: str) -> None:
        self._screen.line("customer", f"“{text}”" if what == "says" else f"presses {text}")

    def _promised(self) -> Callback:
        with self._stage.store.read() as uow:
            callback = uow.callbacks.open_for_number(self._cast.customer_number)
        if callback is None:
            raise BrokenPromise("the call ended without a callback")
        self._screen.line("stage", f"promised: between {local(callback.due_at)} and {local(callback.promised_by_at)}")
        return callback

    def _wait_shortened(self, callback: Callback) -> None:
        left = callback.due_at - self._stage.now() - LEFT_TO_WAIT
        if left > timedelta():
            self._stage.shift_clock(left)
            self._screen.line(
                "stage", f"to shorten the wait, the app's clock is moved {left.total_seconds():.0f} s ahead"
            )

    def _agent_takes_it(self, agent: Handset) -> None:
        agent.ringing(timeout=30)
        self._screen.line("stage", "the agent's telephone rings")
        heard = len(agent.heard)
        agent.answer()
        whisper = self._next_prompt(agent, heard)
        self._wait_for(whisper, agent, WHISPER_SECONDS)
        self._screen.line("agent", "presses 1")
        agent.press("1")

    def _wait_for(self, heard: Heard, handset: Handset, seconds: float) -> None:
        """Listen to a prompt to its end, or for so long."""
        with suppress(TimeoutError):
            handset.finished(heard, timeout=seconds)

    def _next_prompt(self, handset: Handset, after: int, timeout: float = 15.0) -> Heard:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if len(handset.heard) > after:
                return handset.heard[after]
            time.sleep(0.02)
        raise TimeoutError(f"{handset.number} heard nothing after answering")

    def _customer_answers(self, customer: Handset, agent: Handset) -> None:
        customer.ringing(timeout=30)
        self._screen.line("stage", "the customer's telephone rings")
        heard = len(customer.heard)
        customer.answer()
        customer.finished(self._next_prompt(customer, heard))
        self._until(lambda: self._is("joined_at"), "the two were never joined")
        self._screen.line("stage", "both are in the conference")
        self._screen.line("agent", f"“{self._cast.agent_says}”")
        agent.say(self._cast.agent_says, voice="m3")
        heard = len(customer.heard)
        agent.hang_up()
        self._screen.line("stage", "the agent hangs up; the customer is asked to rate the effort")
        self._wait_for(self._next_prompt(customer, heard), customer, RATING_SECONDS)
        self._screen.line("customer", f"presses {self._cast.part.effort}")
        customer.press(self._cast.part.effort)
        self._until(self._is_rated, "the rating did not arrive")
        customer.hang_up()

    def _is_rated(self) -> bool:
        with self._stage.store.read() as uow:
            return any(case.effort is not None and case.locale == self._cast.locale for case in uow.cases.recent(5))

    def _is(self, what: str) -> bool:
        with self._stage.store.read() as uow:
            return any(getattr(attempt, what) is not None for attempt in uow.attempts.live())

    def _until(self, check: Callable[[], bool], problem: str, timeout: float = 15.0) -> None:
        deadline = time.monotonic() + timeout
        while not check():
            if time.monotonic() > deadline:
                raise BrokenPromise(problem)
            time.sleep(0.05)

    def _check(self, callback_id: str) -> None:
        self._until(lambda: self._ended(callback_id), "the callback was not closed")
        with self._stage.store.read() as uow:
            callback = uow.callbacks.get(callback_id)
            case = uow.cases.get(callback.case_id) if callback else None
        if callback is None or case is None:
            raise BrokenPromise("callback or case is gone")
        self._show(case, callback)
        for right, problem in self._promises(case, callback):
            if not right:
                raise BrokenPromise(problem)

    def _ended(self, callback_id: str) -> bool:
        with self._stage.store.read() as uow:
            callback = uow.callbacks.get(callback_id)
            case = uow.cases.get(callback.case_id) if callback else None
        return callback is not None and callback.ended_at is not None and case is not None and case.effort is not None

    def _promises(self, case: Case, callback: Callback) -> list[tuple[bool, str]]:
        return [
            (case.kind == CaseKind.DELIVERED_NOT_RECEIVED, f"the case is about {case.kind}"),
            (case.order_id == self._cast.order_id, f"the case is about order {case.order_id}"),
            (callback.status == CallbackStatus.DONE, f"the callback is {callback.status}"),
            (callback.was_kept is True, "the customer was not rung in the promised window"),
            (case.effort == int(self._cast.part.effort), f"the effort is {case.effort}"),
        ]

    def _show(self, case: Case, callback: Callback) -> None:
        self._screen.line("stage", "the case:")
        rows = {
            "number": case.number, "kind": case.kind.value, "status": case.status.value, "order": case.order_id or "–",
            "in their words": case.summary, "promised": f"{local(callback.due_at)} to {local(callback.promised_by_at)}",
            "first rung": local(callback.first_rung_at), "kept": "yes" if callback.was_kept else "NO",
            "effort": f"{case.effort} of 7",
        }  # fmt: skip
        self._screen.table(list(rows.items()))

    def _watch(self) -> None:
        """Show what is said and what is written on the timeline, as it happens."""
        shown = {number: len(self._stage.carrier.handset(number).heard) for number in self._numbers()}
        self._told |= {event.id for event in self._recent()}
        while not self._over.wait(0.1):
            for number, who in self._numbers().items():
                heard = self._stage.carrier.handset(number).heard
                for prompt in heard[shown[number] :]:
                    self._screen.line("ringback", f"to the {who}: “{prompt.text}”")
                shown[number] = len(heard)
            for event in reversed(self._recent()):
                if event.id not in self._told:
                    self._told.add(event.id)
                    self._screen.event(event)

    def _recent(self) -> Sequence[Event]:
        with self._stage.store.read() as uow:
            return uow.events.recent(80)

    def _numbers(self) -> dict[str, str]:
        return {self._cast.customer_number: "customer", self._cast.agent_number: "agent"}
