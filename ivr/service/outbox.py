"""The outbox: sends what was written down, and finds out what became of what nobody can vouch for.

Each message is three steps, as a dial is: a commit that says "sending" (the point of no return), the request, a commit
that says what came of it. A process that dies between the last two, or a request without an answer, leaves "sending"
behind. A text is then looked for in the carrier's own list, by the link that only it has. E-mail cannot be looked for:
it is sent once more under the same Message-ID. So the customer may get one message twice, never three times, and only
after such an accident.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from ivr.domain.messages import Channel, Message, MessageKind, MessageRules, MessageStatus, is_true, retry_message_at
from ivr.errors import CarrierRejected, CarrierUnclear, Conflict, IvrError, MailRefused, MailUnavailable, MailUnclear
from ivr.service import addresses
from ivr.service.given import Given, callback_of, given_of
from ivr.service.letters import Letters
from ivr.service.mail_ports import Mail, Mailer
from ivr.service.notices import Notices
from ivr.service.opting import has_opted_out, masked_address, opt_out
from ivr.service.ports import Messenger
from ivr.service.quiet import QuietHours
from ivr.service.scenes import Scene, Scenes
from ivr.service.telling import Telling
from ivr.service.timeline import record
from ivr.service.unfinished import is_overtaken

log = structlog.get_logger(__name__)

BATCH: Final = 50
"""Messages sent in one round."""
MOST_UNCLEAR: Final = 2
"""So often a message may be sent without a clear answer; a third one could be the third that arrives."""
PAUSE_SECONDS: Final = 30.0
"""A channel that failed for a reason that meets every message rests for so long."""
UNSUBSCRIBED: Final = 21610
ABOUT_THIS_TEXT: Final = range(21200, 21700)
OURS_TO_MEND: Final = frozenset({21603, 21606, 21611, 21659, 21660})
"""In that range, but no fault of this one text: our number can't send texts, or has too many waiting."""
GIVE_UP: Final = timedelta(days=1)
"""So long after nobody needs it any more the carrier is not asked about it either."""
LOOK_SLACK: Final = timedelta(minutes=2)
"""The carrier's clock may differ from ours."""


@dataclass(frozen=True, kw_only=True)
class OutboxTools:
    """What the outbox works with."""

    scenes: Scenes
    rules: MessageRules
    messenger: Messenger | None
    mailer: Mailer | None
    letters: Letters
    notices: Notices
    telling: Telling
    quiet: QuietHours
    monotonic: Callable[[], float] = time.monotonic
    checkpoint: Callable[[str], None] = lambda name: None


class Outbox:
    """Any number of processes may run one: a claim is one conditional update of one row."""

    def __init__(self, tools: OutboxTools) -> None:
        self._tools = tools
        self._rules = tools.rules
        self._paused_until: dict[Channel, float] = {}

    def sweep(self) -> None:
        """One round: who must be told that we are late, then everything that is due."""
        if self._rules.is_silent:
            return
        self._tell_late()
        for _ in range(BATCH):
            if not self._has_work() or not self._next():
                return

    def _tell_late(self) -> None:
        with self._tools.scenes.store.read() as uow:
            late = self._tools.telling.late_ones(uow, self._tools.scenes.clock.now())
        for callback_id in late:
            try:
                self._tools.scenes.run(partial(self._running_late, callback_id=callback_id))
            except Conflict:
                log.info("late_told_by_another")

    def _running_late(self, scene: Scene, callback_id: str) -> None:
        callback = scene.uow.callbacks.get(callback_id)
        if callback is not None:
            self._tools.telling.running_late(scene.uow, callback, scene.now)

    def _channels(self) -> list[Channel]:
        ready = {Channel.TEXT: self._tools.messenger, Channel.EMAIL: self._tools.mailer}
        now = self._tools.monotonic()
        return [c for c, port in ready.items() if port is not None and self._paused_until.get(c, now) <= now]

    def _has_work(self) -> bool:
        """A look without a lock: an idle outbox must not hold up all who write."""
        with self._tools.scenes.store.read() as uow:
            return uow.messages.due(self._tools.scenes.clock.now(), self._channels()) is not None

    def _next(self) -> bool:
        """Take one more step with one message; False: there is none, or another process has it."""
        claimed_at = self._tools.monotonic()
        try:
            found, given = self._tools.scenes.run(self._claim)
        except Conflict:
            return False
        if given is None:
            return found
        self._tools.checkpoint("message_sending")
        if self._tools.monotonic() - claimed_at <= self._rules.freeze_seconds:
            self._carry_out(given)
        else:
            self._settle(given, _withheld)
        return True

    # --- claim -------------------------------------------------------------------------------------------------

    def _claim(self, scene: Scene) -> tuple[bool, Given | None]:
        message = scene.uow.messages.due(scene.now, self._channels())
        if message is None:
            return False, None
        if message.status == MessageStatus.SENDING:
            return True, self._claim_look(scene, message)
        why = self._why_not(scene, message)
        if why:
            self._drop(scene, message, why)
            return True, None
        later = self._tools.quiet.until(scene.uow, message, scene.now)
        if later is not None:
            message.due_at = later
            return True, None
        return True, self._claim_send(scene, message)

    def _why_not(self, scene: Scene, message: Message) -> str:
        """Why it is not sent at all; empty: it is."""
        callback = callback_of(scene, message)
        if message.case_id is None and (callback is None or not is_true(message, callback)):
            return "overtaken"
        if is_overtaken(scene.uow, message):
            return "overtaken"
        if message.expires_at <= scene.now:
            return "too_late"
        if message.kind is not MessageKind.WRITTEN and has_opted_out(scene.uow, message.address):
            return "opted_out"
        return "too_many" if self._is_capped(scene, message) else ""

    def _is_capped(self, scene: Scene, message: Message) -> bool:
        """The bill is bounded, and nobody is flooded."""
        if message.channel != Channel.TEXT:
            return False
        since, sent = scene.now - timedelta(days=1), scene.uow.messages.count_sent
        if sent(Channel.TEXT, since, message.address) >= self._rules.texts_per_number_per_day:
            return True
        return sent(Channel.TEXT, since) >= self._rules.texts_per_day

    def _claim_send(self, scene: Scene, message: Message) -> Given | None:
        try:
            given = given_of(scene, message, self._tools.letters, self._tools.notices)
        except IvrError as error:
            log.error("message_unwritable", code=error.code, error=str(error))
            self._drop(scene, message, "unwritable")
            return None
        message.status, message.sending_at = MessageStatus.SENDING, scene.now
        message.tries += 1
        message.due_at = self._settled_at(scene)
        return given

    def _claim_look(self, scene: Scene, message: Message) -> Given | None:
        """Nobody said what became of it."""
        message.due_at = self._settled_at(scene)
        if message.expires_at + GIVE_UP < scene.now:
            self._drop(scene, message, "unclear")
            return None
        if message.channel == Channel.TEXT:
            return given_of(scene, message, self._tools.letters, self._tools.notices, is_look=True)
        self._unclear(scene, message)
        return None

    def _settled_at(self, scene: Scene) -> datetime:
        return scene.now + timedelta(seconds=self._rules.settle_seconds)

    # --- request -----------------------------------------------------------------------------------------------

    def _carry_out(self, given: Given) -> None:
        try:
            reference = self._look(given) if given.is_look else self._send(given)
        except (CarrierUnclear, MailUnclear) as error:
            log.warning("message_unclear", code=error.code, error=str(error))
            return  # it stays "sending" until it has settled; then it is looked for
        except (CarrierRejected, MailRefused, MailUnavailable) as error:
            self._settle(given, partial(self._rejected, error=error))
            return
        self._tools.checkpoint("message_sent")
        if reference is None:
            self._settle(given, self._unclear)
        else:
            self._settle(given, partial(self._sent, reference=reference))

    def _send(self, given: Given) -> str:
        if isinstance(given.letter, Mail):
            assert self._tools.mailer is not None
            self._tools.mailer.send(given.letter)
            return ""
        assert self._tools.messenger is not None
        path = addresses.text_status(given.message.id)
        return self._tools.messenger.send_text(given.message.address, given.letter, path)

    def _look(self, given: Given) -> str | None:
        assert self._tools.messenger is not None
        since = (given.message.sending_at or given.message.created_at) - LOOK_SLACK
        return self._tools.messenger.find_text(given.message.address, given.token, since)

    # --- outcome -----------------------------------------------------------------------------------------------

    def _settle(self, given: Given, decide: Callable[[Scene, Message], None]) -> None:
        def step(scene: Scene) -> None:
            message = scene.uow.messages.get(given.message.id)
            if message is not None and message.ended_at is None and message.tries == given.message.tries:
                decide(scene, message)

        try:
            self._tools.scenes.run(step)
        except Conflict:
            log.info("message_settled_by_another")

    def _sent(self, scene: Scene, message: Message, reference: str) -> None:
        message.reference = reference
        message.end(MessageStatus.SENT, scene.now)
        self._record(scene, message, "message_sent")

    def _drop(self, scene: Scene, message: Message, reason: str) -> None:
        message.end(MessageStatus.DROPPED, scene.now, reason)
        if reason != "overtaken":  # newer news says all that matters
            self._record(scene, message, "message_dropped", reason=reason)

    def _unclear(self, scene: Scene, message: Message) -> None:
        """It is nowhere to be found: once more, and only once."""
        message.unclear += 1
        if message.unclear >= MOST_UNCLEAR:
            self._drop(scene, message, "unclear")
        else:
            message.status, message.due_at = MessageStatus.WAITING, scene.now

    def _rejected(self, scene: Scene, message: Message, error: IvrError) -> None:
        """Surely not sent: for good, or until later."""
        code = error.carrier_code if isinstance(error, CarrierRejected) else 0
        if code == UNSUBSCRIBED:
            opt_out(scene.uow, message.address, scene.now, "carrier")
            self._drop(scene, message, "opted_out")
        elif isinstance(error, MailRefused) or (code in ABOUT_THIS_TEXT and code not in OURS_TO_MEND):
            log.warning("message_refused", code=error.code, error=str(error))
            self._drop(scene, message, "refused")
        else:
            self._postpone(scene, message, error)

    def _postpone(self, scene: Scene, message: Message, error: IvrError) -> None:
        log.warning("message_postponed", code=error.code, error=str(error), tries=message.tries)
        if getattr(error, "is_general", True):
            self._paused_until[message.channel] = self._tools.monotonic() + PAUSE_SECONDS
        message.status, message.due_at = MessageStatus.WAITING, retry_message_at(message.tries, scene.now)

    def _record(self, scene: Scene, message: Message, kind: str, **more: str) -> None:
        subject = callback_of(scene, message) or scene.uow.cases.get(message.case_id or "")
        about = {"message": message.kind.value, "channel": message.channel.value}
        record(scene.uow, scene.now, kind, subject=subject, data=about | {"to": masked_address(message.address)} | more)


def _withheld(scene: Scene, message: Message) -> None:
    """This process slept, and surely sent nothing."""
    message.status, message.due_at = MessageStatus.WAITING, scene.now
