"""Codes texted during a conversation to the number on file: whoever says one there is its holder.

As service.verification does for callbacks: six digits, counted with the codes of that number, hashed, few tries.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.policies import VerificationRules
from ivr.domain.turn import Say, Spelled
from ivr.errors import CallbackRefused
from ivr.service.afterwards import SendText
from ivr.service.countries import gets_texts
from ivr.service.exchange import Exchange
from ivr.service.limits import count_use
from ivr.service.opting import has_opted_out
from ivr.service.ports import Clock, NumberRules
from ivr.service.timeline import masked, record
from ivr.service.verification import DIGITS, hashed_code

REFUSAL: Final = "too many codes were sent to this number today"


@dataclass(frozen=True)
class CallProofs:
    """Sends codes and checks them; each belongs to one conversation and one number."""

    clock: Clock
    numbers: NumberRules
    rules: VerificationRules
    company: str

    def send(self, exchange: Exchange, number: str) -> bool:
        """After the commit; False: no text reaches that number, is wanted there, or it got too many today."""
        uow, now = exchange.uow, self.clock.now()
        if not gets_texts(self.numbers, number) or has_opted_out(uow, number):
            return False
        try:
            count_use(uow, "code", number, now, most=self.rules.per_number_per_day, refusal=REFUSAL)
        except CallbackRefused:
            return False
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        until = now + timedelta(seconds=self.rules.valid_seconds)
        note = {"hash": hashed_code(code, secrets.token_hex(8)), "until": until.isoformat(), "wrong": 0}
        uow.guards.set_note(_key(exchange, number), note, expires_at=until)
        say = Say("account_code_text", {"company": self.company, "code": Spelled(code)})
        exchange.scene.after.append(SendText(number, say, exchange.dialogue.locale))
        record(uow, now, "code_sent", call=exchange.call, data={"number": masked(number), "channel": "text"})
        return True

    def check(self, exchange: Exchange, number: str, code: str) -> tuple[bool, bool]:
        """Whether it is right, and whether no more tries are left (or it is too old). A right one is used up."""
        uow, now, key = exchange.uow, self.clock.now(), _key(exchange, number)
        note = uow.guards.get_note(key)
        if note is None or datetime.fromisoformat(note["until"]) <= now or note["wrong"] >= self.rules.tries:
            return False, True
        salt = note["hash"].partition("$")[0]
        if hmac.compare_digest(hashed_code(code, salt), note["hash"]):
            uow.guards.set_note(key, None)
            record(uow, now, "code_right", call=exchange.call, data={"number": masked(number)})
            return True, False
        wrong = note["wrong"] + 1
        uow.guards.set_note(key, {**note, "wrong": wrong}, expires_at=datetime.fromisoformat(note["until"]))
        record(uow, now, "code_wrong", call=exchange.call, data={"tries": wrong})
        return False, wrong >= self.rules.tries


def _key(exchange: Exchange, number: str) -> str:
    return f"account_code:{exchange.call.sid}:{number}"
