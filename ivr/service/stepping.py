"""One step of the dialogue with all its effects, the same on the telephone and in writing."""

from collections import deque
from dataclasses import replace
from typing import Protocol

from ivr.domain.dialogue import Dialogue, Step, step
from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue.heard import Heard, Result
from ivr.service.exchange import Exchange


class CarriesOut(Protocol):
    """service.effects.Effects, or what stands around it."""

    def carry_out(self, exchange: Exchange, effect: wanted.Effect) -> Result | None: ...


def advance(effects: CarriesOut, exchange: Exchange, heard: Heard) -> Dialogue:
    """Where the dialogue stands after this was heard; the exchange's call holds what the effects have changed."""
    return carry_out_all(effects, exchange, step(exchange.dialogue, heard))


def carry_out_all(effects: CarriesOut, exchange: Exchange, done: Step) -> Dialogue:
    """The same of a step that is taken already."""
    queue = deque(done.effects)
    while queue:
        exchange.call.locale = done.dialogue.locale
        result = effects.carry_out(replace(exchange, dialogue=done.dialogue), queue.popleft())
        if result is not None:
            done = step(done.dialogue, result)
            queue.extendleft(reversed(done.effects))
    return done.dialogue
