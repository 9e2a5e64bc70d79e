"""Running TwiML on a call: documents one after the other, verb by verb (twilio.md section 7a)."""

import asyncio
import time
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Literal
from xml.etree.ElementTree import Element

import httpx

from ivr.carrier.calls import Call, DocumentFetch
from ivr.carrier.documents import Document, Inline, Jump, Start, document_of, parse
from ivr.carrier.signing import Params
from ivr.carrier.speaking import say
from ivr.carrier.twiml_schema import check
from ivr.carrier.webhooks import Webhook, WebhookAnswer, WebhookFailure

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange

_APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
WAIT_VERBS = frozenset({"Play", "Say", "Pause", "Redirect"})


class Ending(StrEnum):
    """How a script came to its end."""

    DOCUMENT = "document"
    """The last verb was done."""
    HANGUP = "hangup"
    LEAVE = "leave"
    ERROR = "error"


Step = Start | Ending | None
"""What a verb answers: go elsewhere, end, or go on with the next verb."""
Reason = Literal["update", "hang-up"]


class Script:
    """One run of TwiML on one call; `verbs` limits what whispers and waiting rooms may use."""

    def __init__(
        self, exchange: "Exchange", call: Call, *, verbs: frozenset[str] | None = None, params: Params | None = None
    ) -> None:
        self.exchange = exchange
        self.call = call
        self.document = Document(())
        self.following: tuple[Element, ...] = ()
        """The verbs after the present one."""
        self.farewell: Callable[[Reason], Jump | None] | None = None
        """What must still be requested when the present verb is overtaken; its answer is thrown away."""
        self._allowed = verbs
        self._params = params or []

    async def run(self, start: Start) -> Ending:
        """Run documents until one ends."""
        step: Start | Ending = start
        while not isinstance(step, Ending):
            document = await self._load(step)
            if document is None:
                await say(self.exchange, self.call, text=_APPLICATION_ERROR)
                return Ending.ERROR
            self.document = document
            step = await self._perform(document)
        return step

    # Documents

    async def _load(self, step: Start) -> Document | None:
        """The next document, the fallback's when that fails, or None when both do."""
        try:
            if isinstance(step, Inline):
                return self._checked(parse(step.twiml))
            return self._checked(await self._fetch(step))
        except WebhookFailure as failure:
            failed_url = step.url if isinstance(step, Jump) else ""
            return await self._fallback(failure, failed_url or self.document.url or "")

    def _checked(self, document: Document) -> Document:
        for verb in document.verbs:
            for problem in check(verb):
                self.exchange.alert(12200, problem, call=self.call, url=document.url)
        return document

    async def _fallback(self, failure: WebhookFailure, url: str) -> Document | None:
        self.exchange.alert(failure.code, str(failure), call=self.call, level="error", url=url)
        settings = self.call.settings
        if not settings.fallback_url:
            self.exchange.flow.answer(self.call)
            return None
        error = (("ErrorCode", str(failure.code)), ("ErrorUrl", url))
        try:
            return self._checked(await self._fetch(Jump(settings.fallback_url, settings.fallback_method, error)))
        except WebhookFailure as second:
            self.exchange.alert(second.code, str(second), call=self.call, level="error", url=settings.fallback_url)
            self.exchange.flow.answer(self.call)
            return None

    async def _fetch(self, jump: Jump) -> Document:
        """Request a document; goes on in the background when the script is overtaken meanwhile."""
        if len(self.call.documents) >= self.exchange.options.max_documents:
            raise WebhookFailure(11200, "the call has fetched too many documents")
        return await asyncio.shield(self.exchange.spawn(self._request(jump)))

    async def _request(self, jump: Jump) -> Document:
        url = self._address(jump)
        params = [*self.call.standard_params(), *self._params, *jump.params]
        record = DocumentFetch(url, jump.method, params, time.monotonic())
        self.call.documents.append(record)
        self.call.fetching += 1
        self.exchange.fetching += 1
        try:
            answer = await self._deliver(Webhook(url, jump.method, params, self._cookies()), record)
            return document_of(answer, jump.method)
        except WebhookFailure as failure:
            record.error_code, record.status = failure.code, failure.status or record.status
            raise
        finally:
            self.call.fetching -= 1
            self.exchange.fetching -= 1
            self.exchange.event("document", self.call, url=url, body=record.body, error_code=record.error_code)

    async def _deliver(self, webhook: Webhook, record: DocumentFetch) -> WebhookAnswer:
        if self.exchange.faults.document_delay_seconds:
            await asyncio.sleep(self.exchange.faults.document_delay_seconds)
        limits = self.exchange.faults.document_limits
        answer = await self.exchange.webhooks.deliver(webhook, limits.popleft() if limits else None)
        record.served_at, record.status = time.monotonic(), answer.status
        record.body = answer.body.decode(errors="replace")
        return answer

    def _address(self, jump: Jump) -> str:
        if jump.url:
            return self.document.resolve(jump.url)
        if self.document.url is None:
            raise WebhookFailure(11100, "a document without an address cannot be requested again")
        return self.document.url

    def _cookies(self) -> httpx.Cookies:
        if self.call.cookies is None:
            self.call.cookies = httpx.Cookies()
        return self.call.cookies

    async def fetch_and_discard(self, jump: Jump) -> None:
        """The loser of a race: requested, its answer never run (twilio.md section 13)."""
        try:
            await self._request(jump)
        except WebhookFailure as failure:
            self.exchange.alert(failure.code, str(failure), call=self.call, url=jump.url)

    # Verbs

    async def _perform(self, document: Document) -> Start | Ending:
        from ivr.carrier.verbs import VERBS

        if not document.verbs:
            self.exchange.flow.answer(self.call)
        for index, verb in enumerate(document.verbs):
            handler = VERBS.get(verb.tag)
            if handler is None or not self._may(verb):
                continue
            self.following = document.verbs[index + 1 :]
            self._pick_up(verb)
            step = await handler(self, verb)
            self.farewell = None
            if step is not None:
                return step
        return Ending.DOCUMENT

    def _may(self, verb: Element) -> bool:
        if self._allowed is None or verb.tag in self._allowed:
            return True
        self.exchange.alert(13238, f"{verb.tag} is not allowed here", call=self.call, level="error")
        return False

    def _pick_up(self, verb: Element) -> None:
        """Every verb answers the call, except Reject, a leading Pause and a Dial that waits for its own answer."""
        waits = verb.tag == "Dial" and verb.get("answerOnBridge") == "true"
        if not waits and verb.tag not in ("Reject", "Pause"):
            self.exchange.flow.answer(self.call)
