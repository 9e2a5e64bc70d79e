"""The supervisor's page: line, promises, agents and cases at a glance; each case with its timeline."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from ivr.domain.agents import Agent
from ivr.domain.callbacks import Callback, CallbackStatus, Hold
from ivr.domain.cases import Case, Tier, is_case_number
from ivr.domain.service_levels import Figure, Levels
from ivr.domain.staff import StaffRole
from ivr.domain.transcripts import transcript
from ivr.errors import IllegalMove
from ivr.service.handed import Undone, read_handed, read_undone
from ivr.service.handovers import try_again
from ivr.service.line import in_order
from ivr.service.staff_log import log_act
from ivr.service.store import UnitOfWork
from ivr.web.callback_desk import CallbackDesk, add_callback_rules
from ivr.web.claim_pages import NONE_ESCALATED, ClaimPages, Escalations
from ivr.web.day_pages import DayPages, add_day_rules
from ivr.web.level_figures import SPAN, level_figures
from ivr.web.services import Services
from ivr.web.staff import only
from ivr.web.staff_words import StaffWords

ENDED: Final = (CallbackStatus.DONE, CallbackStatus.CANCELED, CallbackStatus.EXPIRED)
WAITING: Final = (CallbackStatus.SCHEDULED, CallbackStatus.DIALING)
SHOWN: Final = 50
"""Rows of each list."""
RISK: Final = timedelta(minutes=5)
BEHIND_ALL: Final = datetime(9000, 1, 1, tzinfo=UTC)
COUNTED: Final = 1000
"""More who wait are not counted for the picture of the line."""


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
    undone: list[Undone] = field(default_factory=list)
    escalations: Escalations = NONE_ESCALATED
    opened: int = 0
    """All promises to come, more than are listed."""
    line_now: Mapping[str, int] = field(default_factory=dict)
    """Who waits at this moment, on hold or to be rung, by skill."""
    levels: list[Figure] = field(default_factory=list)
    """Service levels of the last 24 hours."""

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
    def at_risk(self) -> int:
        """Those that are late within RISK if nobody rings."""
        soon = self.now + RISK
        return sum(one.first_rung_at is None and self.now <= one.promised_by_at <= soon for one in self.waiting)

    @property
    def waits_since(self) -> datetime | None:
        """The ticket of whoever waits longest."""
        due = [callback.ticket_at for callback in self.waiting if callback.due_at <= self.now]
        return min([*(hold.ticket_at for hold in self.holds), *due], default=None)

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


def read_board(services: Services, escalations: Escalations, levels: Levels) -> Board:
    """The board now."""
    now = services.clock.now()
    with services.store.read() as uow:
        return Board(
            now=now,
            holds=list(uow.holds.waiting()),
            waiting=list(uow.callbacks.listed(WAITING, SHOWN)),
            human=list(uow.callbacks.listed([CallbackStatus.NEEDS_HUMAN], SHOWN)),
            escalations=escalations,
            ended=list(uow.callbacks.listed(ENDED, SHOWN)),
            agents=sorted(uow.agents.all(), key=lambda agent: agent.name),
            cases=list(uow.cases.recent(SHOWN)),
            undone=read_undone(uow, SHOWN),
            opened=uow.overview.count_scheduled(),
            line_now=_line_now(uow, now),
            levels=level_figures(uow, levels, now - SPAN, now),
        )


def _line_now(uow: UnitOfWork, now: datetime) -> dict[str, int]:
    """The longest part first."""
    found = Counter(hold.skill for hold in uow.holds.waiting())
    for (skill, _), number in uow.callbacks.ahead(now, BEHIND_ALL, COUNTED, without="").items():
        found[skill] += number
    return dict(found.most_common())


class SupervisorPages:
    """Handlers for supervisors."""

    def __init__(self, services: Services, words: StaffWords, claims: ClaimPages) -> None:
        self._services = services
        self._claims = claims
        self._words = words

    def board(self) -> str:
        """The whole page; `part`: only its live part."""
        name = "board_live.html" if "part" in request.args else "board.html"
        board = read_board(self._services, self._claims.escalations(), self._claims.levels)
        return render_template(name, **self._words.shared(), board=board, is_late=is_late)

    def case(self, number: str) -> str:
        """One case."""
        with self._services.store.begin() as uow:
            case = uow.cases.by_number(number) if is_case_number(number) else None
            if case is None:
                abort(404)
            log_act(uow, self._services.clock.now(), current_user.member, "case_seen", about=case.number)
            customer = uow.customers.get(case.customer_id) if case.customer_id else None
            events = uow.events.of_case(case.id)
            callbacks = uow.callbacks.of_case(case.id)
            recordings = uow.recordings.of_case(case.id)
            photos = uow.photos.of_case(case.id)
            handed = read_handed(uow, case)
            calls = uow.overview.calls(SHOWN, case_id=case.id)
            uow.commit()
        return render_template(
            "case.html", **self._words.shared(), case=case, customer=customer, events=events, callbacks=callbacks,
            passages=transcript(events), recordings=recordings, photos=photos, handed=handed, calls=calls,
            done=request.args.get("done"), tier=Tier(case.tier).name.lower(),
            now=self._services.clock.now(),
        )  # fmt: skip

    def again(self, number: str) -> AnyResponse:
        """Have the shop asked again for what it has not done."""
        key, now = request.form.get("key", ""), self._services.clock.now()
        with self._services.store.begin() as uow:
            case = uow.cases.by_number(number) if is_case_number(number) else None
            if case is None:
                abort(404)
            with suppress(IllegalMove):  # somebody else was faster
                try_again(uow, case.id, key, now, current_user.member.name)
            log_act(uow, now, current_user.member, "handover_again", about=case.number)
            uow.commit()
        return redirect(url_for("board.case", number=number, done="again"), 303)


def supervisor_pages(
    pages: SupervisorPages, callbacks: CallbackDesk, days: DayPages, *more: Callable[[Blueprint], None]
) -> Blueprint:
    """The blueprint of the supervisor's pages."""
    blueprint = Blueprint("board", __name__, url_prefix="/supervisor", template_folder="templates")
    blueprint.before_request(only(StaffRole.SUPERVISOR))
    blueprint.add_url_rule("/", view_func=pages.board, endpoint="board")
    blueprint.add_url_rule("/cases/<number>", view_func=pages.case, endpoint="case")
    blueprint.add_url_rule("/cases/<number>/again", view_func=pages.again, endpoint="case_again", methods=["POST"])
    add_callback_rules(blueprint, callbacks)
    add_day_rules(blueprint, days)
    for add in more:
        add(blueprint)
    return blueprint
