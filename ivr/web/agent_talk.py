"""The conversation of an agent: who is on the line, and each act in it, on the console and on the case's page."""

from collections.abc import Callable
from typing import Any, Final

from flask import request

from ivr.domain.cases import ALL_SKILLS
from ivr.domain.conversations import CHOSEN, Role
from ivr.domain.sellers import Seller
from ivr.errors import CallbackRefused, IvrError, NotFound
from ivr.service.console import Serving
from ivr.service.conversations import Conversation, Conversations
from ivr.service.staff_log import Member, log_act
from ivr.web.desk import Desk
from ivr.web.services import Services

UNRECORD: Final = "stop_recording"
ADD_SELLER: Final = "add_seller"


class Talks:
    """Looks and acts; an act is in the agent's own conversation, and in no other."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._services = services
        self._desk = desk

    def shown(self, serving: Serving) -> dict[str, Any]:
        """What the template of it needs."""
        conversation = self._conversation(serving)
        return {
            "conversation": conversation, "roles": CHOSEN, "skills": ALL_SKILLS,
            "seller": self._seller(serving) if conversation is not None else None,
        }  # fmt: skip

    def act(self, member: Member) -> None:
        """As the form says. Raises NotFound without a conversation or for another one, and whatever the act does."""
        conversations, given = self._desk.conversations, request.form
        if conversations is None:
            raise NotFound("this carrier has no conferences")
        attempt_id = conversations.of_agent(member.agent_id)
        if given.get("attempt") != attempt_id:
            raise NotFound("that conversation is over; another one may have begun")
        self._act(conversations, attempt_id, given.get("do", ""), member)
        with self._services.store.begin() as uow:
            log_act(uow, self._services.clock.now(), member, f"conversation_{given['do']}", about=attempt_id)
            uow.commit()

    def _act(self, conversations: Conversations, attempt_id: str, what: str, member: Member) -> None:
        if what == UNRECORD:
            self._services.recorder.withdraw(attempt_id, by=member.name)
        elif what == ADD_SELLER:
            conversations.add(attempt_id, self._sellers_number(attempt_id), _role())
        elif what in ACTS:
            ACTS[what](conversations, attempt_id)
        else:
            raise CallbackRefused("act", f"choose one of {', '.join((*ACTS, ADD_SELLER, UNRECORD))}")

    def _conversation(self, serving: Serving) -> Conversation | None:
        """Who is on the line; nobody, if the carrier does not say."""
        if self._desk.conversations is None or serving.attempt is None or serving.stage != "talking":
            return None
        try:
            return self._desk.conversations.show(serving.attempt.id)
        except IvrError:
            return None

    def _seller(self, serving: Serving) -> Seller | None:
        order = serving.case.order_id if serving.case is not None else None
        return self._desk.market.desk.sellers.of_order(order) if order else None

    def _sellers_number(self, attempt_id: str) -> str:
        with self._services.store.read() as uow:
            attempt = uow.attempts.get(attempt_id)
            case = uow.cases.get(attempt.case_id) if attempt is not None and attempt.case_id else None
        seller = self._desk.market.desk.sellers.of_order(case.order_id) if case is not None and case.order_id else None
        if seller is None:
            raise NotFound("no seller is known for the order of this case")
        return seller.number


def _who() -> str:
    return request.form.get("who", "")


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError as error:
        raise CallbackRefused("role", f"role must be one of {', '.join(CHOSEN)}") from error


ACTS: Final[dict[str, Callable[[Conversations, str], Any]]] = {
    "hold": lambda talks, attempt_id: talks.hold(attempt_id, _who(), on=True),
    "unhold": lambda talks, attempt_id: talks.hold(attempt_id, _who(), on=False),
    "mute": lambda talks, attempt_id: talks.mute(attempt_id, _who(), on=True),
    "unmute": lambda talks, attempt_id: talks.mute(attempt_id, _who(), on=False),
    "add": lambda talks, attempt_id: talks.add(attempt_id, request.form.get("number", ""), _role()),
    "switch": lambda talks, attempt_id: talks.switch(attempt_id, _who(), _role()),
    "remove": lambda talks, attempt_id: talks.remove(attempt_id, _who()),
    "transfer": lambda talks, attempt_id: talks.transfer(attempt_id, request.form.get("skill", "")),
    "complete": lambda talks, attempt_id: talks.complete(attempt_id),
}
