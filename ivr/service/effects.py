"""Carries the dialogue's effects out: orders, cases, callbacks, the line. All inside the call's transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ivr.domain.callbacks import Callback, Outcome
from ivr.domain.cases import ESCALATED, CaseStatus, Tier
from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue import heard
from ivr.domain.dialogue.account_talk import AccountEffect
from ivr.domain.messages import MessageKind
from ivr.domain.policies import CallbackRules
from ivr.errors import CallbackRefused, IllegalMove, NotFound, NumberRefused, ShopUnavailable
from ivr.service import attempts
from ivr.service.account_calls import AccountCalls
from ivr.service.afterwards import Actions
from ivr.service.answers import HelpAnswers
from ivr.service.booking import AlreadyBooked, BookingRequest, Bookings
from ivr.service.cases import Opening, open_case, resolve_case
from ivr.service.consents import Consents
from ivr.service.erasing import erase
from ivr.service.exchange import Exchange
from ivr.service.line import Line
from ivr.service.named_times import NamedTimes
from ivr.service.open_view import open_view
from ivr.service.order_effects import OrderEffects
from ivr.service.order_effects import Wanted as OfOrders
from ivr.service.outreach import stop_news
from ivr.service.places import Places
from ivr.service.ports import Clock, NumberRules
from ivr.service.raising import raise_case
from ivr.service.renumbering import change_number
from ivr.service.resuming import ResumeCodes
from ivr.service.seller_calls import SellerCalls
from ivr.service.slots import NotThen
from ivr.service.timeline import record

Noted = (
    wanted.RaiseCase | wanted.ResolveCase | wanted.RateEffort | wanted.LeaveLine | wanted.NoteConsent | wanted.StopNews
)
Booking = heard.CallbackBooked | heard.CallbackNotBooked
Changed = tuple[Callback, Actions]


@dataclass(frozen=True)
class Effects:
    """What a step of the dialogue wants done; each returns the result that is stepped next, or None."""

    clock: Clock
    numbers: NumberRules
    bookings: Bookings
    times: NamedTimes
    line: Line
    rules: CallbackRules
    resuming: ResumeCodes
    answers: HelpAnswers
    orders: OrderEffects
    consents: Consents
    places: Places
    sellers: SellerCalls
    accounts: AccountCalls

    def carry_out(self, exchange: Exchange, effect: wanted.Effect) -> heard.Result | None:
        """Do one effect; where the shop does not answer, that is its result."""
        try:
            return self._carry_out(exchange, effect)
        except ShopUnavailable:
            return heard.ShopAway()

    def _carry_out(self, exchange: Exchange, effect: wanted.Effect) -> heard.Result | None:
        match effect:
            case _ if isinstance(effect, OfOrders):
                return self.orders.carry_out(exchange, effect)
            case wanted.OpenCase():
                return self._open_case(exchange, effect)
            case wanted.FindClaim() | wanted.AnswerClaim() | wanted.EscalateClaim():
                return self.sellers.carry_out(exchange, effect)
            case _ if isinstance(effect, AccountEffect):
                return self.accounts.carry_out(exchange, effect)
            case wanted.EstimateWait():
                return self._estimate(exchange)
            case wanted.EraseData():
                erase(exchange.scene, self.bookings, exchange.call)
                return heard.DataErased()
            case wanted.EnterLine(place):
                return self._enter_line(exchange, place)
            case wanted.ReadQuestions() | wanted.NoteAnswer() | wanted.TextAnswer() | wanted.RateAnswer():
                return self.answers.carry_out(exchange, effect)
            case (
                wanted.RaiseCase()
                | wanted.ResolveCase()
                | wanted.RateEffort()
                | wanted.LeaveLine()
                | wanted.NoteConsent()
                | wanted.StopNews()
            ):
                self._note(exchange, effect)
                return None
            case _:
                return self._promise(exchange, effect)

    def _note(self, exchange: Exchange, effect: Noted) -> None:
        match effect:
            case wanted.NoteConsent(consent, words):
                self.consents.of_call(exchange.scene, exchange.call, consent, words)
            case wanted.RaiseCase(cause):
                self._raise(exchange, cause)
            case wanted.StopNews():
                stop_news(exchange.scene, exchange.call.from_number or "", exchange.call.sid)
            case wanted.ResolveCase(case_id, outcome):
                self._resolve_case(exchange, case_id, outcome)
            case wanted.RateEffort(effort):
                self._rate(exchange, effort)
            case wanted.LeaveLine():
                self._leave_line(exchange)

    def _promise(self, exchange: Exchange, effect: wanted.Effect) -> heard.Result | None:
        match effect:
            case wanted.ResolveMoment(when):
                return self.times.resolve(exchange, when)
            case wanted.CheckNumber(digits):
                return self._check_number(digits)
            case wanted.Book():
                return self._book(exchange, effect)
            case wanted.Move(callback_id, at, until):
                move = partial(self.bookings.move, exchange.uow, callback_id, at=at, until=until)
                return self._changed(exchange, move)
            case wanted.ChangeNumber(callback_id, number):
                change = partial(change_number, self.bookings, exchange.uow, callback_id, number)
                return self._changed(exchange, change)
            case wanted.CancelCallback(callback_id):
                return self._cancel(exchange, callback_id)
            case wanted.FindByCode(code):
                return self.resuming.answer(exchange.uow, exchange.call, code)
        raise TypeError(f"no such effect: {effect!r}")

    def _open_case(self, exchange: Exchange, effect: wanted.OpenCase) -> heard.CaseOpened:
        now = self.clock.now()
        present = exchange.uow.cases.get(effect.case_id) if effect.case_id else None
        if present is not None and present.status != CaseStatus.CLOSED:
            exchange.call.case_id = present.id
            return heard.CaseOpened(present.id, present.number, now)
        opening = Opening(
            kind=effect.kind,
            customer_id=exchange.call.customer_id,
            order_id=effect.order_id,
            words=effect.reason,
            locale=exchange.call.locale,
            source=exchange.source,
            call=exchange.call,
        )
        case = open_case(exchange.uow, now, opening)
        if exchange.dialogue.caller.is_loyal:
            case.priority = min(case.priority, ESCALATED)
        if exchange.dialogue.asked_back:
            case.raise_to(Tier.ASSISTED)
        told = bool(exchange.uow.messages.count_of_case(case.id, MessageKind.PHOTO))
        return heard.CaseOpened(case.id, case.number, now, photo_told=told)

    def _raise(self, exchange: Exchange, cause: str) -> None:
        case_id = exchange.dialogue.case_id or exchange.call.case_id
        case = exchange.uow.cases.get(case_id) if case_id else None
        if case is not None:
            raise_case(exchange.uow, self.clock.now(), case, cause)

    def _resolve_case(self, exchange: Exchange, case_id: str, outcome: str) -> None:
        case = exchange.uow.cases.get(case_id)
        if case is not None and case.status != CaseStatus.CLOSED:
            resolve_case(exchange.uow, self.clock.now(), case, outcome)

    def _estimate(self, exchange: Exchange) -> heard.WaitEstimated:
        case = exchange.uow.cases.get(exchange.call.case_id) if exchange.call.case_id else None
        wait = self.line.estimate(
            exchange.uow,
            case.skill if case else "general",
            locale=exchange.dialogue.locale,
            priority=case.priority if case else 2,
            call_sid=exchange.call.sid,
        )
        record(
            exchange.uow,
            self.clock.now(),
            "wait_told",
            call=exchange.call,
            data={"low": wait.low_seconds, "high": wait.high_seconds, "free": wait.agent_free},
        )
        is_short = wait.staffed and wait.high_seconds <= self.rules.line.short_seconds
        return heard.WaitEstimated(wait.low_seconds, wait.high_seconds, wait.agent_free, wait.ahead, is_short)

    def _rate(self, exchange: Exchange, effort: int) -> None:
        case = exchange.uow.cases.get(exchange.call.case_id) if exchange.call.case_id else None
        if case is not None:
            case.effort = effort
            record(exchange.uow, self.clock.now(), "effort_rated", call=exchange.call, data={"effort": effort})

    def _enter_line(self, exchange: Exchange, place: str) -> heard.InLine:
        case = exchange.uow.cases.get(exchange.dialogue.case_id)
        if case is None:
            raise ValueError("a caller without a case cannot wait in line")
        return self.places.enter(exchange.scene, exchange.call, case, place)

    def _leave_line(self, exchange: Exchange) -> None:
        hold = exchange.uow.holds.get(exchange.call.sid)
        if hold is None or hold.status not in ("waiting", "connecting"):
            return
        hold.status = "left"
        now = self.clock.now()
        record(exchange.uow, now, "hold_left", call=exchange.call)
        attempt = exchange.uow.attempts.live_of_hold(exchange.call.sid)
        if attempt is not None:
            exchange.scene.after.extend(attempts.end(exchange.uow, attempt, Outcome.CUSTOMER_HUNG_UP, now))

    def _check_number(self, digits: str) -> heard.NumberChecked:
        try:
            checked = self.bookings.check_number(digits)
        except NumberRefused as refused:
            return heard.NumberChecked(None, refused.reason)
        return heard.NumberChecked(checked.e164, zone=checked.zones[0])

    def _book(self, exchange: Exchange, asked: wanted.Book) -> Booking:
        case = exchange.uow.cases.get(exchange.dialogue.case_id)
        if case is None:
            raise ValueError("a callback needs a case")
        hold = exchange.uow.holds.get(exchange.call.sid)
        request = BookingRequest(
            case_id=case.id,
            customer_id=exchange.call.customer_id,
            number=asked.number,
            locale=exchange.dialogue.locale,
            zone=exchange.dialogue.caller.zone,
            at=asked.at,
            until=asked.until,
            ticket_at=hold.ticket_at if hold else self.clock.now(),
            source=exchange.source,
            skill=case.skill,
            priority=case.priority,
        )
        try:
            callback = self.bookings.book(exchange.uow, request)
        except AlreadyBooked as already:
            return heard.CallbackNotBooked("exists", self.clock.now(), open_view(already.callback))
        except CallbackRefused as refused:
            return self._not_booked(refused)
        self._leave_line(exchange)  # who is called back does not wait on the telephone as well
        return heard.CallbackBooked(open_view(callback), self.clock.now())

    def _not_booked(self, refused: CallbackRefused) -> heard.CallbackNotBooked:
        """Who was told a moment that somebody else took meanwhile is offered the next one."""
        nearest_at = refused.nearest_at if isinstance(refused, NotThen) and refused.reason != "hours" else None
        return heard.CallbackNotBooked(refused.reason, self.clock.now(), nearest_at=nearest_at)

    def _cancel(self, exchange: Exchange, callback_id: str) -> heard.CallbackCanceled | heard.CallbackGone:
        try:
            _, actions = self.bookings.cancel(exchange.uow, callback_id, by="customer")
        except (NotFound, IllegalMove):
            return heard.CallbackGone()
        exchange.scene.after.extend(actions)
        return heard.CallbackCanceled()

    def _changed(self, exchange: Exchange, change: Callable[[], Changed]) -> Booking | heard.CallbackGone:
        """What became of an open callback that is to be moved or to ring another number."""
        try:
            callback, actions = change()
        except (NotFound, IllegalMove):
            return heard.CallbackGone()
        except CallbackRefused as refused:
            return self._not_booked(refused)
        exchange.scene.after.extend(actions)
        return heard.CallbackBooked(open_view(callback), self.clock.now())
