"""Proof that whoever typed a number on the web holds it, by a texted or spoken code; and numbers never to call.

A spoken code does not exist before somebody pressed 1 for it: then it is made from the code's id and our secret, so
that every process reads out the same one and no row holds it.
"""

import hmac
import secrets
from datetime import timedelta
from hashlib import pbkdf2_hmac
from typing import Final

from ivr.domain.callbacks import Callback, CallbackStatus, Leg, LegState, Party
from ivr.domain.calls import Verification
from ivr.domain.policies import CallbackRules
from ivr.domain.turn import Say, Spelled
from ivr.errors import CallbackRefused, NotFound
from ivr.service.afterwards import Actions, SendText
from ivr.service.booking import Bookings
from ivr.service.gate import Gate
from ivr.service.limits import count_use
from ivr.service.opting import has_opted_out
from ivr.service.ports import Clock
from ivr.service.store import UnitOfWork
from ivr.service.timeline import masked, new_id, record

DIGITS: Final = 6
ROUNDS: Final = 20_000
"""A code lives for minutes and takes five tries: the hash only keeps it out of the database and its backups."""
TEXT: Final = "text"
CALL: Final = "call"
CHANNELS: Final = (TEXT, CALL)


class NumberProofs:
    """Codes, each bound to one callback, single use."""

    def __init__(
        self, clock: Clock, rules: CallbackRules, *, bookings: Bookings, gate: Gate, company: str, secret: str
    ) -> None:
        self._clock = clock
        self._rules = rules.verification
        self._ring_seconds = rules.dial.customer_ring_seconds
        self._company = company
        self._bookings = bookings
        self._gate = gate
        self._secret = secret.encode()

    def start(self, uow: UnitOfWork, callback: Callback, *, channel: str = "", address: str | None = None) -> Actions:
        """Send a code by `text` or `call` (empty: by what its line can take). Earlier codes end.

        The actions send a text after the commit; a call is left to the dispatcher. `address`: who asks, for limits.
        Raises CallbackRefused: `limit`; for a text `opted_out`; for a call `do_not_call`, `call_hours`, `no_calls_now`,
        `ringing`.
        """
        now = self._clock.now()
        declined = has_opted_out(uow, callback.number)
        if declined and channel == TEXT:
            raise CallbackRefused("opted_out", "this number wants no texts; have it called, or send START from it")
        self._count(uow, callback, address)
        verification = Verification(
            id=new_id(),
            callback_id=callback.id,
            number=callback.number,
            code_hash="",
            channel=channel or (CALL if declined else self._usual_channel(callback.number)),
            created_at=now,
            expires_at=now + timedelta(seconds=self._rules.valid_seconds),
        )
        uow.verifications.add(verification)
        callback.closes_at = max(callback.closes_at, verification.expires_at)
        data = {"number": masked(callback.number), "channel": verification.channel}
        record(uow, now, "code_sent", subject=callback, data=data)
        if verification.channel == CALL:
            self._call(uow, callback, verification)
            return ()
        return self._text(callback, verification)

    def _count(self, uow: UnitOfWork, callback: Callback, address: str | None) -> None:
        now, rules = self._clock.now(), self._rules
        refusal = "too many codes were sent to this number today; phone us instead"
        count_use(uow, "code", callback.number, now, most=rules.per_number_per_day, refusal=refusal)
        if address is not None:
            refusal = "too many codes were asked for from here today; phone us instead"
            count_use(uow, "code_from", address, now, most=rules.per_address_per_day, refusal=refusal)

    def _usual_channel(self, number: str) -> str:
        """A land line gets no texts."""
        return CALL if self._bookings.check_number(number).line_type == "fixed_line" else TEXT

    def _text(self, callback: Callback, verification: Verification) -> Actions:
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        verification.code_hash = hashed_code(code, secrets.token_hex(8))
        say = Say("verification_text", {"company": self._company, "code": Spelled(code)})
        return (SendText(callback.number, say, callback.locale),)

    def _call(self, uow: UnitOfWork, callback: Callback, verification: Verification) -> None:
        """Write down the intent to ring the number; the dispatcher places it like every other leg."""
        self._refuse_call(uow, callback)
        leg = Leg(
            id=new_id(),
            callback_id=callback.id,
            party=Party.UNPROVEN,
            number=callback.number,
            created_at=self._clock.now(),
        )
        uow.legs.add(leg)
        verification.leg_id = leg.id

    def _refuse_call(self, uow: UnitOfWork, callback: Callback) -> None:
        why = self.why_not_ring(uow, callback)
        if why == "hours":
            raise CallbackRefused("call_hours", "this number may not be rung at this hour; take a text, or ask by day")
        if why:
            raise CallbackRefused("do_not_call", "this number asked not to be called")
        if self._gate.is_capped(uow, self._clock.now()):
            raise CallbackRefused("no_calls_now", "no more calls are made today; take a text, or phone us")
        if uow.legs.live_for_number(callback.number) is not None:
            raise CallbackRefused(
                "ringing", "this number is being rung, or on the line with us; wait until that is over"
            )

    def why_not_ring(self, uow: UnitOfWork, callback: Callback) -> str:
        """As Gate.why_not: whether the number may be rung now to tell a code; checked again at the dial."""
        seconds = self._ring_seconds + self._rules.call_seconds
        return self._gate.why_not(uow, callback, self._clock.now(), for_seconds=seconds)

    def call_state(self, uow: UnitOfWork, callback: Callback) -> str:
        """How far the call with the newest code is: waiting, ringing, over, missed; empty: the code was texted."""
        verification = uow.verifications.of_callback(callback.id)
        leg = uow.legs.get(verification.leg_id) if verification and verification.leg_id else None
        if leg is None:
            return ""
        if leg.is_live:
            return "ringing" if leg.state == LegState.PLACED else "waiting"
        return "missed" if leg.answered_at is None else "over"

    def told(self, uow: UnitOfWork, callback: Callback, verification: Verification) -> str:
        """The code of a call, for whoever pressed 1: valid from now on."""
        now = self._clock.now()
        code = self._code_of(verification)
        if not _is_right(verification, callback, code):
            verification.code_hash = hashed_code(code, secrets.token_hex(8))
            verification.expires_at = now + timedelta(seconds=self._rules.valid_seconds)
            callback.closes_at = max(callback.closes_at, verification.expires_at)
            record(uow, now, "code_told", subject=callback)
        return code

    def _code_of(self, verification: Verification) -> str:
        digest = hmac.digest(self._secret, verification.id.encode(), "sha256")
        return f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}d}"

    def confirm(self, uow: UnitOfWork, callback_id: str, code: str) -> Callback:
        """Try a code; right: the callback is scheduled.

        A wrong one is committed here before the error leaves, so that the tries are counted whatever the caller does.
        Raises NotFound; CallbackRefused: `code` (wrong, too old, used), `locked` (too many wrong), `hours`, `past`.
        """
        callback = uow.callbacks.get(callback_id)
        verification = uow.verifications.of_callback(callback_id)
        if callback is None or verification is None:
            raise NotFound("no code was sent for this callback; ask for one")
        self._refuse_stale(callback, verification)
        if not _is_right(verification, callback, code):
            verification.wrong_tries += 1
            record(uow, self._clock.now(), "code_wrong", subject=callback, data={"tries": verification.wrong_tries})
            uow.commit()
            raise CallbackRefused("code", "this code is not right; look at the newest message")
        verification.verified_at = self._clock.now()
        return self._bookings.confirm_verified(uow, callback)

    def _refuse_stale(self, callback: Callback, verification: Verification) -> None:
        if verification.wrong_tries >= self._rules.tries:
            raise CallbackRefused("locked", "too many wrong codes; ask for the callback again")
        if verification.verified_at is not None or callback.status != CallbackStatus.UNVERIFIED:
            raise CallbackRefused("code", "this code was used, or the callback has ended")
        if verification.expires_at <= self._clock.now():
            raise CallbackRefused("code", "this code is too old; ask for the callback again")


class DoNotCall:
    """Numbers that are never dialed; honoured at once, at booking and at every dial."""

    def __init__(self, clock: Clock, bookings: Bookings) -> None:
        self._clock = clock
        self._bookings = bookings

    def add(self, uow: UnitOfWork, number: str, reason: str) -> Actions:
        """Never call this number (E.164) again; an open callback is canceled. Run the actions after the commit."""
        uow.guards.add_do_not_call(number, self._clock.now(), reason)
        callback = uow.callbacks.open_for_number(number)
        if callback is None:
            return ()
        return self._bookings.cancel(uow, callback.id, by="do_not_call")[1]

    def has(self, uow: UnitOfWork, number: str) -> bool:
        """Whether a number (E.164) must not be called."""
        return uow.guards.do_not_call(number)


def _is_right(verification: Verification, callback: Callback, code: str) -> bool:
    salt = verification.code_hash.partition("$")[0]
    right = hmac.compare_digest(hashed_code(code.strip(), salt), verification.code_hash)
    return right and verification.number == callback.number


def hashed_code(code: str, salt: str) -> str:
    """As it is kept: the salt, then the hash."""
    return f"{salt}${pbkdf2_hmac('sha256', code.encode(), salt.encode(), ROUNDS).hex()}"
