"""The day in pictures, agents' shifts, and the audit log."""

import csv
from io import StringIO
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ivr.domain.day_figures import day_figures, day_of
from ivr.service.staff_log import log_act
from ivr.service.turn_figures import KnownTurns
from ivr.web.desk import Desk
from ivr.web.level_figures import HEAD, level_figures, rows
from ivr.web.services import Services
from ivr.web.staff_words import StaffWords, refusal_of

Page = str | Response | tuple[str, int]
CALLBACKS: Final = 20_000
LINES: Final = 200
TARGET_SECONDS: Final = 600
"""A callback as soon as possible is meant to ring within ten minutes."""


class DayPages:
    """Handlers."""

    def __init__(self, services: Services, desk: Desk, words: StaffWords) -> None:
        self._services = services
        self._desk = desk
        self._words = words
        self._turns = KnownTurns()

    def day(self) -> str:
        """Waits over the day, service levels, reasons for calling; each picture with its table."""
        zone = ZoneInfo(self._desk.zone)
        since, now = day_of(self._services.clock.now(), zone)
        levels = self._desk.market.levels
        with self._services.store.read() as uow:
            reached = level_figures(uow, levels, since, now)
            turns = self._turns.at(uow, now)
            callbacks, kinds = uow.overview.created_callbacks(since, CALLBACKS), uow.overview.case_kinds(since)
        figures = day_figures(callbacks, kinds, zone, TARGET_SECONDS)
        return render_template(
            "day.html", day=figures, now=now, target=TARGET_SECONDS // 60, levels=reached, turns=turns,
            **self._words.shared(),
        )  # fmt: skip

    def levels(self) -> Response:
        """The day's service levels as CSV."""
        since, now = day_of(self._services.clock.now(), ZoneInfo(self._desk.zone))
        with self._services.store.read() as uow:
            reached = level_figures(uow, self._desk.market.levels, since, now)
        text = StringIO()
        csv.writer(text).writerows([HEAD, *rows(reached)])
        headers = {"Content-Disposition": 'attachment; filename="service-levels.csv"'}
        return Response("\ufeff" + text.getvalue(), mimetype="text/csv; charset=utf-8", headers=headers)

    def shifts(self) -> str:
        """Who works when."""
        return self._shifts(None)

    def set_shifts(self) -> Page:
        """Change one agent's."""
        form = request.form
        agent_id, shifts, zone = form.get("agent", ""), form.get("shifts", ""), form.get("zone", "")
        work, zone = self._desk.supervising, zone or self._desk.zone
        if (error := refusal_of(lambda member: work.set_shifts(member, agent_id, shifts, zone))) is not None:
            return self._shifts(self._words.explained(error)), 422
        return redirect(url_for("board.shifts", done=1), 303)

    def _shifts(self, refused: dict[str, str] | None) -> str:
        with self._services.store.read() as uow:
            agents = uow.agents.all()
        return render_template(
            "shifts.html", agents=agents, refused=refused, form=request.form if refused else {},
            now=self._services.clock.now(), done=bool(request.args.get("done")), **self._words.shared(),
        )  # fmt: skip

    def audit(self) -> str:
        """Who saw and changed what; looking at it is in it, too."""
        about, name = request.args.get("about", "").strip()[:64], request.args.get("name", "").strip()[:64]
        with self._services.store.begin() as uow:
            now = self._services.clock.now()
            lines = uow.staff.log_lines(LINES, about=about, name=name)
            log_act(uow, now, current_user.member, "audit_seen")
            uow.commit()
        return render_template(
            "audit.html", lines=lines, about=about, name=name, now=now, most=LINES, **self._words.shared()
        )  # fmt: skip


def add_day_rules(blueprint: Blueprint, pages: DayPages) -> None:
    """Below /supervisor."""
    blueprint.add_url_rule("/day", view_func=pages.day, endpoint="day")
    blueprint.add_url_rule("/levels.csv", view_func=pages.levels, endpoint="levels")
    blueprint.add_url_rule("/shifts", view_func=pages.shifts, endpoint="shifts")
    blueprint.add_url_rule("/shifts", view_func=pages.set_shifts, endpoint="set_shifts", methods=["POST"])
    blueprint.add_url_rule("/audit", view_func=pages.audit, endpoint="audit")
