"""Codes that keep a place in line: told on voicemail and in texts, keyed or said from any telephone."""

import secrets
from dataclasses import dataclass
from typing import Final

from ivr.domain.callbacks import RESUMABLE, Callback
from ivr.domain.calls import Call
from ivr.domain.dialogue import heard
from ivr.domain.places import KeptPlace
from ivr.domain.policies import ResumeRules
from ivr.service.limits import uses_today
from ivr.service.open_view import open_view
from ivr.service.ports import Clock
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record

LENGTHS: Final = (6, 6, 8, 8, 8, 8)
"""Digits of the codes that are tried: where the short ones are often taken, a longer one is harder to guess, too."""
WITHHELD: Final = "withheld"
"""Callers who show no number are counted as one."""


@dataclass(frozen=True)
class Found:
    """What a code led to; `locked`: it was not even looked at."""

    callback: Callback | None
    locked: bool = False
    place: KeptPlace | None = None
    """Of somebody who waited on the line and was cut off."""


def new_code(uow: UnitOfWork) -> str:
    """One that nobody else has. Empty after a few vain tries: then there is no code, and all else works."""
    codes = (f"{secrets.randbelow(10**length):0{length}d}" for length in LENGTHS)
    return next((code for code in codes if _is_free(uow, code)), "")


def _is_free(uow: UnitOfWork, code: str) -> bool:
    return uow.callbacks.by_resume_code(code) is None and not uow.places.has_code(code)


class ResumeCodes:
    """Takes callbacks up by their codes; guessing is bounded by number and in all."""

    def __init__(self, clock: Clock, rules: ResumeRules) -> None:
        self._clock = clock
        self._rules = rules

    def answer(self, uow: UnitOfWork, call: Call, code: str) -> heard.CodeFound | heard.CodeUnknown:
        """What a caller who tells a code is told."""
        found = self.take_up(uow, call, code)
        callback, place = found.callback, found.place
        of = callback or place
        case = uow.cases.get(of.case_id) if of is not None else None
        if case is None:
            return heard.CodeUnknown(found.locked)
        view = open_view(callback) if callback is not None and callback.is_open else None
        return heard.CodeFound(view, case.id, case.number, place.call_sid if place is not None else "")

    def take_up(self, uow: UnitOfWork, call: Call, code: str) -> Found:
        """The callback of this code, which goes on in this call; every try counts, right or wrong."""
        if self._is_guessing(uow, call):
            return Found(None, locked=True)
        callback = uow.callbacks.by_resume_code(code)
        if callback is None or callback.status not in RESUMABLE:
            return Found(None, place=uow.places.by_code(code, self._clock.now()))
        call.resumes_id, call.case_id = callback.id, callback.case_id
        record(uow, self._clock.now(), "callback_taken_up", subject=callback, call=call)
        return Found(callback)

    def _is_guessing(self, uow: UnitOfWork, call: Call) -> bool:
        now, rules = self._clock.now(), self._rules
        tries = uses_today(uow, "resume_code", call.from_number or WITHHELD, now)
        if tries > (rules.per_number_per_day if call.from_number else rules.withheld_per_day):
            return True
        return uses_today(uow, "resume_code", "", now) > rules.per_day
