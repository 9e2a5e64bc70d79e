"""What a live call's row holds, and the line of the timeline for what is said in it."""

from datetime import datetime

from ivr.domain.calls import Call
from ivr.domain.dialogue import Dialogue
from ivr.domain.turn import Turn
from ivr.errors import NotFound
from ivr.service.ports import Speaker
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record


def known_call(uow: UnitOfWork, sid: str) -> Call:
    """Raises NotFound."""
    call = uow.calls.get(sid)
    if call is None:
        raise NotFound("no such call; it may have been answered before this database was made")
    return call


def dialogue_of(call: Call) -> Dialogue:
    """Where it stands."""
    dialogue = call.dialogue
    if not isinstance(dialogue, Dialogue):
        raise TypeError(f"call {call.sid} has no dialogue")
    return dialogue


def remember_locale(uow: UnitOfWork, customer_id: str, locale: str) -> None:
    """The next call is answered in this language."""
    customer = uow.customers.get(customer_id)
    if customer is not None:
        customer.locale = locale


def note_said(uow: UnitOfWork, now: datetime, speaker: Speaker, call: Call, turn: Turn) -> None:
    """The turn's prompts, in words."""
    texts = [speaker.text(say.locale or turn.locale, say) for say in turn.say]
    data = {
        "text": " ".join(texts), "turn": turn.number, "state": turn.state, "locale": turn.locale,
        "prompts": [say.key for say in turn.say],
    }  # fmt: skip
    record(uow, now, "said", call=call, data=data)
