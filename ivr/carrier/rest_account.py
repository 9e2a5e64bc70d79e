"""REST: IncomingPhoneNumbers and Queues."""

from starlette.responses import Response
from starlette.routing import Route

from ivr.carrier.documents import Jump
from ivr.carrier.numbers import CHANGEABLE, AccountNumber
from ivr.carrier.queues import CallerQueue, Member
from ivr.carrier.rest import Rest, RestCall, bad_request, not_found, page, reply
from ivr.carrier.verbs_queue import queue_named


def routes(rest: Rest) -> list[Route]:
    """Numbers and queues."""
    return [
        rest.route("/IncomingPhoneNumbers.json", {"GET": list_numbers}),
        rest.route("/IncomingPhoneNumbers/{sid}.json", {"GET": fetch_number, "POST": update_number}),
        rest.route("/Queues.json", {"GET": list_queues, "POST": create_queue}),
        rest.route("/Queues/{sid}.json", {"GET": fetch_queue}),
        rest.route("/Queues/{sid}/Members.json", {"GET": list_members}),
        rest.route("/Queues/{sid}/Members/{member}.json", {"GET": fetch_member, "POST": dequeue}),
    ]


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
