"""The page on which a return goes on that a call left half done."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ivr.domain.policy.facts import FORM_REASONS
from ivr.errors import CallbackRefused, ShopUnavailable
from ivr.service.finishing import Finishing, ReturnStep
from ivr.service.notices import PAGE_DAYS
from ivr.service.timeline import new_id
from ivr.web.desk import Desk
from ivr.web.page_words import PageWords
from ivr.web.services import Services

Page = str | Response | tuple[str, int]
PATH: Final = "/f/<token>"
ASK_DAYS: Final = 7
"""So long the way to ask for a call about it works."""


class FinishPages:
    """Handlers. Both raise NotFound, LinkExpired."""

    def __init__(self, services: Services, desk: Desk, words: PageWords, finishing: Finishing) -> None:
        self._services = services
        self._desk = desk
        self._words = words
        self._finishing = finishing

    def one(self, token: str) -> Page:
        """The step at which it stands."""
        return self._page(token, ())

    def go_on(self, token: str) -> Page:
        """Take an answer, and show the next step."""
        form = request.form
        try:
            self._finishing.go_on(token, reason=form.get("reason", ""), choice=form.get("choice", ""))
        except CallbackRefused as refused:
            return self._page(token, (refused,)), 422
        except ShopUnavailable:
            abort(503)
        return redirect(url_for("finishing.one", token=token, lang=self._words.locale()), 303)

    def _page(self, token: str, refused: Sequence[CallbackRefused]) -> str:
        g.link_locale = self._finishing.locale(token)
        try:
            step = self._finishing.look(token, self._words.locale())
        except ShopUnavailable:
            abort(503)
        said = [self._services.speaker.text(self._words.locale(), say) for say in step.said]
        return render_template(
            "finish.html", step=step, said=said, reasons=FORM_REASONS, places=self._words.places(step.places),
            **self._links(step), **self._words.errors(refused), **self._words.shared(),
        )  # fmt: skip

    def _links(self, step: ReturnStep) -> dict[str, str]:
        links, now, case_id = self._desk.links, self._services.clock.now(), step.case.id
        back = links.send_back_url(links.send_back(case_id, new_id(), now + timedelta(days=PAGE_DAYS)))
        person = links.mail_case_url(links.mail_case(case_id, now + timedelta(days=ASK_DAYS)))
        return {
            "return_url": back if step.is_return else "",
            "person_url": person if step.needs_person else "",
        }


def finish_pages(pages: FinishPages) -> Blueprint:
    """The blueprint."""
    blueprint = Blueprint("finishing", __name__, template_folder="templates")
    blueprint.add_url_rule(PATH, view_func=pages.one, endpoint="one")
    blueprint.add_url_rule(PATH, view_func=pages.go_on, endpoint="go_on", methods=["POST"])
    return blueprint
