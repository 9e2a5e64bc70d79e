"""Carries out what a conversation wants of an account: codes, links, memberships, payments; in its transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.domain.accounts import (
    AccountChange,
    ChangeKind,
    ChangeStatus,
    Membership,
    MembershipState,
    overlaid,
)
from ivr.domain.cases import Case, CaseStatus
from ivr.domain.dialogue import account_talk as talk
from ivr.domain.messages import MessageKind
from ivr.domain.orders import Order
from ivr.domain.policy import Decision, Facts, Rules, Ruling, Topic, decide
from ivr.domain.policy.stored import as_data
from ivr.errors import NotFound, ShopUnavailable
from ivr.service.call_proofs import CallProofs
from ivr.service.countries import country_of
from ivr.service.customer_accounts import CustomerAccounts
from ivr.service.exchange import Exchange
from ivr.service.notices import Addressee, Notices
from ivr.service.payments import Payments
from ivr.service.ports import Clock, Commerce, NumberRules
from ivr.service.store import UnitOfWork
from ivr.service.timeline import masked, record

PHONE = "phone"
"""The door at which a card terminal can ask."""
CHANGES = {"pause": ChangeKind.PAUSE, "renew": ChangeKind.RESUME}
TOLD = {
    ChangeKind.PAUSE: "membership_paused",
    ChangeKind.RESUME: "membership_renewed",
    ChangeKind.CANCEL: "membership_canceled",
}
"""In the timeline."""
UNCLEAR = "unclear"
UNCLEAR_FOR = timedelta(days=3)
"""So long what may have been paid is not asked for again; then the shop's books know."""


@dataclass(frozen=True, kw_only=True)
class AccountCalls:
    """Each may raise ShopUnavailable."""

    clock: Clock
    commerce: Commerce
    numbers: NumberRules
    rules: Rules
    proofs: CallProofs
    notices: Notices
    payments: Payments
    accounts: CustomerAccounts | None = None
    """None: the shop tells nothing of accounts, so a person helps."""

    def carry_out(self, exchange: Exchange, effect: talk.AccountEffect) -> talk.AccountResult | None:
        """Do one of them."""
        match effect:
            case talk.ProveNumber(order_id):
                return talk.CodeSent(self.proofs.send(exchange, self._number(exchange, order_id)))
            case talk.CheckCode(order_id, code):
                right, is_over = self.proofs.check(exchange, self._number(exchange, order_id), code)
                return talk.CodeChecked(right, is_over)
            case talk.SendAccountLink(order_id, case_id):
                return talk.LinkSent(self._send_link(exchange, self._order(exchange, order_id), case_id))
            case talk.AskMembership():
                return self._membership(exchange, effect)
            case talk.FindBill(order_id):
                return self._bill(exchange, self._order(exchange, order_id))
            case talk.KeepPayment():
                self._keep_payment(exchange, effect)
        return None

    def _number(self, exchange: Exchange, order_id: str) -> str:
        return self._order(exchange, order_id).number if order_id else exchange.dialogue.caller.number or ""

    def _order(self, exchange: Exchange, order_id: str) -> Order:
        """Whose account it is: that of the order's owner, as the shop has it now."""
        order = self.commerce.order(order_id, exchange.dialogue.locale)
        if order is None:
            raise ShopUnavailable("the shop no longer knows this order; a person has to look")
        return order

    def _send_link(self, exchange: Exchange, order: Order, case_id: str) -> bool:
        case = exchange.uow.cases.get(case_id)
        if case is None or self.accounts is None:
            return False
        addressee = Addressee(number=order.number, at_any_hour=True)
        sent = self.notices.write(exchange.uow, case, MessageKind.ACCOUNT, addressee, self.clock.now())
        data = {"number": masked(order.number), "sent": sent is not None}
        record(exchange.uow, self.clock.now(), "account_link", subject=case, data=data)
        return sent is not None

    # --- membership ----------------------------------------------------------------------------------------------

    def _membership(self, exchange: Exchange, wanted: talk.AskMembership) -> talk.MembershipRuled:
        """The ruling, on the case's timeline; what changes the membership is done once its holder is sure."""
        uow, now = exchange.uow, self.clock.now()
        order, case = self._order(exchange, wanted.order_id), uow.cases.get(wanted.case_id)
        if case is None or self.accounts is None:
            raise ShopUnavailable("the shop tells nothing of memberships; a person has to look")
        stands = standing(uow, self.accounts, order.number, exchange.dialogue.locale, now)
        own = exchange.dialogue.caller.number == order.number
        values = {
            "status": order.status.value, "act": wanted.act, "membership": stands.state.value, "video": stands.is_video,
            "own_order": own, "proven": wanted.is_proven,
        }  # fmt: skip
        facts = Facts(values, country=country_of(self.numbers, order.number))
        ruling = decide(self.rules, Topic.MEMBERSHIP, facts, now.date())
        record(uow, now, "decided", subject=case, data=as_data(ruling, now.date()))
        done = wanted.is_sure and ruling.decision is Decision.CHANGE
        if done:
            self._change(uow, case, order.number, stands, ruling)
        return talk.MembershipRuled(ruling, stands, now, until(stands, ruling, now), done)

    def _change(self, uow: UnitOfWork, case: Case, number: str, stands: Membership, ruling: Ruling) -> None:
        now = self.clock.now()
        act = str(ruling.facts.values["act"])
        if stands.state is MembershipState.HELD:
            _take_back(uow, number, now)
            record(uow, now, "membership_kept", subject=case, data={"rule": ruling.rule.id})
            return
        kind = CHANGES.get(act, ChangeKind.CANCEL)
        change = AccountChange(
            key=f"{case.id}/{kind.value}/{now.isoformat()}",
            kind=kind,
            number=number,
            case_id=case.id,
            due_at=now + timedelta(hours=ruling.rule.hours),
            until_at=until(stands, ruling, now) if kind is ChangeKind.PAUSE else stands.until,
            created_at=now,
        )
        uow.account_changes.add(change)
        data = {"rule": ruling.rule.id, "held_hours": ruling.rule.hours}
        record(uow, now, TOLD[kind], subject=case, data=data)

    # --- payments ------------------------------------------------------------------------------------------------

    def _bill(self, exchange: Exchange, order: Order) -> talk.BillFound:
        """What is open, unless it was paid a moment ago and the shop has not heard of it yet."""
        locale = exchange.dialogue.locale
        bill = self.accounts.bill(order.number, locale) if self.accounts is not None else None
        changes = exchange.uow.account_changes.of_number(order.number)
        mine = [one for one in changes if bill and one.kind is ChangeKind.PAYMENT and one.order_id == bill.order_id]
        if any(one.reason == UNCLEAR and one.created_at + UNCLEAR_FOR > self.clock.now() for one in mine):
            return talk.BillFound(None, is_unclear=True)
        if bill is None or any(one.reason != UNCLEAR for one in mine):
            return talk.BillFound(None)
        by_keypad = exchange.source == PHONE and self.payments.takes_keypad(locale, bill)
        return talk.BillFound(bill, by_keypad=by_keypad)

    def _keep_payment(self, exchange: Exchange, paid: talk.KeepPayment) -> None:
        uow, now = exchange.uow, self.clock.now()
        number = self._owner(exchange, paid.order_id)
        change = AccountChange(
            key=f"payment/{paid.order_id}/{exchange.call.sid}",
            kind=ChangeKind.PAYMENT,
            number=number,
            case_id=paid.case_id,
            order_id=paid.order_id,
            values={"amount": paid.amount, "currency": paid.currency, "reference": paid.reference},
            due_at=now,
            created_at=now,
        )
        uow.account_changes.add(change)
        case, data = uow.cases.get(paid.case_id), {"order": paid.order_id[-7:], "amount": paid.amount}
        record(
            uow, now, "paid" if paid.is_clear else "payment_unclear", subject=case,
            data=data | {"currency": paid.currency},
        )  # fmt: skip
        if not paid.is_clear:
            change.end(ChangeStatus.FAILED, now, UNCLEAR)
            if case is not None and case.status in (CaseStatus.OPEN, CaseStatus.RESOLVED):
                case.move(CaseStatus.WAITING_AGENT)

    def _owner(self, exchange: Exchange, order_id: str) -> str:
        """Money was taken: it is written down also while the shop is away."""
        try:
            return self._order(exchange, order_id).number
        except (ShopUnavailable, NotFound):
            order = exchange.dialogue.order
            return order.number if order is not None else ""


def standing(uow: UnitOfWork, accounts: CustomerAccounts, number: str, locale: str, now: datetime) -> Membership:
    """As the shop tells it, with what was changed here since."""
    return overlaid(accounts.membership(number, locale), tuple(uow.account_changes.of_number(number)), now)


def until(stands: Membership, ruling: Ruling, now: datetime) -> datetime | None:
    """What is told: a pause's end, the end of a hold, else until when it is paid."""
    rule = ruling.rule
    if rule.days:
        return now + timedelta(days=rule.days)
    return now + timedelta(hours=rule.hours) if rule.hours else stands.until


def _take_back(uow: UnitOfWork, number: str, now: datetime) -> None:
    for change in uow.account_changes.of_number(number):
        if change.kind is ChangeKind.CANCEL and change.status is ChangeStatus.WAITING:
            change.end(ChangeStatus.WITHDRAWN, now)
