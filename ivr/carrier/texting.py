"""Text messages, both ways: to a telephone here, and from one to the app; STOP and START as Twilio obeys them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ivr.carrier.documents import document_of
from ivr.carrier.formats import API_VERSION, new_sid, rfc2822, utc_now
from ivr.carrier.telephone import Telephone, TextMessage
from ivr.carrier.webhooks import Webhook, WebhookFailure

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange

MOST_CHARACTERS: Final = 1600
STOP: Final = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START: Final = frozenset({"start", "unstop", "yes"})
ANSWERS: Final = {
    True: "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe.",
    False: "You have successfully been re-subscribed to messages from this number. Reply STOP to unsubscribe.",
}


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A text message on its way."""

    sender: str
    to: str
    body: str
    status_callback: str = ""


class Texting:
    """The part of the exchange that carries text messages; on its event loop."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange
        self._unsubscribed: set[tuple[str, str]] = set()

    def is_unsubscribed(self, sender: str, to: str) -> bool:
        """Whether a telephone has sent STOP to this number."""
        return (sender, to) in self._unsubscribed

    def send(self, sent: Sent, *, media: int = 0, service: str | None = None) -> dict[str, Any]:
        """Put a message on its way; the resource as REST shows it."""
        message = self._resource(sent, "outbound-api", "queued")
        message |= {"num_media": str(media), "messaging_service_sid": service}
        self._exchange.messages[message["sid"]] = message
        self._exchange.background(self._deliver(message, sent.status_callback))
        return message

    def incoming(self, telephone: Telephone, to: str, body: str) -> None:
        """A telephone sends one to a number of the account."""
        message = self._resource(Sent(sender=telephone.number, to=to, body=body), "inbound", "received")
        self._exchange.messages[message["sid"]] = message
        self._exchange.event("text.sent", None, number=telephone.number, body=body, to=to)
        self._exchange.background(self._hand_on(telephone, message))

    async def _hand_on(self, telephone: Telephone, message: dict[str, Any]) -> None:
        self._obey(telephone, message)
        number = self._exchange.numbers.get(message["to"])
        if number is None or not number.sms_url:
            return
        try:
            answer = await self._exchange.webhooks.deliver(
                Webhook(number.sms_url, number.sms_method, _incoming_params(message))
            )
            verbs = document_of(answer, "POST").verbs
        except WebhookFailure as failure:
            self._exchange.alert(failure.code, f"message webhook failed: {failure}", url=number.sms_url)
            return
        for verb in verbs:
            if verb.tag == "Message":
                self._answer(telephone, message["to"], "".join(verb.itertext()))

    def _obey(self, telephone: Telephone, message: dict[str, Any]) -> None:
        """Before the app hears of it."""
        pair, word = (message["to"], telephone.number), message["body"].strip().lower()
        if word in STOP or (word in START and pair in self._unsubscribed):
            is_stop = word in STOP
            (self._unsubscribed.add if is_stop else self._unsubscribed.discard)(pair)
            telephone.receive(TextMessage(message["to"], telephone.number, ANSWERS[is_stop], new_sid("SM")))

    def _answer(self, telephone: Telephone, sender: str, body: str) -> None:
        if self.is_unsubscribed(sender, telephone.number):
            self._exchange.alert(21610, "Attempt to send to unsubscribed recipient")
        else:
            self.send(Sent(sender=sender, to=telephone.number, body=body))

    def _resource(self, sent: Sent, direction: str, status: str) -> dict[str, Any]:
        sid, now, account = new_sid("SM"), rfc2822(utc_now()), self._exchange.account_sid
        return {
            "sid": sid,
            "account_sid": account,
            "to": sent.to,
            "from": sent.sender,
            "body": sent.body,
            "status": status,
            "direction": direction,
            "num_segments": "1",
            "num_media": "0",
            "messaging_service_sid": None,
            "error_code": None,
            "error_message": None,
            "price": None,
            "price_unit": "USD",
            "api_version": API_VERSION,
            "date_created": now,
            "date_updated": now,
            "date_sent": None,
            "uri": f"/{API_VERSION}/Accounts/{account}/Messages/{sid}.json",
            "subresource_uris": {},
        }

    async def _deliver(self, message: dict[str, Any], status_callback: str) -> None:
        telephone = self._exchange.telephones.get(message["to"])
        for status in ("sent", "delivered" if telephone else "undelivered"):
            await self._exchange.clock.sleep(0.1)
            message["status"] = status
            if status == "delivered" and telephone:
                telephone.receive(TextMessage(message["from"], message["to"], message["body"], message["sid"]))
            if status_callback:
                self._exchange.callbacks.send(status_callback, "POST", params=_status_params(message))


def _status_params(message: dict[str, Any]) -> list[tuple[str, str]]:
    params = [
        ("MessageSid", message["sid"]),
        ("SmsSid", message["sid"]),
        ("MessageStatus", message["status"]),
        ("SmsStatus", message["status"]),
        ("To", message["to"]),
        ("From", message["from"]),
        ("AccountSid", message["account_sid"]),
        ("ApiVersion", API_VERSION),
    ]
    return params + ([("ErrorCode", "30003")] if message["status"] == "undelivered" else [])


def _incoming_params(message: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("ToCountry", "US"),
        ("SmsMessageSid", message["sid"]),
        ("NumMedia", "0"),
        ("SmsSid", message["sid"]),
        ("SmsStatus", "received"),
        ("Body", message["body"]),
        ("To", message["to"]),
        ("NumSegments", "1"),
        ("MessageSid", message["sid"]),
        ("AccountSid", message["account_sid"]),
        ("From", message["from"]),
        ("ApiVersion", API_VERSION),
    ]
