"""What an agent and a called customer hear: turns made of an attempt's rows. Nothing is changed here."""

from dataclasses import replace
from datetime import datetime

from ivr.domain.agents import Agent
from ivr.domain.callbacks import Attempt, Callback, CallbackStatus, Outcome
from ivr.domain.cases import Case, CaseKind
from ivr.domain.intents import Choice, Expects
from ivr.domain.turn import At, Next, Phrase, Say, SayArg, Span, Spelled, Turn
from ivr.service import addresses
from ivr.service.shop_words import ShopWords
from ivr.service.store import UnitOfWork

REASON_LETTERS = 60
"""Of the customer's own words, at the most."""
LEAST_LETTERS = 12
"""Fewer of them tell nothing."""
WHISPER_SECONDS = 8.0
"""The whole whisper: the customer's words are cut until it fits."""
WHISPERED, WHISPERED_AGAIN, JOINING, LAST, RATED, WHY = 1, 2, 3, 4, 5, 6
"""Numbers of the documents of an agent's leg."""
PASS_REASONS = {"1": "other_skill", "2": "other_language", "3": "other"}
LATER_REASONS = {"1": "still_writing", "2": "break", "3": "other"}
"""What an agent keys after passing on, or after asking to be left alone."""
NEWS = {
    Outcome.BUSY: "agent_customer_busy",
    Outcome.NO_ANSWER: "agent_customer_no_answer",
    Outcome.MACHINE: "agent_customer_machine",
    Outcome.IVR: "agent_customer_ivr",
    Outcome.SCREENED: "agent_customer_screened",
    Outcome.SILENT: "agent_customer_silent",
    Outcome.REFUSED: "agent_customer_refused",
    Outcome.CUSTOMER_HUNG_UP: "agent_customer_hung_up",
}
"""What an agent on the line is told of the customer; otherwise `agent_customer_failed`."""
CUT = " …"
EFFORTS = tuple(Choice(str(effort)) for effort in range(1, 8))


class Told:
    """One attempt with what is told about it."""

    def __init__(self, uow: UnitOfWork, attempt: Attempt, shop: ShopWords) -> None:
        self.attempt = attempt
        self._shop = shop
        self.case: Case | None = uow.cases.get(attempt.case_id)
        self.callback: Callback | None = uow.callbacks.get(attempt.callback_id) if attempt.callback_id else None
        self.agent: Agent | None = uow.agents.get(attempt.agent_id)
        customer_id = self.case.customer_id if self.case else None
        self.customer = uow.customers.get(customer_id) if customer_id else None
        self.locale = self._locale()

    def _locale(self) -> str:
        """The customer's language: the agent was chosen because they speak it."""
        if self.callback is not None:
            return self.callback.locale
        return self.case.locale if self.case else "en-US"

    def whisper(self, now: datetime, *, number: int, wait_seconds: int) -> Turn:
        """Who, what for, why in their own words, how often tried, kept or late: within eight seconds.

        Key 1 accepts, 2 passes on, 3 wants it later.
        """
        is_waiting = self.callback is None or self.attempt.customer_first
        key = ("whisper_live" if is_waiting else "whisper") if number == WHISPERED else "whisper_again"
        return Turn(
            number=number,
            locale=self.locale,
            say=(self._within_seconds(key, self.facts(now)),),
            expects=Expects(choices=(Choice("1"), Choice("2"), Choice("3"))),
            wait_seconds=wait_seconds,
            state=key,
        )

    def _within_seconds(self, key: str, facts: dict[str, SayArg]) -> Say:
        reason = facts.get("reason")
        while self._shop.seconds(self.locale, Say(key, facts)) > WHISPER_SECONDS and isinstance(reason, str) and reason:
            letters = len(reason.removesuffix(CUT)) - 1
            reason = shortened(reason.removesuffix(CUT), letters) if letters >= LEAST_LETTERS else ""
            facts = {name: value for name, value in facts.items() if name != "reason"}
            facts |= {"reason": reason} if reason else {}
        return Say(key, facts)

    def why(self, rest_seconds: int) -> Turn:
        """Why it was passed on, or is wanted later: one key, and it is no harm to hang up instead."""
        is_later = self.attempt.outcome == Outcome.LATER
        say = Say("whisper_why_later", {"wait": Span(rest_seconds, rest_seconds)})
        return Turn(
            number=WHY,
            locale=self.locale,
            say=(say if is_later else Say("whisper_why_passed"),),
            expects=Expects(choices=tuple(Choice(key) for key in PASS_REASONS)),
            wait_seconds=4,
            state="whisper_why",
        )

    def agent_joins(self) -> Turn:
        """The agent waits in the conference while the customer is rung."""
        case = {"case": Spelled(self.case.number)} if self.case else {}
        return self._joins(Say("whisper_accepted", case), is_agent=True)

    def customer_joins(self, key: str) -> Turn:
        """The agent, after one more sentence; who calls and why has been said."""
        return self._joins(Say(key), is_agent=False)

    def after_talk(self) -> Turn:
        """The customer is still there and the agent is not: the rating if they have talked, else an apology."""
        return self.rate_effort() if self.attempt.outcome == Outcome.JOINED else self.lost_agent()

    def _joins(self, say: Say, *, is_agent: bool) -> Turn:
        return Turn(
            number=JOINING,
            locale=self.locale,
            say=(say,),
            next=Next.JOIN,
            conference=addresses.conference(self.attempt.id),
            is_agent=is_agent,
            state="joining",
        )

    def lost_agent(self) -> Turn:
        """The customer answered, and the agent is gone; that we ring again is said only if we do."""
        again = self.callback is not None and self.callback.status in (CallbackStatus.SCHEDULED, CallbackStatus.DIALING)
        return self.last("customer_agent_lost" if again else "goodbye")

    def news(self, now: datetime) -> Turn:
        """What became of the customer, and when they are tried again; then the agent is released."""
        outcome = self.attempt.outcome
        if outcome in (Outcome.DECLINED, Outcome.LATER):
            return self.last("whisper_declined")
        if outcome == Outcome.JOINED:
            return self.last("goodbye")
        key = NEWS.get(outcome, "agent_customer_failed") if outcome else "agent_customer_failed"
        return self.last(key, self.next_try(now))

    def last(self, key: str, args: dict[str, SayArg] | None = None, *, then: str = "") -> Turn:
        """Last sentences."""
        facts = {"company": self._shop.company} | (args or {})
        said = tuple(Say(one, facts) for one in (key, then) if one)
        return Turn(number=LAST, locale=self.locale, say=said, next=Next.HANG_UP, state=key)

    def thanks(self) -> Turn:
        """Thank you for the rating, goodbye."""
        last = self.last("goodbye")
        return replace(last, say=(Say("rate_thanks"), *last.say), state="rate_thanks")

    def rate_effort(self) -> Turn:
        """How hard was it, 1 to 7?"""
        return Turn(
            number=RATED,
            locale=self.locale,
            say=(Say("rate_effort"),),
            expects=Expects(choices=EFFORTS),
            state="rate_effort",
        )

    def facts(self, now: datetime) -> dict[str, SayArg]:
        """What there is to tell: an empty one is left out, and with it its part of the prompt."""
        facts: dict[str, SayArg] = {
            "company": self._shop.company,
            "name": self.customer.name if self.customer else "",
            "case": Spelled(self.case.number if self.case else ""),
            "item": self._item(),
            "reason": self._reason(),
        }
        if self.callback is not None:
            facts["tries"] = self.callback.tries
            facts["code"] = Spelled(self.callback.resume_code) if self.callback.resume_code else ""
            facts["punctual"] = Phrase(self._punctual(self.callback, now))
        return {key: value for key, value in facts.items() if value}

    def _item(self) -> str:
        order_id = self.case.order_id if self.case else None
        return self._shop.item(order_id, self.locale) if order_id else ""

    def _punctual(self, callback: Callback, now: datetime) -> str:
        """Whether the promise is kept: by the first ring, or as it stands now."""
        rung_at = callback.first_rung_at or now
        return "whisper_in_time" if rung_at <= callback.promised_by_at else "whisper_late"

    def _reason(self) -> SayArg:
        """In the customer's own words, else what kind of case it is; a question without words says nothing."""
        if self.case is None:
            return ""
        kind = Phrase(f"kind_{self.case.kind}") if self.case.kind is not CaseKind.QUESTION else ""
        return shortened(self.case.summary) or kind

    def next_try(self, now: datetime) -> dict[str, SayArg]:
        """When the customer is rung again, if that is known."""
        callback = self.callback
        if callback is None or callback.status != CallbackStatus.SCHEDULED:
            return {}
        return {"when": At(callback.due_at, callback.zone, now)}


def shortened(reason: str, letters: int = REASON_LETTERS) -> str:
    """The customer's words, cut at a word."""
    if len(reason) <= letters:
        return reason
    return reason[:letters].rsplit(" ", 1)[0] + CUT


def silent_goodbye(locale: str = "en-US") -> Turn:
    """Nothing to say to a call that is not, or no longer, ours: end it."""
    return Turn(number=0, locale=locale, say=(), next=Next.HANG_UP, state="gate")
