"""/api/v1/conversations: what an agent may do while they talk. An agent's token opens their own conversation alone."""

from dataclasses import asdict
from typing import Any, Final

from flask import Blueprint, Response, g, jsonify

from ivr.domain.conversations import Role
from ivr.domain.programs import Scope
from ivr.errors import CallbackRefused, NotFound
from ivr.service.conversations import Conversation, Conversations
from ivr.service.timeline import ID
from ivr.web.api_bodies import read_body, read_text
from ivr.web.api_keys import Access, agent_id_of, given_key, is_token_of, refusal
from ivr.web.api_rules import problems_of
from ivr.web.desk import Desk
from ivr.web.problems import Answer
from ivr.web.services import Services

CURRENT: Final = "current"
"""In the place of a conversation's id: the one that the token's agent is in."""


class ConversationApi:
    """The endpoints."""

    def __init__(self, services: Services, desk: Desk, conversations: Conversations) -> None:
        self._store = services.store
        self._desk = desk
        self._conversations = conversations

    def authorize(self) -> Answer | None:
        """A program's key opens every conversation, an agent's token their own."""
        g.agent_id = ""
        token = given_key()
        if not agent_id_of(token):
            return Access(self._store, self._desk.api_keys).refuse(Scope.CONVERSATIONS_WRITE)
        with self._store.read() as uow:
            agent = uow.agents.get(agent_id_of(token)) if ID.fullmatch(agent_id_of(token)) else None
        if agent is None or not is_token_of(agent, token, self._desk.secret_key):
            return refusal()
        g.agent_id = agent.id
        return None

    def show(self, conversation: str) -> Response:
        """Who is in it, and how they hear each other."""
        return self._shown(self._allowed(conversation))

    def change(self, conversation: str, who: str) -> Response:
        """`hold`, `muted`, or for a guest another `role`."""
        attempt_id = self._allowed(conversation)
        body = read_body(frozenset({"hold", "muted", "role"}))
        if (on := _flag(body, "hold")) is not None:
            self._conversations.hold(attempt_id, who, on=on)
        if (on := _flag(body, "muted")) is not None:
            self._conversations.mute(attempt_id, who, on=on)
        if role := read_text(body, "role"):
            self._conversations.switch(attempt_id, who, _role(role))
        return self._shown(attempt_id)

    def add(self, conversation: str) -> Answer:
        """Ring somebody: a seller, a supervisor."""
        attempt_id = self._allowed(conversation)
        body = read_body(frozenset({"number", "role"}))
        role = _role(read_text(body, "role") or Role.GUEST)
        return jsonify({"id": self._conversations.add(attempt_id, read_text(body, "number"), role)}), 201

    def remove(self, conversation: str, who: str) -> tuple[str, int]:
        """Hang up on a guest."""
        self._conversations.remove(self._allowed(conversation), who)
        return "", 204

    def transfer(self, conversation: str) -> Answer:
        """Ask a free agent with this `skill` to take over."""
        attempt_id = self._allowed(conversation)
        skill = read_text(read_body(frozenset({"skill"})), "skill")
        return jsonify({"id": self._conversations.transfer(attempt_id, skill)}), 201

    def complete(self, conversation: str) -> tuple[str, int]:
        """Leave the customer to the one who was asked to take over."""
        self._conversations.complete(self._allowed(conversation))
        return "", 204

    def _allowed(self, conversation: str) -> str:
        """The attempt's id. Raises NotFound, for a conversation of somebody else too."""
        if conversation == CURRENT and g.agent_id:
            return self._conversations.of_agent(g.agent_id)
        if not ID.fullmatch(conversation):
            raise NotFound("no such conversation")
        with self._store.read() as uow:
            attempt = uow.attempts.get(conversation)
        if attempt is None or g.agent_id not in ("", attempt.agent_id):
            raise NotFound("no such conversation")
        return conversation

    def _shown(self, attempt_id: str) -> Response:
        return jsonify(conversation_json(self._conversations.show(attempt_id)))


def conversation_json(conversation: Conversation) -> dict[str, Any]:
    """A conversation as clients see it; numbers are not shown."""
    people = [
        {key: value for key, value in asdict(one).items() if key != "call_sid"} for one in conversation.participants
    ]
    return {
        "id": conversation.id,
        "case": conversation.case_number,
        "agent": conversation.agent,
        "participants": people,
    }


def _flag(body: dict[str, Any], name: str) -> bool | None:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise CallbackRefused("type", f"{name} must be true or false")
    return value


def _role(value: str) -> Role:
    try:
        return Role(value)
    except ValueError as error:
        raise CallbackRefused("role", "role must be guest, listener or coach") from error


def conversations_v1(services: Services, desk: Desk, conversations: Conversations) -> Blueprint:
    """The blueprint."""
    api = ConversationApi(services, desk, conversations)
    blueprint = Blueprint("conversations", __name__, url_prefix="/api/v1/conversations")
    blueprint.before_request(api.authorize)
    problems_of(blueprint)
    one, people = "/<conversation>", "/<conversation>/participants"
    blueprint.add_url_rule(one, view_func=api.show)
    blueprint.add_url_rule(people, view_func=api.add, methods=["POST"])
    blueprint.add_url_rule(f"{people}/<who>", view_func=api.change, methods=["PATCH"])
    blueprint.add_url_rule(f"{people}/<who>", view_func=api.remove, methods=["DELETE"])
    blueprint.add_url_rule(f"{one}/transfer", view_func=api.transfer, methods=["POST"])
    blueprint.add_url_rule(f"{one}/transfer/complete", view_func=api.complete, methods=["POST"])
    return blueprint
