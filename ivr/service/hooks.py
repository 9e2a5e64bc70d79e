"""Webhooks out: lines of the timeline become deliveries, deliveries become signed requests, again until they are taken.

A delivery is a row with its body before anything is sent. Each try is a commit that postpones the next one, the
request, a commit that says what came of it: a process that dies in between sends once more, under the same
`webhook-id`. Receivers may get one twice, never another body.
"""

import json
import secrets
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import Any, Final, Protocol

import structlog

from ivr.domain.cases import Event
from ivr.domain.programs import HOOKS, PING, Delivery, DeliveryStatus, Subscription, retry_at, signature
from ivr.errors import Conflict, HookFailed
from ivr.service.ports import Clock
from ivr.service.scenes import Scene, Scenes
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id

log = structlog.get_logger(__name__)

BATCH: Final = 50
"""Requests in one round, and events looked at in one step."""
OVERLAP: Final = timedelta(seconds=60)
"""Events become visible when their transaction commits, not in the order of their serials: so long they are looked at
again; the database allows one delivery an event and subscription."""
SETTLE: Final = timedelta(seconds=60)
"""After a try that nobody told the end of, the next one."""
PAUSE_SECONDS: Final = 5.0
"""A receiver that failed rests for so long, and holds up nobody else."""
CHANGE_OVER: Final = timedelta(hours=24)
"""So long the secret before signs, too."""
MARK: Final = "hooks:told"
GONE: Final = 410


class HookSender(Protocol):
    """Posts what was signed."""

    def check(self, url: str) -> None:
        """Raises HookRefused for an address that nothing is ever sent to."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status of the answer. Raises HookFailed: no answer in time, or an address that is not public."""


def new_secret() -> str:
    """A secret as Standard Webhooks writes it."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True)
class Hooks:
    """Subscriptions and their deliveries, in the caller's unit of work."""

    clock: Clock

    def subscribe(self, uow: UnitOfWork, url: str, events: tuple[str, ...], description: str) -> Subscription:
        """From now on it is told of what happens."""
        now = self.clock.now()
        made = Subscription(
            id=new_id(), url=url, events=events, description=description, secret=new_secret(), created_at=now
        )
        if not uow.programs.subscriptions():  # what happened before the first one is nobody's news
            _move_mark(uow, uow.lists.last_serial())
        uow.programs.add(made)
        return made

    def renew_secret(self, subscription: Subscription) -> None:
        """A new secret; the one before signs for CHANGE_OVER, too."""
        subscription.old_secret, subscription.old_until_at = subscription.secret, self.clock.now() + CHANGE_OVER
        subscription.secret = new_secret()

    def ping(self, uow: UnitOfWork, subscription: Subscription) -> Delivery:
        """Try whether the receiver answers."""
        now, event_id = self.clock.now(), new_id()
        body = {"type": PING, "timestamp": now.isoformat(), "data": {"webhook": subscription.id}}
        made = _delivery(subscription, (0, event_id), PING, _written(body), now)
        uow.programs.add(made)
        return made


@dataclass
class HookSweep:
    """Any number of processes may run one: a claim is one conditional update of one row."""

    scenes: Scenes
    sender: HookSender
    monotonic: Callable[[], float] = time.monotonic
    _paused_until: dict[str, float] = field(default_factory=dict)

    def sweep(self) -> None:
        """One round: new events become deliveries, then everything that is due is sent."""
        try:
            while self._has_news():
                self.scenes.run(_tell)
        except Conflict:
            log.info("webhooks_told_by_another")
        for _ in range(BATCH):
            if not self._has_work() or not self._next():
                return

    def _has_news(self) -> bool:
        """A look without a lock."""
        with self.scenes.store.read() as uow:
            found = uow.programs.subscriptions()
            seen, wanted = _news(uow, found, _mark(uow)) if found else ([], [])
            return bool(wanted) or len(_settled(seen, self.scenes.clock.now())) >= BATCH

    def _has_work(self) -> bool:
        with self.scenes.store.read() as uow:
            return uow.programs.due(self.scenes.clock.now(), self._paused()) is not None

    def _paused(self) -> list[str]:
        now = self.monotonic()
        return [name for name, until in self._paused_until.items() if until > now]

    def _next(self) -> bool:
        try:
            given = self.scenes.run(self._claim)
        except Conflict:
            return False
        if given is None:
            return False
        delivery, subscription, sent_at = given
        self._settle_one(delivery, self._answer(delivery, subscription, sent_at))
        return True

    def _claim(self, scene: Scene) -> tuple[Delivery, Subscription, datetime] | None:
        delivery = scene.uow.programs.due(scene.now, self._paused())
        subscription = scene.uow.programs.subscription(delivery.subscription_id) if delivery else None
        if delivery is None or subscription is None:
            return None
        delivery.tries, delivery.tried_at = delivery.tries + 1, scene.now
        delivery.due_at = scene.now + SETTLE
        return delivery, subscription, scene.now

    def _answer(self, delivery: Delivery, subscription: Subscription, at: datetime) -> int | str:
        """The status, or why there is none."""
        signatures = (signature(secret, delivery.id, at, delivery.body) for secret in subscription.secrets_at(at))
        headers = {
            "content-type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signatures),
        }
        try:
            return self.sender.post(subscription.url, headers, delivery.body.encode())
        except HookFailed as failed:
            return failed.reason

    def _settle_one(self, delivery: Delivery, answer: int | str) -> None:
        """Write down what came of it."""
        try:
            self.scenes.run(partial(self._settle, tried=delivery, answer=answer))
        except Conflict:
            log.info("delivery_settled_by_another")

    def _settle(self, scene: Scene, tried: Delivery, answer: int | str) -> None:
        delivery = scene.uow.programs.delivery(tried.id)
        if delivery is None or delivery.ended_at is not None or delivery.tries != tried.tries:
            return
        delivery.answer = str(answer)
        if isinstance(answer, int) and 200 <= answer < 300:
            delivery.end(DeliveryStatus.SENT, scene.now)
            return
        log.warning("webhook_not_taken", subscription=delivery.subscription_id, answer=answer, tries=delivery.tries)
        self._paused_until[delivery.subscription_id] = self.monotonic() + PAUSE_SECONDS
        later = None if answer == GONE else retry_at(delivery.tries, scene.now)
        if later is None:
            delivery.end(DeliveryStatus.FAILED, scene.now)
        else:
            delivery.due_at = later
        self._close(scene, delivery, answer)

    def _close(self, scene: Scene, delivery: Delivery, answer: int | str) -> None:
        """410: the receiver wants no more of it (Standard Webhooks)."""
        subscription = scene.uow.programs.subscription(delivery.subscription_id)
        if answer == GONE and subscription is not None:
            subscription.is_active = False


# --- events become deliveries ----------------------------------------------------------------------------------


def _tell(scene: Scene) -> None:
    """One step of it."""
    uow, subscriptions = scene.uow, scene.uow.programs.subscriptions()
    seen, wanted = _news(uow, subscriptions, _mark(uow))
    for subscription, serial, event in wanted:
        kind = HOOKS[event.kind]
        body = _written({"type": kind, "timestamp": event.at.isoformat(), "data": _told(uow, event)})
        uow.programs.add(_delivery(subscription, (serial, event.id), kind, body, scene.now))
    if settled := _settled(seen, scene.now):
        _move_mark(uow, settled[-1][0])


def _settled(seen: Sequence[tuple[int, Event]], now: datetime) -> list[tuple[int, Event]]:
    """Those that need not be looked at again."""
    return list(takewhile(lambda one: one[1].at < now - OVERLAP, seen))


def _news(
    uow: UnitOfWork, subscriptions: Sequence[Subscription], mark: int
) -> tuple[list[tuple[int, Event]], list[tuple[Subscription, int, Event]]]:
    """Events behind the mark, and who has to be told of which."""
    seen: list[tuple[int, Event]] = []
    wanted: list[tuple[Subscription, int, Event]] = []
    while True:
        page = uow.lists.events(seen[-1][0] if seen else mark, BATCH, HOOKS)
        seen.extend(page)
        by_id = {event.id: (serial, event) for serial, event in page}
        for subscription in subscriptions:
            ids = [key for key, (_, event) in by_id.items() if _is_for(subscription, event)]
            untold = uow.programs.untold(ids, subscription.id) if ids else ()
            wanted += [(subscription, *by_id[key]) for key in ids if key in untold]
        if wanted or len(page) < BATCH:
            break
    return seen, wanted


def _is_for(subscription: Subscription, event: Event) -> bool:
    return subscription.is_active and subscription.created_at <= event.at and subscription.wants(HOOKS[event.kind])


def _mark(uow: UnitOfWork) -> int:
    return int((uow.guards.get_note(MARK) or {}).get("serial", 0))


def _move_mark(uow: UnitOfWork, serial: int) -> None:
    uow.guards.set_note(MARK, {"serial": serial})


def _told(uow: UnitOfWork, event: Event) -> dict[str, Any]:
    """What the receiver is told: enough to know what to ask for, numbers masked."""
    case = uow.cases.get(event.case_id) if event.case_id else None
    return {
        "event": event.id,
        "callback": event.callback_id,
        "case": case.number if case else None,
        "details": dict(event.data),
    }


def _written(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=True, separators=(",", ":"))


def _delivery(subscription: Subscription, event: tuple[int, str], kind: str, body: str, now: datetime) -> Delivery:
    """Its id begins with the event's serial: what is due at the same moment is sent in the order of the timeline."""
    serial, event_id = event
    return Delivery(
        id=f"msg_{serial:016x}{new_id()[:16]}", subscription_id=subscription.id, event_id=event_id, kind=kind,
        body=body, due_at=now, created_at=now,
    )  # fmt: skip
