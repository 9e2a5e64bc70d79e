"""Subscriptions that end: each is news for its holder, who renews it or lets it end by one key or word."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.accounts import Membership, MembershipState
from ivr.domain.cases import Case, CaseKind, CaseStatus
from ivr.domain.dialogue.values import Renewal
from ivr.domain.orders import Order
from ivr.domain.outreach import News, Outreach, OutreachStatus, outreach_key
from ivr.domain.turn import At, Money, SayArg
from ivr.errors import NotFound
from ivr.service.account_calls import standing
from ivr.service.customer_accounts import CustomerAccounts
from ivr.service.ports import Commerce
from ivr.service.proactive import Proactive
from ivr.service.store import UnitOfWork

RUNS = frozenset({MembershipState.ACTIVE, MembershipState.ENDING})


@dataclass(frozen=True)
class Renewals:
    """Takes the news in."""

    proactive: Proactive
    accounts: CustomerAccounts | None
    """None: the shop tells nothing of memberships."""

    def membership_ends(self, number: str) -> bool:
        """Of the customer with this number on file; False: it is known already. Raises NotFound, ShopUnavailable."""
        scenes = self.proactive.scenes
        with scenes.store.read() as uow:
            customer = uow.customers.by_number(number)
            locale, now = customer.locale if customer is not None else "en-US", scenes.clock.now()
            stands = standing(uow, self.accounts, number, locale, now) if self.accounts is not None else None
        orders = self.proactive.commerce.recent_orders(number, locale) if self.proactive.commerce is not None else ()
        if stands is None or stands.state not in RUNS or stands.until is None or stands.until <= now or not orders:
            raise NotFound("no membership of this number ends; give the number on file, such as +12025550143")
        order, details = orders[0], _details(stands, stands.until)
        key = outreach_key(number, News.SUBSCRIPTION, details["until"][:10])
        return scenes.run(lambda scene: self.proactive.take(scene, News.SUBSCRIPTION, order, key=key, details=details))


def _details(stands: Membership, until: datetime) -> dict[str, str]:
    told = {"plan": stands.plan, "amount": stands.amount, "currency": stands.currency}
    return told | {"until": until.isoformat()}


def told_of(details: Mapping[str, str], zone: str, now: datetime) -> dict[str, SayArg]:
    """What a message tells of it."""
    return {
        "plan": details["plan"],
        "amount": Money(details["amount"], details["currency"]),
        "when": At(datetime.fromisoformat(details["until"]), zone, now),
    }


def renewal_of(uow: UnitOfWork, commerce: Commerce, cases: tuple[Case, ...], now: datetime) -> Renewal | None:
    """What was written to a customer about a membership, and waits for one word of theirs."""
    open_cases = (one for one in cases if one.kind is CaseKind.MEMBERSHIP and one.status is CaseStatus.OPEN)
    case = next(open_cases, None)
    outreach = uow.outreaches.of_case(case.id) if case is not None else None
    if case is None or outreach is None or outreach.status is not OutreachStatus.WRITTEN or outreach.is_over(now):
        return None
    order = commerce.order(outreach.order_id, case.locale) if outreach.details else None
    return _renewal(case, order, outreach) if order is not None else None


def _renewal(case: Case, order: Order, outreach: Outreach) -> Renewal:
    details = outreach.details or {}
    membership = Membership(
        state=MembershipState.ACTIVE, plan=details["plan"], amount=details["amount"], currency=details["currency"],
        until=outreach.ends_at,
    )  # fmt: skip
    return Renewal(order, case.id, case.number, membership)
