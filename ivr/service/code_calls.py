"""The call that tells a code: who calls and why, then key 1 to hear it, so that no answering machine ever gets it.

Key 2, at any time, says "this was not me": the request is withdrawn and the number left alone for the day.
"""

from datetime import timedelta
from typing import Final

from ivr.domain.callbacks import Callback, Leg, LegState
from ivr.domain.calls import Verification
from ivr.domain.intents import Choice, Expects
from ivr.domain.policies import CallbackRules
from ivr.domain.turn import Next, Say, Spelled, Turn
from ivr.service.attempts import is_wanted
from ivr.service.booking import Bookings
from ivr.service.leg_turns import silent_goodbye
from ivr.service.limits import leave_alone
from ivr.service.scenes import Scene
from ivr.service.timeline import record
from ivr.service.verification import NumberProofs

ASKED, ASKED_AGAIN, TOLD = 1, 2, 3
"""Numbers of the documents: who calls and why, once more, the code; each further telling counts on."""
HEAR, HEAR_AGAIN, REFUSE = "1", "9", "2"
PAUSE_SECONDS: Final = 2
STATE: Final = "code_call"


class CodeCalls:
    """What is said on such a call, and what its keys do. All methods run in the scene's transaction."""

    def __init__(self, proofs: NumberProofs, bookings: Bookings, rules: CallbackRules, company: str) -> None:
        self._proofs = proofs
        self._bookings = bookings
        self._rules = rules.verification
        self._wait_seconds = rules.dial.key_wait_seconds
        self._company = company

    def answered(self, scene: Scene, leg: Leg) -> Turn:
        """Somebody or something picked up: nothing is told yet."""
        callback, verification = self._about(scene, leg)
        return self._last(callback, "code_call_over") if verification is None else self._ask(callback, ASKED)

    def keyed(self, scene: Scene, leg: Leg, key: str | None, turn: int) -> Turn:
        """The answer to the document number `turn`; None: nothing was pressed."""
        callback, verification = self._about(scene, leg)
        if leg.state != LegState.PLACED or callback is None:
            return silent_goodbye()
        if verification is None:
            return self._last(callback, "code_call_over")
        if key == REFUSE:
            return self._refuse(scene, callback, leg)
        if key in (HEAR, HEAR_AGAIN) and turn < TOLD + self._rules.tellings:
            return self._tell(scene, callback, verification, max(turn + 1, TOLD))
        return self._ask(callback, ASKED_AGAIN) if turn == ASKED else self._last(callback, "code_call_bye")

    def _about(self, scene: Scene, leg: Leg) -> tuple[Callback | None, Verification | None]:
        """Whose number is to be proven; and the code, unless the request has ended or a newer code was sent."""
        callback = scene.uow.callbacks.get(leg.callback_id or "")
        newest = scene.uow.verifications.of_callback(leg.callback_id or "")
        current = newest is not None and newest.leg_id == leg.id and is_wanted(scene.uow, leg)
        return callback, newest if current else None

    def _ask(self, callback: Callback | None, number: int) -> Turn:
        why = () if number == ASKED_AGAIN else (Say("code_call", {"company": self._company}),)
        return self._turn(callback, number, (*why, Say("code_call_again")), keys=(HEAR, REFUSE))

    def _tell(self, scene: Scene, callback: Callback, verification: Verification, number: int) -> Turn:
        code = Spelled(self._proofs.told(scene.uow, callback, verification))
        says = (
            Say("code_call_code", {"code": code}),
            Say("code_call_once_more", {"code": code}),
            Say("code_call_keys"),
        )
        return self._turn(callback, number, says, keys=(HEAR_AGAIN, REFUSE))

    def _refuse(self, scene: Scene, callback: Callback, leg: Leg) -> Turn:
        record(scene.uow, scene.now, "code_refused", subject=leg)
        leave_alone(scene.uow, callback.number, scene.now + timedelta(seconds=self._rules.left_alone_seconds))
        actions = self._bookings.cancel(scene.uow, callback.id, by="owner")[1]
        # This very answer ends the call: no hang-up of it beside.
        scene.after.extend(action for action in actions if getattr(action, "call_sid", None) != leg.sid)
        return self._last(callback, "code_call_refused")

    def _last(self, callback: Callback | None, key: str) -> Turn:
        said = (Say(key, {"company": self._company}),)
        locale = callback.locale if callback else "en-US"
        return Turn(number=0, locale=locale, say=said, next=Next.HANG_UP, state=STATE)

    def _turn(self, callback: Callback | None, number: int, says: tuple[Say, ...], *, keys: tuple[str, ...]) -> Turn:
        return Turn(
            number=number,
            locale=callback.locale if callback else "en-US",
            say=says,
            expects=Expects(choices=tuple(Choice(key) for key in keys)),
            wait_seconds=self._wait_seconds,
            slow=number >= TOLD,
            pause_seconds=PAUSE_SECONDS,
            state=STATE,
        )
