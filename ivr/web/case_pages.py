"""One case on one page, and what its agent does about it: note, outcome, another callback."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from ivr.domain.cases import Customer, Tier
from ivr.domain.complaint_steps import ComplaintStep, step_after
from ivr.domain.policy.facts import FORM_REASONS
from ivr.errors import CallbackRefused, IvrError
from ivr.service.case_file import CaseFile, read_case_file
from ivr.service.case_settling import TOPICS, Proposal, Settling
from ivr.service.case_work import NOTE_LONGEST, OUTCOMES
from ivr.service.console import read_serving
from ivr.service.staff_log import Member, log_act
from ivr.service.timeline import new_id
from ivr.web.agent_talk import Talks
from ivr.web.desk import Desk
from ivr.web.errors import status_of
from ivr.web.services import Services
from ivr.web.staff_words import StaffWords, refusal_of
from ivr.web.wish import LocalTimes

DONE: Final = frozenset({"note", "outcome", "follow_up", "settled", "recording", "raised", "step"})
Page = str | AnyResponse | tuple[str, int]


class CasePages:
    """Handlers of one case's page."""

    def __init__(self, services: Services, desk: Desk, words: StaffWords) -> None:
        self._services = services
        self._desk = desk
        self._words = words
        self._times = LocalTimes(desk.numbers)
        self._talks = Talks(services, desk)

    def case(self, number: str) -> str:
        """The page; `part`: only who is on the line. Raises NotFound for a case of others, and for none."""
        if "part" in request.args:
            return render_template("agent_talk.html", here=number, **self._talk(), **self._words.shared())
        with self._services.store.begin() as uow:
            now = self._services.clock.now()
            file = read_case_file(uow, self._desk.commerce, current_user.member, number, now)
            log_act(uow, now, current_user.member, "case_seen", about=file.case.number)
            uow.commit()
        return self._shown(file, None)

    def picture(self, number: str, photo_id: str) -> Response:
        """A customer's photo: ours alone to look at, and nothing but a picture whatever is in it."""
        jpeg = self._desk.photos.shown(self._services.store, current_user.member, number, photo_id)
        headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Disposition": "inline"}
        return Response(jpeg, mimetype="image/jpeg", headers=headers)

    def note(self, number: str) -> Page:
        """Add a note."""
        text, form_id = request.form.get("note", ""), request.form.get("form_id", "")
        return self._done(number, "note", lambda member: self._desk.case_work.note(member, number, text, form_id))

    def draft(self, number: str) -> AnyResponse:
        """Keep a note that is not finished: sent by the page while somebody types."""
        try:
            self._desk.case_work.keep_draft(current_user.member, number, request.form.get("note", ""))
        except CallbackRefused as refused:
            return Response(str(refused), 422, mimetype="text/plain")
        return Response(status=204)

    def outcome(self, number: str) -> Page:
        """Say what came of it."""
        outcome, resolved = request.form.get("outcome", ""), request.form.get("resolved") == "yes"
        work = self._desk.case_work
        return self._done(number, "outcome", lambda member: work.finish(member, number, outcome, resolved=resolved))

    def follow_up(self, number: str) -> Page:
        """Promise another callback."""
        return self._done(number, "follow_up", lambda member: self._follow_up(member, number))

    def settle(self, number: str) -> Page:
        """Ask the shop's rules; with `confirm`, do what they said."""
        form, work = request.form, self._desk.staff.settling
        wanted = Settling(
            reason=form.get("reason", ""), choice=form.get("choice", ""), shown=form.get("shown", "")
        )  # fmt: skip
        if form.get("confirm"):
            return self._done(number, "settled", lambda member: work.settle(member, number, wanted))
        found: list[Proposal] = []
        error = refusal_of(lambda member: found.append(work.propose(member, number, wanted)))
        if error is not None:
            return self._shown(self._file(number), self._words.explained(error)), status_of(error)
        return self._shown(self._file(number), None, found[0])

    def talk(self, number: str) -> Page:
        """One act in the agent's own conversation, which goes on beside this case."""
        try:
            self._talks.act(current_user.member)
        except IvrError as error:
            return self._shown(self._file(number), self._words.explained(error)), status_of(error)
        return redirect(url_for("agent.case", number=number), 303)

    def _talk(self) -> dict[str, Any]:
        with self._services.store.read() as uow:
            serving = read_serving(uow, current_user.member, self._services.clock.now())
        return {"console": serving, **self._talks.shown(serving)}

    def hand_up(self, number: str) -> Page:
        """One tier higher."""
        return self._done(number, "raised", lambda member: self._desk.staff.care.hand_up(member, number))

    def step(self, number: str) -> Page:
        """A complaint's next step."""
        return self._done(number, "step", lambda member: self._step(member, number))

    def _step(self, member: Member, number: str) -> None:
        to, zone = request.form.get("to", ""), self._zone(self._file(number).customer)
        at = self._times.read(request.form, zone) if to == ComplaintStep.FOLLOW_UP else None
        self._desk.staff.care.advance(member, number, to, at, zone.key)

    def _follow_up(self, member: Member, number: str) -> None:
        zone = self._zone(self._file(number).customer)
        at = self._times.read(request.form, zone)
        self._desk.case_work.follow_up(member, number, at, zone.key)

    def _zone(self, customer: Customer | None) -> ZoneInfo:
        """The customer's own, or their number's: the time is told to them."""
        if customer is None:
            return ZoneInfo(self._desk.zone)
        return self._times.zone(customer.zone, customer.number)

    def _done(self, number: str, what: str, act: Callable[[Member], object]) -> Page:
        """Do it and show the page; what goes wrong is told on top, and everything typed stays."""
        if (error := refusal_of(act)) is not None:
            refused = self._words.explained(error)
            return self._shown(self._file(number), refused), status_of(error)
        return redirect(url_for("agent.case", number=number, done=what), 303)

    def _file(self, number: str) -> CaseFile:
        with self._services.store.read() as uow:
            now = self._services.clock.now()
            return read_case_file(uow, self._desk.commerce, current_user.member, number, now)

    def _shown(self, file: CaseFile, refused: dict[str, str] | None, proposal: Proposal | None = None) -> str:
        form = request.form if refused or proposal else {}
        done = request.args.get("done", "")
        return render_template(
            "agent_case.html", file=file, refused=refused, form=form, outcomes=OUTCOMES, longest=NOTE_LONGEST,
            form_id=new_id(), now=self._services.clock.now(), customers_zone=self._zone(file.customer).key,
            done=done if done in DONE else "", recordings=file.recordings, proposal=proposal, reasons=FORM_REASONS,
            tier=Tier(file.case.tier).name.lower(), steps=steps_of(file),
            next_step_of_complaint=step_after(file.case.step),
            settles=file.case.kind in TOPICS and file.order is not None, here=file.case.number, **self._talk(),
            **self._words.shared(),
        )  # fmt: skip


def steps_of(file: CaseFile) -> list[tuple[str, datetime | None]]:
    """Of a complaint: each step, and when it was taken; none for other cases."""
    taken = {str(event.data.get("step")): event.at for event in file.events if event.kind == "complaint_step"}
    return [(step.value, taken.get(step.value)) for step in ComplaintStep] if file.case.step else []
