"""The agent's console: status, the line, whom to take next, and what can be done in a conversation."""

from collections.abc import Callable
from functools import partial
from typing import Final

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ivr.domain.staff import StaffRole
from ivr.errors import IvrError
from ivr.service.agent_work import SETTABLE
from ivr.service.chat_desk import waiting_chats
from ivr.service.console import read_console
from ivr.service.staff_log import Member
from ivr.web.agent_chats import AgentChats, chat_rules_of
from ivr.web.agent_talk import Talks
from ivr.web.board import is_late
from ivr.web.case_pages import CasePages
from ivr.web.desk import Desk
from ivr.web.errors import status_of
from ivr.web.recording_pages import RecordingPages, add_recording_rules
from ivr.web.services import Services
from ivr.web.staff import only
from ivr.web.staff_words import StaffWords

Page = str | Response | tuple[str, int]
LAST_CASE: Final = "last_case"


class AgentPages:
    """Handlers of the console."""

    def __init__(self, services: Services, desk: Desk, words: StaffWords) -> None:
        self._services = services
        self._desk = desk
        self._words = words
        self._talks = Talks(services, desk)

    def console(self) -> str:
        """The whole page; `part`: only its live part."""
        return self._shown("agent_live.html" if "part" in request.args else "agent.html")

    def set_status(self) -> Page:
        """Available, break, after-call work, offline."""
        return self._done(lambda member: self._desk.agent_work.set_status(member, request.form.get("status", "")))

    def take(self) -> Page:
        """Take somebody out of the line."""
        return self._done(lambda member: self._desk.agent_work.take(member, request.form.get("callback", "")))

    def talk(self) -> Page:
        """One act in the agent's own conversation, and no other."""
        return self._done(self._talks.act)

    def back(self, number: str = "") -> Page:
        """Somebody reloaded, or changed the language of, an answer to a form."""
        return redirect(url_for("agent.case", number=number) if number else url_for("agent.console"), 303)

    def _done(self, act: Callable[[Member], object]) -> Page:
        """Do it and show the console; what goes wrong is told on top of it."""
        try:
            act(current_user.member)
        except IvrError as error:
            return self._shown("agent.html", self._words.explained(error)), status_of(error)
        return redirect(url_for("agent.console"), 303)

    def _shown(self, template: str, refused: dict[str, str] | None = None) -> str:
        with self._services.store.read() as uow:
            now = self._services.clock.now()
            console = read_console(uow, current_user.member, now, str(session.get(LAST_CASE, "")))
            chats = waiting_chats(uow, current_user.member)
        if console.attempt is not None and console.case is not None:
            session[LAST_CASE] = console.case.id
        return render_template(
            template, console=console, chats=chats, refused=refused, statuses=SETTABLE,
            is_late=partial(is_late, now=console.now), phones_url=self._desk.phones_url,
            **self._talks.shown(console), **self._words.shared(),
        )  # fmt: skip


def agent_pages(pages: AgentPages, cases: CasePages, recordings: RecordingPages, chats: AgentChats) -> Blueprint:
    """The blueprint of the agent's pages."""
    blueprint = Blueprint("agent", __name__, url_prefix="/agent", template_folder="templates")
    blueprint.before_request(only(StaffRole.AGENT))
    blueprint.add_url_rule("/", view_func=pages.console, endpoint="console")
    for name, view in (("status", pages.set_status), ("take", pages.take), ("talk", pages.talk)):
        blueprint.add_url_rule(f"/{name}", view_func=view, endpoint=name, methods=["POST"])
        blueprint.add_url_rule(f"/{name}", view_func=pages.back, endpoint=f"{name}_back")
    chat_rules_of(blueprint, chats)
    blueprint.add_url_rule("/cases/<number>", view_func=cases.case, endpoint="case")
    add_recording_rules(blueprint, recordings)
    blueprint.add_url_rule("/cases/<number>/photos/<photo_id>", view_func=cases.picture, endpoint="picture")
    for name, act in (
        ("note", cases.note), ("draft", cases.draft), ("outcome", cases.outcome), ("follow_up", cases.follow_up),
        ("settle", cases.settle), ("talk", cases.talk), ("hand_up", cases.hand_up), ("step", cases.step),
    ):  # fmt: skip
        rule, endpoint = f"/cases/<number>/{name.replace('_', '-')}", f"case_{name}" if name == "talk" else name
        blueprint.add_url_rule(rule, view_func=act, endpoint=endpoint, methods=["POST"])
        blueprint.add_url_rule(rule, view_func=pages.back, endpoint=f"{endpoint}_back")
    return blueprint
