"""The supervisor's page: line, promises, agents and cases at a glance; each case with its timeline."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from ivr.domain.agents import Agent
from ivr.domain.callbacks import Callback, CallbackStatus, Hold
from ivr.domain.cases import Case
from ivr.service.narration import describe
from ivr.service.timeline import masked
from ivr.web.desk import Desk
from ivr.web.services import Services

ENDED = (CallbackStatus.DONE, CallbackStatus.CANCELED, CallbackStatus.EXPIRED)
SHOWN = 50
"""Rows of each list."""


@dataclass(frozen=True)
class Board:
    """Everything on the page, read in one transaction."""

    now: datetime
    holds: list[Hold]
    waiting: list[Callback]
    human: list[Callback]
    ended: list[Callback]
    agents: list[Agent]
    cases: list[Case]

    @property
    def late(self) -> int:
        """Open promises whose latest time is over without a ring."""
        return sum(is_late(callback, self.now) for callback in self.waiting)

    @property
    def kept_percent(self) -> int | None:
        """Of the ended promises shown that were kept or broken, how many were kept; None without any."""
        decided = [c.was_kept for c in self.ended if c.status != CallbackStatus.CANCELED]
        return round(100 * sum(kept is True for kept in decided) / len(decided)) if decided else None


def is_late(callback: Callback, now: datetime) -> bool:
    """Whether an open promise is broken already."""
    return callback.first_rung_at is None and now > callback.promised_by_at


def read_board(services: Services) -> Board:
    """The board now."""
    with services.store.read() as uow:
        return Board(
            now=services.clock.now(),
            holds=list(uow.holds.waiting()),
            waiting=list(uow.callbacks.listed([CallbackStatus.SCHEDULED, CallbackStatus.DIALING], SHOWN)),
            human=list(uow.callbacks.listed([CallbackStatus.NEEDS_HUMAN], SHOWN)),
            ended=list(uow.callbacks.listed(ENDED, SHOWN)),
            agents=list(uow.agents.all()),
            cases=list(uow.cases.recent(SHOWN)),
        )


class SupervisorPages:
    """Handlers behind the supervisor's password."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._services = services
        self._desk = desk

    def sign_in(self) -> str | Response | tuple[str, int]:
        """Ask for the password. Without one set there is no way in."""
        if request.method == "GET":
            return render_template("sign_in.html", wrong=False, company=self._services.company)
        expected = self._desk.supervisor_password
        if expected and hmac.compare_digest(request.form.get("password", "").encode(), expected.encode()):
            session.clear()
            session["supervisor"] = True
            return redirect(url_for("board.board"), 303)
        return render_template("sign_in.html", wrong=True, company=self._services.company), 403

    def sign_out(self) -> Response:
        """End the session."""
        session.clear()
        return redirect(url_for("board.sign_in"), 303)

    def board(self) -> str:
        """The whole page; `part`: only its live part."""
        name = "board_live.html" if "part" in request.args else "board.html"
        return render_template(name, **self._shared(), board=read_board(self._services))

    def case(self, number: str) -> str:
        """One case."""
        with self._services.store.read() as uow:
            case = uow.cases.by_number(number)
            if case is None:
                abort(404)
            customer = uow.customers.get(case.customer_id) if case.customer_id else None
            events = uow.events.of_case(case.id)
            callbacks = uow.callbacks.of_case(case.id)
        return render_template(
            "case.html", **self._shared(), case=case, customer=customer, events=events, callbacks=callbacks
        )

    def _shared(self) -> dict[str, Any]:
        return {"company": self._services.company, "masked": masked, "is_late": is_late, "describe": describe}


def require_supervisor() -> Response | None:
    """Send everyone else to the sign-in page."""
    if session.get("supervisor") or request.endpoint in ("board.sign_in", "board.static"):
        return None
    return redirect(url_for("board.sign_in"), 303)


def supervisor_pages(services: Services, desk: Desk) -> Blueprint:
    """The blueprint of the supervisor's pages."""
    pages = SupervisorPages(services, desk)
    blueprint = Blueprint("board", __name__, url_prefix="/supervisor", template_folder="templates")
    blueprint.before_request(require_supervisor)
    blueprint.add_url_rule("/sign-in", view_func=pages.sign_in, endpoint="sign_in", methods=["GET", "POST"])
    blueprint.add_url_rule("/sign-out", view_func=pages.sign_out, endpoint="sign_out", methods=["POST"])
    blueprint.add_url_rule("/", view_func=pages.board, endpoint="board")
    blueprint.add_url_rule("/cases/<number>", view_func=pages.case, endpoint="case")
    return blueprint
