"""REST: Messages."""

import asyncio
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from ivr.carrier.faults import CreateFault
from ivr.carrier.rest import Rest, RestCall, bad_request, fault, not_found, page, reply
from ivr.carrier.rest_calls import reset
from ivr.carrier.texting import MOST_CHARACTERS, Sent


def routes(rest: Rest) -> list[Route]:
    """Messages."""
    return [
        rest.route("/Messages.json", {"POST": send_message, "GET": list_messages}),
        rest.route("/Messages/{sid}.json", {"GET": fetch_message}),
    ]


async def send_message(rest: RestCall) -> Response:
    """Send a text message, meeting whatever fault was ordered; a telephone here gets it at once."""
    ordered = rest.exchange.faults.next_text()
    if ordered is CreateFault.TOO_MANY_REQUESTS:
        raise fault(429)
    if ordered is CreateFault.ERROR_NOT_CREATED:
        raise fault(500)
    if ordered is CreateFault.CONNECTION_RESET:
        return reset(rest)
    message = _create(rest)
    if ordered is CreateFault.ERROR_CREATED:
        raise fault(500)
    if ordered is CreateFault.CREATED_THEN_RESET:
        return reset(rest)
    if ordered is CreateFault.CREATED_THEN_HANGS:
        await asyncio.sleep(rest.exchange.faults.hang_seconds)
    return reply(message, 201)


def _create(rest: RestCall) -> dict[str, Any]:
    to, sender, body = rest.get("To"), rest.get("From") or rest.get("MessagingServiceSid"), rest.get("Body")
    if not to.startswith("+") or not to[1:].isdigit():
        raise bad_request(21211, f"The 'To' number {to} is not a valid phone number.")
    if not sender:
        raise bad_request(21603, "A 'From' phone number is required.")
    if rest.get("From") and sender not in rest.exchange.numbers:
        raise bad_request(21606, f"The 'From' phone number provided ({sender}) is not a valid message-capable number.")
    if not body and not rest.get("MediaUrl"):
        raise bad_request(21602, "Message body is required.")
    if len(body) > MOST_CHARACTERS:
        raise bad_request(21617, "The concatenated message body exceeds the 1600 character limit.")
    if rest.exchange.texting.is_unsubscribed(sender, to):
        raise bad_request(21610, "Attempt to send to unsubscribed recipient")
    sent = Sent(sender=sender, to=to, body=body, status_callback=rest.get("StatusCallback"))
    return rest.exchange.texting.send(
        sent, media=len(rest.all("MediaUrl")), service=rest.optional("MessagingServiceSid")
    )


async def list_messages(rest: RestCall) -> Response:
    """Messages, newest first."""
    to = rest.get("To")
    found = [m for m in rest.exchange.messages.values() if to in ("", m["to"])]
    return page(rest, "messages", items=found[::-1])


async def fetch_message(rest: RestCall) -> Response:
    """One message."""
    message = rest.exchange.messages.get(rest.path("sid"))
    if message is None:
        raise not_found(rest.request.url.path)
    return reply(message)
