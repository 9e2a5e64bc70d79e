"""Status callbacks: sent on their own, in order but not surely arriving so; faults are applied here."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ivr.carrier.calls import ENDED, Call, CallStatus
from ivr.carrier.faults import Faults
from ivr.carrier.formats import rfc2822, utc_now
from ivr.carrier.signing import Params
from ivr.carrier.webhooks import Webhook, WebhookFailure, Webhooks

Background = Callable[[Coroutine[Any, Any, None]], object]
Warn = Callable[[int, str, str], None]

_EVENT_OF = {
    CallStatus.INITIATED: "initiated",
    CallStatus.RINGING: "ringing",
    CallStatus.IN_PROGRESS: "answered",
}


class Callbacks:
    """Sends callbacks in the background and applies the faults ordered."""

    def __init__(self, webhooks: Webhooks, faults: Faults, *, background: Background, warn: Warn) -> None:
        self._webhooks = webhooks
        self._faults = faults
        self._background = background
        self._warn = warn
        self._held: dict[str, list[Webhook]] = {}

    def send(self, url: str, method: str, *, params: Params) -> None:
        """Send one callback that no fault touches but delay and duplication."""
        for _ in range(1 + self._faults.callback_duplicates):
            self._background(self._deliver(Webhook(url, method, params), self._faults.callback_delay_seconds))

    def call_status(self, call: Call, status: CallStatus) -> None:
        """Tell the call's subscriber about a new status, if it wanted to know."""
        settings, event = call.settings, _EVENT_OF.get(status, "completed")
        if not settings.status_callback or event not in settings.status_events:
            return
        params = self._progress(call, status)
        call.sequence += 1
        call.callbacks.append(params)
        if self._faults.loses(status.value):
            return
        if self._faults.callback_shuffle:
            self._hold(call, Webhook(settings.status_callback, settings.status_method, params))
        else:
            self.send(settings.status_callback, settings.status_method, params=params)

    def _progress(self, call: Call, status: CallStatus) -> Params:
        params = [(name, status.value if name == "CallStatus" else value) for name, value in call.standard_params()]
        params += [
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(call.sequence)),
            ("Timestamp", rfc2822(utc_now()) or ""),
        ]
        if status in ENDED:
            seconds = call.duration_seconds or 0
            params += [("CallDuration", str(seconds)), ("Duration", str(-(-seconds // 60)))]
            params.append(("SipResponseCode", str(call.sip_code)))
        return params + ([("AnsweredBy", call.answered_by)] if call.answered_by else [])

    def _hold(self, call: Call, webhook: Webhook) -> None:
        self._held.setdefault(call.sid, []).append(webhook)
        if not call.live:
            self._background(self._deliver_in_order(self._held.pop(call.sid)[::-1]))

    async def _deliver_in_order(self, webhooks: list[Webhook]) -> None:
        for webhook in webhooks:
            await self._deliver(webhook, self._faults.callback_delay_seconds)

    async def _deliver(self, webhook: Webhook, delay_seconds: float) -> None:
        if delay_seconds:
            await asyncio.sleep(delay_seconds)
        try:
            await self._webhooks.deliver(webhook)
        except WebhookFailure as failure:
            self._warn(failure.code, f"callback failed: {failure}", webhook.url)
