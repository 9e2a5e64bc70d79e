"""The page that shows the carrier's photo of a delivery to whoever has the signed link."""

from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, g, make_response, render_template

from ivr.domain.orders import Order
from ivr.errors import ShopUnavailable
from ivr.service.countries import zone_of
from ivr.web.desk import SECURITY_HEADERS, Desk
from ivr.web.page_words import PageWords
from ivr.web.services import Services

POLICY: Final = "Content-Security-Policy"


class DeliveryPages:
    """Nothing can be changed here, and the carrier does not learn the page's address."""

    def __init__(self, services: Services, desk: Desk, words: PageWords) -> None:
        self._services = services
        self._desk = desk
        self._words = words

    def one(self, token: str) -> Response:
        """Raises NotFound, LinkExpired."""
        order, when = self._order(token), ""
        if order.delivered_at is not None:
            when = self._words.moment(order.delivered_at, zone_of(self._desk.numbers, order.number))
        host = urlsplit(order.photo).netloc
        page = make_response(
            render_template("delivery.html", order=order, when=when, host=host, **self._words.shared())
        )
        # Of all pages this one alone shows a picture from elsewhere: from the one host that the shop named.
        page.headers[POLICY] = SECURITY_HEADERS[POLICY].replace("img-src 'self'", f"img-src 'self' https://{host}")
        page.headers["Referrer-Policy"] = "no-referrer"
        return page

    def _order(self, token: str) -> Order:
        case_id = self._desk.links.case_of_photo(token, self._services.clock.now())
        with self._services.store.read() as uow:
            case = uow.cases.get(case_id)
        if case is None or not case.order_id:
            abort(404)
        g.link_locale = case.locale
        try:
            order = self._desk.commerce.order(case.order_id, self._words.locale())
        except ShopUnavailable:
            abort(503)
        if order is None or not order.photo:
            abort(404)
        return order


def delivery_pages(pages: DeliveryPages) -> Blueprint:
    """The blueprint."""
    blueprint = Blueprint("deliveries", __name__, template_folder="templates")
    blueprint.add_url_rule("/p/<token>", view_func=pages.one, endpoint="one")
    return blueprint
