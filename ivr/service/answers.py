"""What a dialogue wants done with help articles: offered, counted, texted, judged; inside the call's transaction."""

from dataclasses import dataclass
from typing import Final

from ivr.domain.cases import CaseKind, CaseStatus
from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue import heard
from ivr.domain.turn import Say
from ivr.service.afterwards import SendText
from ivr.service.cases import Opening, open_case, resolve_case
from ivr.service.exchange import Exchange
from ivr.service.knowledge import Knowledge
from ivr.service.limits import uses_today
from ivr.service.opting import has_opted_out
from ivr.service.timeline import record

TEXTS_A_DAY: Final = 5
"""To one number; the bill is bounded, and nobody is flooded."""


@dataclass(frozen=True)
class HelpAnswers:
    """Carries out what concerns help articles."""

    knowledge: Knowledge
    company: str
    public_url: str

    def carry_out(self, exchange: Exchange, effect: wanted.Effect) -> heard.Result | None:
        """Do one effect."""
        match effect:
            case wanted.ReadQuestions():
                return heard.QuestionsRead(self.knowledge.most_asked(exchange.dialogue.locale))
            case wanted.NoteAnswer(article_id):
                self._note(exchange, article_id)
            case wanted.TextAnswer(article_id):
                self._text(exchange, article_id)
            case wanted.RateAnswer(article_id, helped, words):
                self._rate(exchange, article_id, words, helped=helped)
        return None

    def link(self, locale: str, article_id: str) -> str:
        """The article's page."""
        return f"{self.public_url}/help/{article_id}?lang={locale}"

    def _note(self, exchange: Exchange, article_id: str) -> None:
        now, call = exchange.scene.now, exchange.call
        exchange.uow.answers.add(article_id, exchange.dialogue.locale, now, call.sid)
        record(exchange.uow, now, "answer_read", call=call, data={"article": article_id})

    def _text(self, exchange: Exchange, article_id: str) -> None:
        """Asked for in this moment, so at any hour; after the commit and at most once."""
        locale, number, now = exchange.dialogue.locale, exchange.call.from_number, exchange.scene.now
        article = self.knowledge.article(locale, article_id)
        if article is None or number is None or has_opted_out(exchange.uow, number):
            return
        if uses_today(exchange.uow, "answer_texts", number, now) > TEXTS_A_DAY:
            return
        args = {"company": self.company, "title": article.title, "link": self.link(locale, article_id)}
        exchange.scene.after.append(SendText(number, Say("help_answer_text", args), locale))
        record(exchange.uow, now, "answer_texted", call=exchange.call, data={"article": article_id})

    def _rate(self, exchange: Exchange, article_id: str, words: str, *, helped: bool) -> None:
        uow, now, call = exchange.uow, exchange.scene.now, exchange.call
        uow.answers.rate(call.sid, article_id, helped=helped)
        record(uow, now, "answer_rated", call=call, data={"article": article_id, "helped": helped})
        if not helped:
            return
        asked = Opening(
            kind=CaseKind.QUESTION, customer_id=call.customer_id, order_id=None, words=words, locale=call.locale,
            source=exchange.source, call=call,
        )  # fmt: skip
        case = open_case(uow, now, asked)
        if case.status == CaseStatus.OPEN and not uow.callbacks.of_case(case.id):
            resolve_case(uow, now, case, f"answered: {article_id}")
