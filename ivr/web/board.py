"""The supervisor's page: line, promises, agents and cases at a glance; each case with its timeline."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, get_day_names
from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from ivr.domain.agents import Agent
from ivr.domain.callbacks import Callback, CallbackStatus, Hold
from ivr.domain.cases import Case, Event, is_case_number
from ivr.domain.shifts import told_shifts
from ivr.service.line import in_order
from ivr.service.narration import describe
from ivr.service.timeline import masked
from ivr.web.catalogue import Catalogue
from ivr.web.desk import Desk
from ivr.web.services import Services

ENDED: Final = (CallbackStatus.DONE, CallbackStatus.CANCELED, CallbackStatus.EXPIRED)
SHOWN: Final = 50
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
    def line(self) -> list[Callback]:
        """Due callbacks in the order of the line, then those for later by their time."""
        due = [callback for callback in self.waiting if callback.due_at <= self.now]
        ordered = [entry for entry in in_order([], due) if isinstance(entry, Callback)]
        return ordered + [callback for callback in self.waiting if callback.due_at > self.now]

    @property
    def numbers(self) -> dict[str, str]:
        """Numbers of the cases shown, by their ids."""
        return {case.id: case.number for case in self.cases}

    @property
    def late(self) -> int:
        """Open promises whose latest time is over without a ring."""
        return sum(is_late(callback, self.now) for callback in self.waiting + self.human)

    @property
    def free(self) -> int:
        """Agents who could be rung now."""
        return sum(agent.status == "available" and agent.works_at(self.now) for agent in self.agents)

    @property
    def kept_percent(self) -> int | None:
        """Of the newest promises that were kept or broken, how many were kept; None without any."""
        decided = [kept for callback in self.ended + self.human if (kept := callback.was_kept) is not None]
        return round(100 * sum(decided) / len(decided)) if decided else None


def is_late(callback: Callback, now: datetime) -> bool:
    """Whether an open promise is broken already."""
    return callback.first_rung_at is None and now > callback.promised_by_at


def age(since: datetime, now: datetime) -> tuple[int, str]:
    """How long ago, as a number of the largest unit that fits twice: d, h, min or s."""
    seconds = max(0, int((now - since).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return seconds // size, unit
    return seconds, "s"


def read_board(services: Services) -> Board:
    """The board now."""
    with services.store.read() as uow:
        return Board(
            now=services.clock.now(),
            holds=list(uow.holds.waiting()),
            waiting=list(uow.callbacks.listed([CallbackStatus.SCHEDULED, CallbackStatus.DIALING], SHOWN)),
            human=list(uow.callbacks.listed([CallbackStatus.NEEDS_HUMAN], SHOWN)),
            ended=list(uow.callbacks.listed(ENDED, SHOWN)),
            agents=sorted(uow.agents.all(), key=lambda agent: agent.name),
            cases=list(uow.cases.recent(SHOWN)),
        )


class SupervisorPages:
    """Handlers behind the supervisor's password."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._services = services
        self._desk = desk
        secret, password = desk.secret_key.encode(), desk.supervisor_password.encode()
        # Changing the password signs everybody out.
        self._pass = hmac.new(secret, password, sha256).hexdigest() if password else ""

    def require_supervisor(self) -> Response | None:
        """Send everyone else to the sign-in page."""
        given = str(session.get("supervisor", ""))
        if self._pass and hmac.compare_digest(given.encode(), self._pass.encode()):
            return None
        if request.endpoint in ("board.sign_in", "board.sign_out"):
            return None
        if "part" in request.args:
            abort(401)
        return redirect(url_for("board.sign_in"), 303)

    def sign_in(self) -> str | Response | tuple[str, int]:
        """Ask for the password. Without one set there is no way in."""
        if request.method == "GET":
            return self._sign_in_form(wrong=False)
        expected = self._desk.supervisor_password.encode()
        given = request.form.get("password", "").encode("utf-8", "replace")
        if expected and hmac.compare_digest(given, expected):
            self._new_session()
            session["supervisor"] = self._pass
            session.permanent = True
            return redirect(url_for("board.board"), 303)
        return self._sign_in_form(wrong=True), 403

    def _sign_in_form(self, *, wrong: bool) -> str:
        is_open = bool(self._pass)
        return render_template("sign_in.html", wrong=wrong, is_open=is_open, **self._shared())

    def sign_out(self) -> Response:
        """End the session."""
        self._new_session()
        return redirect(url_for("board.sign_in"), 303)

    def _new_session(self) -> None:
        """Forget everything but the language."""
        language = session.get("lang")
        session.clear()
        if language:
            session["lang"] = language

    def board(self) -> str:
        """The whole page; `part`: only its live part."""
        name = "board_live.html" if "part" in request.args else "board.html"
        return render_template(name, **self._shared(), board=read_board(self._services))

    def case(self, number: str) -> str:
        """One case."""
        with self._services.store.read() as uow:
            case = uow.cases.by_number(number) if is_case_number(number) else None
            if case is None:
                abort(404)
            customer = uow.customers.get(case.customer_id) if case.customer_id else None
            events = uow.events.of_case(case.id)
            callbacks = uow.callbacks.of_case(case.id)
        return render_template(
            "case.html", **self._shared(), case=case, customer=customer, events=events, callbacks=callbacks,
            now=self._services.clock.now(),
        )  # fmt: skip

    def _shared(self) -> dict[str, Any]:
        locale, words = self._locale(), self._desk.board_words
        return BoardWords(words, locale, ZoneInfo(self._desk.zone)).for_templates() | {
            "company": self._services.company, "masked": masked, "is_late": is_late, "catalogue": words,
        }  # fmt: skip

    def _locale(self) -> str:
        """The language asked for, else the one chosen before, else the browser's."""
        asked = request.args.get("lang")
        if asked and "part" in request.args:
            return self._desk.board_words.best(asked, request.accept_languages)
        if asked:
            session["lang"] = self._desk.board_words.best(asked, request.accept_languages)
        return self._desk.board_words.best(session.get("lang"), request.accept_languages)

    def error(self, key: str, status: int) -> tuple[str, int]:
        """What went wrong on these pages, with the way back."""
        known = key if self._desk.board_words.has(self._locale(), f"error_{key}") else "other"
        return render_template("board_error.html", key=known, **self._shared()), status


@dataclass(frozen=True)
class BoardWords:
    """How the board puts things, in one language and one time zone."""

    catalogue: Catalogue
    locale: str
    zone: ZoneInfo

    def text(self, key: str, **places: object) -> str:
        """A text of board.yaml."""
        return self.catalogue.text(self.locale, key, **places)

    def moment(self, at: datetime | None, pattern: str = "") -> str:
        """A moment on the board's clock; a dash for none."""
        if at is None:
            return "–"
        language = Locale.parse(self.locale, sep="-")
        return str(format_datetime(at, pattern or self.text("format_moment"), tzinfo=self.zone, locale=language))

    def ago(self, since: datetime, now: datetime) -> str:
        """How long ago."""
        number, unit = age(since, now)
        return self.text(f"age_{unit}", n=number)

    def shifts(self, agent: Agent) -> str:
        """When the agent works; always without shifts."""
        names = get_day_names("abbreviated", locale=Locale.parse(self.locale, sep="-"))
        return "; ".join(told_shifts(agent.shifts, [str(names[day]) for day in range(7)])) or self.text("always")

    def word(self, value: object) -> str:
        """A word of the data."""
        return self.catalogue.word(self.locale, value)

    def tell(self, event: Event) -> str:
        """A line of the timeline: plain English, the same in terminal, API and here."""
        return describe(event, self.zone)

    def for_templates(self) -> dict[str, Any]:
        """The names that templates use."""
        return {
            "t": self.text, "clock": self.moment, "age": self.ago, "words": self.word, "tell": self.tell,
            "shifts": self.shifts, "locale": self.locale, "zone": self.zone.key,
        }  # fmt: skip


def supervisor_pages(pages: SupervisorPages) -> Blueprint:
    """The blueprint of the supervisor's pages."""
    blueprint = Blueprint("board", __name__, url_prefix="/supervisor", template_folder="templates")
    blueprint.before_request(pages.require_supervisor)
    blueprint.add_url_rule("/sign-in", view_func=pages.sign_in, endpoint="sign_in", methods=["GET", "POST"])
    blueprint.add_url_rule("/sign-out", view_func=pages.sign_out, endpoint="sign_out", methods=["POST"])
    blueprint.add_url_rule("/", view_func=pages.board, endpoint="board")
    blueprint.add_url_rule("/cases/<number>", view_func=pages.case, endpoint="case")
    return blueprint
