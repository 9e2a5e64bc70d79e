"""REST: Calls (twilio.md section 9)."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from ivr.carrier.calls import Call, CallSettings, CallStatus
from ivr.carrier.documents import Inline, Jump
from ivr.carrier.faults import CreateFault
from ivr.carrier.formats import boolean, utc_now
from ivr.carrier.rest import Rest, RestCall, RestError, bad_request, fault, not_found, page, reply

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange

_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_CLIENT = re.compile(r"client:[A-Za-z0-9_.-]{1,121}")
"""A softphone in a browser."""
_DETECTION = ("Enable", "DetectMessageEnd")


def routes(rest: Rest) -> list[Route]:
    """/Calls.json and /Calls/{sid}.json."""
    return [
        rest.route("/Calls.json", {"POST": create, "GET": list_calls}),
        rest.route("/Calls/{sid}.json", {"GET": fetch, "POST": update, "DELETE": delete}),
    ]


async def create(rest: RestCall) -> Response:
    """Make a call, meeting whatever fault was ordered."""
    ordered = rest.exchange.faults.next_create()
    if ordered is CreateFault.TOO_MANY_REQUESTS:
        raise fault(429)
    if ordered is CreateFault.ERROR_NOT_CREATED:
        raise fault(500)
    if ordered is CreateFault.CONNECTION_RESET:
        return reset(rest)
    call = create_call(rest, settings(rest))
    if ordered is CreateFault.ERROR_CREATED:
        raise fault(500)
    if ordered is CreateFault.CREATED_THEN_RESET:
        return reset(rest)
    if ordered is CreateFault.CREATED_THEN_HANGS:
        await asyncio.sleep(rest.exchange.faults.hang_seconds)
    return reply(call.body(), 201)


def reset(rest: RestCall) -> Response:
    """Break the connection instead of answering."""
    rest.exchange.reset_connection(rest.request)
    return Response(status_code=500)


def create_call(rest: RestCall, wanted: CallSettings) -> Call:
    """Check the numbers and put the call into the queue. Raises RestError."""
    to, from_ = rest.get("To"), rest.get("From")
    if not to:
        raise bad_request(21201, "No 'To' number is specified")
    if not _NUMBER.fullmatch(to) and not _CLIENT.fullmatch(to):
        raise bad_request(21217, f"Phone number {to} is invalid")
    if not _NUMBER.fullmatch(from_):
        raise bad_request(21212, f"From number {from_!r} is invalid")
    if from_ not in rest.exchange.numbers:
        raise bad_request(21210, f"The source phone number provided, {from_}, is not yet verified for your account.")
    delay = rest.exchange.call_queue.take()
    wanted.queue_time_ms = round(delay * 1000)
    number = rest.exchange.numbers[from_]
    call = Call(rest.exchange.account_sid, to, from_, "outbound-api", number_sid=number.sid, settings=wanted)
    rest.exchange.add_call(call)
    rest.exchange.flow.begin_outbound(call, delay)
    return call


def settings(rest: RestCall) -> CallSettings:
    """What the request asks for. Raises RestError."""
    if not rest.get("Url") and not rest.get("Twiml"):
        raise bad_request(21205, "Url parameter is required.")
    if len(rest.get("Twiml")) > 4000:
        raise bad_request(20001, "Twiml may have at most 4000 characters")
    detection = rest.optional("MachineDetection")
    if detection and detection not in _DETECTION:
        raise bad_request(20001, f"MachineDetection must be one of {_DETECTION}")
    return CallSettings(
        url=address(rest, "Url", code=21205),
        method=rest.method("Method"),
        twiml=rest.optional("Twiml"),
        fallback_url=address(rest, "FallbackUrl", code=21205),
        fallback_method=rest.method("FallbackMethod"),
        status_callback=address(rest, "StatusCallback", code=21609),
        status_method=rest.method("StatusCallbackMethod"),
        status_events=_events(rest),
        timeout_seconds=min(600.0, rest.number("Timeout", 60)),
        time_limit_seconds=rest.number("TimeLimit", 14400),
        machine_detection=detection,
        async_amd=boolean(rest.optional("AsyncAmd")),
        amd_callback=address(rest, "AsyncAmdStatusCallback", code=21609),
        amd_method="POST",
        send_digits=rest.get("SendDigits")[:32],
    )


def address(rest: RestCall, name: str, *, code: int) -> str | None:
    """An absolute http address. Raises RestError."""
    url = rest.optional(name)
    if url and not url.startswith(("http://", "https://")):
        raise bad_request(code, f"{name} is not a valid URL: {url}")
    return url


def _events(rest: RestCall) -> frozenset[str]:
    """The events subscribed to; one wrong word (such as two in one value) and nothing is ever sent."""
    given = rest.all("StatusCallbackEvent")
    if not given:
        return frozenset({"completed"})
    if set(given) <= _EVENTS:
        return frozenset(given)
    rest.exchange.alert(21626, f"invalid StatusCallbackEvent {given}: no callbacks will be sent")
    return frozenset()


async def list_calls(rest: RestCall) -> Response:
    """The calls that match, newest first."""
    calls = [call for call in rest.exchange.calls.values() if _matches(rest, call)]
    if rest.exchange.faults.take("stale_lists"):
        newest = utc_now() - timedelta(seconds=rest.exchange.faults.stale_seconds)
        calls = [call for call in calls if call.created_at < newest]
    return page(rest, "calls", items=[call.body() for call in reversed(calls)])


def _matches(rest: RestCall, call: Call) -> bool:
    shown = call.body()
    wanted = {"To": call.to, "From": call.from_, "Status": shown["status"], "ParentCallSid": call.parent_sid}
    if any(rest.get(name) and rest.get(name) != value for name, value in wanted.items()):
        return False
    started = call.started_at or call.created_at
    return _within(rest, "StartTime", moment=started) and _within(rest, "EndTime", moment=call.ended_at)


def _within(rest: RestCall, name: str, *, moment: datetime | None) -> bool:
    after, before, day = (rest.optional(name + suffix) for suffix in (">", "<", ""))
    if not (after or before or day):
        return True
    if moment is None:
        return False
    if after and moment.replace(microsecond=0) < _moment(after):
        return False
    if before and moment > _moment(before):
        return False
    return not day or moment.date() == _moment(day).date()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(20001, f"not a date: {text!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def find(rest: RestCall, key: str = "sid") -> Call:
    """The call of the path. Raises RestError 20404."""
    call = rest.exchange.calls.get(rest.path(key))
    if call is None:
        raise not_found(rest.request.url.path)
    return call


async def fetch(rest: RestCall) -> Response:
    """One call."""
    return reply(find(rest).body())


async def update(rest: RestCall) -> Response:
    """End, cancel or redirect a live call."""
    call = find(rest)
    status = rest.get("Status")
    if status:
        await _end(rest.exchange, call, status=status)
    elif rest.get("Url") or rest.get("Twiml"):
        _redirect(rest, call)
    if rest.get("StatusCallback"):
        call.settings.status_callback = address(rest, "StatusCallback", code=21609)
    if rest.get("FallbackUrl"):
        call.settings.fallback_url = address(rest, "FallbackUrl", code=21205)
    return reply(call.body())


async def _end(exchange: "Exchange", call: Call, *, status: str) -> None:
    if status not in (CallStatus.COMPLETED, CallStatus.CANCELED):
        raise bad_request(20001, f"Status must be completed or canceled, not {status!r}")
    if not call.live:
        raise bad_request(21220, "Call is not in-progress. Cannot redirect.")
    if status == CallStatus.CANCELED and call.answered:
        return  # only queued or ringing calls can be canceled; Twilio leaves the others alone
    await exchange.flow.hang_up(call, by="api")


def _redirect(rest: RestCall, call: Call) -> None:
    if call.status is not CallStatus.IN_PROGRESS:
        status = rest.exchange.options.redirect_not_live_status
        raise RestError(status, 21220, "Call is not in-progress. Cannot redirect.")
    url = address(rest, "Url", code=21205)
    rest.exchange.event("call.redirect", call, url=url)
    rest.exchange.flow.redirect(call, Jump(url, rest.method("Method")) if url else Inline(rest.get("Twiml")))


async def delete(rest: RestCall) -> Response:
    """Forget an ended call."""
    call = find(rest)
    if call.live:
        raise bad_request(20001, "Call is in progress and cannot be deleted")
    del rest.exchange.calls[call.sid]
    return Response(status_code=204)
