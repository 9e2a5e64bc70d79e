"""Rings customers with news they agreed to hear: inside their hours, a few times, never beside another call with us.

Only the intent to ring is written here; the dispatcher places the leg like every other, and asks again before it does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from ivr.domain.callbacks import Leg, Party
from ivr.domain.hours import Hours
from ivr.domain.outreach import MOST_TRIES, TRY_AGAIN, Outreach, OutreachStatus
from ivr.domain.policies import CallbackRules, calling_window
from ivr.domain.windows import first_due
from ivr.errors import Conflict, NumberRefused
from ivr.service.opting import has_opted_out, opt_out
from ivr.service.ports import NumberRules
from ivr.service.proactive import Proactive, declined
from ivr.service.scenes import Scene
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id, record

log = structlog.get_logger(__name__)

BATCH: Final = 20
BUSY: Final = timedelta(minutes=5)
"""Whoever is in a call with us is rung no earlier than this."""
CALL_SECONDS: Final = 120
"""The window must stay open for so long after it begins to ring."""


@dataclass(frozen=True)
class OutreachSweep:
    """Decides who is rung now."""

    proactive: Proactive
    rules: CallbackRules
    numbers: NumberRules

    def sweep(self) -> None:
        """One round; safe in several processes."""
        scenes = self.proactive.scenes
        for _ in range(BATCH):
            with scenes.store.read() as uow:
                if uow.outreaches.due(scenes.clock.now()) is None:
                    return
            try:
                scenes.run(self._next)
            except Conflict:
                log.info("outreach_taken_by_another")
                return

    def _next(self, scene: Scene) -> None:
        outreach = scene.uow.outreaches.due(scene.now)
        if outreach is None:
            return
        if why := why_never(scene.uow, outreach, scene.now):
            self.proactive.write_instead(scene.uow, outreach, scene.now, why)
            return
        hours = self._hours(scene, outreach)
        due_at = first_due(hours, scene.now, CALL_SECONDS) if hours else None
        if due_at is None:
            self.proactive.write_instead(scene.uow, outreach, scene.now, "hours")
        elif due_at > scene.now:
            outreach.due_at = due_at
        elif _is_on_the_line(scene, outreach.number):
            outreach.due_at = scene.now + BUSY
        else:
            self._ring(scene, outreach)

    def _hours(self, scene: Scene, outreach: Outreach) -> Hours | None:
        try:
            where = self.numbers.check(outreach.number).whereabouts
        except NumberRefused:
            return None
        customer = scene.uow.customers.by_number(outreach.number)
        window = calling_window(self.rules, where, customer.zone if customer else "", scene.now)
        if window is None or self.rules.any_hour:
            return window
        return self.rules.privacy.unasked(outreach.number, where.zones, window)

    def _ring(self, scene: Scene, outreach: Outreach) -> None:
        leg = Leg(id=new_id(), party=Party.NEWS, number=outreach.number, created_at=scene.now)
        scene.uow.legs.add(leg)
        outreach.status, outreach.leg_id = OutreachStatus.RINGING, leg.id
        case = scene.uow.cases.get(outreach.case_id)
        data = {"news": outreach.kind.value, "try": outreach.tries + 1}
        record(scene.uow, scene.now, "news_rings", subject=case, data=data)

    def may_place(self, scene: Scene, leg: Leg) -> bool:
        """Asked again before the dial; what may not ring now waits for its hours."""
        outreach = scene.uow.outreaches.of_leg(leg.id)
        if outreach is None or outreach.status is not OutreachStatus.RINGING:
            return False
        hours = self._hours(scene, outreach)
        is_open = hours is not None and hours.allows(scene.now) and hours.allows(scene.now + timedelta(seconds=60))
        if is_open and not why_never(scene.uow, outreach, scene.now):
            return True
        outreach.status, outreach.due_at = OutreachStatus.WAITING, scene.now
        return False

    def leg_over(self, uow: UnitOfWork, leg: Leg, now: datetime) -> None:
        """The call has ended: told if they answered a question of ours, else rung again or written to."""
        outreach = uow.outreaches.of_leg(leg.id)
        if outreach is None or outreach.status is not OutreachStatus.RINGING:
            return
        call = uow.calls.get(leg.sid) if leg.sid else None
        outreach.tries += 1
        if call is not None and getattr(call.dialogue, "answered", -1) >= 0:
            outreach.end(OutreachStatus.TOLD, now)
            case = uow.cases.get(outreach.case_id)
            record(uow, now, "news_told", subject=case, data={"news": outreach.kind.value})
        elif outreach.tries >= MOST_TRIES:
            self.proactive.write_instead(uow, outreach, now, "unreached")
        else:
            outreach.status, outreach.due_at = OutreachStatus.WAITING, now + TRY_AGAIN


def why_never(uow: UnitOfWork, outreach: Outreach, now: datetime) -> str:
    """Why this number is not rung at all; empty: it is."""
    if outreach.is_over(now):
        return "over"
    if uow.guards.do_not_call(outreach.number):
        return "do_not_call"
    return "stopped" if has_opted_out(uow, declined(outreach.number)) else ""


def stop_news(scene: Scene, number: str, sid: str) -> None:
    """Told on the telephone: no more calls with news."""
    opt_out(scene.uow, declined(number), scene.now, "call")
    leg = scene.uow.legs.by_sid(sid)
    outreach = scene.uow.outreaches.of_leg(leg.id) if leg is not None else None
    if outreach is not None and outreach.status is OutreachStatus.RINGING:
        outreach.tries += 1
        outreach.end(OutreachStatus.STOPPED, scene.now)
        case = scene.uow.cases.get(outreach.case_id)
        record(scene.uow, scene.now, "news_stopped", subject=case, data={"news": outreach.kind.value})


def _is_on_the_line(scene: Scene, number: str) -> bool:
    live = scene.uow.legs.live_for_number(number) is not None
    return live or bool(scene.uow.calls.live_numbers([number], scene.now))
