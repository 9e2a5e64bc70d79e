"""Who may sign in: admins add users, change roles, disable them and give them a link for another password."""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ivr.domain.staff import StaffRole
from ivr.errors import CallbackRefused, IvrError, SignInRefused
from ivr.service.staff_log import Member
from ivr.web.desk import Desk
from ivr.web.errors import status_of
from ivr.web.services import Services
from ivr.web.staff import only
from ivr.web.staff_words import StaffWords, refusal_of

Page = str | Response | tuple[str, int]


class UserPages:
    """Handlers for admins, and the page behind a link, which needs no sign-in."""

    def __init__(self, services: Services, desk: Desk, words: StaffWords) -> None:
        self._services = services
        self._accounts = desk.staff.accounts
        self._words = words

    def listed(self) -> str:
        """All users."""
        return self._shown()

    def add(self) -> Page:
        """Somebody new; the page shows the link by which they choose a password, this once."""
        form = request.form
        return self._linked(
            lambda member: self._accounts.invite(member, form.get("name", ""), _role(), form.get("agent", ""))
        )

    def link(self) -> Page:
        """A link for somebody who has forgotten theirs."""
        return self._linked(lambda member: self._accounts.link(member, request.form.get("user", "")))

    def set_role(self) -> Page:
        """Another role."""
        return self._done(lambda member: self._accounts.set_role(member, request.form.get("user", ""), _role()))

    def disable(self) -> Page:
        """Out, or in again."""
        disabled = request.form.get("disabled") == "yes"
        name = request.form.get("user", "")
        return self._done(lambda member: self._accounts.disable(name, disabled=disabled, by=member))

    def back(self) -> Response:
        """Somebody reloaded an answer to a form."""
        return redirect(url_for("admin.users"), 303)

    def chosen(self, token: str) -> Page:
        """The page behind a link. Raises LinkExpired."""
        return self._choosing(token, None)

    def choose(self, token: str) -> Page:
        """Take the password that was chosen; then they sign in with it."""
        try:
            self._accounts.choose(token, request.form.get("password", ""))
        except SignInRefused as refused:
            return self._choosing(token, self._words.explained(refused)), 422
        return redirect(url_for("staff.form", chosen=1), 303)

    def _choosing(self, token: str, refused: dict[str, str] | None) -> str:
        user = self._accounts.whose(token)
        return render_template("new_password.html", user=user, refused=refused, **self._words.shared())

    def _done(self, act: Callable[[Member], object]) -> Page:
        if (error := refusal_of(act)) is not None:
            return self._refused(error)
        return redirect(url_for("admin.users", done=1), 303)

    def _linked(self, act: Callable[[Member], str]) -> Page:
        """Shown in the answer itself: a link in an address would stay in logs and histories."""
        made: list[str] = []
        if (error := refusal_of(lambda member: made.append(act(member)))) is not None:
            return self._refused(error)
        path = url_for("staff.chosen", token=made[0])
        return self._shown(link=self._services.absolute(path))

    def _refused(self, error: IvrError) -> Page:
        status = 422 if isinstance(error, SignInRefused) else status_of(error)
        return self._shown(refused=self._words.explained(error)), status

    def _shown(self, refused: dict[str, str] | None = None, link: str = "") -> str:
        with self._services.store.read() as uow:
            users, agents = uow.staff.users(), uow.agents.all()
        return render_template(
            "users.html", users=users, agents=agents, names={agent.id: agent.name for agent in agents},
            refused=refused, link=link, form=request.form if refused else {}, roles=list(StaffRole),
            me=current_user.member.user_id, now=self._services.clock.now(), done=bool(request.args.get("done")),
            **self._words.shared(),
        )  # fmt: skip


def _role() -> StaffRole:
    try:
        return StaffRole(request.form.get("role", ""))
    except ValueError as error:
        raise CallbackRefused("role", f"a role is one of {', '.join(StaffRole)}") from error


def user_pages(pages: UserPages) -> Blueprint:
    """The blueprint of what only admins may do."""
    blueprint = Blueprint("admin", __name__, url_prefix="/supervisor/users", template_folder="templates")
    blueprint.before_request(only(StaffRole.ADMIN))
    blueprint.add_url_rule("", view_func=pages.listed, endpoint="users")
    acts = (("add", pages.add), ("link", pages.link), ("role", pages.set_role), ("disable", pages.disable))
    for name, act in acts:
        blueprint.add_url_rule(f"/{name}", view_func=act, endpoint=name, methods=["POST"])
        blueprint.add_url_rule(f"/{name}", view_func=pages.back, endpoint=f"{name}_back")
    return blueprint


def add_link_rules(blueprint: Blueprint, pages: UserPages) -> None:
    """Beside the sign-in, with its limits."""
    blueprint.add_url_rule("/sign-in/new-password/<token>", view_func=pages.chosen, endpoint="chosen")
    blueprint.add_url_rule("/sign-in/new-password/<token>", view_func=pages.choose, endpoint="choose", methods=["POST"])
