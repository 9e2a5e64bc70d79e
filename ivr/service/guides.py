"""Guides for things that stopped working, and how far a case has come in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ivr.domain.cases import Case, Event
from ivr.domain.dialogue.effects import NoteStep
from ivr.domain.guides import Guide, trail_of
from ivr.domain.policy.facts import REASONS
from ivr.service.ports import Clock
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record

TOLD: Final = "step_told"
OVER: Final = "steps_over"


class Guides(Protocol):
    """What is tried before something is sent back."""

    def guide(self, item_kind: str, locale: str) -> Guide | None:
        """For the shop's kind of thing; None: there is none, or it has no texts in this language."""


class NoGuides:
    """Nothing is tried."""

    def guide(self, item_kind: str, locale: str) -> Guide | None:
        """None."""
        return None


@dataclass(frozen=True)
class Tried:
    """How far a case has come."""

    guide: Guide | None = None
    trail: tuple[str, ...] = ()
    is_over: bool = False

    def state(self, *, by_staff: bool) -> str:
        """The fact `steps`; agents are not led through them."""
        if self.is_over:
            return "over"
        return "open" if self.guide is not None and not by_staff else ""


def tried(uow: UnitOfWork, case: Case, guide: Guide | None) -> Tried:
    """What its timeline tells: so a call, a chat or the next call goes on at the step."""
    if guide is None:
        return Tried()
    mine = [event for event in uow.events.of_case(case.id) if event.data.get("guide") == guide.kind]
    steps = [str(event.data.get("step")) for event in mine if event.kind == TOLD]
    known = {step.id for step in guide.steps}
    return Tried(guide, trail_of([step for step in steps if step in known]), any(e.kind == OVER for e in mine))


def note_step(uow: UnitOfWork, clock: Clock, note: NoteStep) -> None:
    """On the case's timeline, where agents see what was tried."""
    case = uow.cases.get(note.case_id)
    if case is None:
        return
    if note.end:
        record(uow, clock.now(), OVER, subject=case, data={"guide": note.guide, "end": note.end})
    else:
        record(uow, clock.now(), TOLD, subject=case, data={"guide": note.guide, "step": note.step})


def said_reason(events: Sequence[Event]) -> str:
    """Why something is sent back, as the customer has said it last; empty: nobody has asked yet."""
    told = [event.data.get("facts", {}).get("reason", "") for event in events if event.kind == "decided"]
    return next((str(one) for one in reversed(told) if one in REASONS), "")
