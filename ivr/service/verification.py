"""Proof that whoever typed a number on the web holds it: a texted code; and the list of numbers never to call."""

import hmac
import secrets
from datetime import timedelta
from hashlib import pbkdf2_hmac, sha256
from typing import Final

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.calls import Verification
from ivr.domain.policies import VerificationRules
from ivr.domain.turn import Say, Spelled
from ivr.errors import CallbackRefused, NotFound
from ivr.service.afterwards import Actions, SendText
from ivr.service.booking import DAY_SECONDS, Bookings
from ivr.service.ports import Clock
from ivr.service.store import UnitOfWork
from ivr.service.timeline import masked, new_id, record

DIGITS: Final = 6
ROUNDS: Final = 20_000
"""A code lives for minutes and takes five tries: the hash only keeps it out of the database and its backups."""


class NumberProofs:
    """Codes, each bound to one callback, single use."""

    def __init__(self, clock: Clock, rules: VerificationRules, *, bookings: Bookings, company: str) -> None:
        self._clock = clock
        self._rules = rules
        self._company = company
        self._bookings = bookings

    def start(self, uow: UnitOfWork, callback: Callback) -> Actions:
        """Make a code; the actions send it after the commit. Earlier codes end. Raises CallbackRefused (`limit`)."""
        now = self._clock.now()
        key = f"code:{sha256(callback.number.encode()).hexdigest()}"
        if uow.guards.count_hit(key, now, DAY_SECONDS) > self._rules.per_number_per_day:
            raise CallbackRefused("limit", "too many codes were sent to this number today; phone us instead")
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        verification = Verification(
            id=new_id(),
            callback_id=callback.id,
            number=callback.number,
            code_hash=_hashed(code, secrets.token_hex(8)),
            created_at=now,
            expires_at=now + timedelta(seconds=self._rules.valid_seconds),
        )
        uow.verifications.add(verification)
        callback.closes_at = max(callback.closes_at, verification.expires_at)
        record(uow, now, "code_sent", subject=callback, data={"number": masked(callback.number), "channel": "text"})
        say = Say("verification_text", {"company": self._company, "code": Spelled(code)})
        return (SendText(callback.number, say, callback.locale),)

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
    right = hmac.compare_digest(_hashed(code.strip(), salt), verification.code_hash)
    return right and verification.number == callback.number


def _hashed(code: str, salt: str) -> str:
    return f"{salt}${pbkdf2_hmac('sha256', code.encode(), salt.encode(), ROUNDS).hex()}"
