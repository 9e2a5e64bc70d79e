"""The agent's console: status, the line, whom to take next, and what can be done in a conversation."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ivr.domain.cases import ALL_SKILLS
from ivr.domain.conversations import CHOSEN, Role
from ivr.domain.staff import StaffRole
from ivr.errors import CallbackRefused, IvrError, NotFound
from ivr.service.agent_work import SETTABLE
from ivr.service.chat_desk import waiting_chats
from ivr.service.console import Console, read_console
from ivr.service.conversations import Conversation, Conversations
from ivr.service.staff_log import Member, log_act
from ivr.web.agent_chats import AgentChats, chat_rules_of
from ivr.web.board import is_late
from ivr.web.case_pages import CasePages
from ivr.web.desk import Desk
from ivr.web.errors import status_of
from ivr.web.recording_pages import RecordingPages, add_recording_rules
from ivr.web.services import Services
from ivr.web.staff import only
from ivr.web.staff_words import StaffWords

Page = str | Response | tuple[str, int]
UNRECORD: Final = "stop_recording"
LAST_CASE: Final = "last_case"


class AgentPages:
    """Handlers of the console."""

    def __init__(self, services: Services, desk: Desk, words: StaffWords) -> None:
        self._services = services
        self._desk = desk
        self._words = words

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
        return self._done(self._talk)

    def back(self, number: str = "") -> Page:
        """Somebody reloaded, or changed the language of, an answer to a form."""
        return redirect(url_for("agent.case", number=number) if number else url_for("agent.console"), 303)

    def _talk(self, member: Member) -> None:
        conversations, given = self._desk.conversations, request.form
        if conversations is None:
            raise NotFound("this carrier has no conferences")
        attempt_id = conversations.of_agent(member.agent_id)
        if given.get("attempt") != attempt_id:
            raise NotFound("that conversation is over; another one may have begun")
        act = ACTS.get(given.get("do", ""))
        if given.get("do") == UNRECORD:
            self._services.recorder.withdraw(attempt_id, by=member.name)
        elif act is None:
            raise CallbackRefused("act", f"choose one of {', '.join((*ACTS, UNRECORD))}")
        else:
            act(conversations, attempt_id)
        with self._services.store.begin() as uow:
            log_act(uow, self._services.clock.now(), member, f"conversation_{given['do']}", about=attempt_id)
            uow.commit()

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
            template, console=console, chats=chats, refused=refused,
            conversation=self._conversation(console), roles=CHOSEN,
            statuses=SETTABLE, skills=ALL_SKILLS, is_late=partial(is_late, now=console.now), **self._words.shared(),
        )  # fmt: skip

    def _conversation(self, console: Console) -> Conversation | None:
        """Who is on the line; nobody, if the carrier does not say."""
        if self._desk.conversations is None or console.attempt is None or console.stage != "talking":
            return None
        try:
            return self._desk.conversations.show(console.attempt.id)
        except IvrError:
            return None


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
        ("settle", cases.settle), ("hand_up", cases.hand_up), ("step", cases.step),
    ):  # fmt: skip
        rule = f"/cases/<number>/{name.replace('_', '-')}"
        blueprint.add_url_rule(rule, view_func=act, endpoint=name, methods=["POST"])
        blueprint.add_url_rule(rule, view_func=pages.back, endpoint=f"{name}_back")
    return blueprint
