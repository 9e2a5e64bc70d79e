"""The page on which account details are changed: whoever has the signed link may, for an hour. Never a card."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ivr.domain.accounts import ChangeKind
from ivr.domain.cases import Case
from ivr.errors import CallbackRefused, NumberRefused, ShopUnavailable
from ivr.service.account_page import AccountPage
from ivr.web.desk import Desk
from ivr.web.page_words import PageWords
from ivr.web.services import Services
from ivr.web.wish import read_email, read_words

Page = str | Response | tuple[str, int]
PATH: Final = "/a/<token>"


class AccountPages:
    """Handlers."""

    def __init__(self, services: Services, desk: Desk, words: PageWords, account: AccountPage) -> None:
        self._services = services
        self._desk = desk
        self._words = words
        self._account = account

    def one(self, token: str) -> Page:
        """What can be changed. Raises NotFound, LinkExpired."""
        return self._page(self._found(token), ())

    def change(self, token: str) -> Page:
        """Take it; the shop is told afterwards."""
        case = self._found(token)
        try:
            values = self._read()
        except CallbackRefused as refused:
            return self._page(case, (refused,)), 422
        except NumberRefused:
            return self._page(case, (CallbackRefused("number"),)), 422
        try:
            with self._services.store.begin() as uow:
                self._account.change(uow, case, values)
                uow.commit()
        except ShopUnavailable:
            abort(503)
        return redirect(url_for("accounts.one", token=token, lang=self._words.locale(), told="done"), 303)

    def _found(self, token: str) -> Case:
        with self._services.store.read() as uow:
            case = self._account.case(uow, token)
        g.link_locale = case.locale
        return case

    def _read(self) -> dict[ChangeKind, str]:
        """What was filled in. Raises CallbackRefused, NumberRefused."""
        form = request.form
        number = form.get("number", "").strip()
        values = {
            ChangeKind.ADDRESS: read_words(form.get("address", "")),
            ChangeKind.EMAIL: read_email(form.get("email", "")),
            ChangeKind.PHONE: self._desk.numbers.check(number).e164 if number else "",
        }
        filled = {kind: value for kind, value in values.items() if value}
        if not filled:
            raise CallbackRefused("nothing", "fill in at least one field")
        return filled

    def _page(self, case: Case, refused: Sequence[CallbackRefused]) -> str:
        told = request.args.get("told", "") == "done" and not refused
        return render_template(
            "account.html", form=request.form, told=told, card=self._account.card_page(case, self._words.locale()),
            **self._words.errors(refused), **self._words.shared(),
        )  # fmt: skip


def account_pages(pages: AccountPages) -> Blueprint:
    """The blueprint."""
    blueprint = Blueprint("accounts", __name__, template_folder="templates")
    blueprint.add_url_rule(PATH, view_func=pages.one, endpoint="one")
    blueprint.add_url_rule(PATH, view_func=pages.change, endpoint="change", methods=["POST"])
    return blueprint
