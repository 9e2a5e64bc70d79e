"""The company's own days off, by region."""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ivr.domain.holidays import check_region
from ivr.errors import CallbackRefused
from ivr.service.staff_log import Member
from ivr.web.desk import Desk
from ivr.web.services import Services
from ivr.web.staff_words import StaffWords, refusal_of

Page = str | Response | tuple[str, int]
YEARS: Final = 2
"""This one and the next are offered."""


class HolidayPages:
    """Handlers."""

    def __init__(self, services: Services, desk: Desk, words: StaffWords) -> None:
        self._services = services
        self._desk = desk
        self._words = words

    def listed(self) -> str:
        """All days from this year on."""
        return self._shown(None)

    def add(self) -> Page:
        """One day."""
        form = request.form
        day = (form.get("day", ""), form.get("name", ""))
        return self._done(lambda member: self._desk.staff.holidays.add(member, form.get("region", ""), [day]))

    def add_public(self) -> Page:
        """Public holidays of a year, of a country or a part of it, for this region: who is off, or not rung."""
        return self._done(self._add_public)

    def _add_public(self, member: Member) -> None:
        form, year = request.form, request.form.get("year", "")
        place = check_region(form.get("country", ""), self._desk.staff.places)
        found = self._desk.staff.public_holidays(place, int(year)) if year in self._years() else []
        if not found:
            raise CallbackRefused("no_holidays", "no public holidays are known for that country and year")
        days = [(day.isoformat(), name) for day, name in found]
        self._desk.staff.holidays.add(member, form.get("region", ""), days)

    def remove(self) -> Page:
        """A working day again."""
        form, work = request.form, self._desk.staff.holidays
        return self._done(lambda member: work.remove(member, form.get("region", ""), form.get("day", "")))

    def _done(self, act: Callable[[Member], object]) -> Page:
        error = refusal_of(act)
        if error is not None:
            return self._shown(self._words.explained(error)), 422
        return redirect(url_for("board.holidays", done=1), 303)

    def _years(self) -> list[str]:
        this = self._services.clock.now().year
        return [str(this + step) for step in range(YEARS)]

    def _shown(self, refused: dict[str, str] | None) -> str:
        now = self._services.clock.now()
        with self._services.store.read() as uow:
            days = [day for day in uow.staff.holidays() if day.day.year >= now.year]
        return render_template(
            "holidays.html", days=days, refused=refused, form=request.form if refused else {}, now=now,
            places=self._desk.staff.places, years=self._years(), done=bool(request.args.get("done")),
            **self._words.shared(),
        )  # fmt: skip


def add_holiday_rules(blueprint: Blueprint, pages: HolidayPages) -> None:
    """Below /supervisor."""
    blueprint.add_url_rule("/holidays", view_func=pages.listed, endpoint="holidays")
    for name, act in (("add", pages.add), ("public", pages.add_public), ("remove", pages.remove)):
        blueprint.add_url_rule(f"/holidays/{name}", view_func=act, endpoint=f"holidays_{name}", methods=["POST"])
