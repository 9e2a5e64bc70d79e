"""Chats in the agent's console: who waits, the whole story, and the answer. Plain forms; live by the event stream."""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ivr.errors import IvrError
from ivr.service.case_work import OUTCOMES
from ivr.service.chat_desk import ChatDesk
from ivr.service.staff_log import Member
from ivr.service.timeline import new_id
from ivr.web.desk import Desk
from ivr.web.errors import status_of
from ivr.web.services import Services
from ivr.web.staff_words import StaffWords, refusal_of

Page = str | Response | tuple[str, int]
ACTS: Final = ("take", "answer", "give_back", "close")


class AgentChats:
    """Handlers of one chat's page."""

    def __init__(self, services: Services, desk: Desk, words: StaffWords) -> None:
        self._services = services
        self._desk: ChatDesk = desk.chat_desk
        self._words = words

    def chat(self, chat_id: str) -> str:
        """The page; `part`: what was written alone. Raises NotFound."""
        return self._shown(chat_id, "agent_chat_live.html" if "part" in request.args else "agent_chat.html")

    def act(self, chat_id: str) -> Page:
        """Take it, answer, give it back, close it; what goes wrong is told on top, what was typed stays."""
        given = request.form
        acts: dict[str, Callable[[Member], None]] = {
            "take": lambda member: self._desk.take(member, chat_id),
            "answer": lambda member: self._desk.answer(
                member, chat_id, given.get("text", ""), given.get("form_id", "")
            ),
            "give_back": lambda member: self._desk.give_back(member, chat_id),
            "close": lambda member: self._desk.close(
                member, chat_id, given.get("outcome", ""), resolved=given.get("resolved") == "yes"
            ),
        }
        act = acts.get(given.get("do", ""), acts["answer"])
        if (error := refusal_of(act)) is not None:
            return self._shown(chat_id, "agent_chat.html", error), status_of(error)
        if given.get("do") in ("close", "give_back"):
            return redirect(url_for("agent.console"), 303)
        return redirect(url_for("agent.chat", chat_id=chat_id), 303)

    def draft(self, chat_id: str) -> Response:
        """Keep an answer that is not finished: sent by the page while somebody types."""
        self._desk.keep_draft(current_user.member, chat_id, request.form.get("note", ""))
        return Response(status=204)

    def original(self, chat_id: str, mail_id: str) -> Response:
        """A mail as it came, to be kept or opened elsewhere: no browser makes anything of it."""
        raw = self._desk.original(current_user.member, chat_id, mail_id)
        headers = {
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Content-Disposition": f"attachment; filename={mail_id}.eml",
        }
        return Response(raw, mimetype="application/octet-stream", headers=headers)

    def _shown(self, chat_id: str, template: str, error: IvrError | None = None) -> str:
        with self._services.store.read() as uow:
            view = self._desk.read(uow, current_user.member, chat_id)
        return render_template(
            template, view=view, refused=self._words.explained(error) if error else None, outcomes=OUTCOMES,
            form=request.form if error else {}, form_id=new_id(), longest=view.longest,
            now=self._services.clock.now(), **self._words.shared(),
        )  # fmt: skip


def chat_rules_of(blueprint: Blueprint, chats: AgentChats) -> None:
    """The addresses of chats, below the console's."""
    blueprint.add_url_rule("/chats/<chat_id>", view_func=chats.chat, endpoint="chat")
    blueprint.add_url_rule("/chats/<chat_id>", view_func=chats.act, endpoint="chat_act", methods=["POST"])
    blueprint.add_url_rule("/chats/<chat_id>/draft", view_func=chats.draft, endpoint="chat_draft", methods=["POST"])
    blueprint.add_url_rule("/chats/<chat_id>/mails/<mail_id>", view_func=chats.original, endpoint="mail")
