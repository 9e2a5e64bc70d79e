"""What the machine answers to the first e-mail of a case: its number, what happens next, and what may help at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.cases import Case
from ivr.domain.knowledge import Article
from ivr.domain.turn import Say, SayArg, Spelled
from ivr.service.answers import HelpAnswers
from ivr.service.links import Links
from ivr.service.ports import Speaker
from ivr.service.wording import locale_for

LINK_DAYS: Final = 30


@dataclass(frozen=True)
class MailAnswers:
    """Words it. Nothing personal: whoever the mail says it is from may not have written it."""

    speaker: Speaker
    links: Links
    help: HelpAnswers
    company: str

    def first(
        self, case: Case, article: Article | None, dropped: Sequence[str], now: datetime, *, is_answered: bool
    ) -> str:
        """Paragraphs, in the case's language. Raises ContentError."""
        key = "mail_answered_text" if is_answered else "mail_received_text"
        said = [Say(key, {"company": self.company, "case": Spelled(case.number)})]
        if article is not None:
            link = self.help.link(case.locale, article.id)
            said.append(Say("mail_article_text", {"title": article.title, "answer": article.spoken, "link": link}))
        if dropped:
            said.append(Say("mail_files_text", {"names": ", ".join(dropped)}))
        return "\n\n".join(self._words(case, one) for one in (*said, Say("mail_ways_text", self._ways(case, now))))

    def _ways(self, case: Case, now: datetime) -> dict[str, SayArg]:
        token = self.links.mail_case(case.id, now + timedelta(days=LINK_DAYS))
        return {"link": self.links.mail_case_url(token), "chat": self.links.mail_chat_url(token)}

    def _words(self, case: Case, say: Say) -> str:
        return self.speaker.text(locale_for(self.speaker, case.locale), say)
