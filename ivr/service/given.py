"""What one claim of the outbox decided to do: the letter in words, and what tells it from all others."""

from dataclasses import dataclass

from ivr.domain.callbacks import Callback
from ivr.domain.cases import Case
from ivr.domain.drop_offs import DropOff
from ivr.domain.messages import Channel, Message, MessageKind
from ivr.service.countries import zone_of
from ivr.service.letters import Letters
from ivr.service.mail_letters import written_mail
from ivr.service.mail_ports import Mail
from ivr.service.notices import NOTHING, More, Notices
from ivr.service.renewals import told_of
from ivr.service.scenes import Scene


@dataclass(frozen=True)
class Given:
    """The row says "sending", and since when."""

    message: Message
    letter: str | Mail
    token: str
    is_look: bool = False
    """Nothing is sent: the carrier is asked about an earlier try."""


def callback_of(scene: Scene, message: Message) -> Callback | None:
    """The callback that it is about; one about an order has none."""
    return scene.uow.callbacks.get(message.callback_id) if message.callback_id else None


def given_of(scene: Scene, message: Message, letters: Letters, notices: Notices, *, is_look: bool = False) -> Given:
    """Raises ContentError."""
    if message.kind is MessageKind.WRITTEN:
        return Given(message, "" if is_look else written_mail(scene, message, notices.company), message.id)
    callback = callback_of(scene, message)
    if callback is None:
        return _about_order(scene, message, notices, is_look=is_look)
    case = scene.uow.cases.get(callback.case_id)
    write = letters.text if message.channel == Channel.TEXT else letters.mail
    letter = "" if is_look else write(message, callback, case, scene.now)
    return Given(message, letter, letters.token(message, callback), is_look)


def _about_order(scene: Scene, message: Message, notices: Notices, *, is_look: bool) -> Given:
    case = scene.uow.cases.get(message.case_id or "")
    assert case is not None, "a message belongs to a callback or to a case"
    is_text = message.channel == Channel.TEXT
    if is_look:
        return Given(message, "", notices.token(message), is_look)
    more = _more(scene, message, case, notices)
    write = notices.text(message, case, more) if is_text else notices.mail(message, case, scene.now, more)
    return Given(message, write, notices.token(message))


def _more(scene: Scene, message: Message, case: Case, notices: Notices) -> More:
    if message.kind is MessageKind.RETURN:
        return More(places=_places(scene, case))
    outreach = scene.uow.outreaches.of_case(case.id) if message.kind is MessageKind.RENEWAL else None
    if outreach is None or not outreach.details:
        return NOTHING
    return More(args=told_of(outreach.details, zone_of(notices.ways.numbers, outreach.number), scene.now))


def _places(scene: Scene, case: Case) -> tuple[DropOff, ...]:
    """Where the return of this case can be handed in."""
    settled = scene.uow.settlements.of_order(case.order_id or "")
    return next((one.places for one in settled if one.case_id == case.id and one.places), ())
