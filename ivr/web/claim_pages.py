"""The supervisor's claims: how long sellers' escalations wait, who decides, and disputes by seller and cause."""

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ivr.domain.claims import Claim
from ivr.domain.policy.facts import CAUSES
from ivr.domain.service_levels import Levels, Standing
from ivr.service.claim_rulings import RULINGS
from ivr.service.claim_store import Disputes
from ivr.web.desk import Desk
from ivr.web.services import Services
from ivr.web.staff_words import StaffWords, refusal_of

Page = str | AnyResponse | tuple[str, int]
SPAN: Final = timedelta(days=90)
SHOWN: Final = 40
"""Of those that wait for a person, the longest waiting first; and of all, the newest."""
SHADES: Final = 4


@dataclass(frozen=True)
class Escalations:
    """Claims that wait for a person."""

    waiting: int
    soon: int
    late: int
    longest_since: datetime | None


NONE_ESCALATED: Final = Escalations(0, 0, 0, None)


class ClaimPages:
    """Handlers."""

    def __init__(self, services: Services, desk: Desk, words: StaffWords) -> None:
        self._services = services
        self._market = desk.market
        self._words = words

    @property
    def levels(self) -> Levels:
        """All service levels."""
        return self._market.levels

    def claims(self) -> Page:
        """The list, the heat map."""
        return self._page(None)

    def rule(self, claim_id: str) -> Page:
        """Decide one that was taken to a person."""
        form, rulings = request.form, self._market.rulings
        ruling, reason = form.get("ruling", ""), form.get("reason", "")
        if (error := refusal_of(lambda member: rulings.rule(member, claim_id, ruling, reason))) is not None:
            return self._page(self._words.explained(error)), 422
        return redirect(url_for("board.claims", done=1), 303)

    def heat(self) -> Response:
        """The heat map as CSV."""
        text = StringIO()
        rows = csv.writer(text)
        rows.writerow(("seller", "cause", "claims", "charged"))
        rows.writerows((self._name(one.seller_id), one.cause, one.claims, one.charged) for one in self._disputes())
        headers = {"Content-Disposition": 'attachment; filename="disputes.csv"'}
        return Response("\ufeff" + text.getvalue(), mimetype="text/csv; charset=utf-8", headers=headers)

    def escalations(self) -> Escalations:
        """For the board."""
        now = self._services.clock.now()
        with self._services.store.read() as uow:
            waiting = uow.claims.unattended()
        standings = [self._standing(claim, now) for claim in waiting]
        return Escalations(
            len(waiting),
            standings.count(Standing.SOON),
            standings.count(Standing.LATE),
            waiting[0].escalated_at if waiting else None,
        )

    def _page(self, refused: dict[str, str] | None) -> str:
        now = self._services.clock.now()
        with self._services.store.read() as uow:
            waiting = uow.claims.unattended()
            claims = [*waiting[:SHOWN], *uow.claims.listed(SHOWN)]
            numbers = uow.overview.case_numbers([claim.case_id for claim in claims])
        listed = list({claim.id: claim for claim in claims}.values())
        return render_template(
            "claims.html", claims=listed, most=SHOWN, waiting=len(waiting), numbers=numbers,
            now=now, standing=lambda c: self._standing(c, now), heat=_heat(self._disputes()), causes=CAUSES,
            seller=self._name, rulings=RULINGS, refused=refused,
            done=bool(request.args.get("done")), level=self._market.level.late_seconds // 60, days=SPAN.days,
            **self._words.shared(),
        )  # fmt: skip

    def _disputes(self) -> list[Disputes]:
        with self._services.store.read() as uow:
            return list(uow.claims.disputes(self._services.clock.now() - SPAN))

    def _standing(self, claim: Claim, now: datetime) -> Standing:
        since = claim.escalated_at
        waits = since is not None and claim.attended_at is None
        return self._market.level.standing(since, now) if waits and since is not None else Standing.IN_TIME

    def _name(self, seller_id: str) -> str:
        seller = self._market.desk.sellers.get(seller_id)
        return seller.name if seller is not None else seller_id


def _heat(disputes: list[Disputes]) -> dict[str, dict[str, tuple[int, int, int]]]:
    """By seller and cause: claims, those that the seller paid, and how dark the cell is (0 to SHADES)."""
    most = max((one.claims for one in disputes), default=1)
    table: dict[str, dict[str, tuple[int, int, int]]] = {}
    for one in disputes:
        shade = -(-one.claims * SHADES // most)
        table.setdefault(one.seller_id, {})[one.cause] = one.claims, one.charged, shade
    return table


def add_claim_rules(blueprint: Blueprint, pages: ClaimPages) -> None:
    """Below /supervisor."""
    blueprint.add_url_rule("/claims", view_func=pages.claims, endpoint="claims")
    blueprint.add_url_rule("/claims.csv", view_func=pages.heat, endpoint="claims_csv")
    blueprint.add_url_rule("/claims/<claim_id>", view_func=pages.rule, endpoint="rule_claim", methods=["POST"])
