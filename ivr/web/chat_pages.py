"""The chat on our page: works by plain forms; with JavaScript new lines come by themselves. In a frame, too."""

import re
from typing import Final

from flask import Blueprint, redirect, render_template, request, session
from itsdangerous import BadSignature, URLSafeSerializer
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from ivr.domain.chats import Chat
from ivr.errors import CallbackRefused, NotFound
from ivr.service.chats import Begun, ChatService
from ivr.service.timeline import ID, new_id
from ivr.web.desk import Desk, client_address, is_embedded
from ivr.web.page_words import PageWords
from ivr.web.services import Services
from ivr.web.wish import read_words, read_zone

Page = str | Response | tuple[str, int]
KEPT: Final = "chat"
"""In the session, and in a frame, where there is none, a signed field of that name."""
_LINK: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


class ChatPages:
    """Handlers of one customer's chat."""

    def __init__(self, services: Services, chats: ChatService, desk: Desk, words: PageWords) -> None:
        self._services = services
        self._chats = chats
        self._desk = desk
        self._words = words
        self._signer = URLSafeSerializer(desk.secret_key, salt="chat")

    def show(self) -> Page:
        """The page; `part`: only what was written."""
        if request.args.get("case") and not is_embedded():
            session.pop(KEPT, None)  # another conversation begins: the one that goes on with this case
        return self._shown("part" in request.args)

    def write(self) -> Page:
        """Send a line; the first one begins the chat. What is wrong is told above the form, what was typed stays."""
        part = "part" in request.form
        try:
            body = read_words(request.form.get("body", ""))
            chat_id = self._write(body) if body else self._mine()
        except CallbackRefused as refused:
            return self._shown(part, refused), 422
        if part:
            return self._shown(part, chat_id=chat_id)
        return redirect(self._words.at("chat", lang=self._words.locale(), **self._token(chat_id)), 303)

    def begin_anew(self) -> Page:
        """Leave this conversation for another one; the old one ends by itself."""
        session.pop(KEPT, None)
        return redirect(self._words.at("chat", lang=self._words.locale()), 303)

    def _write(self, body: str) -> str:
        form_id = request.form.get("form_id", "")
        key = form_id if ID.fullmatch(form_id) else new_id()
        chat_id = self._mine()
        for _ in range(2):
            chat_id = chat_id or self._chats.begin(self._begun())
            try:
                self._chats.wrote(chat_id, body, key, client_address())
                break
            except NotFound:  # it is over: this line begins another one
                chat_id = ""
        if not is_embedded():
            session[KEPT] = chat_id
        return chat_id

    def _begun(self) -> Begun:
        now = self._services.clock.now()
        case_id = self._desk.links.case_named(request.form.get("case", ""), now)
        return Begun(self._words.locale(), self._zone(), client_address(), case_id)

    def _zone(self) -> str:
        try:
            return read_zone(request.form.get("zone", "")).key
        except CallbackRefused:
            return ""

    def _mine(self) -> str:
        """The id of the chat that this browser has; empty: none."""
        if not is_embedded():
            return str(session.get(KEPT, ""))
        try:
            return str(self._signer.loads(request.values.get(KEPT, "")))
        except BadSignature:
            return ""

    def _token(self, chat_id: str) -> dict[str, str]:
        return {KEPT: self._signed(chat_id)} if is_embedded() and chat_id else {}

    def _signed(self, chat_id: str) -> str:
        return str(self._signer.dumps(chat_id)) if is_embedded() and chat_id else ""

    def _shown(self, part: bool, refused: CallbackRefused | None = None, *, chat_id: str = "") -> str:
        chat_id = chat_id or self._mine()
        with self._services.store.read() as uow:
            chat: Chat | None = uow.chats.get(chat_id) if chat_id else None
            lines = uow.chats.lines(chat_id) if chat is not None else ()
        return render_template(
            "chat_log.html" if part else "chat.html", chat=chat, lines=lines, token=self._signed(chat_id),
            form_id=new_id(), typed=request.form.get("body", "") if refused else "", linked=self._linked,
            case=request.values.get("case", ""), **self._words.errors((refused,) if refused else ()),
            **self._words.shared(),
        )  # fmt: skip

    def _linked(self, body: str) -> Markup:
        """Our own addresses can be followed; what else looks like one stays words."""
        return linked(body, self._services.public_url)


def linked(body: str, ours: str) -> Markup:
    """The text, escaped, with links to our own pages."""
    parts, at = [], 0
    for found in _LINK.finditer(body):
        if found[0].startswith(ours + "/"):
            link = Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>').format(found[0])
            parts += [escape(body[at : found.start()]), link]
            at = found.end()
    return Markup("").join([*parts, escape(body[at:])])


def chat_rules_of(blueprint: Blueprint, pages: ChatPages) -> None:
    """The chat's addresses, beside those of the customers' pages."""
    blueprint.add_url_rule("/chat", view_func=pages.show, endpoint="chat")
    blueprint.add_url_rule("/chat", view_func=pages.write, endpoint="chat_write", methods=["POST"])
    blueprint.add_url_rule("/chat/new", view_func=pages.begin_anew, endpoint="chat_new", methods=["POST"])
    blueprint.add_url_rule("/chat/new", view_func=pages.show, endpoint="chat_new_back")
