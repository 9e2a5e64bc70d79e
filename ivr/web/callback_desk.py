"""Every callback for supervisors: find them, change their time, give them to others, cancel them, export them."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import ALL_SKILLS
from ivr.service.finding import find_callback, wanted_agents
from ivr.service.overview_store import CallbackSearch
from ivr.service.staff_log import Member, log_act
from ivr.service.store import UnitOfWork
from ivr.service.timeline import ID, masked
from ivr.web.desk import Desk
from ivr.web.errors import status_of
from ivr.web.services import Services
from ivr.web.staff_words import StaffWords, refusal_of
from ivr.web.wish import LocalTimes, move_fields, read_digits

Page = str | AnyResponse | tuple[str, int]
SHOWN: Final = 50
EXPORTED: Final = 10_000
COLUMNS: Final = (
    "id", "case", "number", "status", "skill", "asap", "created_at", "due_at", "promised_by_at", "first_rung_at",
    "ended_at", "kept", "tries", "reason", "source",
)  # fmt: skip
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take a cell for that begins so."""


class CallbackDesk:
    """Handlers."""

    def __init__(self, services: Services, desk: Desk, words: StaffWords) -> None:
        self._services = services
        self._desk = desk
        self._words = words
        self._times = LocalTimes(desk.numbers)

    def listed(self) -> str:
        """Those that fit the search, a page at a time."""
        with self._services.store.read() as uow:
            found = uow.overview.find_callbacks(self._search(request.args), SHOWN + 1)
            numbers = _numbers(uow, found)
        asked = {name: request.args.get(name, "") for name in ("status", "skill", "q", "late")}
        return render_template(
            "callbacks.html", found=found[:SHOWN], more=found[SHOWN - 1].id if len(found) > SHOWN else "",
            numbers=numbers, asked=asked, statuses=list(CallbackStatus), skills=ALL_SKILLS,
            now=self._services.clock.now(), **self._words.shared(),
        )  # fmt: skip

    def export(self) -> Response:
        """The same as CSV; numbers are masked."""
        with self._services.store.begin() as uow:
            found = uow.overview.find_callbacks(self._search(request.args), EXPORTED)
            rows = list(_rows(found, _numbers(uow, found)))
            data = {"rows": len(rows)}
            log_act(uow, self._services.clock.now(), current_user.member, "callbacks_exported", data=data)
            uow.commit()
        text = io.StringIO()
        csv.writer(text).writerows([COLUMNS, *rows])
        headers = {"Content-Disposition": "attachment; filename=callbacks.csv"}
        return Response("\ufeff" + text.getvalue(), mimetype="text/csv", headers=headers)

    def one(self, callback_id: str) -> str:
        """One callback, and what can be done about it."""
        return self._shown(callback_id, None)

    def move(self, callback_id: str) -> Page:
        """To another time, on the customer's clock."""

        def act(member: Member) -> None:
            at = self._times.read(request.form, ZoneInfo(self._found(callback_id).zone))
            self._desk.supervising.move(member, callback_id, at, _reason())

        return self._done(callback_id, act)

    def reassign(self, callback_id: str) -> Page:
        """To agents with another skill."""
        skill, work = request.form.get("skill", ""), self._desk.supervising
        return self._done(callback_id, lambda member: work.reassign(member, callback_id, skill, _reason()))

    def give(self, callback_id: str) -> Page:
        """To one agent by name."""
        agent_id, work = request.form.get("agent", ""), self._desk.supervising
        return self._done(callback_id, lambda member: work.give(member, callback_id, agent_id, _reason()))

    def cancel(self, callback_id: str) -> Page:
        """Take it back."""
        work = self._desk.supervising
        return self._done(callback_id, lambda member: work.cancel(member, callback_id, _reason()))

    def _done(self, callback_id: str, act: Callable[[Member], None]) -> Page:
        if (error := refusal_of(act)) is not None:
            return self._shown(callback_id, self._words.explained(error)), status_of(error)
        return redirect(url_for("board.callback", callback_id=callback_id, done=1), 303)

    def _found(self, callback_id: str) -> Callback:
        with self._services.store.read() as uow:
            return find_callback(uow, callback_id)

    def _shown(self, callback_id: str, refused: Mapping[str, str] | None) -> str:
        callback = self._found(callback_id)
        with self._services.store.read() as uow:
            case = uow.cases.get(callback.case_id)
            agents = [one for one in uow.agents.all() if one.can_take(callback.skill, callback.locale)]
            given = wanted_agents(uow, [callback], self._services.clock.now()).get(callback.id, "")
            events = [event for event in uow.events.of_case(callback.case_id) if event.callback_id == callback.id]
        return render_template(
            "callback_one.html", callback=callback, case=case, events=events, refused=refused,
            agents=agents, given=given, form=request.form if refused else move_fields(callback), skills=ALL_SKILLS,
            done=bool(request.args.get("done")), now=self._services.clock.now(), **self._words.shared(),
        )  # fmt: skip

    def _search(self, asked: Mapping[str, str]) -> CallbackSearch:
        """Absurd values find nothing, or are left out; a case's number is longer than the digits that are shown."""
        status = asked.get("status", "")
        digits, before = read_digits(asked.get("q", ""))[:19], asked.get("before", "")
        return CallbackSearch(
            status=status if status in list(CallbackStatus) else "",
            skill=asked.get("skill", "")[:40],
            case_number=digits if len(digits) >= 7 else "",
            ending=digits if len(digits) < 7 else "",
            late_at=self._services.clock.now() if asked.get("late") else None,
            before=before if ID.fullmatch(before) else "",
        )


def _reason() -> str:
    return request.form.get("reason", "")


def _numbers(uow: UnitOfWork, callbacks: Sequence[Callback]) -> Mapping[str, str]:
    return uow.overview.case_numbers({callback.case_id for callback in callbacks})


def _rows(callbacks: Sequence[Callback], numbers: Mapping[str, str]) -> Iterator[list[str]]:
    for one in callbacks:
        told: dict[str, object] = {
            "case": numbers.get(one.case_id, ""), "number": masked(one.number), "kept": one.was_kept,
        }  # fmt: skip
        yield [_cell(told.get(name, getattr(one, name, ""))) for name in COLUMNS]


def _cell(value: object) -> str:
    text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def add_callback_rules(blueprint: Blueprint, pages: CallbackDesk) -> None:
    """Below /supervisor."""
    blueprint.add_url_rule("/callbacks", view_func=pages.listed, endpoint="callbacks")
    blueprint.add_url_rule("/callbacks.csv", view_func=pages.export, endpoint="export")
    one = "/callbacks/<callback_id>"
    blueprint.add_url_rule(one, view_func=pages.one, endpoint="callback")
    for name, act in (
        ("move", pages.move),
        ("reassign", pages.reassign),
        ("give", pages.give),
        ("cancel", pages.cancel),
    ):
        blueprint.add_url_rule(f"{one}/{name}", view_func=act, endpoint=f"callback_{name}", methods=["POST"])
