"""A token for the softphone of whoever is signed in: theirs alone, short-lived, counted."""

from typing import Final

from flask import Blueprint, Response, jsonify
from flask_login import current_user

from ivr.domain.agents import CLIENT, is_client
from ivr.errors import IllegalMove, IvrError, NotFound
from ivr.phone.softphones import VALID_SECONDS
from ivr.service.finding import agent_of
from ivr.service.limits import count_use
from ivr.service.staff_log import Member, log_act
from ivr.web.desk import Desk
from ivr.web.errors import status_of
from ivr.web.services import Services

TOKENS_A_DAY: Final = 400
"""One every ten minutes, with room for reloads; per account."""


class SoftphonePages:
    """The handler."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._services = services
        self._key = desk.staff.softphones

    def token(self) -> tuple[Response, int]:
        """JSON: `token`, `identity`, `seconds`; or `code` and `message`."""
        try:
            return jsonify(self._token(current_user.member)), 200
        except IvrError as error:
            code = getattr(error, "reason", error.code)
            status = 429 if code == "limit" else status_of(error)
            return jsonify(code=code, message=str(error)), status

    def _token(self, member: Member) -> dict[str, str | int]:
        if self._key is None:
            raise NotFound("no softphones here: set TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET")
        with self._services.store.begin() as uow:
            agent, now = agent_of(uow, member), self._services.clock.now()
            if agent is None or not is_client(agent.number):
                raise IllegalMove("your calls ring a telephone; `agents add NAME client:NAME` makes it a softphone")
            count_use(uow, "softphone", member.user_id, now, most=TOKENS_A_DAY, refusal="too many tokens today")
            log_act(uow, now, member, "softphone_token", about=agent.name)
            uow.commit()
        name = agent.number.removeprefix(CLIENT)
        return {"token": self._key.token(name), "identity": name, "seconds": VALID_SECONDS}


def add_softphone_rules(blueprint: Blueprint, pages: SoftphonePages) -> None:
    """Below /agent."""
    blueprint.add_url_rule("/softphone-token", view_func=pages.token, endpoint="softphone", methods=["POST"])
