"""What an agent and a called customer hear: turns made of an attempt's rows. Nothing is changed here."""

from dataclasses import replace
from datetime import datetime

from ivr.domain.agents import Agent
from ivr.domain.callbacks import Attempt, Callback, CallbackStatus, Outcome
from ivr.domain.cases import Case, CaseKind
from ivr.domain.intents import Choice, Expects
from ivr.domain.turn import At, Next, Phrase, Say, SayArg, Spelled, Turn
from ivr.service import addresses
from ivr.service.store import UnitOfWork

REASON_LETTERS = 60
"""Of the customer's own words in the whisper: name, case, reason and promise stay within about eight seconds."""
NEWS = {
    Outcome.BUSY: "agent_customer_busy",
    Outcome.NO_ANSWER: "agent_customer_no_answer",
    Outcome.MACHINE: "agent_customer_machine",
}
"""What an agent on the line is told of the customer; otherwise `agent_customer_failed`."""
EFFORTS = tuple(Choice(str(effort)) for effort in range(1, 8))


class Told:
    """One attempt with what is told about it."""

    def __init__(self, uow: UnitOfWork, attempt: Attempt, company: str) -> None:
        self.attempt = attempt
        self._company = company
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
        """Who, which case, why in their own words, promised when, how often tried; key 1 accepts, 2 passes on."""
        first = "whisper" if self.callback is not None else "whisper_live"
        key = first if number == 1 else "whisper_again"
        return Turn(
            number=number,
            locale=self.locale,
            say=(Say(key, self._facts(now)),),
            expects=Expects(choices=(Choice("1"), Choice("2"))),
            wait_seconds=wait_seconds,
            state=key,
        )

    def agent_joins(self) -> Turn:
        """The agent waits in the conference while the customer is rung."""
        return self._joins(Say("whisper_accepted"), is_agent=True)

    def customer_joins(self, now: datetime) -> Turn:
        """Who calls and why, then the agent."""
        return self._joins(Say("customer_greeting", self._facts(now)), is_agent=False)

    def _joins(self, say: Say, *, is_agent: bool) -> Turn:
        return Turn(
            number=3,
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
        if outcome == Outcome.DECLINED:
            return self.last("whisper_declined")
        if outcome == Outcome.JOINED:
            return self.last("goodbye")
        key = NEWS.get(outcome, "agent_customer_failed") if outcome else "agent_customer_failed"
        return self.last(key, self._next_try(now))

    def last(self, key: str, args: dict[str, SayArg] | None = None) -> Turn:
        """A last sentence."""
        said = (Say(key, {"company": self._company} | (args or {})),)
        return Turn(number=4, locale=self.locale, say=said, next=Next.HANG_UP, state=key)

    def thanks(self) -> Turn:
        """Thank you for the rating, goodbye."""
        last = self.last("goodbye")
        return replace(last, say=(Say("rate_thanks"), *last.say), state="rate_thanks")

    def machine_message(self, now: datetime) -> Turn:
        """Said to an answering machine: who called, why, and that we try again."""
        return self.last("machine_message", self._facts(now) | self._next_try(now))

    def rate_effort(self) -> Turn:
        """How hard was it, 1 to 7?"""
        return Turn(
            number=5,
            locale=self.locale,
            say=(Say("rate_effort"),),
            expects=Expects(choices=EFFORTS),
            state="rate_effort",
        )

    def _facts(self, now: datetime) -> dict[str, SayArg]:
        """What there is to tell: an empty one is left out, and with it its part of the prompt."""
        facts: dict[str, SayArg] = {
            "company": self._company,
            "name": self.customer.name if self.customer else "",
            "case": Spelled(self.case.number if self.case else ""),
            "reason": self._reason(),
        }
        if self.callback is not None:
            facts["promised"] = At(self.callback.promised_by_at, self.callback.zone, now)
            facts["tries"] = self.callback.tries
        return {key: value for key, value in facts.items() if value}

    def _reason(self) -> SayArg:
        """In the customer's own words, else what kind of case it is; a question without words says nothing."""
        if self.case is None:
            return ""
        kind = Phrase(f"kind_{self.case.kind}") if self.case.kind is not CaseKind.QUESTION else ""
        return shortened(self.case.summary) or kind

    def _next_try(self, now: datetime) -> dict[str, SayArg]:
        callback = self.callback
        if callback is None or callback.status != CallbackStatus.SCHEDULED:
            return {}
        return {"when": At(callback.due_at, callback.zone, now)}


def shortened(reason: str) -> str:
    """The customer's words, cut at a word."""
    if len(reason) <= REASON_LETTERS:
        return reason
    return reason[:REASON_LETTERS].rsplit(" ", 1)[0] + " …"


def silent_goodbye(locale: str = "en-US") -> Turn:
    """Nothing to say to a call that is not, or no longer, ours: end it."""
    return Turn(number=0, locale=locale, say=(), next=Next.HANG_UP, state="gate")
