"""Signing in and out, and who may open which pages. Flask-Login keeps who it is; the sign-in itself is a row."""

import re
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Flask, abort, redirect, render_template, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user
from werkzeug.wrappers import Response

from ivr.domain.staff import StaffRole
from ivr.errors import SignInRefused
from ivr.service.sign_in import SUPERVISOR, SignIns
from ivr.service.staff_log import Member
from ivr.web.desk import client_address
from ivr.web.staff_words import StaffWords

Page = str | Response | tuple[str, int]
OURS: Final = re.compile(r"/(agent|supervisor)/[\w./?=&%-]*")
"""Where a sign-in may lead: our own staff pages, never another site."""
STATUSES: Final = {"too_many": 429}


class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's user: a member of the staff, by the token of this browser."""

    def __init__(self, token: str, member: Member) -> None:
        self.id = token
        self.member = member


class StaffPages:
    """Handlers of signing in and out."""

    def __init__(self, sign_ins: SignIns, words: StaffWords, *, has_provider: bool = False) -> None:
        self._sign_ins = sign_ins
        self._has_provider = has_provider
        self._words = words

    def load(self, token: str) -> SignedIn | None:
        """Flask-Login's loader. A page that refreshes itself is not used by anybody."""
        member = self._sign_ins.who(str(token), is_use="part" not in request.args)
        return SignedIn(token, member) if member is not None else None

    def form(self) -> Page:
        """Ask for name and password."""
        if current_user.is_authenticated:
            return redirect(_home(current_user.member), 303)
        return self._form()

    def sign_in(self) -> Page:
        """Take them."""
        form = request.form
        try:
            token = self._sign_ins.begin(form.get("name", SUPERVISOR), form.get("password", ""), client_address())
        except SignInRefused as refused:
            return self._form(self._words.explained(refused)), STATUSES.get(refused.reason, 403)
        return self.let_in(token, request.args.get("next", ""))

    def let_in(self, token: str, wanted: str) -> Response:
        """A new session for this token; on to one of our own pages."""
        _new_session()
        signed_in = self.load(token)
        assert signed_in is not None
        login_user(signed_in)
        session.permanent = True
        return redirect(wanted if OURS.fullmatch(wanted) else _home(signed_in.member), 303)

    def refused(self, refused: SignInRefused, status: int) -> tuple[str, int]:
        """The form again, with what went wrong elsewhere."""
        return self._form(self._words.explained(refused)), status

    def sign_out(self) -> Response:
        """End the sign-in, here and wherever the cookie was copied to."""
        if current_user.is_authenticated:
            self._sign_ins.end(current_user.get_id())
        _new_session()
        return redirect(url_for("staff.form"), 303)

    def _form(self, refused: dict[str, str] | None = None) -> str:
        return render_template(
            "sign_in.html", refused=refused, is_open=self._sign_ins.is_open(), **self._words.shared(),
            name=request.form.get("name", ""), has_provider=self._has_provider, wanted=request.args.get("next"),
        )  # fmt: skip


def only(role: StaffRole) -> Callable[[], Response | None]:
    """Lets this role in; others to the sign-in page, or nowhere."""

    def check() -> Response | None:
        if not current_user.is_authenticated:
            if "part" in request.args:
                abort(401)
            wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
            return redirect(url_for("staff.form", next=wanted if OURS.fullmatch(wanted) else None), 303)
        if not current_user.member.may(role):
            abort(403)
        return None

    return check


def prepare(app: Flask, pages: StaffPages) -> None:
    """Flask-Login. Its own session protection is off: agents change networks, and the token is random and a row."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(pages.load)


def _home(member: Member) -> str:
    return url_for("board.board") if member.may(StaffRole.SUPERVISOR) else url_for("agent.console")


def _new_session() -> None:
    """Forget everything but the language."""
    language = session.get("lang")
    session.clear()
    if language:
        session["lang"] = language


def sign_in_pages(pages: StaffPages) -> Blueprint:
    """The blueprint."""
    blueprint = Blueprint("staff", __name__, template_folder="templates")
    blueprint.add_url_rule("/sign-in", view_func=pages.form, endpoint="form")
    blueprint.add_url_rule("/sign-in", view_func=pages.sign_in, endpoint="sign_in", methods=["POST"])
    blueprint.add_url_rule("/sign-out", view_func=pages.sign_out, endpoint="sign_out", methods=["POST"])
    return blueprint
