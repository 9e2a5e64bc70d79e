"""The page on which a seller answers a claim: whoever has the signed link may, without signing in."""

from typing import Final

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ivr.content.zones import zone_name
from ivr.domain.cases import Case
from ivr.domain.claims import REPLIES, SHARES, Answer, Claim, ClaimState, SellerAnswer
from ivr.domain.money import spoken_money
from ivr.domain.turn import At, Phrase, Say, SayArg
from ivr.errors import ClaimRefused
from ivr.web.desk import Desk
from ivr.web.page_words import PageWords
from ivr.web.services import Services

Page = str | Response | tuple[str, int]
PATH: Final = "/seller/<token>"


class SellerPages:
    """Handlers."""

    def __init__(self, services: Services, desk: Desk, words: PageWords) -> None:
        self._services = services
        self._desk = desk
        self._words = words
        self._market = desk.market

    def claim(self, token: str) -> Page:
        """What the customer says, and the ways to answer."""
        return self._page(*self._found(token))

    def answer(self, token: str) -> Page:
        """Take the answer; the same again changes nothing, a late one is told so."""
        claim, case = self._found(token)
        given = _given()
        if given is None:
            return self._page(claim, case, is_wrong=True), 422
        try:
            self._market.answer(claim.id, given, how="link")
        except ClaimRefused as refused:
            if refused.reason in ("claim_share", "claim_reply"):
                return self._page(claim, case, is_wrong=True), 422
            return self._page(*self._found(token), is_over=True), 409
        return redirect(url_for("sellers.claim", token=token, lang=self._words.locale(), told="done"), 303)

    def _found(self, token: str) -> tuple[Claim, Case]:
        """Raises NotFound. A claim that is closed for good is gone."""
        claim_id = self._desk.links.claim_of(token)
        with self._services.store.read() as uow:
            claim = uow.claims.get(claim_id)
            case = uow.cases.get(claim.case_id) if claim is not None else None
        if claim is None or case is None or claim.state is ClaimState.CLOSED:
            abort(404)
        seller = self._market.desk.seller(claim)
        g.link_locale = seller.locale if seller is not None else ""
        return claim, case

    def _page(self, claim: Claim, case: Case, *, is_wrong: bool = False, is_over: bool = False) -> str:
        market, locale = self._market, self._words.locale()
        view, seller = market.answers.view(claim, case), market.desk.seller(claim)
        zone = seller.zone if seller is not None else "UTC"
        until = self._told(At(view.due_at, zone, view.now))
        return render_template(
            "seller.html", view=view, shares=SHARES, replies=REPLIES, is_wrong=is_wrong,
            cause=self._told(Phrase(f"cause_{claim.cause}")),
            amount=self._told(spoken_money(claim.amount_minor, claim.currency)),
            until=f"{until} ({zone_name(zone, locale)})", form=request.form,
            is_over=is_over or not (view.is_waiting or claim.answer), is_done=claim.answer is not None and not is_over,
            errors={}, **self._words.shared(),
        )  # fmt: skip

    def _told(self, what: SayArg) -> str:
        """A moment, an amount, a cause in the reader's language."""
        return self._services.speaker.text(self._words.locale(), Say("moment", {"when": what}))


def _given() -> SellerAnswer | None:
    """None: nothing that can be understood was chosen."""
    kind, _, share = request.form.get("answer", "").partition("-")
    if kind not in set(Answer) or (share and not share.isascii()) or (share and not share.isdigit()):
        return None
    return SellerAnswer(
        kind=Answer(kind),
        proof=kind == Answer.DISPUTE and "proof" in request.form,
        share=int(share[:3] or 0),
        reply=request.form.get("reply", ""),
    )


def seller_pages(pages: SellerPages) -> Blueprint:
    """The blueprint."""
    blueprint = Blueprint("sellers", __name__, template_folder="templates")
    blueprint.add_url_rule(PATH, view_func=pages.claim, endpoint="claim")
    blueprint.add_url_rule(PATH, view_func=pages.answer, endpoint="answer", methods=["POST"])
    return blueprint
