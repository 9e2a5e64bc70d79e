"""The page of a return: what is sent back, until when, where, and the number; to show at a shop or to print."""

from flask import Blueprint, abort, g, render_template

from ivr.domain.settlements import SENT_BACK, Settlement
from ivr.errors import ShopUnavailable
from ivr.service.countries import zone_of
from ivr.web.barcode import barcode
from ivr.web.desk import Desk
from ivr.web.page_words import PageWords
from ivr.web.services import Services


class ReturnPages:
    """Whoever holds the link may see it; nothing can be changed here."""

    def __init__(self, services: Services, desk: Desk, words: PageWords) -> None:
        self._services = services
        self._desk = desk
        self._words = words

    def one(self, token: str) -> str:
        """Raises NotFound, LinkExpired."""
        case_id = self._desk.links.case_of_return(token, self._services.clock.now())
        with self._services.store.read() as uow:
            case = uow.cases.get(case_id)
            settled = uow.settlements.of_order(case.order_id) if case is not None and case.order_id else ()
        found = next((one for one in settled if one.kind in SENT_BACK and one.case_id == case_id), None)
        if case is None or found is None:
            abort(404)
        g.link_locale = case.locale
        return render_template(
            "return.html", number=case.number, way=found.way or "drop_off", item=self._item(found),
            until=self._until(found), amount=self._amount(found),
            barcode=barcode(case.number, case.number), places=self._words.places(found.places or ()),
            **self._words.shared(),
        )  # fmt: skip

    def _amount(self, settlement: Settlement) -> str:
        """Of an exchange at the same price nothing."""
        return self._words.money(settlement.amount_minor, settlement.currency) if settlement.amount_minor else ""

    def _item(self, settlement: Settlement) -> str:
        """Empty while the shop does not answer: the page works without."""
        try:
            order = self._desk.commerce.order(settlement.order_id, self._words.locale())
        except ShopUnavailable:
            return ""
        return order.item if order is not None else ""

    def _until(self, settlement: Settlement) -> str:
        zone = zone_of(self._desk.numbers, settlement.number)
        return self._words.moment(settlement.until_at, zone) if settlement.until_at is not None else ""


def return_pages(pages: ReturnPages) -> Blueprint:
    """The blueprint of the page."""
    blueprint = Blueprint("returns", __name__, template_folder="templates")
    blueprint.add_url_rule("/r/<token>", view_func=pages.one, endpoint="one")
    return blueprint
