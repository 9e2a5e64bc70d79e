"""The page on which an order under way is given another address."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ivr.domain.turn import Say
from ivr.errors import CallbackRefused, ShopUnavailable
from ivr.service.order_address import AddressStep, OrderAddress
from ivr.web.page_words import PageWords
from ivr.web.services import Services
from ivr.web.wish import read_words

Page = str | Response | tuple[str, int]
PATH: Final = "/d/<token>"
LATE: Final = "why_address_late"


class OrderAddressPages:
    """Handlers. Both raise NotFound, LinkExpired."""

    def __init__(self, services: Services, words: PageWords, addresses: OrderAddress) -> None:
        self._services = services
        self._words = words
        self._addresses = addresses

    def one(self, token: str) -> Page:
        """Where it goes, as far as that can be changed."""
        return self._page(token, ())

    def give(self, token: str) -> Page:
        """Take it; the same form sent twice is one change."""
        try:
            address = read_words(request.form.get("address", ""))
            if not address:
                raise CallbackRefused("nothing", "fill in the address")
        except CallbackRefused as refused:
            return self._page(token, (refused,)), 422
        try:
            taken = self._addresses.give(token, address, self._words.locale())
        except ShopUnavailable:
            abort(503)
        if not taken:
            return self._page(token, ()), 409
        return redirect(url_for("order_address.one", token=token, lang=self._words.locale(), told="done"), 303)

    def _page(self, token: str, refused: Sequence[CallbackRefused]) -> str:
        g.link_locale = self._addresses.locale(token)
        try:
            step = self._addresses.look(token, self._words.locale())
        except ShopUnavailable:
            abort(503)
        told = request.args.get("told", "") == "done" and not refused and step.is_open
        return render_template(
            "order_address.html", step=step, told=told, form=request.form, why=self._why(step),
            **self._words.errors(refused), **self._words.shared(),
        )  # fmt: skip

    def _why(self, step: AddressStep) -> str:
        """Why it cannot go elsewhere; its state says the rest."""
        late = Say(LATE, {"item": step.order.item})
        return self._services.speaker.text(self._words.locale(), late) if step.ruling.rule.reasons == (LATE,) else ""


def order_address_pages(pages: OrderAddressPages) -> Blueprint:
    """The blueprint."""
    blueprint = Blueprint("order_address", __name__, template_folder="templates")
    blueprint.add_url_rule(PATH, view_func=pages.one, endpoint="one")
    blueprint.add_url_rule(PATH, view_func=pages.give, endpoint="give", methods=["POST"])
    return blueprint
