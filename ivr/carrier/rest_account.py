"""REST: Messages, IncomingPhoneNumbers and Queues."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from ivr.carrier.documents import Jump
from ivr.carrier.formats import API_VERSION, new_sid, rfc2822, utc_now
from ivr.carrier.numbers import CHANGEABLE, AccountNumber
from ivr.carrier.queues import CallerQueue, Member
from ivr.carrier.rest import Rest, RestCall, bad_request, not_found, page, reply
from ivr.carrier.telephone import TextMessage
from ivr.carrier.verbs_queue import queue_named


def routes(rest: Rest) -> list[Route]:
    """Messages, numbers and queues."""
    return [
        rest.route("/Messages.json", {"POST": send_message, "GET": list_messages}),
        rest.route("/Messages/{sid}.json", {"GET": fetch_message}),
        rest.route("/IncomingPhoneNumbers.json", {"GET": list_numbers}),
        rest.route("/IncomingPhoneNumbers/{sid}.json", {"GET": fetch_number, "POST": update_number}),
        rest.route("/Queues.json", {"GET": list_queues, "POST": create_queue}),
        rest.route("/Queues/{sid}.json", {"GET": fetch_queue}),
        rest.route("/Queues/{sid}/Members.json", {"GET": list_members}),
        rest.route("/Queues/{sid}/Members/{member}.json", {"GET": fetch_member, "POST": dequeue}),
    ]


# Messages


async def send_message(rest: RestCall) -> Response:
    """Send a text message; a telephone here gets it at once."""
    to, sender, body = rest.get("To"), rest.get("From") or rest.get("MessagingServiceSid"), rest.get("Body")
    if not to.startswith("+") or not to[1:].isdigit():
        raise bad_request(21211, f"The 'To' number {to} is not a valid phone number.")
    if not sender:
        raise bad_request(21603, "A 'From' phone number is required.")
    if rest.get("From") and sender not in rest.exchange.numbers:
        raise bad_request(21606, f"The 'From' phone number provided ({sender}) is not a valid message-capable number.")
    if not body and not rest.get("MediaUrl"):
        raise bad_request(21602, "Message body is required.")
    if len(body) > 1600:
        raise bad_request(21617, "The concatenated message body exceeds the 1600 character limit.")
    message = _message(rest, to, sender=sender)
    rest.exchange.messages[message["sid"]] = message
    rest.exchange.background(_deliver(rest, message))
    return reply(message, 201)


def _message(rest: RestCall, to: str, *, sender: str) -> dict[str, Any]:
    sid, now = new_sid("SM"), rfc2822(utc_now())
    return {
        "sid": sid,
        "account_sid": rest.exchange.account_sid,
        "to": to,
        "from": sender,
        "body": rest.get("Body"),
        "status": "queued",
        "direction": "outbound-api",
        "num_segments": "1",
        "num_media": str(len(rest.all("MediaUrl"))),
        "messaging_service_sid": rest.optional("MessagingServiceSid"),
        "error_code": None,
        "error_message": None,
        "price": None,
        "price_unit": "USD",
        "api_version": API_VERSION,
        "date_created": now,
        "date_updated": now,
        "date_sent": None,
        "uri": f"/{API_VERSION}/Accounts/{rest.exchange.account_sid}/Messages/{sid}.json",
        "subresource_uris": {},
    }


async def _deliver(rest: RestCall, message: dict[str, Any]) -> None:
    telephone = rest.exchange.telephones.get(message["to"])
    for status in ("sent", "delivered" if telephone else "undelivered"):
        await rest.exchange.clock.sleep(0.1)
        message["status"] = status
        if status == "delivered" and telephone:
            telephone.receive(TextMessage(message["from"], message["to"], message["body"], message["sid"]))
        _tell(rest, message)


def _tell(rest: RestCall, message: dict[str, Any]) -> None:
    url = rest.get("StatusCallback")
    if not url:
        return
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
    params += [("ErrorCode", "30003")] if message["status"] == "undelivered" else []
    rest.exchange.callbacks.send(url, "POST", params=params)


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


# Numbers


async def list_numbers(rest: RestCall) -> Response:
    """The account's numbers, by a part of the number."""
    wanted = rest.get("PhoneNumber").lstrip("+")
    found = [n for n in rest.exchange.numbers.values() if wanted in n.phone_number]
    return page(rest, "incoming_phone_numbers", items=[number.body() for number in found])


def _number(rest: RestCall) -> AccountNumber:
    number = next((n for n in rest.exchange.numbers.values() if n.sid == rest.path("sid")), None)
    if number is None:
        raise not_found(rest.request.url.path)
    return number


async def fetch_number(rest: RestCall) -> Response:
    """One number."""
    return reply(_number(rest).body())


async def update_number(rest: RestCall) -> Response:
    """Point a number elsewhere."""
    number = _number(rest)
    for name, value in rest.params:
        if name.endswith(("Url", "StatusCallback")) and value and not value.startswith(("http://", "https://")):
            raise bad_request(21502, f"Invalid {name}: {value}")
    for name, value in rest.params:
        if name in CHANGEABLE:
            setattr(number, CHANGEABLE[name], value)
    return reply(number.body())


# Queues


def _queue(rest: RestCall) -> CallerQueue:
    queue = rest.exchange.queues.get(rest.path("sid"))
    if queue is None:
        raise not_found(rest.request.url.path)
    return queue


async def list_queues(rest: RestCall) -> Response:
    """All queues."""
    return page(rest, "queues", items=[queue.body() for queue in rest.exchange.queues.values()])


async def create_queue(rest: RestCall) -> Response:
    """Make a queue by name."""
    name = rest.get("FriendlyName")
    if not name or queue_named(rest.exchange, name, create=False):
        raise bad_request(22003, "Queue friendly name missing or already taken")
    queue = queue_named(rest.exchange, name, create=True)
    assert queue is not None
    queue.max_size = int(rest.number("MaxSize", 1000))
    return reply(queue.body(), 201)


async def fetch_queue(rest: RestCall) -> Response:
    """One queue."""
    return reply(_queue(rest).body())


async def list_members(rest: RestCall) -> Response:
    """Who waits in a queue, the head first."""
    queue = _queue(rest)
    return page(rest, "queue_members", items=[queue.member_body(member) for member in queue.members])


def _member(rest: RestCall) -> tuple[CallerQueue, Member]:
    queue, wanted = _queue(rest), rest.path("member")
    found = next((m for m in queue.members if wanted in ("Front", m.call.sid)), None)
    if found is None:
        raise not_found(rest.request.url.path)
    return queue, found


async def fetch_member(rest: RestCall) -> Response:
    """One waiting call; `Front` is the head."""
    queue, member = _member(rest)
    return reply(queue.member_body(member))


async def dequeue(rest: RestCall) -> Response:
    """Take a call out of its queue and run a document on it."""
    queue, member = _member(rest)
    if not rest.get("Url"):
        raise bad_request(21205, "Url parameter is required.")
    body = queue.member_body(member)
    if not member.taken.done():
        member.taken.set_result(Jump(rest.get("Url"), rest.method("Method")))
    return reply(body)
